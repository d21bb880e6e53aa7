"""Settings and weights that the jobs of mrpn read."""


def mrpn_family(*keys):
    """A slice of mrpn's config block."""
    held_out = STUDY.stimuli.test_actors if "n_folds" in keys else None
    keys = (*keys, "network", "inputs", "accelerator", "precision")
    block = {key: plain(getattr(MRPN, key)) for key in keys}
    return block | ({"test_actors": list(held_out)} if held_out else {})


def mrpn_extractors(wildcards):
    """modality -> file with its extractor, the user's or the pretrained one."""
    files = {m: path for m, path in plain(MRPN.weights).items() if path and m in MRPN_MODALITIES}
    own = f"{MRPN_DIR}/{wildcards.regime}/pretrained-{{}}.safetensors"
    return files | {m: own.format(m) for m in MRPN_PRETRAINED}
