"""Did a classifier learn anything? A one-sided binomial test against the largest class."""

from scipy.stats import binom

LEVEL = 0.01  # a part is at chance where p is not below


def chance_p(n_right: int, n: int, n_largest: int) -> float:
    """p of as many right of ``n`` clips, or more, by a network that learnt nothing.

    Chance is the share of the largest class, which naming nothing else gets right.
    """
    return float(binom.sf(n_right - 1, n, n_largest / n))
