"""YAML's surprises: refused with what YAML made of it, or explained where a type is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.study.overlay import explain, load_layers
from crossmodal.study.reading import EXPONENT, dumped, plain_value, read_document

line = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])  # no control signs
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6)
    | st.text(line, max_size=8).filter(lambda text: not EXPONENT.match(text))
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(line, max_size=5), inner),
    max_leaves=12,
)  # fmt: skip


def problems(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_layers([path])
    return [f"{problem.field}: {problem.expected}, got {problem.got}"
            for problem in caught.value.problems]  # fmt: skip


@given(st.dictionaries(st.text("abno~ é:#-'\"\n", max_size=5), plain, max_size=5))
def test_what_pyyaml_wrote_is_read_as_pyyaml_reads_it(values: dict[str, Any]) -> None:
    text = yaml.safe_dump(values, allow_unicode=True)
    assert read_document("x.yaml", text).values == yaml.safe_load(text)


@given(st.dictionaries(st.text(line, max_size=5), plain, max_size=5))
@example({"a": ["1e-3", "08", "012", "12:30", "2021-01-01", "no", ".5e3", "1_0", "0x1", "=", "<<"]})
def test_what_is_written_is_read_back(values: dict[str, Any]) -> None:
    assert read_document("x.yaml", dumped(values)).values == values


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a: 010", "a: '010' in quotes if it is text, or a plain number, got 8, which YAML makes"),
        ("a: -0777", "got -511, which YAML makes of `-0777` (octal) (line 1)"),
        ("a: 12:30", "got 750, which YAML makes of `12:30` (base 60)"),
        ("a: 1:30.5", "got 90.5, which YAML makes of `1:30.5` (base 60)"),
        ("a: [x, 2021-01-01]", "a.1: '2021-01-01' in quotes (no key takes a date), got a date"),
        ("a: 2021-13-45", "got a date, which YAML makes of `2021-13-45`"),
        ("a: 2001-12-14t21:59:43.10-05:00", "got a date, which"),
        ("a: .inf", "a: a finite number, got inf"),
        ("a: 1e999", "a: a finite number, got inf"),
        ("no: x", "a key of text (quote numbers, yes and no: 'no'), got False, YAML's `no`"),
        ("a: {08: x, 2021-01-01: y}", "a: a key of text (quote numbers, yes and no: '2021-01-01')"),
        ("? [a]\n: x", "top level: a key of text, got a list"),
        ("a: {b: 1, c: 2,\n  b: 3}", "a.b: each key once, got the key also in line 1, whose value"),
        ("a: 1\nb: 1\na: 1", "a: each key once, got the key also in line 1"),
        ("a: !!set {x}", "a: YAML without tags, got `tag:yaml.org,2002:set`"),
        ("a: !mine x", "a: YAML without tags, got `!mine x`"),
        ("a: !!int x", "a: YAML, got `x`"),
        ("a: =", "a: '=' in quotes"),
        ('a: "x\\0"', "a: text in one line, without control signs, got 'x\\x00' (line 1)"),
        ("a: |\n  two\n  lines\n", "a: text in one line, without control signs, got 'two"),
        ("a: {<<: 3}", "a: a mapping after '<<', got text"),
        ("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a", "b: '<<' once, with a list, got 2 times"),
    ],
)
def test_what_nobody_can_mean_is_refused(tmp_path: Path, text: str, match: str) -> None:
    assert any(match in found for found in problems(tmp_path / "c.yaml", text))


def test_all_of_a_file_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = "a: 010\nb:\n  c: 12:30\n  d: 2021-01-01\nyes: 1\nb: 2\n"
    found = problems(tmp_path / "c.yaml", text)
    assert [message.rsplit(" ", 1)[1] for message in found] == ["1)", "3)", "4)", "5)", "6)"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a: [1", "line 2, column 1: did not find expected ',' or ']'"),
        ("a:\n\tb: 1", "line 2, column 1: found character that cannot start any token; indent"),
        ("a: *.mp4", "quote text that begins with [*] or &"),
        ("a: *x", "found undefined alias 'x'; quote text that begins with [*] or &"),
        ("a: b: c", "text that holds ': ' needs quotes"),
        ("a: %x", "quote text that begins with % @ `"),
        ('a: "C:\\data"', "line 1, column 7: found unknown escape character; a backslash"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: " + "[" * 100_000, "nesting without end"),
    ],
)  # fmt: skip
def test_syntax_errors_name_line_column_and_the_usual_cause(
    tmp_path: Path, text: str, match: str
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=match):
        load_layers([path])


@pytest.mark.parametrize("text", ["a: &a {<<: *a}", "a: &a [*a]", "a: " + "[" * 90 + "]" * 90])
def test_what_never_ends_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path / "c.yaml", text) == [
        "size: at most 100000 values, got aliases that multiply or refer to themselves"
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("2.5e3", 2500.0), ("-1E+2", -100.0), (".5e1", 5.0), ("1_000", 1000),
     ("0x1F", 31), ("08", "08"), ("007", 7), ("1.0.0", "1.0.0"), ("y", "y"), ("1e", "1e")],
)  # fmt: skip
def test_numbers_as_people_read_them(text: str, value: object) -> None:
    read = read_document("c.yaml", f"a: {text}").values["a"]
    assert read == value
    assert type(read) is type(value)
    assert plain_value(text) == value


@pytest.mark.parametrize("text", ["010", "12:30", "2021-01-01", ".inf", "1e999", "=", "<<"])
def test_on_the_command_line_they_stay_text(text: str) -> None:
    assert plain_value(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no", "YAML made False of `no` in line 1; for text write 'no' in quotes"),
        ("On", "YAML made True of `On` in line 1; for text write 'On' in quotes"),
        ("~", "YAML made null of `~` in line 1; for text write '~' in quotes"),
        ("", "YAML made null of nothing in line 1"),
        ("12", "YAML made the number 12 of `12` in line 1; for text write '12'"),
        ("1e-3", "YAML made the number 0.001 of `1e-3` in line 1; for text write '1e-3'"),
        ("08", "`08` in line 1 is text for YAML; write 8"),
        ("'8'", "`8` in line 1 is text for YAML because of its quotes; write 8"),
        ("'8e1'", "`8e1` in line 1 is text for YAML because of its quotes; write 80.0"),
        ("1,5", "`1,5` in line 1 is text for YAML; write 1.5"),
        ("5,000", "`5,000` in line 1 is text for YAML; write 5000, or 5.000 if it is a fraction"),
        ("0o17", "`0o17` in line 1 is text for YAML; write 15"),
        ("y", "`y` in line 1 is text for YAML; write true"),
        ("None", "`None` in line 1 is text for YAML; write null"),
        ("{actor}", "YAML made a mapping of `{actor}` in line 1; for text write '{actor}' in"),
        ("[01]", "YAML made a list of `[01]` in line 1; for text write '[01]' in quotes"),
        ("fear", None),
        ("1.0.0", None),
    ],
)
def test_a_wrong_type_is_explained_by_what_stands_in_the_file(
    tmp_path: Path, text: str, said: str | None
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"a: {text}\n")
    found = explain("a", load_layers([path]))
    assert found == said if said is None else found.startswith(said)
    assert explain("b", load_layers([path])) is None


def test_what_a_merge_brings_keeps_its_source(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("a: &a\n  x: no\n  y: 1\nb:\n  <<: *a\n  y: 2\nc: {<<: [{y: 5}, *a]}\n")
    layers = load_layers([path])
    assert layers.values["b"] == {"x": False, "y": 2}
    assert layers.values["c"] == {"x": False, "y": 5}
    assert "in line 2" in explain("b.x", layers)
    assert "in line 6" in explain("b.y", layers)
