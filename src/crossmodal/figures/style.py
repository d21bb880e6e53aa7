"""Colours, fonts and sizes of every figure: the only place to change them."""

import matplotlib as mpl

from crossmodal.figures.colour_maps import diverging_map

MM = 1 / 25.4  # inches per millimetre
FULL_WIDTH_MM = 180  # two columns of a journal page

# Okabe & Ito (2008): distinguishable with the common colour-vision deficiencies.
ARM_COLOURS = {"visual": "#0072B2", "auditory": "#D55E00", "cross_modal": "#007A5A"}
ARM_NAMES = {"visual": "visual", "auditory": "auditory", "cross_modal": "cross-modal"}
# Parts of variance that are no arm.
CONTROL_COLOURS = {"clip_features": "#CC79A7", "trial_order": "#E69F00"}
OTHER_COLOUR = "#555555"
CATEGORY_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
)  # fmt: skip
CHANCE_COLOUR = "#555555"
OUTLINE_COLOUR = "#111111"

# Perceptually uniform: steps of equal size look equal; the diverging one is centred at 0.
RDM_MAP = "viridis"
SHARE_MAP = "Blues"
SIGNED_MAP = diverging_map("blue_white_orange", low="#0B4F9E", middle="#F7F7F7", high="#A8380B")
MISSING_COLOUR = "#BBBBBB"

FONT_PT = 7
SMALL_FONT_PT = 5.5

RC_PARAMS = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs on every machine
    "font.size": FONT_PT,
    "axes.titlesize": FONT_PT,
    "axes.labelsize": FONT_PT,
    "xtick.labelsize": FONT_PT,
    "ytick.labelsize": FONT_PT,
    "legend.fontsize": FONT_PT,
    "figure.titlesize": FONT_PT + 1,
    "axes.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "savefig.dpi": 250,
    "figure.dpi": 100,
    "pdf.fonttype": 42,
    "image.interpolation": "nearest",
}


def use_style() -> None:
    """Make matplotlib draw without a display and in this study's style."""
    mpl.use("agg")
    mpl.rcdefaults()
    mpl.rcParams.update(RC_PARAMS)


def arm_colour(arm: str) -> str:
    """Colour of an arm or control; model families without arms are grey."""
    return (ARM_COLOURS | CONTROL_COLOURS).get(arm, OTHER_COLOUR)


def arm_name(arm: str) -> str:
    """'cross_modal' -> 'cross-modal', 'trial_order' -> 'trial order'."""
    return ARM_NAMES.get(arm, arm.replace("_", " "))


def size_mm(width_mm: float, height_mm: float) -> tuple[float, float]:
    """Figure size in inches, as matplotlib wants it."""
    return width_mm * MM, height_mm * MM


def hex_colours(colour_map: str | mpl.colors.Colormap) -> list[str]:
    """255 colours of a map, evenly spaced, as '#rrggbb'."""
    colours = mpl.colormaps[colour_map] if isinstance(colour_map, str) else colour_map
    return [mpl.colors.to_hex(colours(i / 254)) for i in range(255)]
