"""How conditions are read."""

from dataclasses import dataclass, field

from crossmodal.contracts.settings import NonNegative, Positive, Settings


@dataclass(frozen=True)
class AlsoModelled(Settings):
    """Events of one regressor of no interest."""

    column: str
    """Column of events.tsv that tells them."""
    value: str
    """What stands in it."""


@dataclass(frozen=True)
class EventsConfig(Settings):
    """How events.tsv files are read."""

    condition_column: str = "trial_type"
    """Column that names the condition; rows with 'n/a' there are not modelled."""
    ignore: tuple[str, ...] = ()
    """Conditions that are not modelled."""
    block_gap_s: Positive | None = None
    """null, or make every block a condition of its own ('face_block-1'): events of one condition
    less than this many seconds apart belong to one block."""
    missing_duration_s: NonNegative | None = None
    """How long events without a duration (n/a) last; null: they are not modelled."""
    also: dict[str, AlsoModelled] = field(default_factory=dict)
    """Regressors of no interest, by name: events that may overlap with others (button presses,
    feedback)."""
