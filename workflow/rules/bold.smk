"""From BIDS runs to condition-wise response patterns."""

from types import SimpleNamespace

from crossmodal.bold.read import study_runs
from crossmodal.bold.read.bids import Run, usable
from crossmodal.bold.read.brain_masks import own_mask
from crossmodal.bold.read.events import usual_conditions
from crossmodal.contracts.statmap_names import IGNORED as EXPORT_IGNORED


include: "bold_inputs.smk"


SCANS = STUDY.scans
NATIVE = SCANS.space == "native"
FMRIPREP = SCANS.fmriprep_dir is not None
# What later stages ask for besides betas: residuals, and control RDMs of the trials' timing.
SEARCHLIGHT, REGIONS = STUDY.searchlight, STUDY.roi
RESIDUALS = bool(SEARCHLIGHT and SEARCHLIGHT.needs_residuals) or bool(
    REGIONS and REGIONS.patterns.noise_normalisation == "multivariate"
)
TIMING_SETS = (
    [("timing", "participants")]
    if REGIONS or SEARCHLIGHT and "timing/participants" in SEARCHLIGHT.controls
    else []
)


if SCANS.bids_dir is None:
    ALL_SCANS = tuple(simulated_scans())
else:
    ALL_SCANS = study_runs.runs_of(SCANS)
# How the images of runs are read; see crossmodal.bold.read.run_files.
READING = dict(
    slice_reference=SCANS.slice_reference,
    trust_affine=SCANS.trust_affine,
    removed_volumes=SCANS.removed_volumes,
    skip_volumes=SCANS.skip_volumes,
)

PARTICIPANTS = sorted({scan.participant for scan in ALL_SCANS})


DERIVATIVES = f"{RESULTS}/derivatives"
ANAT = f"{DERIVATIVES}/sub-{{sub}}/anat/sub-{{sub}}"
FUNC = f"{DERIVATIVES}/sub-{{sub}}/func/sub-{{sub}}"
MOTION = f"{FUNC}_{{run}}_from-orig_to-boldref_mode-image_desc-hmc_xfm.txt"
CONFOUNDS = f"{FUNC}_{{run}}_desc-confounds_timeseries.tsv"
# Without aCompCor, what the motion estimate finds is all there is.
MEASURED = f"{FUNC}_{{run}}_desc-motion_timeseries.tsv" if SCANS.a_comp_cor else CONFOUNDS
SIGNAL = f"{RESULTS}/quality/runs/sub-{{sub}}_{{run}}.h5"
BOLD_MEAN = f"{FUNC}_{{run}}_boldref.nii.gz"
COREGISTRATION = f"{FUNC}_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt"
T1_BRAIN = f"{ANAT}_desc-brain_mask.nii.gz"
CONTRASTS = [f"{RESULTS}/contrasts/sub-{{sub}}_{name}.nii.gz" for name in SCANS.contrasts]
WARP = f"{ANAT}_from-T1w_to-{SCANS.space}_mode-image_xfm.nii.gz"


PATTERN_INPUT = dict(
    bold=lambda wildcards: [scan.bold for scan in scans_of(wildcards.sub)],
    events=lambda wildcards: [scan.events for scan in scans_of(wildcards.sub)],
    sidecars=lambda wildcards: list(
        dict.fromkeys(path for scan in scans_of(wildcards.sub) for path in scan.sidecars)
    ),
    motion=[] if FMRIPREP else lambda wildcards: of_runs(MOTION, wildcards.sub),
    confounds=confounds_of,
    raw=raw_of if FMRIPREP else [],
    mean=[] if FMRIPREP else first_mean,
    masks=masks_of,
    warp=[] if NATIVE or FMRIPREP else WARP,
    coregistration=[] if NATIVE or FMRIPREP else COREGISTRATION,
)


wildcard_constraints:
    sub="[A-Za-z0-9]+",
    run="[A-Za-z0-9_-]+",


rule describe_derivatives:
    message:
        "Describe the preprocessed scans"
    input:
        source=source_description(),
        code=code_inputs("describe_derivatives.py"),
    output:
        description=f"{DERIVATIVES}/dataset_description.json",
        readme=f"{DERIVATIVES}/README.md",
        ignored=f"{DERIVATIVES}/.bidsignore",
        record=record("describe_derivatives"),
    params:
        source_url="../simulated/bids" if SCANS.bids_dir is None else None,
        more_ignored=list(EXPORT_IGNORED) if SCANS.export else [],
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    log:
        f"{LOGS}/describe_derivatives/all.log",
    benchmark:
        f"{BENCHMARKS}/describe_derivatives/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    localrule: True
    script:
        "../scripts/describe_derivatives.py"


