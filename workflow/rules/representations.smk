"""RDMs of all models that later stages test, and how alike the layers of a network are."""

from crossmodal.inference.block import Roi

LABELS = list(STUDY.models.labels) if STUDY.stimuli else []
TABLES = STUDY.models.tables
FILES = STUDY.models.files
PLANTED = bool(STUDY.models.planted and STUDY.simulate.clips)
RDMS = f"{RESULTS}/rdms"

# (model, regime) of every RDM file, in the order of maps and figures.
MODEL_SETS = (
    (FAMILY_SETS if STUDY.families else [])
    + ([("labels", "categories")] if LABELS else [])
    + ([("planted", "features")] if PLANTED else [])
    + [("table", name) for name in TABLES]
    + [("file", name) for name in FILES]
)

# Controls: of regions always, of searchlights where the config names them.
LOW_LEVEL_SETS = (
    [("low_level", "clips")]
    if STUDY.stimuli
    and (STUDY.roi or STUDY.searchlight and "low_level/clips" in STUDY.searchlight.controls)
    else []
)

if STUDY.families and NETWORK_SETS:

    rule compute_layer_rdms:
        message:
            "RDMs of all layers of {wildcards.model}, {wildcards.regime}"
        input:
            table=f"{RESULTS}/stimuli/study.tsv",
            clips=clip_stores(STUDY_ACTORS),
            tuned=lambda wildcards: expand(
                rules.tune.output.weights, seed=seeds_of(wildcards.model), allow_missing=True
            ),
            training=lambda wildcards: expand(
                rules.tune.output.training, seed=seeds_of(wildcards.model), allow_missing=True
            ),
            pretraining=lambda wildcards: expand(
                rules.pretrain.output.training, seed=seeds_of(wildcards.model), allow_missing=True
            ),
            pretrained=lambda wildcards: expand(
                rules.pretrain.output.weights, seed=seeds_of(wildcards.model), allow_missing=True
            ),
            code=code_inputs("compute_layer_rdms.py"),
        output:
            rdms=f"{RDMS}/{{model}}/{{regime}}.h5",
            record=record("compute_layer_rdms", "{model}_{regime}"),
        params:
            family=lambda wildcards: family(wildcards.model, "preset", "n_frames", "mel"),
            study_seed=STUDY.study.seed,
        wildcard_constraints:
            model="|".join(dict(NETWORK_SETS)),
        threads: lambda wildcards: FAMILIES[wildcards.model].threads
        resources:
            mem_mb=2000,
            runtime=60,
        log:
            f"{LOGS}/compute_layer_rdms/{{model}}_{{regime}}.log",
        benchmark:
            f"{BENCHMARKS}/compute_layer_rdms/{{model}}_{{regime}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_layer_rdms.py"

    TARGETS += [
        path.format(model=model, regime=regime)
        for path in rules.compute_layer_rdms.output
        for model, regime in NETWORK_SETS
    ]


if STUDY.families:

    rule compare_layers:
        message:
            "Correlate the layers' RDMs of {wildcards.model}, {wildcards.regime}"
        input:
            rdms=f"{RDMS}/{{model}}/{{regime}}.h5",
            code=code_inputs("compare_layers.py"),
        output:
            similarity=f"{RESULTS}/similarity/{{model}}/{{regime}}.tsv",
            seeds=f"{RESULTS}/similarity/{{model}}/{{regime}}_seeds.tsv",
            record=record("compare_layers", "{model}_{regime}"),
        params:
            similarity=plain(STUDY.models.similarity),
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/compare_layers/{{model}}_{{regime}}.log",
        benchmark:
            f"{BENCHMARKS}/compare_layers/{{model}}_{{regime}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compare_layers.py"

    for model, regime in FAMILY_SETS:
        TARGETS += expand([*rules.compare_layers.output], model=model, regime=regime)


if LABELS:

    rule compute_label_rdms:
        message:
            "RDMs of categories alone"
        input:
            table=f"{RESULTS}/stimuli/study.tsv",
            code=code_inputs("compute_label_rdms.py"),
        output:
            rdms=f"{RDMS}/labels/categories.h5",
            record=record("compute_label_rdms"),
        params:
            labels=LABELS,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/compute_label_rdms.log",
        benchmark:
            f"{BENCHMARKS}/compute_label_rdms.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_label_rdms.py"

    TARGETS += [*rules.compute_label_rdms.output]


if PLANTED:

    rule compute_planted_rdms:
        message:
            "RDMs of what the simulator was told"
        input:
            table=f"{RESULTS}/stimuli/study.tsv",
            features=[
                f"{RESULTS}/simulated/truth/actor-{actor}_features.tsv" for actor in STUDY_ACTORS
            ],
            code=code_inputs("compute_planted_rdms.py"),
        output:
            rdms=f"{RDMS}/planted/features.h5",
            record=record("compute_planted_rdms"),
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/compute_planted_rdms.log",
        benchmark:
            f"{BENCHMARKS}/compute_planted_rdms.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_planted_rdms.py"

    TARGETS += [*rules.compute_planted_rdms.output]


if TABLES:

    rule compute_table_rdms:
        message:
            "RDMs of the table {wildcards.name}"
        input:
            table=lambda wildcards: TABLES[wildcards.name],
            code=code_inputs("compute_table_rdms.py"),
        output:
            rdms=f"{RDMS}/table/{{name}}.h5",
            record=record("compute_table_rdms", "{name}"),
        wildcard_constraints:
            name="|".join(TABLES),
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/compute_table_rdms/{{name}}.log",
        benchmark:
            f"{BENCHMARKS}/compute_table_rdms/{{name}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_table_rdms.py"

    TARGETS += expand([*rules.compute_table_rdms.output], name=TABLES)


if FILES:

    rule compute_file_rdms:
        message:
            "RDMs of the file {wildcards.name}"
        input:
            file=lambda wildcards: FILES[wildcards.name].path,
            order=lambda wildcards: FILES[wildcards.name].order or [],
            code=code_inputs("compute_file_rdms.py"),
        output:
            rdms=f"{RDMS}/file/{{name}}.h5",
            record=record("compute_file_rdms", "{name}"),
        params:
            file=lambda wildcards: plain(FILES[wildcards.name]),
        wildcard_constraints:
            name="|".join(FILES),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        log:
            f"{LOGS}/compute_file_rdms/{{name}}.log",
        benchmark:
            f"{BENCHMARKS}/compute_file_rdms/{{name}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_file_rdms.py"

    TARGETS += expand([*rules.compute_file_rdms.output], name=FILES)


if LOW_LEVEL_SETS:

    rule compute_low_level_rdms:
        message:
            "RDMs of pixels and sound pressure alone"
        input:
            table=f"{RESULTS}/stimuli/study.tsv",
            clips=expand(f"{RESULTS}/clips/actor-{{actor}}.h5", actor=STUDY_ACTORS),
            code=code_inputs("compute_low_level_rdms.py"),
        output:
            rdms=f"{RESULTS}/rdms/low_level/clips.h5",
            record=record("compute_low_level_rdms"),
        params:
            low_level=plain((STUDY.roi or Roi()).low_level),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        log:
            f"{LOGS}/compute_low_level_rdms/all.log",
        benchmark:
            f"{BENCHMARKS}/compute_low_level_rdms/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_low_level_rdms.py"

    TARGETS += [*rules.compute_low_level_rdms.output]
