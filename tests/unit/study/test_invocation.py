"""Snakemake takes the last of two flags without a word: we say it."""

import pytest

from crossmodal.study.invocation import altered, dropped


@pytest.mark.parametrize(
    "arguments",
    ["--configfile a.yaml b.yaml -n", "--configfiles a.yaml --config x=1", "-n --cores 1 all",
     "--configfile=a.yaml", "-C x=1 y=2"],
)  # fmt: skip
def test_one_flag_is_fine(arguments: str) -> None:
    assert dropped(["snakemake", *arguments.split()]) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--configfile a.yaml --configfile b.yaml",
            "command line: --configfile: expected one flag with all files: --configfile a.yaml "
            "b.yaml, got 2 flags, of which the last one's files count",
        ),
        ("--configfile=a --configfiles b --configfile c", "got 3 flags"),
        ("--config a=1 --config b=2", "one flag with all values: --config a=1 b=2, got 2 flags"),
        ("-C a=1 --config=b=2", "got 2 flags, of which the last one's values count"),
    ],
)
def test_two_are_refused_with_the_right_way(arguments: str, message: str) -> None:
    [problem] = dropped(["snakemake", *arguments.split()])
    assert message in str(problem)


@pytest.mark.parametrize(
    "value", ["a={b: s\\d+}", "a={b: 'it', c: \"x\"}", "a={b: '$HOME'}", "a={b: '`id`'}", "a=x\ny"]
)
def test_what_the_shell_of_a_job_would_change_is_refused(value: str) -> None:
    [problem] = altered(["scans={task: emotion}", value])
    assert "write this one into a config file" in str(problem)


def test_plain_values_reach_the_jobs() -> None:
    assert altered(["a={b: 'it', c: 5}", 'a={b: "x"}', "a={b: $HOME}", "name=größer"]) == []