rule estimate_motion:
    message:
        "Estimate head motion of sub-{wildcards.sub}, {wildcards.run}"
    input:
        bold=lambda wildcards: scan_of(wildcards.sub, wildcards.run).bold,
        first=lambda wildcards: scans_of(wildcards.sub)[0].bold,
        code=code_inputs("estimate_motion.py"),
    output:
        motion=MOTION,
        confounds=MEASURED,
        mean=BOLD_MEAN,
        motion_json=sidecar_of(MOTION),
        confounds_json=sidecar_of(MEASURED),
        mean_json=sidecar_of(BOLD_MEAN),
        quality=SIGNAL,
        record=record("estimate_motion", "sub-{sub}_{run}"),
    params:
        motion=plain(SCANS.motion),
        skip_volumes=SCANS.skip_volumes,
        trust_affine=SCANS.trust_affine,
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    log:
        f"{LOGS}/estimate_motion/sub-{{sub}}_{{run}}.log",
    benchmark:
        f"{BENCHMARKS}/estimate_motion/sub-{{sub}}_{{run}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/estimate_motion.py"


rule normalise_anatomy:
    message:
        "Normalise the anatomy of sub-{wildcards.sub}"
    input:
        t1w=lambda wildcards: t1_of(wildcards.sub),
        mask=lambda wildcards: own_mask(SCANS.brain_masks, wildcards.sub) or [],
        code=code_inputs("normalise_anatomy.py"),
    output:
        warp=WARP,
        brain=T1_BRAIN,
        warp_json=sidecar_of(WARP),
        brain_json=sidecar_of(T1_BRAIN),
        record=record("normalise_anatomy", "sub-{sub}"),
    params:
        normalise=plain(SCANS.normalise),
        trust_affine=SCANS.trust_affine,
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    log:
        f"{LOGS}/normalise_anatomy/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/normalise_anatomy/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/normalise_anatomy.py"


rule coregister:
    message:
        "Coregister BOLD and anatomy of sub-{wildcards.sub}"
    input:
        mean=first_mean,
        t1w=lambda wildcards: t1_of(wildcards.sub),
        brain=T1_BRAIN,
        code=code_inputs("coregister_runs.py"),
    output:
        transform=COREGISTRATION,
        sidecar=sidecar_of(COREGISTRATION),
        record=record("coregister", "sub-{sub}"),
    params:
        coregister=plain(SCANS.coregister),
        trust_affine=SCANS.trust_affine,
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    log:
        f"{LOGS}/coregister/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/coregister/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/coregister_runs.py"


if SCANS.a_comp_cor:

    rule extract_compcor:
        message:
            "Extract aCompCor components of sub-{wildcards.sub}, {wildcards.run}"
        input:
            bold=lambda wildcards: scan_of(wildcards.sub, wildcards.run).bold,
            sidecars=lambda wildcards: scan_of(wildcards.sub, wildcards.run).sidecars,
            motion=MOTION,
            measured=MEASURED,
            coregistration=COREGISTRATION,
            warp=WARP,
            code=code_inputs("extract_compcor.py"),
        output:
            confounds=CONFOUNDS,
            sidecar=sidecar_of(CONFOUNDS),
            record=record("extract_compcor", "sub-{sub}_{run}"),
        params:
            n_components=SCANS.a_comp_cor,
            high_pass_s=SCANS.glm.high_pass_s,
            trust_affine=SCANS.trust_affine,
        threads: 1
        resources:
            mem_mb=3000,
            runtime=15,
        log:
            f"{LOGS}/extract_compcor/sub-{{sub}}_{{run}}.log",
        benchmark:
            f"{BENCHMARKS}/extract_compcor/sub-{{sub}}_{{run}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/extract_compcor.py"


rule estimate_betas:
    message:
        "Estimate response patterns of sub-{wildcards.sub}"
    input:
        **PATTERN_INPUT,
        code=code_inputs("estimate_betas.py"),
    output:
        betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
        record=record("estimate_betas", "sub-{sub}"),
    params:
        runs=lambda wildcards: run_ids(wildcards.sub),
        conditions=lambda wildcards: bold_conditions(),
        events=plain(SCANS.events),
        reading=READING,
        voxel_mm=SCANS.analysis_voxel_mm,
        glm=plain(SCANS.glm),
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    log:
        f"{LOGS}/estimate_betas/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/estimate_betas/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/estimate_betas.py"


