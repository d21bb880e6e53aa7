"""A killed searchlight goes on where it was, with the same bytes."""

import numpy as np
import pytest

from crossmodal.rsa import checkpoint as module
from crossmodal.rsa import searchlight as engine
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.searchlight import searchlight_rsa

AFFINE = np.eye(4)
CONFIG = SearchlightConfig(1.8, 3)
LITTLE_MB = 0.7  # the brain does not fit at once


def problem() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mask = np.ones((12, 12, 9), dtype=bool)
    return rng.normal(size=(1, 5, mask.sum())), mask, rng.normal(size=(2, 10))


@pytest.mark.parametrize("limit_mb", [None, LITTLE_MB])
def test_killed_run_goes_on(tmp_path, monkeypatch, limit_mb):
    betas, mask, models = problem()
    config = SearchlightConfig(1.8, 3, max_memory_mb=limit_mb)
    whole = searchlight_rsa(betas, mask, AFFINE, models, CONFIG)
    path = tmp_path / "blocks.npz"
    monkeypatch.setattr(module, "INTERVAL_S", 0.0)
    computed = []
    original = engine.tile_rdms

    def dying(patterns, around, first):
        computed.append(first)
        if len(computed) == 4:
            raise KeyboardInterrupt
        return original(patterns, around, first)

    monkeypatch.setattr(engine, "tile_rdms", dying)
    with pytest.raises(KeyboardInterrupt):
        searchlight_rsa(betas, mask, AFFINE, models, config, checkpoint_file=path)
    assert path.is_file()
    computed[:] = [0] * 100
    again = searchlight_rsa(betas, mask, AFFINE, models, config, checkpoint_file=path)
    assert again.tobytes() == whole.tobytes()
    assert len(computed) - 100 < len(range(0, mask.sum(), engine.TILE))
    assert not path.exists()


def test_checkpoint_of_other_code_is_not_used(tmp_path, monkeypatch):
    one = module.Checkpoint.of(tmp_path / "a.npz", "config", [np.zeros(3)])
    one.interval_s = 0
    one.keep(np.ones((2, 5)), 3)
    assert module.Checkpoint.of(one.path, "config", [np.zeros(3)]).restore(np.zeros((2, 5))) == 3
    monkeypatch.setattr(module, "code_digest", lambda: "edited")
    assert module.Checkpoint.of(one.path, "config", [np.zeros(3)]).restore(np.zeros((2, 5))) == 0


def test_every_source_file_of_the_engine_counts(tmp_path):
    digests = [module.code_digest()]
    for name, text in (("a.py", "x = 1"), ("b.py", "y = 2"), ("a.py", "x = 3")):
        (tmp_path / name).write_text(text)
        module.code_digest.cache_clear()
        digests.append(module.code_digest(tmp_path))
    assert len(set(digests)) == 4


def test_checkpoint_of_other_input_is_not_used(tmp_path):
    one = module.Checkpoint.of(tmp_path / "a.npz", "config", [np.zeros(3), None])
    one.interval_s = 0
    one.keep(np.ones((2, 5)), 3)
    maps = np.zeros((2, 5))
    assert one.restore(maps) == 3
    np.testing.assert_array_equal(maps, np.ones((2, 5)))
    other = module.Checkpoint.of(tmp_path / "a.npz", "config", [np.ones(3), None])
    assert other.restore(maps) == 0
