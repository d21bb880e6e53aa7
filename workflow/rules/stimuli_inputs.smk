"""Which media and weights the jobs of clips read."""


def selected():
    """The sets of clips: of the user's, which have been checked and listed, or simulated ones."""
    if has_clips(STIMULI):
        return clip_selection(STUDY)[1]
    files = [file for actor in SIMULATED_ACTORS for file in clip_files(actor, EMOTIONS)]
    return select_of(STIMULI, [f"{SIMULATED_CLIPS}/{file}" for file in files])


def detector_files():
    """Weights that the face detector reads from disk."""
    face = STIMULI.face
    return [path for path in (face.weights, face.anchors) if path] if face else []
