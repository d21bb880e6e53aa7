"""Options of the coregistration; apart from its code, so that checks need not import dipy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CoregisterConfig:
    """Options of the coregistration.

    voxel_mm : voxel size to which a finer T1w is averaged
    iterations : of mutual information, per level, coarsest first
    refine : whether Gauss-Newton on a smooth intensity mapping follows
    """

    voxel_mm: float = 2.0
    iterations: tuple[int, ...] = (200, 100, 50)
    refine: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "iterations", tuple(self.iterations))
