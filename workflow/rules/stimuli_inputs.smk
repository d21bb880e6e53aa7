"""Which media and weights the jobs of clips read."""


def simulated_media():
    """The clips that will be simulated; None where the user has clips."""
    if has_clips(STIMULI):
        return None
    return [
        f"{SIMULATED_CLIPS}/{file}"
        for actor in SIMULATED_ACTORS
        for file in clip_files(actor, EMOTIONS)
    ]


def detector_files():
    """Weights that the face detector reads from disk."""
    face = STIMULI.face
    return [path for path in (face.weights, face.anchors) if path] if face else []
