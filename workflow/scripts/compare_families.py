"""Compare the layers of all model families by RSA and CKA, and draw both matrices."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.families.similarity import cka_similarity, join_families, rsa_similarity
from crossmodal.figures.families import draw_families
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    families = [ModelRDMs.read(path) for path in snakemake.input.rdms]
    joined = join_families(families, snakemake.params.source)
    rsa, cka = rsa_similarity(joined, snakemake.params.method), cka_similarity(joined)
    rsa.write(snakemake.output.rsa)
    cka.write(snakemake.output.cka)
    figure = draw_families({"RSA (correlation of RDMs)": rsa, "CKA (debiased)": cka})
    save_figure(
        figure, snakemake.output.figure, figure_id(snakemake), "Similarity between model families"
    )
