"""Which heavy library each workflow script may import: seconds of CPU in every one of its jobs.

CPU seconds of an import, where torch (1.0), pandas (.4) and scipy.stats (.4) are there already:
pytorch_lightning 2.3, monai 2.0, librosa 1.5 (15 where numba's cache is empty), rsatoolbox 1.0,
nilearn .9, dipy .3.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from crossmodal.provenance.code_inputs import module_file

TRAINED = {"pretrain_network", "tune_network", "train_voices"}
MRPN = {"pretrain_extractors", "train_mrpn", "compute_mrpn_rdms", "measure_interference"}
MAY_IMPORT = {
    "pytorch_lightning": TRAINED
    | MRPN - {"compute_mrpn_rdms"}
    | {"evaluate_affect3d", "train_affect3d", "tabulate_voices", "fit_voice_baseline"},
    "monai": MRPN,
    "librosa": {"fit_voice_baseline"},
    "rsatoolbox": {"compute_roi_rdms", "compare_roi_models"},
    "nilearn": {
        "draw_contrasts",
        "draw_given_maps",
        "draw_maps",
        "simulate_dataset",
        "simulate_participant",
    },
    "dipy": {"coregister_runs", "normalise_anatomy"},
    "deepbet": {"normalise_anatomy"},
    "sklearn": {"compute_mrpn_rdms", "fit_voice_baseline"},
    "torch": TRAINED
    | MRPN
    | {"evaluate_affect3d", "train_affect3d", "compute_layer_rdms", "describe_architecture"}
    | {"compute_external_rdms"}
    | {"tabulate_mrpn", "normalise_anatomy", "tabulate_voices", "fit_voice_baseline"},
}
HEAVY = set(MAY_IMPORT)


def run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported: all but those of functions."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.stmt):
            yield node
        todo.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))


@cache
def names_imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in run_at_import(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def libraries(script: Path, root: Path) -> set[str]:
    """Libraries that a script or a module of ours that it imports names at import."""
    seen: set[Path] = set()
    found: set[str] = set()
    todo = [script]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            names = names_imported(path)
            found |= {name.partition(".")[0] for name in names}
            todo.extend(root / file for name in names if (file := module_file(name, root)))
    return found


def scripts(root: Path) -> list[Path]:
    return sorted((root / "workflow/scripts").glob("*.py"))


def test_scripts_import_no_heavy_library_that_they_need_not(root: Path) -> None:
    for script in scripts(root):
        allowed = {library for library, names in MAY_IMPORT.items() if script.stem in names}
        used = libraries(script, root) & HEAVY
        assert used <= allowed, f"{script.stem} imports {used - allowed}"


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_the_list_is_of_scripts_that_do(root: Path, library: str) -> None:
    for name in MAY_IMPORT[library]:
        assert library in libraries(root / f"workflow/scripts/{name}.py", root), name


def test_no_other_library_brings_them_in(root: Path) -> None:
    """All imports of the light scripts in one process: what matters is what is loaded then."""
    light = [s for s in scripts(root) if not any(s.stem in names for names in MAY_IMPORT.values())]
    assert len(light) > 25
    names = sorted({name for script in light for name in names_imported(script)})
    modules = [name for name in names if name != "crossmodal" and module_file(name, root)]
    code = (
        "import importlib, sys; names, heavy = eval(sys.argv[1]), eval(sys.argv[2])\n"
        "for name in names: importlib.import_module(name)\n"
        "print(*sorted(set(heavy) & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code, repr(modules), repr(sorted(HEAVY))],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.split() == []
