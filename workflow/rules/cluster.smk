"""What runs beside Snakemake on a cluster's login node: nothing but the trivial."""


localrules:
    all,
    describe_derivatives,
    write_lineage,
