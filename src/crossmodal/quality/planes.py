"""Slices through any image in world coordinates, side by side in one picture."""

import base64
import io
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.image import imsave
from scipy import ndimage

from crossmodal.bold.read.images import Grid, apply_affine

# (axis that is cut, axis shown to the right, axis shown upwards), radiologists' order aside:
# the right side of the picture is the right side of the head.
VIEWS = ((2, 0, 1), (1, 0, 2), (0, 1, 2))
JPEG_QUALITY = 82
MARGIN_MM = 6.0
CONTOUR_RGB = (255, 60, 40)


@dataclass(frozen=True)
class Planes:
    """Axial, coronal and sagittal cuts: one row each.

    points_mm : (row of pixels, column of pixels, 3), world coordinates of every pixel
    """

    points_mm: np.ndarray

    @classmethod
    def through(
        cls, low_mm: np.ndarray, high_mm: np.ndarray, n_cuts: int, pixel_mm: float
    ) -> "Planes":
        """``n_cuts`` evenly spaced cuts a view through a box of the world."""
        centre, half = (low_mm + high_mm) / 2, (high_mm - low_mm).max() / 2
        side = np.arange(-half, half + pixel_mm / 2, pixel_mm)
        rows = []
        for cut, right, up in VIEWS:
            fractions = (np.arange(n_cuts) + 1) / (n_cuts + 1)
            tiles = []
            for at in low_mm[cut] + fractions * (high_mm[cut] - low_mm[cut]):
                tile = np.empty((len(side), len(side), 3))
                tile[..., cut] = at
                tile[..., right] = centre[right] + side[None, :]
                tile[..., up] = centre[up] + side[::-1, None]
                tiles.append(tile)
            rows.append(np.concatenate(tiles, axis=1))
        return cls(np.concatenate(rows, axis=0))

    @property
    def shape(self) -> tuple[int, int]:
        return self.points_mm.shape[:2]

    def values(
        self, volume: np.ndarray, grid: Grid, points_mm: np.ndarray | None = None, order: int = 1
    ) -> np.ndarray:
        """float32 pixels of a volume (x, y, z), 0 outside it.

        Parameters
        ----------
        points_mm : (pixel, 3), where the pixels lie in the volume's world; default: the same
        """
        points = self.points_mm.reshape(-1, 3) if points_mm is None else points_mm
        voxels = apply_affine(np.linalg.inv(grid.affine), points).T
        sampled = ndimage.map_coordinates(volume, voxels, order=order, output=np.float32)
        return sampled.reshape(self.shape)


def box_of(mask: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest world coordinates of a mask, with a margin, mm."""
    points = grid.points(mask)
    return points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM


def grey(pixels: np.ndarray) -> np.ndarray:
    """uint8 RGB of intensities, black at 0 and white at the brightest but two per cent."""
    bright = pixels[pixels > 0]
    top = np.percentile(bright, 98) if bright.size else 1.0
    level = (255 * np.clip(pixels / top, 0, 1)).astype(np.uint8)
    return np.repeat(level[..., None], 3, axis=2)


def coloured(pixels: np.ndarray, highest: float) -> np.ndarray:
    """uint8 RGB of values from 0 to ``highest``; black where a value is 0."""
    colours = mpl.colormaps["viridis"](np.clip(pixels / highest, 0, 1), bytes=True)[..., :3]
    return np.where((pixels > 0)[..., None], colours, 0).astype(np.uint8)


def with_contour(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The picture with the edge of a mask of pixels drawn in."""
    edge = inside & ~ndimage.binary_erosion(inside)
    marked = picture.copy()
    marked[edge] = CONTOUR_RGB
    return marked


def data_uri(picture: np.ndarray, file_format: str = "jpeg") -> str:
    """An RGB picture as text that HTML can hold."""
    buffer = io.BytesIO()
    if file_format == "jpeg":
        imsave(buffer, picture, format="jpeg", pil_kwargs={"quality": JPEG_QUALITY})
    else:
        imsave(buffer, picture, format=file_format, metadata={"Software": None})
    return f"data:image/{file_format};base64,{base64.b64encode(buffer.getvalue()).decode()}"
