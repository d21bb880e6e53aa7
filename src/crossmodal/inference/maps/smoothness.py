"""How smooth maps are, so that one that was smoothed otherwise is found before a group test."""

from collections.abc import Sequence

import numpy as np

from crossmodal.contracts.maps import Maps

# ASSUME: real people's maps of one study differ less; twice the median is another smoothing.
MAX_RATIO = 2.0


def fwhm_mm(maps: Maps) -> float:
    """Smoothness of the first map: FWHM of a Gaussian field of the same neighbour correlation.

    Jenkinson 2000 / Forman et al. 1995: with r the correlation of neighbours at distance d,
    FWHM = d sqrt(-2 ln 2 / ln r). Geometric mean over axes; NaN where neighbours do not
    correlate or too few voxels have data.
    """
    volume = maps.volume(maps.names[0])
    edges = np.linalg.norm(maps.affine[:3, :3], axis=0)
    widths = [_fwhm_along(volume, axis, edge) for axis, edge in enumerate(edges)]
    return float(np.exp(np.mean(np.log(widths))))


def _fwhm_along(volume: np.ndarray, axis: int, edge_mm: float) -> float:
    near = np.moveaxis(volume, axis, 0)
    here, there = near[:-1].ravel(), near[1:].ravel()
    both = np.isfinite(here) & np.isfinite(there)
    if both.sum() < 3 or here[both].std() == 0 or there[both].std() == 0:
        return np.nan
    r = np.corrcoef(here[both], there[both])[0, 1]
    return edge_mm * np.sqrt(-2 * np.log(2) / np.log(r)) if 0 < r < 1 else np.nan


def odd_ones(widths_mm: Sequence[float]) -> list[int]:
    """Positions of maps whose smoothness is more than MAX_RATIO times, or less than one in
    MAX_RATIO of, the median."""
    middle = np.nanmedian(widths_mm)
    return [
        position
        for position, width in enumerate(widths_mm)
        if width > MAX_RATIO * middle or width < middle / MAX_RATIO
    ]
