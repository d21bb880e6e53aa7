"""Settings and files that the jobs of the 29-layer networks read."""


def family(model, *keys):
    """A slice of a network family's config block."""
    return {key: plain(getattr(FAMILIES[model], key)) for key in keys}


def network_params(wildcards):
    """Architecture of a family; image sizes are the stimuli stage's."""
    audio, face = STIMULI.audio, STIMULI.face
    sizes = {"mel_shape": [audio.n_mels, audio.n_times]}
    sizes |= {"visual_px": face.grey_px} if face else {}
    return plain(FAMILIES[wildcards.model].network) | sizes


def clip_stores(actors):
    return [f"{RESULTS}/clips/actor-{actor}.h5" for actor in actors]


def seeds_of(model):
    return range(FAMILIES[model].n_seeds)
