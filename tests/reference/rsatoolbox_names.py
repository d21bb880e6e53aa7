"""Our comparisons by rsatoolbox's names, written down apart from the code that is tested."""

NAMES = {
    "spearman": "spearman",
    "pearson": "corr",
    "cosine": "cosine",
    "rho_a": "rho-a",
    "tau_a": "tau-a",
    "whitened_cosine": "cosine_cov",
    "whitened_correlation": "corr_cov",
}
