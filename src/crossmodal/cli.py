"""``crossmodal``: check before a run, and ask of any result where it came from."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from crossmodal.commands import (
    audit,
    check,
    choose_actors,
    clean,
    config,
    crate,
    download_ravdess,
    group,
    import_affect,
    init,
    lineage,
    notice,
    plan,
    report,
    summary,
    table,
    why,
)
from crossmodal.contracts.errors import InputError

DEFAULT_CONFIG = "config/config.yaml"
CONFIG_HELP = f"config file; several, the last on top: --config A B (default: {DEFAULT_CONFIG})"
COMMANDS = (
    *(init, check, summary, lineage, audit, why, crate, config),
    *(choose_actors, clean, download_ravdess, group, import_affect, notice, plan, report, table),
)


def parser() -> argparse.ArgumentParser:
    """The command line; every subcommand takes ``--config``."""
    top = argparse.ArgumentParser(prog="crossmodal", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for module in COMMANDS:
        name = module.__name__.rsplit(".", 1)[-1].replace("_", "-")
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        command.add_argument("--config", dest="configs", action="append", type=Path,
                             metavar="FILE", help=CONFIG_HELP)  # fmt: skip
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return top


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
    options = parser().parse_args(one_each(sys.argv[1:] if arguments is None else arguments))
    options.configs = options.configs or [Path(DEFAULT_CONFIG)]
    try:
        return options.run(options)
    except InputError as error:
        print(f"crossmodal: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
