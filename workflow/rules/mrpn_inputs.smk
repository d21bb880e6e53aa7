"""Settings and weights that the jobs of mrpn read."""


def mrpn_family(*keys):
    """A slice of mrpn's config block."""
    keys = (*keys, "network", "inputs", "accelerator", "precision")
    return {key: plain(getattr(MRPN, key)) for key in keys}


def mrpn_extractors(wildcards):
    """modality -> file with its extractor, the user's or the pretrained one."""
    files = {m: path for m, path in plain(MRPN.weights).items() if path and m in MRPN_MODALITIES}
    own = f"{MRPN_DIR}/{wildcards.regime}/pretrained-{{}}.safetensors"
    return files | {m: own.format(m) for m in MRPN_PRETRAINED}
