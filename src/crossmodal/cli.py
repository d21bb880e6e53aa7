"""``crossmodal``: check before a run, and ask of any result where it came from."""

import argparse
import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from crossmodal.contracts.errors import InputError

DEFAULT_CONFIG = "config/config.yaml"
CONFIG_HELP = f"config file; several, the last on top: --config A B (default: {DEFAULT_CONFIG})"
COMMANDS = (
    *("init", "check", "summary", "lineage", "audit", "why", "crate", "config"),
    *("choose-actors", "clean", "download-ravdess", "group", "import-affect", "notice", "plan"),
    *("report", "table", "watch"),
)


def parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The command line; every subcommand takes ``--config``.

    ``chosen`` alone is imported: some commands need torch, and `crossmodal why` must not.
    """
    top = argparse.ArgumentParser(prog="crossmodal", description=__doc__)
    top.add_argument("--version", action="version", version=f"crossmodal {version('crossmodal')}")
    commands = top.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name, help=summary_of(name))
        command.add_argument("--config", dest="configs", action="append", type=Path,
                             metavar="FILE", help=CONFIG_HELP)  # fmt: skip
        if name == chosen:
            module = import_module(module_of(name))
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return top


def module_of(command: str) -> str:
    """The module of a subcommand."""
    return f"crossmodal.commands.{command.replace('-', '_')}"


def summary_of(command: str) -> str:
    """The first line of its module's docstring, read without importing it."""
    file = Path(__file__).parent / "commands" / f"{command.replace('-', '_')}.py"
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()[0]


def one_each(arguments: Sequence[str]) -> list[str]:
    """``--config a.yaml b.yaml FILE`` as ``--config a.yaml --config b.yaml FILE``.

    Names of config files end in .yaml, .yml or .json; what follows them is for the command.
    """
    made: list[str] = []
    after = False  # a config file, so that another one may follow
    for argument in arguments:
        if made[-1:] == ["--config"]:
            after = True
        elif after and argument.lower().endswith((".yaml", ".yml", ".json")):
            made.append("--config")
        else:
            after = argument.startswith("--config=")
        made.append(argument)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; bad input is one line on stderr and exit code 2."""
    given = one_each(sys.argv[1:] if arguments is None else arguments)
    chosen = next((argument for argument in given if argument in COMMANDS), None)
    options = parser(chosen).parse_args(given)
    options.configs = options.configs or [Path(DEFAULT_CONFIG)]
    try:
        return options.run(options)
    except InputError as error:
        print(f"crossmodal: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
