"""What a Snakemake call says of the config, and what Snakemake would drop of it silently."""

from collections.abc import Sequence

from crossmodal.contracts.errors import InputError
from crossmodal.study.command_line import COMMAND_LINE

# Every spelling that argparse takes: `--configfiles` is the same flag, `--configfi` short for it.
FLAGS = {
    "--configfile": ("one flag with all files: --configfile a.yaml b.yaml", "files"),
    "--config": ("one flag with all values: --config a=1 b=2", "values"),
}


def dropped(arguments: Sequence[str]) -> list[InputError]:
    """Flags that are there twice, of which Snakemake takes the last one only.

    ``arguments``: the command line, ``sys.argv``.
    """
    given = [_flag(argument) for argument in arguments]
    return [
        InputError(COMMAND_LINE, flag, expected, f"{n} flags, of which the last one's {what} count")
        for flag, (expected, what) in FLAGS.items()
        if (n := given.count(flag)) > 1
    ]


def altered(values: Sequence[str]) -> list[InputError]:
    """Values of ``--config`` that the jobs of a run would get otherwise than its planning.

    Snakemake 9.27 writes each as Python's repr into the shell command of a job: a backslash is
    doubled, and what stands in double quotes is expanded (findings/snakemake_config_backslash.sh).
    """
    expected = "a value that Snakemake hands to jobs unchanged; write this one into a config file"
    return [
        InputError(COMMAND_LINE, "--config", expected, value)
        for value in values
        if repr(value)[1:-1] != value or (repr(value)[0] == '"' and set("$`") & set(value))
    ]


def _flag(argument: str) -> str | None:
    """The flag in its usual spelling."""
    name = argument.split("=")[0]
    if name.startswith("--configf"):
        return "--configfile"
    is_values = name == "--config" or argument.startswith("-C")
    return "--config" if is_values else None
