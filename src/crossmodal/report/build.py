"""Build the static report of a study from its results."""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.corrections import CORRECTIONS
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.settings import plain
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.figures import style
from crossmodal.provenance.audit import Auditor, Verdict, read_sidecar, recorded_sidecars
from crossmodal.report import content
from crossmodal.report.brain_data import arms_of, group_data, template_volume
from crossmodal.report.downloads import downloads, embed, set_files
from crossmodal.report.families import families_content
from crossmodal.report.lineage_data import lineage_data
from crossmodal.report.packing import write_data
from crossmodal.report.rdm_data import rdm_set, stimulus_data
from crossmodal.study.study import Study

log = logging.getLogger(__name__)
CAPTIONS = Path("workflow/report")
LARGE_BYTES = 25e6  # more is slow to send and to open
TITLE = "Where are emotional faces and voices represented alike?"


def build_report(study: Study, roots: Mapping[str, str], embed_files: bool = False) -> Path:
    """Write ``{results_dir}/report`` and return its index.html.

    Every figure is audited first, so that the page can say which are verified.

    Parameters
    ----------
    roots : config key -> folder of data outside the work dir, for the audit
    embed_files : maps and tables are copied into the page's folder instead of linked to

    Raises
    ------
    InputError : the study has no figures yet, or a figure without caption
    """
    results = Path(study.study.results_dir)
    paths = sorted(results.glob("figures/*.prov.json"))
    if not paths:
        raise InputError(results / "figures", "figures", "at least one with a sidecar", "none")
    folder = results / "report"
    shutil.rmtree(folder, ignore_errors=True)
    auditor = Auditor(roots, recorded_sidecars(results))
    sidecars = [read_sidecar(path) for path in paths]
    verdicts = [auditor.audit(path) for path in paths]
    figures, jobs = lineage_data(sidecars, verdicts)
    write_data(folder, "figures", figures)
    write_data(folder, "jobs", jobs)
    sets: dict[str, Any] = {
        "map_sets": in_config_order(study, write_maps(results, folder)),
        "rdm_sets": in_config_order(study, write_rdms(study, folder)),
        "figure_order": content.in_reading_order(list(figures)),
        "files": "files/" if embed_files else "../",
    }
    offered = downloads(results, [(one["model"], one["regime"]) for one in sets["map_sets"]])
    if embed_files:
        embed(results, offered, folder / "files")
    sets["has_template"] = any(item["space"].startswith("MNI") for item in sets["map_sets"])
    if sets["has_template"]:
        write_data(folder, "template", template_volume())
    write_data(folder, "index", sets | {"signed_map": style.hex_colours(style.SIGNED_MAP)})
    copy_assets(folder)
    page = page_content(study, folder, list(zip(sidecars, verdicts, strict=True))) | sets
    page |= {"downloads": offered, "embedded": embed_files}
    write_text(folder / "index.html", render(page))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    log.info("%s: %.1f MB", folder / "index.html", size / 1e6)
    if size > LARGE_BYTES:
        why = "; without --embed maps and tables stay where they are" if embed_files else ""
        log.warning("The page's folder is larger than %.0f MB%s", LARGE_BYTES / 1e6, why)
    return folder / "index.html"


