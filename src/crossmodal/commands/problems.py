"""Everything that is wrong with a study's config and data, gathered from all stages."""

from pathlib import Path
from typing import Any

from crossmodal.contracts.config import config_problems, load_config
from crossmodal.contracts.errors import InputError

SCHEMA = "config/config.schema.yaml"


def find_problems(config_path: str | Path, deep: bool = False) -> list[InputError]:
    """All problems of a config file and of the data it names.

    Parameters
    ----------
    config_path : the study's config
    deep : also read every volume and look for faces; minutes instead of seconds
    """
    try:
        config = load_config(config_path)
    except InputError as problem:
        return [problem]
    problems = config_problems(config, SCHEMA, config_path)
    return problems or data_problems(config, deep)


def data_problems(config: dict[str, Any], deep: bool = False) -> list[InputError]:
    """Problems of the clips and scans of a valid config. Simulated data do not exist yet."""
    del config, deep
    return []
