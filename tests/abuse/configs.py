"""Bad configs: syntax, tags, types, keys, and values that multiply."""

from pathlib import Path

from crossmodal.study.checks.run import planning_problems
from crossmodal.study.overlay import load_layers
from crossmodal.study.validate import build_study, located
from tests.abuse.case import Case, of_bytes, of_text

ROOT = Path(__file__).parents[2]
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
)


def read(path: Path) -> object:
    layers = load_layers([path])
    study = build_study(layers)
    for problem in located(planning_problems(study), layers):
        raise problem
    return study


def changed(name: str, old: str, new: str, match: str, study: str = "config") -> Case:
    """A shipped config, by default the mini-study's, with one line changed."""
    text = (ROOT / f"config/{study}.yaml").read_text()
    assert text.count(old) >= 1, old
    return of_text(name, "config.yaml", text.replace(old, new, 1), read, match)


CASES = [
    of_text("empty config", "c.yaml", "", read, "expected a mapping of config keys, got nothing"),
    of_text("a list", "c.yaml", "- a\n- b\n", read, "expected a mapping of config keys, got list"),
    of_text("YAML syntax", "c.yaml", "study: [1, 2\n", read, "syntax: expected YAML"),
    of_text("a tab", "c.yaml", "study:\n\tname: x\n", read, "syntax: expected YAML"),
    of_text(
        "a Python tag",
        "c.yaml",
        "study: !!python/object/apply:os.system ['touch pwned']\n",
        read,
        "study: expected YAML without tags, got `tag:yaml.org,2002:python/object/apply:os.system`",
    ),
    of_text("multiplying aliases", "c.yaml", BOMB, read, "aliases that multiply"),
    of_text("an alias of itself", "c.yaml", "a: &a [*a]\n", read, "refer to themselves"),
    of_text("nesting without end", "c.yaml", "a: " + "[" * 5000, read, "expected YAML"),
    of_text("deep nesting", "c.yaml", "a: " + "[" * 90 + "]" * 90, read, "at most 100000 values"),
    of_text("a number as key", "c.yaml", "study: {1: x}\n", read, r"a key of text .*, got 1"),
    of_text("yes as key", "c.yaml", "study: {yes: x}\n", read, "a key of text .*, got True"),
    of_text("not a number", "c.yaml", "study: {seed: .nan}\n", read, "a finite number, got nan"),
    of_text("an impossible date", "c.yaml", "study: 2021-13-45\n", read, "no key takes a date"),
    of_bytes("no UTF-8", "c.yaml", b"study: \xff\xfe\n", read, "expected a text file"),
    of_bytes("a NUL", "c.yaml", b"study: a\0b\n", read, "expected YAML"),
    Case("a folder as config", lambda folder: read(folder), "expected a text file"),
    Case("no config", lambda folder: read(folder / "none.yaml"), "got no such file"),
    changed("a misspelt key", " seed:", " sede:", r"did you mean 'seed'\?"),
    changed("an unknown block", "\nstudy:", "\nsturdy: {}\nstudy:", "unknown key 'sturdy'"),
    changed("a seed of text", "seed: 20210507", "seed: many", "study.seed: expected type integer"),
    changed("a negative seed", "seed: 20210507", "seed: -1", "study.seed: expected at least 0"),
    changed("a radius of 0", "radius_mm: 12.0", "radius_mm: 0", "radius_mm: expected more than 0"),
    changed(
        "an unknown distance",
        "min_voxels: 20",
        "min_voxels: 20, distance: euclid",
        r"searchlight\.distance: expected one of .*, got 'euclid'",
    ),
    changed("actors unquoted", '["01", "02"', "[1, 2", "expected type string, got 1"),
    changed("no seeds", "n_seeds: 2", "n_seeds: 0", "n_seeds: expected at least 1"),
    changed(
        "tested actors in the pool",
        "exclude: actors",
        "exclude: stimuli",
        r"exclude: expected 'actors': .* new to families.mrpn and families.affect3d, got 'stimuli'",
        study="test",
    ),
    changed("a dropped key", "  task: emotion\n", "", "scans.task: expected key 'task'"),
]
