"""Figures and tables. Which ones exist follows from what the config has."""


include: "figures_inputs.smk"


FIGURES = f"{RESULTS}/figures"
TABLES_DIR = f"{RESULTS}/tables"
FIGURE_CONFIG = STUDY.figures
STUDY_NETWORK = "cross_channel"
HAS_NETWORK = STUDY.families.cross_channel is not None
HAS_MAPS = bool(STUDY.scans and STUDY.searchlight and STUDY.group)
# Maps in native space are drawn on the mean BOLD image, which other people's betas lack.
HAS_MAPS = HAS_MAPS and not (SCANS.betas and NATIVE)
NETWORK_REGIMES = list(FAMILIES[STUDY_NETWORK].regimes) if HAS_NETWORK else []
# Arms that the data can have: audio-only studies draw one.
ARM_MODALITIES = {"visual": {"video"}, "auditory": {"audio"}, "cross_modal": {"video", "audio"}}
UPPER_LAYERS = {
    arm: getattr(FIGURE_CONFIG.map_layers, arm)
    for arm, needed in ARM_MODALITIES.items()
    if HAS_NETWORK and needed <= set(STIMULI.modalities)
}
SHOWN_REGIMES = [
    name
    for name in (NETWORK_REGIMES if FIGURE_CONFIG.regimes is None else FIGURE_CONFIG.regimes)
    if name in NETWORK_REGIMES
]


# figure -> (model set, block) of every block of rows.
MAP_FIGURES = {}
if HAS_MAPS and HAS_NETWORK:
    by_layer = {layer: arm for arm, layer in UPPER_LAYERS.items()}
    MAP_FIGURES["fig4_searchlight"] = [
        ((STUDY_NETWORK, regime), map_block(STUDY_NETWORK, regime, f"{regime} regime", by_layer))
        for regime in SHOWN_REGIMES
    ]
if HAS_MAPS:
    control_titles = {"labels": "categories alone", "planted": "what the simulator planted"}
    MAP_FIGURES["figS2_control_maps"] = [
        ((model, regime), map_block(model, regime, control_titles.get(model, f"{regime} model")))
        for model, regime in MODEL_SETS
        if model in ("labels", "planted", "table")
    ]
MAP_FIGURES = {name: blocks for name, blocks in MAP_FIGURES.items() if blocks}


if HAS_NETWORK:

    rule draw_architecture:
        message:
            "Draw the network"
        input:
            layers=f"{RESULTS}/network/{STUDY_NETWORK}/layers.tsv",
            code=code_inputs("draw_architecture.py"),
        output:
            **figure_files("fig1_architecture"),
            record=record("draw_architecture"),
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_architecture/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_architecture/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_architecture.py"

    rule draw_layer_similarity:
        message:
            "Draw how alike the layers are"
        input:
            similarity=[
                f"{RESULTS}/similarity/{STUDY_NETWORK}/{regime}.tsv" for regime in NETWORK_REGIMES
            ],
            code=code_inputs("draw_layer_similarity.py"),
        output:
            **figure_files("fig3_layer_similarity"),
            record=record("draw_layer_similarity"),
        params:
            regimes=NETWORK_REGIMES,
            method=STUDY.models.similarity.method,
            source=STUDY.models.similarity.source,
            n_seeds=FAMILIES[STUDY_NETWORK].n_seeds,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_layer_similarity/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_layer_similarity/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_layer_similarity.py"

    rule draw_accuracy:
        message:
            "Draw and tabulate accuracy per regime and seed"
        input:
            accuracy=[
                f"{RESULTS}/network/{STUDY_NETWORK}/{regime}/accuracy.tsv"
                for regime in NETWORK_REGIMES
            ],
            summary=[
                f"{RESULTS}/network/{STUDY_NETWORK}/{regime}/accuracy_summary.tsv"
                for regime in NETWORK_REGIMES
            ],
            trained=[
                f"{RESULTS}/network/{STUDY_NETWORK}/{regime}/trained.tsv"
                for regime in NETWORK_REGIMES
            ],
            code=code_inputs("draw_accuracy.py"),
        output:
            **figure_files("figS1_accuracy"),
            table=report(
                f"{TABLES_DIR}/accuracy.tsv", caption="../report/accuracy.rst", category="Tables"
            ),
            markdown=f"{TABLES_DIR}/accuracy.md",
            record=record("draw_accuracy"),
        params:
            regimes=NETWORK_REGIMES,
            n_seeds=FAMILIES[STUDY_NETWORK].n_seeds,
            n_clips=len(STUDY_IDS),
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_accuracy/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_accuracy/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_accuracy.py"

    TARGETS += [
        *rules.draw_architecture.output,
        *rules.draw_layer_similarity.output,
        *rules.draw_accuracy.output,
    ]


