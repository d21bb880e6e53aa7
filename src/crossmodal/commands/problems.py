"""Everything that is wrong with a study's config and data, gathered from all stages."""

from pathlib import Path
from typing import Any

from crossmodal.bold.check import find_problems as scan_problems
from crossmodal.bold.remarks import scan_remarks
from crossmodal.commands.clip_selection import clip_selection
from crossmodal.commands.family_problems import family_problems
from crossmodal.commands.fold_problems import fold_problems
from crossmodal.commands.inference_problems import inference_problems
from crossmodal.commands.model_problems import model_problems
from crossmodal.commands.planning import SCHEMA, long_results_dir
from crossmodal.commands.word_problems import word_problems
from crossmodal.contracts.config import config_problems, load_config
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.check import find_problems as clip_problems
from crossmodal.stimuli.selection import find_selection, has_clips


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


def find_remarks(config_path: str | Path) -> list[str]:
    """What should be known of a study without problems, one line each; nothing is refused."""
    config = load_config(config_path)
    if "scans" not in config:
        return []
    return list(scan_remarks(config["scans"], _conditions(config, [])))


def data_problems(config: dict[str, Any], deep: bool = False) -> list[InputError]:
    """Problems of a valid config's clips, tests and scans; simulated data do not exist yet."""
    problems = results_problems(config)
    if "stimuli" in config:
        problems += clip_problems(config["stimuli"], deep)
        if not has_clips(config["stimuli"]):
            problems += clip_selection(config)[0]
        chosen = clip_selection(config)[1]
        problems += fold_problems(config, chosen) if chosen else []
    problems += [*word_problems(config), *family_problems(config), *inference_problems(config)]
    problems += model_problems(config)
    if "scans" in config:
        problems += scan_problems(config["scans"], _conditions(config, problems), deep)
    return problems


def results_problems(config: dict[str, Any]) -> list[InputError]:
    """A results folder elsewhere, or one not in its shortest form: see ``long_results_dir``."""
    folder = Path(config["study"]["results_dir"])
    if folder.is_absolute() or ".." in folder.parts or not folder.parts:
        return [InputError("config", "study.results_dir", "a folder below the work dir", folder)]
    return long_results_dir(config)


def _conditions(config: dict[str, Any], problems: list[InputError]) -> list[str] | None:
    """What every run must show: the study's clips; None where they are not known."""
    stimuli = config.get("stimuli")
    if not stimuli or not has_clips(stimuli) or problems:
        return None
    chosen = find_selection(stimuli)[1]
    return None if chosen is None else [name.stimulus_id for name in chosen.study]
