"""Real audio-visual clips through mrpn's whole data path: decode, crop, windows, network."""

from pathlib import Path

import pandas as pd
import pytest
import torch

from crossmodal.contracts.clips import write_clips
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.families.mrpn.augmentation import MrpnAugmentation
from crossmodal.families.mrpn.batches import RawSource
from crossmodal.families.mrpn.inputs import MrpnInputs, load_sequences
from crossmodal.families.mrpn.networks import FUSED, Mrpn, MrpnConfig
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig

FACE = FaceConfig("dlib", None, None, 1, 0.0, 360, 0.4, 0.2, 0.3, 0.2, 64, 112)
AUDIO = AudioConfig(16_000, 3.0, 96, 80, 1024)


@pytest.mark.slow
@pytest.mark.parametrize("files", ["cremad/*.flv", "grid/*.mpg"])
def test_real_clips_give_finite_scores(shared: Path, tmp_path: Path, files: str) -> None:
    paths = sorted(map(str, (shared / "data").glob(files)))
    clips = list(ClipExtractor(FACE, AUDIO, ("video", "audio")).extract_all(paths))
    write_clips(tmp_path / "actor-1001.h5", clips)
    rows = [
        dict.fromkeys(COLUMNS, "x")
        | {"stimulus_id": clip.stimulus_id, "identity": "1001", "emotion": f"emotion-{i}"}
        for i, clip in enumerate(clips)
    ]
    table = StimulusTable(pd.DataFrame(rows))
    loaded = load_sequences([tmp_path / "actor-1001.h5"], table, MrpnInputs())
    source = RawSource(loaded, MrpnAugmentation(), torch.device("cpu"))
    torch.manual_seed(0)
    network = Mrpn(MrpnConfig(width=0.0625), len(clips), {"video": 3, "audio": 1}).eval()
    batch = source.batch(range(len(clips)), torch.Generator().manual_seed(0))
    assert batch["video"].values.shape[1:] == (3, 112, 112)
    assert batch["audio"].values.shape[1:] == (1, 256, 250)
    scores = network(batch)[FUSED]
    assert scores.shape == (len(clips), len(clips))
    assert torch.isfinite(scores).all()
