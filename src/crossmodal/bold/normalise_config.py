"""Options of the normalisation; apart from its code, so that checks need not import dipy."""

from dataclasses import dataclass

from crossmodal.contracts.errors import InputError


@dataclass(frozen=True)
class NormaliseConfig:
    """Options of the normalisation.

    voxel_mm : voxel size at which both images are compared
    affine_iterations, syn_iterations : per level, coarsest first; empty: leave the step out
    """

    voxel_mm: float = 2.0
    affine_iterations: tuple[int, ...] = (200, 100, 50)
    syn_iterations: tuple[int, ...] = (50, 50, 25)
    syn_radius_voxels: int = 4

    def __post_init__(self) -> None:
        if not self.voxel_mm > 0:
            raise InputError("config", "scans.normalise.voxel_mm", "> 0", self.voxel_mm)
        for name in ("affine_iterations", "syn_iterations"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
