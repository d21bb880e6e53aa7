"""Products with matrices that are next to nothing far from their diagonal, such as V^(-1/2)."""

from dataclasses import dataclass

import numpy as np

NEGLIGIBLE = 1e-9  # of the largest entry: a hundredth of float32's rounding
STRIP_ROWS = 32


@dataclass(frozen=True)
class Banded:
    """A square matrix in strips of rows, each without its outer columns of negligible entries.

    strips : (rows, columns, float32 (row, column)) each; a matrix without a band is kept whole
    """

    strips: tuple[tuple[slice, slice, np.ndarray], ...]

    @classmethod
    def from_matrix(cls, matrix: np.ndarray) -> "Banded":
        """Strips of a matrix (n, n).

        Raises
        ------
        ValueError : an entry that is no finite number
        """
        if not np.isfinite(matrix).all():
            raise ValueError("a banded matrix needs finite entries")
        large = np.abs(matrix) > NEGLIGIBLE * np.abs(matrix).max()
        strips = []
        for start in range(0, len(matrix), STRIP_ROWS):
            rows = slice(start, min(start + STRIP_ROWS, len(matrix)))
            used = np.flatnonzero(large[rows].any(axis=0))
            columns = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 0)
            strips.append((rows, columns, matrix[rows, columns].astype(np.float32)))
        return cls(tuple(strips))

    def __matmul__(self, series: np.ndarray) -> np.ndarray:
        """The matrix times float32 (n, voxel)."""
        product = np.empty_like(series, dtype=np.float32)
        for rows, columns, strip in self.strips:
            np.matmul(strip, series[columns], out=product[rows])
        return product
