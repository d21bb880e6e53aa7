"""Captions of figures: the templates of Snakemake's report, filled from the figure's record."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined, UndefinedError

from crossmodal.contracts.errors import InputError


def caption_source(folder: str | Path, figure: str, job: Mapping[str, Any]) -> Path:
    """The template named after the figure (with or without its wildcards), else after its rule.

    Raises
    ------
    InputError : none of them exists
    """
    bare = figure
    for value in job["wildcards"].values():
        bare = bare.replace(f"_{value}", "")
    for name in (figure, bare, job["rule"]):
        if (path := Path(folder, f"{name}.rst")).is_file():
            return path
    raise InputError(Path(folder, f"{figure}.rst"), "caption", "a caption for the figure", "none")


def plain(value: Any) -> Any:
    """Text as reStructuredText that shows it as it is: no markup, no links, one line."""
    if not isinstance(value, str):
        return value
    return re.sub(r"([^\w\s]|_)", r"\\\1", " ".join(value.split()))


def caption_html(path: Path, job: Mapping[str, Any]) -> str:
    """A caption as HTML, its numbers from the record of the job that drew the figure.

    Raises
    ------
    InputError : the template asks for a parameter that the job does not have
    """
    job_view = SimpleNamespace(
        params=job["params"], wildcards=job["wildcards"], input=job["inputs"], rule=job["rule"]
    )
    environment = Environment(undefined=StrictUndefined, autoescape=False, finalize=plain)
    try:
        text = environment.from_string(path.read_text(encoding="utf-8")).render(snakemake=job_view)
    except UndefinedError as error:
        raise InputError(path, "template", "parameters of the figure's job", error) from None
    settings = {"file_insertion_enabled": False, "raw_enabled": False, "_disable_config": True}
    return publish_parts(text, writer="html5", settings_overrides=settings)["body"]
