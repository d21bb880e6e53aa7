"""How many hand-written lines of a checkout are about config; see docs/decisions/config-keys.md.

    python -m benchmarks.config_lines FOLDER

Lines that are not blank count; comments and docstrings too, for a key's meaning stands in them.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

OLD_CLASSES = {  # config dataclasses of 353bd71 that are not called ...Config
    *("Affect3dFamily", "Affect3dTraining", "MrpnAugmentation", "MrpnFamily", "MrpnInputs"),
    *("Interference", "MrpnTraining", "Augmentation", "Machine", "VoicePreset", "SimulatedClips"),
    *("StudySet", "Pool", "Voices", "RoiInference", "RoiPatterns"),
}
OLD_READING = ("contracts/config", "contracts/families", "commands/problems", "commands/planning",
               "commands/keys", "commands/check")  # fmt: skip
# What 353bd71 had no part of: several files as one, YAML's traps, where each value comes from.
LAYERS = ("overlay", "invocation", "command_line", "reading", "traps", "effective")
SECOND_DEFAULT = re.compile(r"""\.get\(["'][a-z_]+["']""")


def lines(text: str) -> int:
    """Lines that are not blank."""
    return sum(bool(line.strip()) for line in text.splitlines())


def of_files(paths: Iterator[Path] | list[Path]) -> int:
    """Lines of whole files."""
    return sum(lines(path.read_text(encoding="utf-8")) for path in paths)


def of_classes(path: Path, is_old: bool) -> int:
    """Lines of a module's config classes, or of all of it where it is a module of configs."""
    text = path.read_text(encoding="utf-8")
    if path.name == "block.py" or path.name.endswith("config.py"):
        return lines(text)
    rows = text.splitlines()
    return sum(
        lines("\n".join(rows[node.lineno - 2 : node.end_lineno]))
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.decorator_list and _is_config(node, is_old)
    )


def _is_config(node: ast.ClassDef, is_old: bool) -> bool:
    if is_old:
        return node.name.endswith("Config") or node.name in OLD_CLASSES
    return bool({"Settings", "ClipSet", "MrpnSize"} & {ast.unparse(base) for base in node.bases})


def counted(root: Path) -> dict[str, int]:
    """Kind -> lines."""
    src, study = root / "src/crossmodal", root / "src/crossmodal/study"
    is_old = not study.is_dir()
    configs = [path for path in (root / "config").rglob("*.yaml") if "schema" not in path.name]
    modules = [path for path in src.rglob("*.py") if study not in path.parents]
    modules = [path for path in modules if path.parent.name not in ("contracts", "commands")]
    rules = [*(root / "workflow").rglob("*.smk"), root / "Snakefile", *modules]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in rules).splitlines()
    if is_old:
        checks = list(src.glob("commands/*_problems.py"))
        reading = [src / f"{name}.py" for name in OLD_READING]
    else:
        checks = list(study.glob("checks/*.py"))
        reading = [path for path in study.glob("*.py") if path.stem not in LAYERS]
        reading += [src / "contracts/settings.py", src / "families/registry.py"]
        reading += [src / f"commands/{name}.py" for name in ("config", "check", "planning")]
    return {
        "schema written by hand": of_files([root / "config/config.schema.yaml"]) if is_old else 0,
        "config files": of_files(configs),
        "config classes": sum(of_classes(path, is_old) for path in modules),
        "second defaults and reads by .get": sum(bool(SECOND_DEFAULT.search(t)) for t in texts),
        "checks across blocks and data": of_files(checks),
        "reading, schema, page, messages": of_files(reading),
        "layers, traps, origins": 0 if is_old else of_files([study / f"{n}.py" for n in LAYERS]),
    }


if __name__ == "__main__":
    found = counted(Path(sys.argv[1]))
    for kind, number in (found | {"all": sum(found.values())}).items():
        print(f"{number:6d}  {kind}")
