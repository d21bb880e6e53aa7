"""Folders of user data that a config names, by config key."""

from typing import Any

FOLDER_KEYS = (
    "stimuli.clips_dir",
    "scans.bids_dir",
    "scans.fmriprep_dir",
    "simulate.clips.voices_dir",
)


def data_folders(config: dict[str, Any]) -> dict[str, str]:
    """Config key -> folder as written in the config, for every folder that is set."""
    folders = {}
    for key in FOLDER_KEYS:
        value: Any = config
        for part in key.split("."):
            value = (value or {}).get(part)
        if value:
            folders[key] = str(value)
    return folders
