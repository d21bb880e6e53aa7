"""Colour maps that are even steps to the eye, built in the OKLab colour space.

OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/) is a space in which equal
distances look about equally different; a straight line in it is a perceptually uniform map.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def srgb_to_oklab(rgb: np.ndarray) -> np.ndarray:
    """sRGB (..., 3) in [0, 1] -> OKLab (..., 3): lightness, green-red, blue-yellow."""
    rgb = np.asarray(rgb, dtype=np.float64)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T


def oklab_to_srgb(lab: np.ndarray) -> np.ndarray:
    """OKLab (..., 3) -> sRGB (..., 3), clipped to [0, 1]."""
    lms = (np.asarray(lab) @ np.linalg.inv(_LMS_TO_LAB).T) ** 3
    linear = np.clip(lms @ np.linalg.inv(_RGB_TO_LMS).T, 0, 1)
    curved = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curved)


def diverging_map(
    name: str, low: str, middle: str, high: str, n_steps: int = 255
) -> LinearSegmentedColormap:
    """A map from ``low`` over ``middle`` to ``high``: two straight lines in OKLab.

    ``low`` and ``high`` should be about as far from ``middle`` as each other, else one sign
    looks stronger than the other. ``n_steps`` is odd, so that zero has a colour of its own.
    """
    stops = srgb_to_oklab([to_rgb(low), to_rgb(middle), to_rgb(high)])
    position = np.linspace(0, 2, n_steps)
    lab = np.stack([np.interp(position, [0, 1, 2], stops[:, axis]) for axis in range(3)], axis=-1)
    return LinearSegmentedColormap.from_list(name, oklab_to_srgb(lab), N=n_steps)
