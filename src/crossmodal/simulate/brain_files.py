"""Writing one simulated participant as BIDS files."""

import logging
from collections.abc import Sequence
from typing import Any

import pandas as pd

from crossmodal.contracts.atomic import write_json
from crossmodal.simulate import bids
from crossmodal.simulate.brain import (
    Experiment,
    Run,
    plant_participant,
    simulate_t1,
    simulate_task_run,
)
from crossmodal.simulate.brain_bold import StillHead
from crossmodal.simulate.brain_config import BrainConfig, Participant
from crossmodal.simulate.brain_pose import draw_head
from crossmodal.simulate.brain_tissue import Tissue

TASK = "emotion"
MOTION_COLUMNS = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
LOG = logging.getLogger(__name__)


def write_participant(
    config: BrainConfig,
    participant: Participant,
    experiment: Experiment,
    runs: Sequence[str],
    output: Any,
) -> None:
    """Simulate and write T1w, all runs, events and motion.

    ``output`` has the attributes t1w, t1w_json and the lists bold, bold_json, events and
    motion, in the order of ``runs``.
    """
    tissue = Tissue.load()
    head = draw_head(
        participant.label, config.anatomy_warp_mm, experiment.seed, config.head_tilt_deg
    )
    t1, t1_affine = simulate_t1(config, head, tissue, experiment.seed, participant.label)
    bids.write_bytes(output.t1w, bids.nifti_gz(t1, t1_affine))
    write_json(output.t1w_json, bids.T1W_SIDECAR)
    still = StillHead.build(config, head, tissue)
    planted = plant_participant(config, participant.label, experiment, still.mni_mm)
    for i, run in enumerate(runs):
        simulated = simulate_task_run(config, participant, run, experiment, still, planted)
        paths = (output.bold[i], output.bold_json[i], output.events[i], output.motion[i])
        _write_run(simulated, paths, config, participant, still)
    LOG.info(
        "sub-%s: %d runs, %d planted voxels of %d mm",
        participant.label,
        len(runs),
        len(planted.voxels),
        config.voxel_size_mm,
    )


def _write_run(
    run: Run,
    paths: tuple[str, str, str, str],
    config: BrainConfig,
    participant: Participant,
    still: StillHead,
) -> None:
    bold, bold_json, events, motion = paths
    data, affine = bids.stored_as(run.intensity, still.grid.affine, participant.orientation)
    repetition_s = config.repetition_time_s
    bids.write_bytes(bold, bids.nifti_gz(data, affine, repetition_s, bids.BOLD_STEP))
    write_json(bold_json, bids.bold_sidecar(repetition_s, affine, TASK))
    bids.write_table(events, run.events, decimals=3)
    bids.write_table(motion, pd.DataFrame(run.motion, columns=MOTION_COLUMNS), decimals=6)
