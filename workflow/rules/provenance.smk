"""Lineage of figures, tables and maps, from the records of all jobs. Included last: see TARGETS."""

FIGURE_FILES = sorted(
    path
    for path in TARGETS
    if path.startswith(f"{RESULTS}/figures/") and Path(path).suffix in (".pdf", ".png", ".svg")
)
JOB_RECORDS = sorted(path for path in TARGETS if path.startswith(f"{RESULTS}/provenance/records/"))
PRINTED_TABLES = sorted(
    path for path in TARGETS if path.endswith(".tsv") and is_printed(path, RESULTS)
)
SIDECARS = sorted({str(Path(path).with_suffix(".prov.json")) for path in FIGURE_FILES})


rule write_lineage:
    message:
        "Trace every figure, table and map back to raw files"
    input:
        records=JOB_RECORDS,
        tables=PRINTED_TABLES,
        code=code_inputs("write_lineage.py"),
    output:
        sidecars=SIDECARS,
        seals=f"{RESULTS}/{SEALS}",
        dictionaries=[dictionary_path(path) for path in PRINTED_TABLES],
        record=record("write_lineage"),
    params:
        figure_files=FIGURE_FILES,
        temporary=TEMPORARY,
        config=named(plain(STUDY)),  # of which these are the results: see `crossmodal crate`
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/write_lineage.log",
    benchmark:
        f"{BENCHMARKS}/write_lineage.tsv"
    conda:
        "../envs/crossmodal.yaml"
    localrule: True
    script:
        "../scripts/write_lineage.py"


if JOB_RECORDS:
    TARGETS += [*rules.write_lineage.output]


# Content decides, where modification times mislead. Only the main process looks: jobs on a
# cluster read this file again while others are still writing.
if workflow.is_main_process:
    GUARD_RECORDS += [path for path in TARGETS if "/provenance/records/" in path]
