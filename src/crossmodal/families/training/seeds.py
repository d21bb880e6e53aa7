"""Seeds of trainings, derived from the study's one seed."""


def derived_seed(study_seed: int, seed: int) -> int:
    """The one number all randomness of one repetition (0, 1, …) of a training follows from."""
    return study_seed * 1000 + seed
