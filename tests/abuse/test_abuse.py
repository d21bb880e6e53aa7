"""Every bad input ends in one line that names file, field, expected and got."""

from pathlib import Path

import pytest

from crossmodal.contracts.errors import InputError
from tests.abuse import binaries, configs, names, tables
from tests.abuse.case import Case

CASES = [*configs.CASES, *names.CASES, *tables.CASES, *binaries.CASES]


def test_there_are_enough_cases_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_refused_in_one_line(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=case.match) as caught:
        case.attempt(tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert ": expected " in message
    assert not (tmp_path / "pwned").exists()
