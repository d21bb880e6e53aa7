"""Every command takes several config files."""

import pytest

from crossmodal import cli


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("check --config a.yaml b.YML --deep", "check --config a.yaml --config b.YML --deep"),
        ("lineage --config a x.json f.pdf", "lineage --config a --config x.json f.pdf"),
        ("lineage --config a.yaml f.pdf g.yaml", "lineage --config a.yaml f.pdf g.yaml"),
        ("check --config=a.yaml b.yaml", "check --config=a.yaml --config b.yaml"),
        ("check --config a.yaml --config b.yaml c.yaml",
         "check --config a.yaml --config b.yaml --config c.yaml"),
        ("audit fig1 --config", "audit fig1 --config"),
    ],
)  # fmt: skip
def test_config_files_end_where_the_command_goes_on(given: str, read: str) -> None:
    assert cli.one_each(given.split()) == read.split()


def test_all_files_arrive_and_the_default_stands_in_for_none() -> None:
    given = cli.one_each(["lineage", "--config", "a.yaml", "b.yaml", "f"])
    named = cli.parser("lineage").parse_args(given)
    assert ([str(path) for path in named.configs], named.file) == (["a.yaml", "b.yaml"], "f")
