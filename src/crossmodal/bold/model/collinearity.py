"""How much the columns of a design share with each other."""

import numpy as np

from crossmodal.bold.model.glm import Design


def variance_inflation(design: Design) -> np.ndarray:
    """Variance inflation factor of every condition and nuisance column, (column,).

    Diagonal of the inverse correlation matrix of the high-pass filtered columns, that is
    1 / (1 - R^2) of a column regressed on all others (Belsley, Kuh & Welsch 1980).
    """
    columns = design.filtered(design.columns[:, :-1])
    return np.diag(np.linalg.inv(np.corrcoef(columns, rowvar=False).reshape(len(columns.T), -1)))
