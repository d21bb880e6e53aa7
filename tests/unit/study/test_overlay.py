"""Several files are one config: what extends what, who said it, and the command line on top."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from snakemake.utils import update_config

from crossmodal.contracts.errors import InputError
from crossmodal.study.overlay import explain, load_layers

keys = st.sampled_from("abc")
leaves = st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2) | st.none()
configs = st.dictionaries(
    keys, st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, min_size=1), max_leaves=6)
)


def write(folder: Path, files: dict[str, Any]) -> list[Path]:
    for name, values in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(values if isinstance(values, str) else yaml.safe_dump(values))
    return [folder / name for name in files]


@given(st.lists(configs, min_size=1, max_size=3))
def test_files_merge_as_snakemake_merges_them_and_extending_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, contents: list[dict]
) -> None:
    folder = tmp_path_factory.mktemp("layers")
    paths = write(folder, {f"{i}.yaml": content for i, content in enumerate(contents)})
    expected: dict[str, Any] = {}
    for content in copy.deepcopy(contents):
        update_config(expected, content)
    layers = load_layers(paths)
    assert layers.values == expected
    top = write(folder, {"top.yaml": {"extends": [path.name for path in paths]}})
    extended = load_layers(top)
    assert (extended.values, extended.origin) == (layers.values, layers.origin)
    assert extended.files == (*layers.files, str(top[0]))
    for path, file in layers.origin.items():
        said = [i for i, content in enumerate(contents) if says(content, path.split("."))]
        assert file == str(paths[said[-1]]), path


def says(content: Any, parts: list[str]) -> bool:
    """Whether a file has a value, and no mapping of keys, at a path."""
    for part in parts:
        if not isinstance(content, dict) or part not in content:
            return False
        content = content[part]
    return not (isinstance(content, dict) and content)


def test_each_value_knows_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {
        "presets/base.yaml": {"a": {"x": 1, "y": [1, 2]}, "only": 1},
        "presets/tuned.yaml": {"extends": "base.yaml", "a": {"y": [3]}},
        "mine.yaml": {"extends": ["presets/tuned.yaml"], "a": {"z": None}},
    })  # fmt: skip
    layers = load_layers([tmp_path / "mine.yaml"], {"a": {"x": "2"}})
    assert layers.values == {"a": {"x": 2, "y": [3], "z": None}, "only": 1}
    assert layers.files == ("presets/base.yaml", "presets/tuned.yaml", "mine.yaml")
    assert layers.origin == {
        "a.x": "command line",
        "a.y": "presets/tuned.yaml",
        "a.z": "mine.yaml",
        "only": "presets/base.yaml",
    }
    assert layers.said() == {
        "command line": ["a.x"],
        "presets/tuned.yaml": ["a.y"],
        "mine.yaml": ["a.z"],
        "presets/base.yaml": ["only"],
    }
    assert load_layers(["presets/base.yaml"]).said() == {"presets/base.yaml": ["*"]}
    assert load_layers(["presets/base.yaml"], {"only": "2"}).said() == {
        "presets/base.yaml": ["a"],
        "command line": ["only"],
    }
    assert layers.source("a.y.0") == "presets/tuned.yaml"
    assert layers.source("a") == "command line"
    assert layers.source("a.missing") == "command line"
    assert layers.source("missing") == "mine.yaml"
    assert load_layers([], {"a": 1}).source("") == "command line"


def test_a_block_that_is_set_to_null_takes_its_keys_along(tmp_path: Path) -> None:
    paths = write(tmp_path, {"a.yaml": "a: {x: no}\n", "b.yaml": "a:\n", "c.yaml": "a: {y: 1}\n"})
    layers = load_layers(paths[:2])
    assert (layers.values, list(layers.origin)) == ({"a": None}, ["a"])
    assert explain("a.x", layers) is None
    layers = load_layers(paths)
    assert (layers.values, list(layers.origin)) == ({"a": {"y": 1}}, ["a.y"])


@pytest.mark.parametrize(("below", "merged"), [("1", {}), ("[1]", {}), ("{x: 1}", {"x": 1})])
def test_an_empty_mapping_replaces_what_is_none(tmp_path: Path, below: str, merged: dict) -> None:
    """Snakemake would leave the 1 there, without a word."""
    paths = write(tmp_path, {"a.yaml": f"a: {below}\n", "b.yaml": "a: {}\n"})
    layers = load_layers(paths)
    assert layers.values == {"a": merged}
    assert layers.source("a") == str(paths["x" not in merged])


@pytest.mark.parametrize(
    ("extends", "match"),
    [
        ("top.yaml", r"extends: expected files that do not extend this one, got a circle: top"),
        (
            "[loop/a.yaml]",
            r"loop/b.yaml: extends: .* loop/a.yaml extends loop/b.yaml extends loop/a.y",
        ),
        ("presets/tune.yaml", r"a file in presets \(did you mean 'tuned.yaml'\?\), got 'presets/t"),
        ("none/x.yaml", "expected a file in none, got 'none/x.yaml', no such file"),
        ("x" * 5000, r"expected a file in \., got 'xxx"),
        ("presets", "presets: file: expected a text file"),
        ("3", "extends: expected the name of a config file, or a list of such names, got 3"),
        ("[[a]]", "a list of such names, got"),
        ("['']", "a list of such names, got"),
        ("{a: b}", "a list of such names, got"),
    ],
)
def test_what_cannot_be_extended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extends: str, match: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"top.yaml": f"extends: {extends}\n", "loop/a.yaml": "extends: b.yaml\n",
                     "loop/b.yaml": "extends: [../loop/a.yaml]\n", "presets/tuned.yaml": {},
                     })  # fmt: skip
    with pytest.raises(InputError, match=match):
        load_layers(["top.yaml"])


def test_two_that_extend_one_base_are_no_circle(tmp_path: Path) -> None:
    paths = write(tmp_path, {"base.yaml": "a: 1\n", "x.yaml": "extends: base.yaml\nb: 1\n",
                             "y.yaml": "extends: base.yaml\nc: 1\n",
                             "top.yaml": "extends: [x.yaml, y.yaml]\n"})  # fmt: skip
    layers = load_layers(paths[-1:])
    assert layers.values == {"a": 1, "b": 1, "c": 1}
    assert [Path(file).name for file in layers.files] == [
        "base.yaml",
        "x.yaml",
        "y.yaml",
        "top.yaml",
    ]


def test_extending_nothing_is_nothing(tmp_path: Path) -> None:
    assert load_layers(write(tmp_path, {"a.yaml": "extends:\na: 1\n"})).values == {"a": 1}


def test_a_problem_is_told_once_however_often_its_file_is_extended(tmp_path: Path) -> None:
    paths = write(tmp_path, {"base.yaml": "a: 010\n", "x.yaml": "extends: base.yaml\nb: 12:30\n",
                             "top.yaml": "extends: [base.yaml, x.yaml]\n"})  # fmt: skip
    with pytest.raises(InputError) as caught:
        load_layers(paths[-1:])
    assert [problem.field for problem in caught.value.problems] == ["a", "b"]


def test_the_command_line_is_read_as_a_file_would_be() -> None:
    given = {"group": {"n_permutations": "500", "alpha": "5e-2", "tfce": "no", "names": ["08"],
                       "when": "12:30", "label": "012", "none": "null"},
             "roi": None, "models": "None", "seed": 3}  # fmt: skip
    layers = load_layers([], given)
    assert layers.values == {
        "group": {"n_permutations": 500, "alpha": 0.05, "tfce": False, "names": ["08"],
                  "when": "12:30", "label": "012", "none": None},
        "roi": None, "models": None, "seed": 3,
    }  # fmt: skip
    assert explain("group.tfce", layers).startswith("YAML made False of `no` on the command line")


def test_the_command_line_can_extend_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.yaml": "x: 1\ny: 1\n", "b.yaml": "x: 2\n"})
    layers = load_layers(["a.yaml"], {"extends": "b.yaml", "y": "3"})
    assert layers.values == {"x": 2, "y": 3}
    assert layers.files == ("a.yaml", "b.yaml")
