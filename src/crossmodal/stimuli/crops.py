"""Square face crops."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np


def square_box(box_px: np.ndarray, margin: float) -> tuple[float, float, float]:
    """Left, top and side of the square about a box (4,), ``margin`` of its side added all round."""
    left, top, right, bottom = map(float, box_px)
    side = max(right - left, bottom - top) * (1 + 2 * margin)
    return (left + right - side) / 2, (top + bottom - side) / 2, side


def crop_face(frame: np.ndarray, box_px: np.ndarray, margin: float, size_px: int) -> np.ndarray:
    """The face, scaled to ``size_px``; outside the frame its border is repeated.

    Parameters
    ----------
    frame : uint8 (row, col, 3)

    Returns
    -------
    uint8 (size_px, size_px, 3)
    """
    left, top, side = square_box(box_px, margin)
    x, y, width = round(left), round(top), max(1, round(side))
    height_px, width_px = frame.shape[:2]
    before, above = max(0, -x), max(0, -y)
    after, below = max(0, x + width - width_px), max(0, y + width - height_px)
    padded = cv2.copyMakeBorder(frame, above, below, before, after, cv2.BORDER_REPLICATE)
    square = padded[y + above : y + above + width, x + before : x + before + width]
    shrink = size_px < width
    interpolation = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
    return cv2.resize(square, (size_px, size_px), interpolation=interpolation)


def crop_clip(
    frames: Iterable[np.ndarray], boxes_px: np.ndarray, margin: float, size_px: int
) -> np.ndarray:
    """Crops of all frames, uint8 (frame, size_px, size_px, 3)."""
    return crop_sizes(frames, boxes_px, margin, [size_px])[0]


def crop_sizes(
    frames: Iterable[np.ndarray], boxes_px: np.ndarray, margin: float, sizes_px: Sequence[int]
) -> list[np.ndarray]:
    """Crops of all frames in several sizes in one pass, each uint8 (frame, size_px, size_px, 3)."""
    crops: dict[int, list[np.ndarray]] = {size: [] for size in sizes_px}
    for frame, box in zip(frames, boxes_px, strict=True):
        for size, of_size in crops.items():
            of_size.append(crop_face(frame, box, margin, size))
    return [np.stack(crops[size]) for size in sizes_px]


def to_grey(crops: np.ndarray) -> np.ndarray:
    """RGB (frame, row, col, 3) -> luma (frame, row, col), uint8."""
    return np.stack([cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops])
