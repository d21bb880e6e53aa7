"""Which residuals the jobs of searchlights read."""


def residuals_of(sub):
    """The residuals of one participant, if spheres are whitened by them."""
    path = f"{RESULTS}/residuals/sub-{{sub}}.npy"
    return expand(path, sub=sub) if SEARCHLIGHT.needs_residuals else []
