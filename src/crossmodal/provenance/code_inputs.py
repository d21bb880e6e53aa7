"""Which code files a workflow script depends on, found by reading its imports.

Snakemake does not see edits of modules that a script imports. Every rule therefore lists
``code_inputs(script)`` among its inputs, and Snakemake compares their content. A program that a
module runs by path instead of importing it counts as well, when it lies beside the module and the
module names it as a text (``"espeak_program.py"``).
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "crossmodal"


def imported_modules(source: str) -> set[str]:
    """Dotted names under ``crossmodal`` that a source text imports, wherever it does so.

    ``from crossmodal.a import b`` gives both ``crossmodal.a`` and ``crossmodal.a.b``, since
    only the file system tells whether ``b`` is a module.
    """
    return _modules(ast.parse(source))


def _modules(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == PACKAGE}


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """All statements, at any depth; a tenth of what ``ast.walk`` goes through."""
    todo = [tree]
    for node in todo:
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside = getattr(node, name, ())
            todo += inside if isinstance(inside, list) else ()  # a lambda's body is none
    return iter(todo)


def _programs(tree: ast.AST, folder: Path) -> set[str]:
    """Names of Python files in ``folder`` that stand in a source as a text of their own."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text.endswith(".py")} & {
        path.name for path in folder.glob("*.py")
    }


def module_file(name: str, root: Path) -> Path | None:
    """The file of a module, relative to ``root`` (the work dir), or None for a package."""
    path = Path("src", *name.split(".")).with_suffix(".py")
    return path if (root / path).is_file() else None


@cache
def _dependencies(path: Path, root: Path) -> frozenset[Path]:
    source = (root / path).read_text(encoding="utf-8")
    tree = ast.parse(source)  # once: all of src is read
    modules = {module_file(name, root) for name in _modules(tree)}
    names = _programs(tree, (root / path).parent) if ".py" in source else ()
    programs = {path.parent / name for name in names}
    return frozenset(programs | {file for file in modules if file is not None})


def code_inputs(script: str | Path, root: str | Path = ".") -> list[str]:
    """The script and every ``crossmodal`` module it imports or runs, directly or through others.

    Parameters
    ----------
    script : path relative to ``root``
    root : the work dir, which holds ``src/``

    Returns
    -------
    Sorted paths relative to ``root``, so that a moved clone gives the same list.
    """
    root = Path(root)
    found: set[Path] = set()
    todo = [Path(script)]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo.extend(_dependencies(path, root))
    return sorted(path.as_posix() for path in found)
