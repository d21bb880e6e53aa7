"""How conditions are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EventsConfig:
    """How conditions are read.

    condition_column : the column of events.tsv that names the condition
    ignore : conditions that are not modelled
    block_gap_s : None, or: events of one condition less than this apart form a block, and
        each block is a condition of its own: 'face_block-1', 'face_block-2' …
    missing_duration_s : None: events without a duration (n/a) are not modelled; or how long
        they last
    also : regressors of no interest, by name: ``column`` and ``value`` of their events, which
        may overlap with others (button presses, feedback)
    """

    condition_column: str = "trial_type"
    ignore: tuple[str, ...] = ()
    block_gap_s: float | None = None
    missing_duration_s: float | None = None
    also: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
