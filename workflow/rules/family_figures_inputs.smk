"""Which files the figures of one family are."""


def family_figure(name):
    """The formats of one figure; the PNG is what Snakemake's report shows."""
    path = f"{RESULTS}/figures/{name}"
    caption = "../report/{}.rst".format(name.replace("_{regime}", ""))
    shown = report(f"{path}.png", caption=caption, category="Model families")
    return [f"{path}.pdf", shown, f"{path}.svg"]
