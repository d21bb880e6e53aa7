"""A simulated BIDS data set: planted responses in warped template brains."""

from crossmodal.simulate.brain_layout import (
    participant_files,
    participant_options,
    shared_options,
    simulated_runs,
)

SIMULATED_BIDS = f"{RESULTS}/simulated/bids"
TRUTH = f"{RESULTS}/simulated/truth"
BRAIN = shared_options(STUDY.simulate.brain)
SIMULATED_RUNS = simulated_runs(STUDY.simulate.brain)


rule simulate_dataset:
    message:
        "Describe the simulated data set and its truth"
    input:
        rois="resources/rois.tsv",
        code=code_inputs("simulate_dataset.py"),
    output:
        description=f"{SIMULATED_BIDS}/dataset_description.json",
        readme=f"{SIMULATED_BIDS}/README.md",
        participants=f"{SIMULATED_BIDS}/participants.tsv",
        events=f"{SIMULATED_BIDS}/task-emotion_events.json",
        truth=f"{TRUTH}/brain.json",
        record=record("simulate_dataset"),
    params:
        brain=BRAIN,
        labels=list(SIMULATED_RUNS),
        task="emotion",
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/simulate_dataset/all.log",
    benchmark:
        f"{BENCHMARKS}/simulate_dataset/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/simulate_dataset.py"


# One rule for each set of runs that occurs: a rule's outputs cannot depend on a wildcard. The
# complete set comes last and keeps the rule's name.
for _runs in sorted(set(SIMULATED_RUNS.values()), key=len):

    rule simulate_participant:
        name:
            "simulate_participant"
            + (f"_runs_{'_'.join(_runs)}" if len(_runs) < STUDY.simulate.brain.n_runs else "")
        message:
            "Simulate the scans of participant {wildcards.sub}"
        input:
            features=lambda wildcards: [
                f"{TRUTH}/actor-{actor}_features.tsv" for actor in STUDY_ACTORS
            ],
            rois="resources/rois.tsv",
            code=code_inputs("simulate_participant.py"),
        output:
            **participant_files(SIMULATED_BIDS, TRUTH, "{sub}", _runs),
            record=record("simulate_participant", "sub-{sub}"),
        params:
            brain=BRAIN,
            participant=lambda wildcards: participant_options(STUDY.simulate.brain, wildcards.sub),
            runs=_runs,
            stimulus_ids=lambda wildcards: STUDY_IDS,
            clip_duration_s=STUDY.simulate.clips.duration_s,
            seed=STUDY.study.seed,
        wildcard_constraints:
            sub="|".join(label for label, runs in SIMULATED_RUNS.items() if runs == _runs),
        threads: 1
        resources:
            mem_mb=1500,
            runtime=20,
        log:
            f"{LOGS}/simulate_participant/sub-{{sub}}.log",
        benchmark:
            f"{BENCHMARKS}/simulate_participant/sub-{{sub}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/simulate_participant.py"


TARGETS += [*rules.simulate_dataset.output]
for _label, _runs in SIMULATED_RUNS.items():
    for _files in participant_files(SIMULATED_BIDS, TRUTH, _label, _runs).values():
        TARGETS += [_files] if isinstance(_files, str) else _files
    TARGETS.append(record("simulate_participant", f"sub-{_label}"))
