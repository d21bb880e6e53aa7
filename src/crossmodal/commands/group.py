"""Test any participants' maps as a group: max-t, TFCE, cluster mass, FDR, prevalence of sign."""

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.given import given_result, read_given
from crossmodal.inference.maps.group import TITLES
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.inference.maps.one_sample import ALTERNATIVES
from crossmodal.provenance.hashing import sha256_files, sha256_json
from crossmodal.provenance.record import git_state, package_versions, sealed

REGIONS = "resources/rois.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("maps", nargs="+", help="NIfTI files, one a participant")
    parser.add_argument("--out", required=True, type=Path, help="a new or empty folder")
    parser.add_argument("--n-permutations", type=int, default=10_000)
    parser.add_argument("--alternative", choices=ALTERNATIVES, default="two-sided")
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)  # as study.seed
    parser.add_argument("--statistics", nargs="*", choices=[*TITLES], default=[*TITLES])
    parser.add_argument("--smoothing-mm", type=float, default=0.0, help="FWHM, before the test")
    parser.add_argument("--space", help="where the maps lie, if the files do not say: MNI152")
    parser.add_argument(
        "--atlas", nargs=2, metavar=("IMAGE", "LABELS"), help="names of peaks; default: spheres"
    )


def run(options: argparse.Namespace) -> int:
    # Drawing takes seconds to import, and every command reads this file.
    from crossmodal.figures.group_tests import draw_group_tests
    from crossmodal.figures.save import FORMATS, save_figure
    from crossmodal.figures.style import use_style

    if options.out.exists() and any(options.out.iterdir()):
        raise InputError(options.out, "--out", "a new or empty folder", "files in it")
    maps = read_given(options.maps, options.space)
    config = GroupConfig(
        options.n_permutations,
        options.alternative,
        options.alpha,
        statistics=tuple(options.statistics),
        smoothing_mm=options.smoothing_mm,
    )
    spheres = REGIONS if Path(REGIONS).is_file() else None
    anatomy = Anatomy.read(*(options.atlas or (None, None)), spheres)
    result = given_result(maps, config, options.seed, anatomy)
    result.write(options.out)
    inputs = sha256_files(map(str, options.maps))
    facts = {"inputs": {Path(path).name: digest for path, digest in inputs.items()}}
    facts |= {"git": git_state(), "versions": package_versions(), "test": result.facts}
    write_json(options.out / "record.json", sealed(facts))
    use_style()
    paths = [options.out / f"maps.{suffix}" for suffix in FORMATS]
    save_figure(draw_group_tests(result, TITLES), paths, sha256_json(facts)[:16], "Group maps")
    show(result, options.out)
    return 0


def place_name(row: dict[str, object]) -> str:
    """'FFA R', or 'FFA R (3 mm away)' for a peak outside the region nearest to it."""
    distance_mm = row["label_distance_mm"]
    away = f" ({np.ceil(distance_mm):.0f} mm away)" if distance_mm > 0 else ""
    return f"{row['label']}{away}"


def show(result: GroupResult, folder: Path) -> None:
    """What was tested, the largest clusters of each layer, and where everything lies."""
    facts, console = result.facts, Console(soft_wrap=True)
    kind = "all sign patterns" if facts["exact"] else "sign patterns, drawn"
    console.print(
        f"{facts['n_participants']} participants, {facts['n_voxels']} voxels that all have, "
        f"{facts['n_permutations']} {kind}, {facts['alternative']}"
    )
    table = Table("map", "voxels", "peak x y z (mm)", "t", "p, FWE", "label")
    for row in result.clusters[result.clusters.peak == 1].head(12).to_dict("records"):
        place = " ".join(f"{row[f'peak_{axis}_mm']:.0f}" for axis in "xyz")
        numbers = (f"{row['peak_t']:.2f}", f"{row['p_fwe']:.4f}")
        table.add_row(escape(row["layer"]), str(row["n_voxels"]), place, *numbers, place_name(row))
    console.print(table if table.rows else f"no voxel has p < {facts['alpha']:g} by maximum t")
    for name in facts["statistics"]:
        column = "p_fwe" if name == "max_t" else f"p_{name}"
        passed = int((result.maps[column].values < facts["alpha"]).sum())
        least = float(np.nanmin(result.maps[column].values))
        title = TITLES.get(name, "maximum of t")
        console.print(f"{title}: {passed} voxels with p < {facts['alpha']:g}, least p {least:.4f}")
    console.print(f"maps, clusters.tsv, null.tsv, group.json, maps.png: {folder}")
