"""Fuzzing: whatever the bytes, parsers and readers answer or raise InputError, nothing else.

A few examples of each by default, the same every time; ``make fuzz`` looks for new ones, ten
minutes for each kind of parser.
"""

import contextlib
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from crossmodal.bold.read.bids import find_runs
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.bold.read.images import open_image
from crossmodal.commands.plan import parse_job_stats
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.rois import read_rois
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.download.ravdess import parse_record
from crossmodal.provenance.lineage import read_record
from crossmodal.representations.models import table_rdms
from crossmodal.stimuli.naming import PARSERS
from crossmodal.study.validate import load_study
from tests.abuse.tables import EVENTS, ROI_HEAD

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "config/config.yaml").read_bytes()
N_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzzed = settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def answers(function: Callable[[], object]) -> None:
    """Pass if it returns or raises InputError in one line; anything else is a failure."""
    message = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function()
    except InputError as error:
        message = str(error)
    assert "\n" not in message


def answers_file(name: str, content: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        answers(lambda: read(path))


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """Valid content with some bytes replaced, or cut, or with something inserted."""
    place = st.integers(0, len(content))

    def damage(edits: list[tuple[int, bytes, int]]) -> bytes:
        result = bytearray(content)
        for at, inserted, n_removed in edits:
            result[at : at + n_removed] = inserted
        return bytes(result)

    edit = st.tuples(place, st.binary(max_size=8), st.integers(0, 40))
    return st.one_of(
        st.lists(edit, min_size=1, max_size=6).map(damage), place.map(lambda n: content[:n])
    )


def valid(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        write(path)
        return path.read_bytes()


def write_betas(path: Path) -> None:
    Betas(
        np.ones((2, 3, 8), np.float32), np.ones((2, 2, 2), bool), np.eye(4), ("a", "b", "c"),
        ("1", "2"), np.ones((2, 8), np.float32), "native",
    ).write(path)  # fmt: skip


def write_image(path: Path) -> None:
    nib.Nifti1Image(np.ones((3, 3, 3), np.float32), np.eye(4)).to_filename(path)


def write_clips_file(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["a/audio"] = np.zeros(4, np.float32)
        file["a/mel_power"] = np.zeros((2, 2), np.float32)
        file["a"].attrs["sample_rate_hz"] = 16000.0


names = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[0-9]{2}(-[0-9]{2}){6}\.mp4", fullmatch=True),
    st.from_regex(r"\d{4}_[A-Z]{3}_[A-Z]{3}_[A-Z]{2}\.flv", fullmatch=True),
)


@pytest.mark.parametrize("naming", sorted(PARSERS))
@fuzzed
@given(name=names)
def test_names(naming: str, name: str) -> None:
    answers(lambda: PARSERS[naming](name))


labels = st.one_of(
    st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), max_size=12),
    st.from_regex(r"sub-[0-9A-Za-z]{1,3}", fullmatch=True),
)
scan_names = st.one_of(
    labels,
    st.from_regex(
        r"sub-[0-9]{2}(_ses-[0-9])?_task-(emotion|rest)(_(run|echo|acq|part)-[0-9a-z]{1,2}){0,2}"
        r"_(bold\.nii(\.gz)?|bold\.json|events\.tsv)",
        fullmatch=True,
    ),
)


@fuzzed
@given(folders=st.lists(labels, max_size=2), files=st.lists(scan_names, max_size=4))
def test_bids(folders: list[str], files: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        for folder in ("sub-01", *folders):
            for file in files:
                with contextlib.suppress(OSError):  # a name that this file system refuses
                    path = Path(root, folder, "func", file)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.touch()
        answers(lambda: find_runs(root, "emotion"))


@fuzzed
@given(
    content=st.one_of(st.binary(max_size=200), damaged((ROOT / "config/config.yaml").read_bytes()))
)
def test_config(content: bytes) -> None:
    def read(path: Path) -> object:
        return load_study(path)

    answers_file("c.yaml", content, read)


TEXT_READERS: dict[str, tuple[str, bytes, Callable[[Path], object]]] = {
    "events": (
        "e.tsv", (EVENTS + "1\t1\ta\n4\t1\tb\n").encode(), lambda p: read_events(p, EventsConfig())
    ),
    "rois": ("r.tsv", (ROI_HEAD + "FFA\tL\t1\t1\t1\t8\tc\ts\n").encode(), read_rois),
    "models": ("m.tsv", b"c\tx\ty\na\t1\tu\nb\t2\tv\nd\t3\tu\n", lambda p: table_rdms(p, "m")),
    "stimuli": ("s.tsv", b"stimulus_id\tpath\n1\t2\n", StimulusTable.read),
    "training": ("t.json", b'{"model": 1, "fits": [{}], "predictions": []}', Training.read),
    "record": ("r.json", b'{"rule": "x", "outputs": {"a": "b"}}', read_record),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(TEXT_READERS))
@fuzzed
@given(data=st.data())
def test_text_files(kind: str, data: st.DataObject) -> None:
    name, content, read = TEXT_READERS[kind]
    answers_file(name, data.draw(st.one_of(st.binary(max_size=99), damaged(content))), read)


BINARY_READERS: dict[str, tuple[str, bytes, Callable[[Path], object]]] = {
    "betas": ("b.h5", valid("b.h5", write_betas), Betas.read),
    "clips": ("c.h5", valid("c.h5", write_clips_file), lambda p: list(read_clips(p, ["a"]))),
    "rdms": (
        "r.h5",
        valid("r.h5", lambda p: ModelRDMs(np.ones((1, 3)), ("a", "b", "c"), ("l",), ("visual",),
                                          ("seed-0",), "m", "r").write(p)),
        ModelRDMs.read,
    ),
    "image": ("i.nii", valid("i.nii", write_image), lambda p: open_image(p, 3)),
    "maps": ("i.nii.gz", valid("i.nii.gz", write_image), Maps.read),
    "weights": ("w.safetensors", save({"a": np.zeros(3)}, {"crossmodal": "{}"}), Weights.read),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(BINARY_READERS))
@fuzzed
@given(data=st.data())
def test_binary_files(kind: str, data: st.DataObject) -> None:
    name, content, read = BINARY_READERS[kind]
    answers_file(name, data.draw(st.one_of(st.binary(max_size=99), damaged(content))), read)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["files", "key", "links", "self", "size", "checksum", "metadata"]),
            inner, max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@fuzzed
@given(content=json_values)
def test_zenodo_records(content: object) -> None:
    answers(lambda: parse_record(content))


@fuzzed
@given(text=st.text(max_size=300))
def test_job_stats(text: str) -> None:
    answers(lambda: parse_job_stats(text))
