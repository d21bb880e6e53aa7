"""Settings that the jobs of voices read."""


def voice_preset(wildcards):
    """A preset's settings but for the trainings that it asks for."""
    return plain(VOICE_PRESETS[wildcards.preset], without=("train_sets", "n_seeds"))
