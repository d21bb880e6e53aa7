"""The mini-study's networks, fully trained: the generator makes the paper's pattern true."""

import pandas as pd
import pytest

from tests.workflow.study import clone

pytestmark = [pytest.mark.workflow, pytest.mark.full]


def test_the_whole_pattern_holds_on_the_mini_study(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """About ten core-minutes: clips and networks of four regimes, no scans."""
    study = clone(tmp_path_factory.mktemp("mini"), "config/config.yaml")
    study.snakemake("results/tables/pattern.tsv")
    table = pd.read_csv(study.folder / "results/tables/pattern.tsv", sep="\t")
    assert set(table.regime) == {"emotion", "identity", "gender", "sentence"}
    assert table.holds.all(), table[~table.holds]
