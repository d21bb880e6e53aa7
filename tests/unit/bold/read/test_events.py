"""crossmodal.bold.read.events: every refusal, blocks, null events."""

import pytest

from crossmodal.bold.read.events import (
    EventsConfig,
    check_all_shown,
    check_events,
    conditions_of,
    missing_conditions,
    read_event_table,
    read_events,
    usual_conditions,
)
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import write_events

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


def test_a_run_may_lack_a_condition_but_not_all_runs(tmp_path):
    check(tmp_path, ["a", "b", "c"])
    events = read(tmp_path, (3, 2, "a"), (8, 1, "b"))
    assert missing_conditions(events, ["a", "b", "c"]) == ["c"]
    check_all_shown({"1.tsv": ["a", "b"], "2.tsv": ["a", "b", "c"]}, ["a", "b", "c"])
    with pytest.raises(InputError, match=r"1.tsv: conditions of all runs .*3 conditions, got no c"):
        check_all_shown({"1.tsv": ["a", "b"]}, ["a", "b", "c"])
    with pytest.raises(InputError, match=r"each two in one run at least, got b and c never"):
        check_all_shown({"1.tsv": ["a", "b"], "2.tsv": ["a", "c"]}, ["a", "b", "c"])


def test_a_run_without_any_wanted_condition(tmp_path):
    events = read(tmp_path, (3, 2, "n/a"))
    with pytest.raises(InputError, match=r"conditions: expected some of a, b, got none"):
        check_events("e.tsv", events, ["a", "b"], 100.0)


def test_onset_after_the_end(tmp_path):
    with pytest.raises(InputError, match=r"before the run's end at 8 s, got 8 s \(b\)"):
        check(tmp_path, ["a", "b"], duration_s=8)


def test_usual_conditions_are_those_of_half_the_runs(tmp_path):
    names = [("a", "b"), ("a", "b", "c"), ("a", "c", "tpyo")]
    paths = [
        str(write_events(tmp_path / f"{i}.tsv", [(4 * k, 1, n) for k, n in enumerate(shown)]))
        for i, shown in enumerate(names)
    ]
    bad = write_events(tmp_path / "bad.tsv", [("x", 1, "a")])
    assert usual_conditions([str(bad), *paths], EventsConfig()) == ["a", "b", "c"]
    with pytest.raises(InputError, match=r"bad.tsv: line 2, onset: expected a time in s, got 'x'"):
        usual_conditions([str(bad)], EventsConfig())
    with pytest.raises(InputError, match="events: files: expected at least one, got none"):
        usual_conditions([], EventsConfig())


def test_a_quotation_mark_is_a_character_like_any_other(tmp_path):
    rows = [(4.0 * i, 1, f'{name}"' if i == 2 else name) for i, name in enumerate("abcabc")]
    assert len(read(tmp_path, *rows)) == 6
    assert [event.condition for event in read(tmp_path, (1, 1, '"a"'), (4, 1, '"b c"'))] == [
        "a",
        "b c",
    ]


def test_events_without_a_time_are_left_out_and_counted(tmp_path):
    rows = [(1, 1, "a"), ("n/a", 1, "b"), (5, "n/a", "a"), (9, 1, "b"), ("n/a", "n/a", "n/a")]
    path = write_events(tmp_path / "e.tsv", rows)
    table = read_event_table(path, CONFIG)
    assert [event.onset_s for event in table.events] == [1, 9]
    assert table.n_untimed == 2
    given = read_event_table(path, EventsConfig(missing_duration_s=2.5))
    assert [(event.onset_s, event.duration_s) for event in given.events] == [
        (1, 1),
        (5, 2.5),
        (9, 1),
    ]
    assert given.n_untimed == 1


def test_responses_within_trials_are_of_no_interest(tmp_path):
    header = ("onset", "duration", "trial_type", "kind")
    rows = [(1, 4, "a", "stimulus"), (3, 0, "n/a", "button"), (8, 4, "b", "stimulus")]
    also = {"response": {"column": "kind", "value": "button"}}
    events = read(tmp_path, *rows, header=header, config=EventsConfig(also=also))
    assert [(e.condition, e.of_interest) for e in events] == [
        ("a", True), ("b", True), ("response", False),
    ]  # fmt: skip
    assert conditions_of(events) == ["a", "b"]
    check_events("e.tsv", events, ["a", "b"], 100.0)


def test_responses_in_the_column_of_conditions(tmp_path):
    rows = [(1, 4, "a"), (3, 0, "press"), (8, 4, "b")]
    also = {"response": {"column": "trial_type", "value": "press"}}
    assert conditions_of(read(tmp_path, *rows, config=EventsConfig(also=also))) == ["a", "b"]


def test_an_event_long_before_the_run(tmp_path):
    events = read(tmp_path, (-30, 1, "a"), (8, 1, "b"))
    check_events("e.tsv", events, ["a", "b"], 100.0)
    events = read(tmp_path, (-40, 1, "a"), (8, 1, "b"))
    with pytest.raises(InputError, match=r"at most 32 s before the run, got -40 s \(a\)"):
        check_events("e.tsv", events, ["a", "b"], 100.0)


@pytest.mark.parametrize("text", ["1_0", "inf", "1,5", "0x1"])
def test_numbers_as_python_but_not_bids_writes_them(tmp_path, text):
    with pytest.raises(InputError, match="line 2, onset: expected a time in s"):
        read(tmp_path, (text, 1, "a"))


def test_a_row_of_another_length_and_a_name_twice(tmp_path):
    with pytest.raises(InputError, match=r"e.tsv: line 2: expected 3 cells, got 4"):
        read(tmp_path, (1, 1, "a", "b"))
    with pytest.raises(InputError, match=r"columns: expected each name once, got 'onset' 2 times"):
        read(tmp_path, (1, 1, "a", 1), header=("onset", "duration", "trial_type", "onset"))