def in_config_order(study: Study, sets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Model sets as the config lists families and regimes; all others after them."""
    wanted = [f"{model}_{regime}" for model, block in study.families for regime in block.regimes]
    names = {name: rank for rank, name in enumerate(wanted)}
    return sorted(sets, key=lambda one: (names.get(one["name"], len(names)), one["name"]))


def write_maps(results: Path, folder: Path) -> list[dict[str, Any]]:
    """Data of every group result; returns what the viewer offers."""
    sets = []
    for path in sorted(results.glob("group/*/*/group.json")):
        model, regime = path.parts[-3:-1]
        rdms = results / "rdms" / model / f"{regime}.h5"
        arms = arms_of(ModelRDMs.read(rdms)) if rdms.is_file() else {}
        ps = [p for p, _ in CORRECTIONS.values() if (path.parent / f"{p}.nii.gz").is_file()]
        data = group_data(GroupResult.read(path.parent, ("mean", "t", *ps)), arms)
        write_data(folder, f"maps_{model}_{regime}", data)
        files = set_files(results, model, regime)
        sets.append(_named(model, regime) | {"space": data["space"], "files": files})
    return sets


def write_rdms(study: Study, folder: Path) -> list[dict[str, str]]:
    """Data of every RDM file and of the clips; returns what the explorer offers."""
    results = Path(study.study.results_dir)
    sets = []
    for path in sorted(results.glob("rdms/*/*.h5")):
        model, regime = path.parent.name, path.stem
        write_data(folder, f"rdms_{model}_{regime}", rdm_set(ModelRDMs.read(path)))
        sets.append(_named(model, regime))
    table = results / "stimuli/study.tsv"
    if not sets or not table.is_file():
        return []
    stimuli = StimulusTable.read(table)
    clips = [results / "clips" / f"actor-{actor_file_part(actor)}.h5" for actor in stimuli.actors]
    data = stimulus_data(stimuli, [path for path in clips if path.is_file()])
    first = study.figures.map_layers.visual if study.figures else ""
    write_data(folder, "stimuli", data | {"first_layer": first})
    return sets


def _named(model: str, regime: str) -> dict[str, str]:
    title = f"{model}: {regime}"
    return {"name": f"{model}_{regime}", "title": title, "model": model, "regime": regime}


def copy_assets(folder: Path) -> None:
    """Scripts and style sheet, which stand beside this module."""
    shutil.copytree(Path(__file__).parent / "assets", folder / "assets", dirs_exist_ok=True)


def page_content(
    study: Study, folder: Path, audited: Sequence[tuple[dict[str, Any], Verdict]]
) -> dict[str, Any]:
    """Everything the template needs that is not data of the three explorers."""
    results = folder.parent
    by_name = {sidecar["figure"]: (sidecar, verdict) for sidecar, verdict in audited}
    figures, left_out = [], []
    for name in content.in_reading_order(list(by_name)):
        sidecar, verdict = by_name[name]
        if content.shows_anatomy(sidecar):
            left_out.append(name)
        elif figure := content.page_figure(sidecar, CAPTIONS, verdict.verified):
            figures.append(figure)
            copy_figure(sidecar, folder / "figures")
    accuracy = results / "tables/accuracy.tsv"
    rows, seeds = content.accuracy_rows(accuracy) if accuracy.is_file() else ([], [])
    table = results / "stimuli/study.tsv"
    facts = next(iter(sorted(results.glob("group/*/*/group.json"))), None)
    return {
        "title": TITLE,
        "study": plain(study.study),
        "simulated": bool(study.simulate.clips or study.simulate.brain),
        "story": content.story(
            study,
            StimulusTable.read(table) if table.is_file() else None,
            json.loads(facts.read_text()) if facts else None,
        )
        + content.untrained_lines(results),
        "figures": figures,
        "left_out": left_out,
        "accuracy": rows,
        "seeds": seeds,
        "families": families_content(study, results),
        "version": metadata.version("crossmodal"),
    }


def copy_figure(sidecar: Mapping[str, Any], folder: Path) -> None:
    """The figure's PNG and PDF, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, sidecar["files"]):
        if path.suffix in (".png", ".pdf"):
            shutil.copyfile(path, folder / path.name)


def render(page: Mapping[str, Any]) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("crossmodal.report"), autoescape=select_autoescape(["j2"])
    )
    gradients = {
        "gradient": ", ".join(style.hex_colours(style.SIGNED_MAP)[::16]),
        "rdm_gradient": ", ".join(style.hex_colours(style.RDM_MAP)[::16]),
    }
    has = {"has_maps": bool(page["map_sets"]), "has_rdms": bool(page["rdm_sets"])}
    return environment.get_template("index.html.j2").render(
        **page, **gradients, **has, two=content.two_digits, arm_colours=style.ARM_COLOURS
    )
