"""Which files figures are and read."""

from crossmodal.contracts.corrections import CORRECTIONS


def figure_files(name, caption=None):
    """The formats of one figure; the PNG is what Snakemake's report shows."""
    caption = f"../report/{caption or name}.rst"
    return dict(
        pdf=f"{FIGURES}/{name}.pdf",
        png=report(f"{FIGURES}/{name}.png", caption=caption, category="Figures"),
        svg=f"{FIGURES}/{name}.svg",
    )


def group_files(model, regime):
    """What a figure needs of one group result."""
    folder = f"{RESULTS}/group/{model}/{regime}"
    return [
        *(
            f"{folder}/{name}.{suffix}"
            for name in ("mean", CORRECTIONS[FIGURE_CONFIG.outline_corrected_over][0])
            for suffix in ("nii.gz", "json")
        ),
        f"{folder}/clusters.tsv",
        f"{folder}/group.json",
    ]


def map_block(model, regime, title, layers=None):
    """One block of rows in a figure of maps; layers (name -> arm): None shows all."""
    folder = f"{RESULTS}/group/{model}/{regime}"
    return {"title": title, "folder": folder, "layers": layers}
