"""The rows of the paper's tables: which network, which modalities, with or without time slices."""

from dataclasses import dataclass

from crossmodal.contracts.errors import InputError


@dataclass(frozen=True)
class Variant:
    """One row of a table. ``name`` is the config's and the files'; ``label`` is the paper's.

    ``aggregator`` overrides the config's; None leaves it.
    """

    name: str
    label: str
    network: str
    modalities: tuple[str, ...]
    time_slices: bool
    aggregator: str | None = None


BOTH = ("video", "audio")
VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("audio_nt", "AM(NT)", "N0", ("audio",), False),
        Variant("audio_t", "AM(T)", "N0", ("audio",), True),
        Variant("video_nt", "VM(NT)", "N0", ("video",), False),
        Variant("video_t", "VM(T)", "N0", ("video",), True),
        Variant("n0_nt", "JM(NT)", "N0", BOTH, False),
        Variant("n0", "N0 = JM(T)", "N0", BOTH, True),
        Variant("n1", "N1", "N1", BOTH, True),
        Variant("n2", "N2 (MRPN)", "N2", BOTH, True),
        Variant("n2_transformer", "N2 Transformer", "N2", BOTH, True, "transformer"),
    )
}


def find_variant(name: str) -> Variant:
    """A variant by name.

    Raises
    ------
    InputError : an unknown name
    """
    if name not in VARIANTS:
        raise InputError("families.mrpn", "variants", f"among {list(VARIANTS)}", repr(name))
    return VARIANTS[name]