if SHOWN_REGIMES:

    rule draw_rdms:
        message:
            "Draw RDMs of the upper layers"
        input:
            rdms=[f"{RESULTS}/rdms/{STUDY_NETWORK}/{regime}.h5" for regime in SHOWN_REGIMES],
            stimuli=f"{RESULTS}/stimuli/study.tsv",
            code=code_inputs("draw_rdms.py"),
        output:
            **figure_files("fig2_rdms"),
            record=record("draw_rdms"),
        params:
            regimes=SHOWN_REGIMES,
            layers=[*UPPER_LAYERS.values()],
            source=STUDY.models.source,
            n_clips=len(STUDY_IDS),
            n_seeds=FAMILIES[STUDY_NETWORK].n_seeds,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_rdms/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_rdms/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_rdms.py"

    TARGETS += [*rules.draw_rdms.output]


if MAP_FIGURES:

    rule draw_maps:
        message:
            "Draw maps: {wildcards.figure}"
        input:
            groups=lambda wildcards: [
                path for pair, _ in MAP_FIGURES[wildcards.figure] for path in group_files(*pair)
            ],
            background=of_runs(BOLD_MEAN, PARTICIPANTS[0])[0] if NATIVE else [],
            rois=[] if NATIVE else "resources/rois.tsv",
            code=code_inputs("draw_maps.py"),
        output:
            **figure_files("{figure}", caption="draw_maps"),
            record=record("draw_maps", "{figure}"),
        params:
            blocks=lambda wildcards: [block for _, block in MAP_FIGURES[wildcards.figure]],
            cuts_mm=plain(FIGURE_CONFIG.axial_slices_mm),
            n_participants=len(PARTICIPANTS),
            corrected_over=FIGURE_CONFIG.outline_corrected_over,
            group=plain(STUDY.group),
            searchlight=ENGINE,
            seed=STUDY.study.seed,
        wildcard_constraints:
            figure="|".join(MAP_FIGURES),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        log:
            f"{LOGS}/draw_maps/{{figure}}.log",
        benchmark:
            f"{BENCHMARKS}/draw_maps/{{figure}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_maps.py"

    TARGETS += expand([*rules.draw_maps.output], figure=MAP_FIGURES)


if STUDY.scans and SCANS.contrasts:

    rule draw_contrasts:
        message:
            "Draw contrasts between conditions"
        input:
            maps=expand(rules.map_contrasts.output.maps, sub=PARTICIPANTS[0]),
            sidecars=expand(rules.map_contrasts.output.sidecars, sub=PARTICIPANTS[0]),
            background=of_runs(BOLD_MEAN, PARTICIPANTS[0])[0] if NATIVE else [],
            rois=[] if NATIVE else "resources/rois.tsv",
            code=code_inputs("draw_contrasts.py"),
        output:
            **figure_files("figS3_contrasts"),
            record=record("draw_contrasts"),
        params:
            participant=PARTICIPANTS[0],
            threshold_t=FIGURE_CONFIG.contrast_threshold_t,
            cuts_mm=plain(FIGURE_CONFIG.axial_slices_mm),
            smoothing_mm=SCANS.contrast_smoothing_mm,
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        log:
            f"{LOGS}/draw_contrasts/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_contrasts/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_contrasts.py"

    TARGETS += [*rules.draw_contrasts.output]