# Multivariate noise normalisation needs all residuals; they are large, so no job keeps them.
if RESIDUALS:

    rule estimate_residuals:
        message:
            "Estimate the residuals of sub-{wildcards.sub}"
        input:
            **PATTERN_INPUT,
            betas=rules.estimate_betas.output.betas,
            code=code_inputs("estimate_residuals.py"),
        output:
            residuals=temp(f"{RESULTS}/residuals/sub-{{sub}}.npy"),
            record=record("estimate_residuals", "sub-{sub}"),
        params:
            runs=lambda wildcards: run_ids(wildcards.sub),
            conditions=lambda wildcards: bold_conditions(),
            events=plain(SCANS.events),
            reading=READING,
            voxel_mm=SCANS.analysis_voxel_mm,
            glm=plain(SCANS.glm),
        threads: 1
        resources:
            mem_mb=4000,
            runtime=60,
        log:
            f"{LOGS}/estimate_residuals/sub-{{sub}}.log",
        benchmark:
            f"{BENCHMARKS}/estimate_residuals/sub-{{sub}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/estimate_residuals.py"

    TARGETS += expand(rules.estimate_residuals.output.record, sub=PARTICIPANTS)
    TEMPORARY.append(f"{RESULTS}/residuals/")


if TIMING_SETS:

    rule compute_timing_rdms:
        message:
            "RDMs of what the order of trials alone would do"
        input:
            bold=lambda wildcards: [scan.bold for scan in scans_of_all()],
            events=lambda wildcards: [scan.events for scan in scans_of_all()],
            sidecars=lambda wildcards: list(
                dict.fromkeys(path for scan in scans_of_all() for path in scan.sidecars)
            ),
            motion=[],
            confounds=lambda wildcards: [
                path for sub in PARTICIPANTS for path in confounds_of(SimpleNamespace(sub=sub))
            ],
            code=code_inputs("compute_timing_rdms.py"),
        output:
            rdms=f"{RESULTS}/rdms/timing/participants.h5",
            record=record("compute_timing_rdms"),
        params:
            runs={sub: run_ids(sub) for sub in PARTICIPANTS},
            conditions=lambda wildcards: bold_conditions(),
            events=plain(SCANS.events),
            reading=READING,
            glm=plain(SCANS.glm),
        threads: 1
        resources:
            mem_mb=1000,
            runtime=30,
        log:
            f"{LOGS}/compute_timing_rdms/all.log",
        benchmark:
            f"{BENCHMARKS}/compute_timing_rdms/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/compute_timing_rdms.py"

    TARGETS += [*rules.compute_timing_rdms.output]


if SCANS.contrasts:

    rule map_contrasts:
        message:
            "Contrasts between conditions of sub-{wildcards.sub}"
        input:
            **PATTERN_INPUT,
            code=code_inputs("map_contrasts.py"),
        output:
            maps=CONTRASTS,
            sidecars=[path.replace(".nii.gz", ".json") for path in CONTRASTS],
            record=record("map_contrasts", "sub-{sub}"),
        params:
            runs=lambda wildcards: run_ids(wildcards.sub),
            contrasts=plain(SCANS.contrasts),
            smoothing_mm=SCANS.contrast_smoothing_mm,
            events=plain(SCANS.events),
            reading=READING,
            voxel_mm=SCANS.analysis_voxel_mm,
            glm=plain(SCANS.glm),
        threads: 1
        resources:
            mem_mb=4000,
            runtime=60,
        log:
            f"{LOGS}/map_contrasts/sub-{{sub}}.log",
        benchmark:
            f"{BENCHMARKS}/map_contrasts/sub-{{sub}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/map_contrasts.py"

    TARGETS += expand([*rules.map_contrasts.output], sub=PARTICIPANTS)


TARGETS += expand([*rules.estimate_betas.output], sub=PARTICIPANTS)
# fMRIPrep's derivatives take the place of own ones.
if not FMRIPREP:
    TARGETS += [*rules.describe_derivatives.output]
    for _sub in PARTICIPANTS:
        TARGETS += [
            path for pattern in rules.estimate_motion.output for path in of_runs(pattern, _sub)
        ]
        if SCANS.a_comp_cor:
            TARGETS += [
                path for pattern in rules.extract_compcor.output for path in of_runs(pattern, _sub)
            ]
        if not NATIVE:
            TARGETS += expand([*rules.normalise_anatomy.output, *rules.coregister.output], sub=_sub)
