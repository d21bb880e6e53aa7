"""Planted responses: features -> voxel amplitudes -> time courses."""

import numpy as np
from scipy.stats import gamma

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures

HRF_STEP_S = 0.1


def standardised_features(
    features: PlantedFeatures, kind: str, stimulus_ids: tuple[str, ...]
) -> np.ndarray:
    """float64 (stimulus, feature): z-scores over the clips; constant columns dropped.

    ``kind`` 'emotion' is one column per category (one-hot).

    Raises
    ------
    InputError : a clip without features, or features that are all constant
    """
    known = {name: row for row, name in enumerate(features.stimulus_ids)}
    if missing := [name for name in stimulus_ids if name not in known]:
        raise InputError("PlantedFeatures", "stimulus_id", missing[0], "no such row")
    rows = [known[name] for name in stimulus_ids]
    if kind == "emotion":
        emotions = features.frame.emotion.to_numpy()[rows]
        values = (emotions[:, None] == np.unique(emotions)).astype(np.float64)
    else:
        values = features.matrix(kind)[rows]
    values = values - values.mean(axis=0)
    sd = values.std(axis=0)
    varying = sd > 1e-9
    if not varying.any():
        raise InputError("PlantedFeatures", kind, "features that differ between clips", "constants")
    return values[:, varying] / sd[varying]


def plant(features: np.ndarray, n_voxels: int, sd: float, rng: np.random.Generator) -> np.ndarray:
    """Amplitudes (stimulus, voxel) = features @ W for a random W with orthonormal rows.

    The rows of W are orthogonal to the constant pattern too, so that distances and Pearson
    correlations between patterns are those between rows of ``features``: the RDM is planted
    exactly, whatever the participant's W. With fewer voxels (or stimuli) than features the first
    principal components are planted. ``sd`` is the root mean square over voxels of the
    SD over stimuli.
    """
    rank = min(*features.shape, n_voxels - 1)
    if rank < 1:
        return np.zeros((len(features), n_voxels))
    u, s, _ = np.linalg.svd(features, full_matrices=False)
    scores = u[:, :rank] * s[:rank]
    basis = np.column_stack([np.ones(n_voxels), rng.standard_normal((n_voxels, rank))])
    rows = np.linalg.qr(basis)[0][:, 1:].T
    amplitudes = scores @ rows
    return amplitudes * sd / np.sqrt((amplitudes.std(axis=0) ** 2).mean())


def clip_response(duration_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) after a clip's onset and its response, peak 1.

    SPM's canonical HRF, a gamma density of shape 6 minus one of shape 16 divided by 6
    (both of scale 1 s, 32 s long), convolved with the clip's boxcar.
    """
    times = np.arange(0, 32 + HRF_STEP_S / 2, HRF_STEP_S)
    hrf = gamma.pdf(times, 6) - gamma.pdf(times, 16) / 6
    boxcar = np.ones(max(1, round(duration_s / HRF_STEP_S)))
    response = np.convolve(hrf, boxcar)
    return np.arange(len(response)) * HRF_STEP_S, response / response.max()


def response_design(
    onsets_s: np.ndarray, duration_s: float, n_volumes: int, repetition_time_s: float
) -> np.ndarray:
    """float64 (volume, event): response to each event at the middle of each volume."""
    # ASSUME: a volume shows the brain at the middle of its acquisition (SPM's T0 = T / 2).
    middle_s = (np.arange(n_volumes) + 0.5) * repetition_time_s
    times, response = clip_response(duration_s)
    return np.interp(middle_s[:, None] - onsets_s, times, response, left=0, right=0)
