"""The study's configuration: one YAML file, checked against one JSON schema."""

import difflib
import math
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.families import FAMILIES

FMRIPREP_SPACES = ("MNI152NLin2009cAsym", "MNI152NLin6Asym")
OWN_SPACES = ("MNI152NLin2009aSym", "native")
MAX_VALUES, MAX_DEPTH = 100_000, 50


def load_config(path: str | Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises
    ------
    InputError : missing file, YAML syntax or tag errors, something else than a mapping, keys
        that are no text, numbers that are not finite, aliases that refer to themselves or
        multiply
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(path, "file", "a config file", "no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, "file", "a text file", str(error)) from None
    # RecursionError: nesting without end; ValueError: '2021-13-45' is no date.
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(path, "syntax", "YAML", str(error)) from None
    if not isinstance(content, dict):
        raise InputError(path, "content", "a mapping of config keys", type(content).__name__)
    _require_plain(path, content)
    return content


def _require_plain(path: str | Path, content: object) -> None:
    """Refuse what YAML can say and a config cannot; aliases are counted with their copies."""
    todo, n_values = [(content, "top level", 0)], 0
    while todo:
        value, where, depth = todo.pop()
        n_values += 1
        if n_values > MAX_VALUES or depth > MAX_DEPTH:
            got = "aliases that multiply or refer to themselves"
            raise InputError(path, "size", f"at most {MAX_VALUES} values", got)
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(path, where, "a finite number", value)
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    expected = "a key of text (quote numbers, yes and no)"
                    raise InputError(path, where, expected, repr(key))
            todo += [(item, f"{where}.{key}", depth + 1) for key, item in value.items()]
        elif isinstance(value, list | tuple):
            todo += [(item, where, depth + 1) for item in value]


def canonical(value: Any) -> Any:
    """The same config with all keys in order: moving a line is no change of params."""
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    return [canonical(item) for item in value] if isinstance(value, list) else value


def validate_config(
    config: dict[str, Any], schema_path: str | Path, source: str | Path = "config"
) -> None:
    """Raise on the first problem; ``config_problems`` gives all of them."""
    problems = config_problems(config, schema_path, source)
    if problems:
        raise problems[0]


def config_problems(
    config: dict[str, Any], schema_path: str | Path, source: str | Path = "config"
) -> list[InputError]:
    """Everything in ``config`` that the schema refuses, in the order of the config's keys."""
    validator = Draft202012Validator(load_config(schema_path))
    errors = sorted(validator.iter_errors(config), key=lambda error: list(map(str, error.path)))
    problems = [problem for error in errors for problem in _problems(error, source)]
    return problems or consistency_problems(config, source)


def consistency_problems(config: dict[str, Any], source: str | Path = "config") -> list[InputError]:
    """What no schema can say: keys of different blocks that contradict each other."""
    simulated, stimuli = config.get("simulate") or {}, config.get("stimuli")
    problems = []
    for block, key, generator in (
        ("stimuli", "clips_dir", "clips"),
        ("scans", "bids_dir", "brain"),
    ):
        if block in config and config[block].get("table"):
            continue  # lists the clips
        if block in config and config[block][key] is None and generator not in simulated:
            expected = f"a folder (there is no block simulate.{generator})"
            problems.append(InputError(source, f"{block}.{key}", expected, None))
    if stimuli and "video" in stimuli["modalities"] and stimuli["face"] is None:
        expected = "a block (video is among stimuli.modalities)"
        problems.append(InputError(source, "stimuli.face", expected, None))
    problems += _space_problems(config.get("scans"), source)
    families = config.get("families") or {}
    problems += _family_problems(families, stimuli, source)
    problems += _mrpn_problems(config, source)
    network, affect = families.get("cross_channel"), families.get("affect3d")
    if (network or affect) and stimuli and stimuli["pool"] is None:
        purpose = "pretrain cross_channel" if network else "train affect3d"
        problems.append(InputError(source, "stimuli.pool", f"a pool to {purpose} on", None))
    if affect and affect["labels"] == "simulated" and "clips" not in simulated:
        expected = "'frames' or 'circumplex' (there is no block simulate.clips)"
        problems.append(InputError(source, "families.affect3d.labels", expected, "'simulated'"))
    if config.get("voices") and not (stimuli or {}).get("voices"):
        problems.append(InputError(source, "stimuli.voices", "clips for the block voices", None))
    if config.get("voices") and "figures" not in config:
        problems.append(InputError(source, "figures", "a block for the figure of voices", None))
    regimes = network["regimes"] if network else []
    for regime in (config.get("figures") or {}).get("regimes", []):
        if network and regime not in regimes:
            problems.append(InputError(source, "figures.regimes", f"some of {regimes}", regime))
    return problems


def _family_problems(
    families: dict[str, Any], stimuli: dict[str, Any] | None, source: str | Path
) -> list[InputError]:
    """Families that nothing is known of, and a pool with the actors a family is tested on."""
    known = [name for name in families if name in FAMILIES]
    expected = f"a line in crossmodal.contracts.families, which has {list(FAMILIES)}"
    problems = [
        InputError(source, f"families.{name}", expected, "none")
        for name in families
        if name not in known
    ]
    pool = (stimuli or {}).get("pool") or {}
    unseen = [f"families.{name}" for name in known if FAMILIES[name].unseen_actors(families[name])]
    if unseen and pool.get("exclude") == "stimuli":
        expected = f"'actors': the study's must be new to {' and '.join(unseen)}"
        problems.append(InputError(source, "stimuli.pool.exclude", expected, "'stimuli'"))
    return problems


def _mrpn_problems(config: dict[str, Any], source: str | Path) -> list[InputError]:
    """Published numbers of other clips, and vectors that a Transformer cannot share out."""
    block, where = (config.get("families") or {}).get("mrpn"), "families.mrpn"
    if not block:
        return []
    problems = []
    dataset, stimuli = block["compare_with_published"], config.get("stimuli") or {}
    naming, simulated = stimuli.get("naming"), stimuli.get("clips_dir", "") is None
    fitting = {"RAVDESS": "ravdess", "CREMA-D": "cremad"}
    if dataset and (simulated or naming not in (fitting[dataset], "auto")):
        of_clips = "simulated clips" if simulated else f"stimuli.naming {naming}"
        expected = f"null or the collection of {of_clips}"
        problems.append(InputError(source, f"{where}.compare_with_published", expected, dataset))
    network = block["network"]
    units, default = network.get("aggregated_units", 4), network.get("aggregator", "lstm")
    noisy = (block.get("interference") or {}).get("variants", [])
    names = [default, *block["variants"], block["rdm_variant"], *noisy]
    if units % 4 and any(name.endswith("transformer") for name in names):
        expected = "a multiple of 4, the heads of a Transformer"
        problems.append(InputError(source, f"{where}.network.aggregated_units", expected, units))
    return problems


def _space_problems(scans: dict[str, Any] | None, source: str | Path) -> list[InputError]:
    """Whether the analysis space is one that whoever preprocesses the scans can provide."""
    if not scans:
        return []
    folder, space = scans["fmriprep_dir"], scans["space"]
    if folder and scans["bids_dir"] is None:
        expected = "null, or scans.bids_dir too, for the events"
        return [InputError(source, "scans.fmriprep_dir", expected, repr(folder))]
    allowed = FMRIPREP_SPACES if folder else OWN_SPACES
    if space not in allowed:
        expected = f"one of {list(allowed)} {'with' if folder else 'without'} scans.fmriprep_dir"
        return [InputError(source, "scans.space", expected, repr(space))]
    if scans["a_comp_cor"] and (folder or space == "native"):
        expected = "0 without own normalisation, which says where white matter and fluid are"
        return [InputError(source, "scans.a_comp_cor", expected, scans["a_comp_cor"])]
    if scans["slice_reference"] is not None and folder:
        expected = "null with scans.fmriprep_dir, whose slices are timed already"
        return [InputError(source, "scans.slice_reference", expected, scans["slice_reference"])]
    needed = [] if space == "native" else ["analysis_voxel_mm"]
    needed += [] if space == "native" or folder else ["normalise", "coregister"]
    expected = f"a value (the scans are brought to {space})"
    return [
        InputError(source, f"scans.{key}", expected, None) for key in needed if scans[key] is None
    ]


def _problems(error: ValidationError, source: str | Path) -> list[InputError]:
    where = ".".join(map(str, error.absolute_path)) or "top level"
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        return [
            InputError(source, f"{where}: key", suggestion(key, known), f"unknown key {key!r}")
            for key in unknown
        ]
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return [InputError(source, where, f"key {key!r}", "no such key") for key in missing]
    expected = {
        "type": f"type {error.validator_value}",
        "enum": f"one of {error.validator_value}",
        "minimum": f"at least {error.validator_value}",
        "exclusiveMinimum": f"more than {error.validator_value}",
        "maximum": f"at most {error.validator_value}",
    }.get(error.validator, f"{error.validator} {error.validator_value}")
    return [InputError(source, where, expected, repr(error.instance))]


def suggestion(key: str, known: list[str]) -> str:
    """'did you mean' for a misspelt key, else the list of what is known."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"a known key (did you mean {close[0]!r}?)" if close else f"one of {sorted(known)}"
