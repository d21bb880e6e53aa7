"""Betas of other programs take the place of scans: no raw run is read."""

from crossmodal.bold.outside.listing import files_of, participants_of


include: "outside_betas_inputs.smk"


SCANS = STUDY.scans
NATIVE = SCANS.space == "native"
SEARCHLIGHT = STUDY.searchlight
PARTICIPANTS = or_stop(participants_of, SCANS)
TIMING_SETS = []  # nobody knows when trials were
OUTSIDE = ("betas", "conditions", "filters", "space", "task", "trust_affine")


wildcard_constraints:
    sub="[A-Za-z0-9]+",


rule import_betas:
    message:
        "Read the response patterns of sub-{wildcards.sub}"
    input:
        files=lambda wildcards: files_of(SCANS, wildcards.sub),
        code=code_inputs("import_betas.py"),
    output:
        betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
        record=record("import_betas", "sub-{sub}"),
    params:
        scans={key: plain(SCANS)[key] for key in OUTSIDE},
        conditions=lambda wildcards: bold_conditions(),
        rows=lambda wildcards: rows_of(wildcards.sub),
        variance=lambda wildcards: variance_of(wildcards.sub),
    threads: 1
    resources:
        mem_mb=4000,
        runtime=20,
    log:
        f"{LOGS}/import_betas/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/import_betas/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/import_betas.py"


TARGETS += expand([*rules.import_betas.output], sub=PARTICIPANTS)
