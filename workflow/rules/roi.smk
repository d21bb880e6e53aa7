"""Regions of interest: brain RDMs, which models explain them, and what is unique to an arm."""

from crossmodal.contracts.braces import filled
from crossmodal.inference.regions.file_names import brain_files

ROI = STUDY.roi
ROI_DIR = f"{RESULTS}/roi"
# Profiles along layers, parts of variance and gradients need a network with arms.
ROI_FIGURES = ["roi_models"]
if STUDY.families:
    ROI_FIGURES += ["roi_layers", "roi_variance", "roi_gradient"]
# The study's clips; none where conditions are not clips of this study.
ROI_STIMULI = f"{RESULTS}/stimuli/study.tsv" if STUDY.stimuli else []


if ROI.rdms:

    rule read_roi_rdms:
        message:
            "Brain RDMs of all regions, from files"
        input:
            rdms=or_stop(brain_files, ROI.rdms),
            code=code_inputs("read_roi_rdms.py"),
        output:
            rdms=f"{ROI_DIR}/rdms.h5",
            record=record("read_roi_rdms"),
        params:
            regions=plain(ROI.rdms),
            order=list(ROI.rdms),
        threads: 1
        resources:
            mem_mb=1500,
            runtime=20,
        log:
            f"{LOGS}/read_roi_rdms/all.log",
        benchmark:
            f"{BENCHMARKS}/read_roi_rdms/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/read_roi_rdms.py"

    TARGETS += [*rules.read_roi_rdms.output]

else:

    rule compute_roi_rdms:
        message:
            "Brain RDMs of all regions"
        input:
            betas=expand(f"{RESULTS}/betas/sub-{{sub}}.h5", sub=PARTICIPANTS),
            residuals=(
                expand(f"{RESULTS}/residuals/sub-{{sub}}.npy", sub=PARTICIPANTS)
                if ROI.patterns.noise_normalisation == "multivariate"
                else []
            ),
            spheres=ROI.spheres or [],
            images=[filled(ROI.atlas.image, sub) for sub in PARTICIPANTS] if ROI.atlas else [],
            labels=ROI.atlas.labels if ROI.atlas else [],
            warps=(expand(WARP, sub=PARTICIPANTS) if ROI.atlas and ROI.atlas.space == "T1w" else []),
            masks=[filled(path, sub) for path in ROI.masks.values() for sub in PARTICIPANTS],
            code=code_inputs("compute_roi_rdms.py"),
        output:
            rdms=f"{ROI_DIR}/rdms.h5",
            record=record("compute_roi_rdms"),
        params:
            participants=PARTICIPANTS,
            patterns=plain(ROI.patterns),
            regions=plain(ROI.atlas.regions) if ROI.atlas else None,
            masks=list(ROI.masks),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=60,
        log:
            f"{LOGS}/compute_roi_rdms/all.log",
        benchmark:
            f"{BENCHMARKS}/compute_roi_rdms/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_roi_rdms.py"

    TARGETS += [*rules.compute_roi_rdms.output]


rule compare_roi_models:
    message:
        "Which models explain which regions"
    input:
        brain=f"{ROI_DIR}/rdms.h5",
        models=[
            f"{RESULTS}/rdms/{model}/{regime}.h5" for model, regime in MODEL_SETS + LOW_LEVEL_SETS
        ],
        timing=(f"{RESULTS}/rdms/timing/participants.h5" if STUDY.scans and TIMING_SETS else []),
        table=ROI_STIMULI,
        code=code_inputs("compare_roi_models.py"),
    output:
        models=f"{ROI_DIR}/models.tsv",
        participants=f"{ROI_DIR}/participants.tsv",
        pairs=f"{ROI_DIR}/pairs.tsv",
        variance=f"{ROI_DIR}/variance.tsv",
        gradient=f"{ROI_DIR}/gradient.tsv",
        record=record("compare_roi_models"),
    params:
        sources=list(ROI.sources),
        inference=plain(ROI.inference),
        hierarchy=plain(ROI.hierarchy),
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=3000,
        runtime=120,
    log:
        f"{LOGS}/compare_roi_models/all.log",
    benchmark:
        f"{BENCHMARKS}/compare_roi_models/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/compare_roi_models.py"


rule rank_roi_models:
    message:
        "Which model explains each region best"
    input:
        models=rules.compare_roi_models.output.models,
        participants=rules.compare_roi_models.output.participants,
        code=code_inputs("rank_roi_models.py"),
    output:
        ranking=f"{ROI_DIR}/ranking.tsv",
        pdf=f"{RESULTS}/figures/roi_ranking.pdf",
        png=report(
            f"{RESULTS}/figures/roi_ranking.png",
            caption="../report/roi_ranking.rst",
            category="Regions",
        ),
        record=record("rank_roi_models"),
    params:
        sources=list(ROI.sources),
        n_participants=len(PARTICIPANTS) if STUDY.scans else None,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    log:
        f"{LOGS}/rank_roi_models/all.log",
    benchmark:
        f"{BENCHMARKS}/rank_roi_models/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/rank_roi_models.py"


rule plot_roi:
    message:
        "Figures of the regions"
    input:
        models=rules.compare_roi_models.output.models,
        participants=rules.compare_roi_models.output.participants,
        variance=rules.compare_roi_models.output.variance,
        gradient=rules.compare_roi_models.output.gradient,
        code=code_inputs("draw_roi.py"),
    output:
        pdf=[f"{RESULTS}/figures/{name}.pdf" for name in ROI_FIGURES],
        png=[
            report(
                f"{RESULTS}/figures/{name}.png",
                caption=f"../report/{name}.rst",
                category="Regions",
            )
            for name in ROI_FIGURES
        ],
        record=record("plot_roi"),
    params:
        figure=plain(ROI.figure),
        inference=plain(ROI.inference),
        hierarchy=plain(ROI.hierarchy),
        n_participants=len(PARTICIPANTS) if STUDY.scans else None,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    log:
        f"{LOGS}/plot_roi/all.log",
    benchmark:
        f"{BENCHMARKS}/plot_roi/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/draw_roi.py"


TARGETS += [
    *rules.compare_roi_models.output,
    *rules.rank_roi_models.output,
    *rules.plot_roi.output,
]
