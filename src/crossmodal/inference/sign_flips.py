"""Signs for one-sample tests: under the null, each participant's map may be flipped."""

import numpy as np


def is_exact(n_participants: int, n_permutations: int) -> bool:
    """Whether all 2^n sign patterns are no more than the permutations asked for."""
    return 2**n_participants <= n_permutations


def sign_patterns(n_participants: int, n_permutations: int, seed: int) -> np.ndarray:
    """int8 (permutation, participant) of +-1; the first row is the identity.

    All 2^n patterns if that is at most ``n_permutations``; otherwise the identity and random
    patterns, drawn independently.
    """
    if is_exact(n_participants, n_permutations):
        numbers = np.arange(2**n_participants)[:, None] >> np.arange(n_participants)
        return (1 - 2 * (numbers & 1)).astype(np.int8)
    rng = np.random.default_rng(seed)
    signs = rng.integers(0, 2, size=(n_permutations, n_participants), dtype=np.int8) * 2 - 1
    signs[0] = 1
    return signs


def smallest_p(n_participants: int, n_permutations: int, alternative: str) -> float:
    """The smallest p that a sign-flip test can reach: two-sided, a pattern and its mirror tie."""
    patterns = min(2**n_participants, n_permutations)
    mirrored = alternative == "two-sided" and is_exact(n_participants, n_permutations)
    return (2 if mirrored else 1) / patterns
