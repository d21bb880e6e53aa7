"""crossmodal.bold.events: every refusal, blocks, null events."""

import pytest
from bold_data import write_events

from crossmodal.bold.events import (
    EventsConfig,
    check_events,
    conditions_of,
    conditions_of_first,
    read_events,
)
from crossmodal.contracts.errors import InputError

CONFIG = EventsConfig()


def read(tmp_path, *rows, config=CONFIG, **options):
    return read_events(write_events(tmp_path / "e.tsv", rows, **options), config)


def test_events_are_sorted_and_null_events_left_out(tmp_path):
    events = read(tmp_path, (9, 1, "b"), (1, 1, "a"), (5, 1, "n/a"))
    assert [(event.onset_s, event.condition) for event in events] == [(1, "a"), (9, "b")]


def test_ignored_conditions_are_left_out(tmp_path):
    config = EventsConfig(ignore=("cue",))
    events = read(tmp_path, (1, 1, "a"), (5, 1, "cue"), config=config)
    assert conditions_of(events) == ["a"]


def test_blocks_are_numbered_within_conditions(tmp_path):
    rows = [(0, 1, "a"), (1.1, 1, "a"), (10, 1, "b"), (20, 1, "b"), (30, 1, "a")]
    events = read(tmp_path, *rows, config=EventsConfig(block_gap_s=5))
    assert [event.condition for event in events] == [
        "a_block-1", "a_block-1", "b_block-1", "b_block-2", "a_block-2",
    ]  # fmt: skip


def test_missing_column(tmp_path):
    with pytest.raises(InputError, match=r"e.tsv: columns: expected 'trial_type', got \['onset'"):
        read(tmp_path, (1, 1, "a"), header=("onset", "duration", "kind"))


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="expected an events.tsv, got no such file"):
        read_events(tmp_path / "none.tsv", CONFIG)


@pytest.mark.parametrize("onset", ["soon", "nan", ""])
def test_onset_that_is_no_time(tmp_path, onset):
    with pytest.raises(InputError, match=r"line 3, onset: expected a time in s"):
        read(tmp_path, (1, 1, "a"), (onset, 1, "b"))


def test_negative_duration(tmp_path):
    with pytest.raises(InputError, match=r"line 2, duration: expected a duration in s, >= 0"):
        read(tmp_path, (1, -1, "a"))


def test_two_events_at_once(tmp_path):
    with pytest.raises(InputError, match=r"onset: expected one event at 3 s, got a and b"):
        read(tmp_path, (3, 1, "a"), (3, 1, "b"))


def test_overlap(tmp_path):
    with pytest.raises(InputError, match=r"after a has ended \(5 s\), got b at 4 s"):
        read(tmp_path, (3, 2, "a"), (4, 1, "b"))


def check(tmp_path, conditions, duration_s=100.0):
    events = read(tmp_path, (3, 2, "a"), (8, 1, "b"))
    check_events("e.tsv", events, conditions, duration_s)


def test_unknown_condition(tmp_path):
    with pytest.raises(InputError, match=r"conditions: expected one of a, c, got b"):
        check(tmp_path, ["a", "c"])


def test_missing_condition(tmp_path):
    with pytest.raises(InputError, match=r"conditions: expected 3 conditions, got no c"):
        check(tmp_path, ["a", "b", "c"])


def test_onset_after_the_end(tmp_path):
    with pytest.raises(InputError, match=r"before the run's end at 8 s, got 8 s \(b\)"):
        check(tmp_path, ["a", "b"], duration_s=8)


def test_conditions_of_the_first_readable_file(tmp_path):
    bad = write_events(tmp_path / "bad.tsv", [("x", 1, "a")])
    good = write_events(tmp_path / "good.tsv", [(1, 1, "b"), (4, 1, "a")])
    assert conditions_of_first([str(bad), str(good)], EventsConfig()) == ["a", "b"]
    with pytest.raises(InputError, match=r"bad.tsv: line 2, onset: expected a time in s, got 'x'"):
        conditions_of_first([str(bad)], EventsConfig())
    with pytest.raises(InputError, match="events: files: expected at least one, got none"):
        conditions_of_first([], EventsConfig())
