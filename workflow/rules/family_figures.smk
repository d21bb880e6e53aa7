"""Figures and comparison of model families: mrpn, affect3d, and all families together."""


include: "family_figures_inputs.smk"


if "mrpn" in FAMILIES:

    rule draw_mrpn:
        message:
            "Draw accuracy and features of mrpn"
        input:
            folds=f"{RESULTS}/tables/mrpn/{{regime}}_folds.tsv",
            summary=f"{RESULTS}/tables/mrpn/{{regime}}_summary.tsv",
            embedding=f"{RESULTS}/tables/mrpn/{{regime}}_tsne.tsv",
            interference=(
                f"{RESULTS}/tables/mrpn/{{regime}}_interference.tsv" if MRPN_NOISE else []
            ),
            code=code_inputs("draw_mrpn.py"),
        output:
            variants=family_figure("mrpn_{regime}_accuracy"),
            embedding=family_figure("mrpn_{regime}_features"),
            interference=(family_figure("mrpn_{regime}_interference") if MRPN_NOISE else []),
            record=record("draw_mrpn", "{regime}"),
        params:
            n_clips=len(STUDY_IDS),
            n_seeds=MRPN.n_seeds,
            n_folds=len(STUDY.stimuli.test_actors or range(MRPN.n_folds)),
            seed=STUDY.study.seed,
            noisy=MRPN_NOISE.modality if MRPN_NOISE else "audio",
            n_noise_seeds=MRPN_NOISE.n_seeds if MRPN_NOISE else None,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_mrpn/{{regime}}.log",
        benchmark:
            f"{BENCHMARKS}/draw_mrpn/{{regime}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_mrpn.py"

    TARGETS += expand([*rules.draw_mrpn.output], regime=MRPN.regimes)


if "affect3d" in FAMILIES:

    rule draw_affect3d:
        message:
            "Draw traces, relevance and predictive distributions of affect3d"
        input:
            traces=f"{RESULTS}/tables/affect3d/traces.tsv",
            coverage=f"{RESULTS}/tables/affect3d/coverage.tsv",
            relevance=f"{RESULTS}/tables/affect3d/relevance.h5",
            code=code_inputs("draw_affect3d.py"),
        output:
            traces=family_figure("affect3d_fig1_traces"),
            relevance=family_figure("affect3d_fig2_relevance"),
            plane=family_figure("affect3d_fig3_plane"),
            record=record("draw_affect3d"),
        params:
            n_clips=len(STUDY_IDS),
            n_seeds=AFFECT.n_seeds,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/draw_affect3d/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_affect3d/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/draw_affect3d.py"

    TARGETS += [*rules.draw_affect3d.output]


if len(dict(FAMILY_SETS)) > 1:

    rule compare_families:
        message:
            "Compare the layers of all model families with each other"
        input:
            rdms=[f"{RESULTS}/rdms/{model}/{regime}.h5" for model, regime in FAMILY_SETS],
            code=code_inputs("compare_families.py"),
        output:
            rsa=f"{RESULTS}/similarity/families/rsa.tsv",
            cka=f"{RESULTS}/similarity/families/cka.tsv",
            figure=family_figure("families_similarity"),
            record=record("compare_families"),
        params:
            source=STUDY.models.source,
            method=STUDY.models.similarity.method,
            n_clips=len(STUDY_IDS),
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/compare_families/all.log",
        benchmark:
            f"{BENCHMARKS}/compare_families/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compare_families.py"

    TARGETS += [*rules.compare_families.output]
