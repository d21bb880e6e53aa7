"""Where each layer of a network stands in figure 1, in units of one column."""

from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.layer_table import ARMS, LayerTable

INHIBITION = "_inhibition"
ROW_DISTANCE = 4.6
PAIR_SHIFT = 0.68
PAIR_HEIGHT = 1.24


@dataclass(frozen=True)
class Box:
    """One layer: its row of the table, centre and height; ``pair``: 1 above, -1 below, 0 alone."""

    layer: str
    arm: str
    kind: str
    shape: tuple[int, ...]
    x: float
    y: float
    height: float
    pair: int

    @property
    def text(self) -> str:
        """The name without its arm; an inhibitory layer stands below its partner's name."""
        prefix = self.arm.replace("_", "") + "_"
        return "inhibition" if self.pair < 0 else self.layer.removeprefix(prefix)


def box_height(shape: tuple[int, ...]) -> float:
    """Height of a layer's box: grows with the logarithm of its map's rows."""
    rows = shape[1] if len(shape) == 3 else 4
    return 0.85 + 0.25 * np.log2(max(rows, 4) / 2)


def columns(layers: list[str]) -> list[int]:
    """Column of each layer; an inhibitory layer shares that of its excitatory partner."""
    return (np.cumsum([not layer.endswith(INHIBITION) for layer in layers]) - 1).tolist()


def place_arm(table: LayerTable, arm: str, start: float, y: float) -> list[Box]:
    """Boxes of one arm, left to right from column ``start``; parallel layers share a column."""
    rows = table.frame[table.frame.arm == arm]
    names = rows.layer.tolist()
    boxes = []
    for row, column in zip(rows.itertuples(index=False), columns(names), strict=True):
        shape = tuple(map(int, row.shape.split("x")))
        pair = -1 if row.layer.endswith(INHIBITION) else int(f"{row.layer}{INHIBITION}" in names)
        height = PAIR_HEIGHT if pair else box_height(shape)
        x, centre = start + column, y + pair * PAIR_SHIFT
        boxes.append(Box(row.layer, arm, row.kind, shape, x, centre, height, pair))
    return boxes


def place(table: LayerTable) -> dict[str, list[Box]]:
    """One row per sensory arm, all ending in the same column; the cross-modal arm after them."""
    single = [arm for arm in ARMS[:2] if arm in table.arms]
    names = {arm: table.frame.layer[table.frame.arm == arm].tolist() for arm in table.arms}
    widths = {arm: columns(names[arm])[-1] for arm in single}
    end = max(widths.values(), default=0)
    top = ROW_DISTANCE * (len(single) - 1) / 2
    placed = {
        arm: place_arm(table, arm, end - widths[arm], top - ROW_DISTANCE * row)
        for row, arm in enumerate(single)
    }
    if "cross_modal" in table.arms:
        placed["cross_modal"] = place_arm(table, "cross_modal", end + 1.6, 0.0)
    return placed
