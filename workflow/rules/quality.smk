"""Pages that show how good the scans are: one a participant, one of all."""

QUALITY = f"{RESULTS}/quality"
HAS_ANATOMY = not (NATIVE or FMRIPREP)


rule report_quality:
    message:
        "Show the quality of the scans of sub-{wildcards.sub}"
    input:
        **PATTERN_INPUT,
        betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
        signal=[] if FMRIPREP else lambda wildcards: of_runs(SIGNAL, wildcards.sub),
        t1w=(lambda wildcards: t1_of(wildcards.sub)) if HAS_ANATOMY else [],
        brain=T1_BRAIN if HAS_ANATOMY else [],
        code=code_inputs("report_quality.py"),
    output:
        page=f"{QUALITY}/sub-{{sub}}.html",
        measures=f"{QUALITY}/sub-{{sub}}.json",
        record=record("report_quality", "sub-{sub}"),
    params:
        runs=lambda wildcards: run_ids(wildcards.sub),
        conditions=lambda wildcards: bold_conditions(),
        events=plain(SCANS.events),
        reading=READING,
        glm=plain(SCANS.glm),
        quality=plain(SCANS.quality),
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    log:
        f"{LOGS}/report_quality/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/report_quality/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/report_quality.py"


rule rank_quality:
    message:
        "Rank participants by the quality of their scans"
    input:
        measures=expand(f"{QUALITY}/sub-{{sub}}.json", sub=PARTICIPANTS),
        code=code_inputs("rank_quality.py"),
    output:
        page=f"{QUALITY}/participants.html",
        table=f"{QUALITY}/participants.tsv",
        record=record("rank_quality"),
    params:
        quality=plain(SCANS.quality),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    log:
        f"{LOGS}/rank_quality/all.log",
    benchmark:
        f"{BENCHMARKS}/rank_quality/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/rank_quality.py"


TARGETS += expand([*rules.report_quality.output], sub=PARTICIPANTS)
TARGETS += [*rules.rank_quality.output]
