"""Design columns as SPM12 builds them (spm_hrf, spm_get_ons, spm_Volterra, spm_filter)."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.stats import gamma

from crossmodal.bold.read.response import RESPONSE_S

MICROTIME_RESOLUTION = 16  # SPM's T: bins a repetition time
MICROTIME_ONSET = 8  # SPM's T0, counted from 1: regressors are read off at this bin
BINS_BEFORE_START = 32  # SPM's; more where events are earlier
LONGEST_BIN_S = 0.2  # more bins a volume where it takes long, as in sparse runs


@cache  # one design asks for it once per condition
def spm_hrf(step_s: float) -> np.ndarray:
    """SPM's canonical HRF sampled every ``step_s``, 0 to 32 s, summing to 1.

    Two gamma densities, peak at 6 s (dispersion 1) minus a sixth of one at 16 s (spm_hrf.m);
    as there, the densities are taken at 16 points a step.
    """
    fine_s = step_s / MICROTIME_RESOLUTION
    time_s = np.arange(int(np.ceil(32 / fine_s)) + 1) * fine_s
    response = gamma.pdf(time_s, 6) - gamma.pdf(time_s, 16) / 6
    response = response[: int(np.floor(32 / step_s)) * MICROTIME_RESOLUTION + 1]
    response = response[::MICROTIME_RESOLUTION]
    response /= response.sum()
    response.setflags(write=False)
    return response


def event_regressor(
    onsets_s: np.ndarray,
    durations_s: np.ndarray,
    n_volumes: int,
    repetition_time_s: float,
    reference_s: float | None = None,
) -> np.ndarray:
    """BOLD response to events, (volume,), in SPM's units and discretisation.

    Boxcars of round(duration / dt) + 1 bins with dt = TR / 16; if no event lasts, sticks of
    height 1 / dt. An event of 1 s and more therefore has about unit height. Volumes longer than
    16 bins of LONGEST_BIN_S have more bins.

    Parameters
    ----------
    onsets_s : from the start of the first volume; before it, too, as far as responses last
    reference_s : the moment of a volume at which the response is read off; default: SPM's bin
    """
    finer = max(1, int(np.ceil(repetition_time_s / MICROTIME_RESOLUTION / LONGEST_BIN_S)))
    bins = MICROTIME_RESOLUTION * finer
    step_s = repetition_time_s / bins
    read_at = finer * (MICROTIME_ONSET - 1)
    if reference_s is not None:
        read_at = int(np.round(reference_s / step_s))
    before = BINS_BEFORE_START
    if np.min(onsets_s, initial=0.0) < -before * step_s:
        before = int(np.ceil(RESPONSE_S / step_s))
    first = np.round(np.asarray(onsets_s) / step_s).astype(int) + before
    length = np.round(np.asarray(durations_s) / step_s).astype(int) + 1
    height = 1.0 if np.any(np.asarray(durations_s) > 0) else 1 / step_s
    n_bins = n_volumes * bins + before + max(0, read_at + 1 - bins)
    neural = np.zeros(n_bins + 1)
    np.add.at(neural, np.clip(first, 0, n_bins), height)
    np.add.at(neural, np.clip(first + length, 0, n_bins), -height)
    neural = np.cumsum(neural)[:n_bins]
    response = np.convolve(neural, spm_hrf(step_s))[:n_bins]
    return response[before + read_at :: bins][:n_volumes]


def high_pass_basis(n_volumes: int, repetition_time_s: float, cutoff_s: float) -> np.ndarray:
    """Discrete cosines slower than ``cutoff_s``, orthonormal (volume, cosine), no constant.

    Their number is fix(2 n TR / cutoff + 1) - 1, as in spm_filter.
    """
    n_cosines = int(2 * n_volumes * repetition_time_s / cutoff_s + 1) - 1
    time = (np.arange(n_volumes) + 0.5) * np.pi / n_volumes
    cosines = [np.sqrt(2 / n_volumes) * np.cos(order * time) for order in range(1, n_cosines + 1)]
    return np.stack(cosines, axis=1) if cosines else np.zeros((n_volumes, 0))


def motion_regressors(parameters: np.ndarray, n_regressors: int) -> np.ndarray:
    """Nuisance columns made of six motion parameters (volume, 6).

    Parameters
    ----------
    n_regressors : 0; 6: the parameters; 12: and their differences to the volume before;
        24: and the squares of all (Friston et al. 1996, 10.1002/mrm.1910350312)
    """
    if n_regressors == 0:
        return np.zeros((len(parameters), 0))
    columns = [parameters]
    if n_regressors >= 12:
        columns.append(np.diff(parameters, axis=0, prepend=parameters[:1]))
    if n_regressors == 24:
        columns += [column**2 for column in list(columns)]
    return np.concatenate(columns, axis=1)


def informative(columns: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Columns (volume, column) that vary, and their names.

    A motion parameter that stays exactly 0 (a phantom, an axis that a tool leaves out) says
    nothing; kept, it would make the design singular.
    """
    varies = np.ptp(columns, axis=0) > 0
    return columns[:, varies], [name for name, keep in zip(names, varies, strict=True) if keep]


def motion_names(names: Sequence[str], n_regressors: int) -> list[str]:
    """Names of the columns of ``motion_regressors``, with fMRIPrep's endings."""
    base = list(names) if n_regressors else []
    if n_regressors >= 12:
        base += [f"{name}_derivative1" for name in names]
    return base + [f"{name}_power2" for name in base] * (n_regressors == 24)
