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
COMMANDS = (
    *(check, summary, lineage, audit, why, crate, config),
    *(choose_actors, clean, download_ravdess, group, import_affect, notice, plan, report, table),
)


def parser() -> argparse.ArgumentParser:
    """The command line; every subcommand takes ``--config``."""
    top = argparse.ArgumentParser(prog="crossmodal", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for module in COMMANDS:
        name = module.__name__.rsplit(".", 1)[-1].replace("_", "-")
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        command.add_argument("--config", type=Path, default=Path(DEFAULT_CONFIG))
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; bad input is one line on stderr and exit code 2."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except InputError as error:
        print(f"crossmodal: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
