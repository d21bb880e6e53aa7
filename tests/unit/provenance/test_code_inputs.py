from pathlib import Path

import pytest

from crossmodal.provenance.code_inputs import code_inputs, imported_modules


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """script -> a -> b; c is imported by nobody; d lazily inside a function."""
    files = {
        "workflow/scripts/x.py": "import numpy\nfrom crossmodal.one import a\n",
        "src/crossmodal/one/a.py": "from crossmodal.one.b import f\n",
        "src/crossmodal/one/b.py": "def f():\n    import crossmodal.one.d\n",
        "src/crossmodal/one/c.py": "",
        "src/crossmodal/one/d.py": "",
        "src/crossmodal/one/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_follows_imports_and_nothing_else(package: Path) -> None:
    assert code_inputs("workflow/scripts/x.py", package) == [
        "src/crossmodal/one/a.py",
        "src/crossmodal/one/b.py",
        "src/crossmodal/one/d.py",
        "workflow/scripts/x.py",
    ]


def test_import_of_a_name_from_a_package_finds_the_submodule() -> None:
    assert imported_modules("from crossmodal.contracts import rdms") == {
        "crossmodal.contracts",
        "crossmodal.contracts.rdms",
    }


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    {}\nexcept OSError:\n    pass",
        "try:\n    pass\nexcept OSError:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "for x in y:\n    pass\nelse:\n    {}",
        "async def f():\n    async with y:\n        {}",
        "match x:\n    case 1:\n        {}",
        "class A:\n    f = lambda x: x\n    if f:\n        pass\n    elif A:\n        {}",
    ],
)
def test_an_import_is_found_wherever_a_statement_may_stand(source: str) -> None:
    text = source.replace("{}", "import crossmodal.one")
    assert imported_modules(text) == {"crossmodal.one"}


def test_other_packages_are_ignored() -> None:
    assert imported_modules("import os\nfrom crossmodality import x\n") == set()


def test_import_cycles_end(package: Path) -> None:
    (package / "src/crossmodal/one/d.py").write_text("import crossmodal.one.a\n")
    assert "src/crossmodal/one/d.py" in code_inputs("workflow/scripts/x.py", package)


def test_program_that_a_module_runs_by_path_is_code(package: Path) -> None:
    (package / "src/crossmodal/one/c.py").write_text("")
    (package / "src/crossmodal/one/b.py").write_text(
        "from pathlib import Path\nPROGRAM = Path(__file__).with_name('c.py')\n"
    )
    assert "src/crossmodal/one/c.py" in code_inputs("workflow/scripts/x.py", package)


def test_every_script_of_the_study_resolves(root: Path) -> None:
    for script in sorted((root / "workflow/scripts").glob("*.py")):
        found = code_inputs(script.relative_to(root), root)
        assert all((root / path).is_file() for path in found)
        assert any(path.startswith("src/crossmodal/") for path in found)
