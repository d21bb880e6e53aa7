"""The study's configuration: one YAML file, checked against one JSON schema."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from crossmodal.contracts.errors import InputError


def load_config(path: str | Path) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises
    ------
    InputError : missing file, YAML syntax or tag errors, or something else than a mapping
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(path, "file", "a config file", "no such file") from None
    except yaml.YAMLError as error:
        raise InputError(path, "syntax", "YAML", str(error).replace("\n", " ")) from None
    if not isinstance(content, dict):
        raise InputError(path, "content", "a mapping of config keys", type(content).__name__)
    return content


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
    return [problem for error in errors for problem in _problems(error, source)]


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
