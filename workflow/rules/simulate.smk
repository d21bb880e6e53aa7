"""The mini-study's own data: real files, simulated content."""

if STUDY.simulate.clips:

    from crossmodal.simulate.clips_config import actor_labels, clip_files, recording_files

    SIMULATED_CLIPS = f"{RESULTS}/simulated/clips"
    SIMULATED_ACTORS = actor_labels(STUDY.simulate.clips.n_actors)
    # No actor is drawn again because there are more of them.
    CLIP_OPTIONS = plain(STUDY.simulate.clips, without=("n_actors", "voices_dir"))
    EMOTIONS = STUDY.simulate.clips.emotions

    rule simulate_clips:
        message:
            "Draw and speak the clips of actor {wildcards.actor}"
        input:
            recordings=lambda wildcards: recording_files(
                STUDY.simulate.clips.voices_dir, wildcards.actor, EMOTIONS
            ),
            code=code_inputs("simulate_clips.py"),
        output:
            clips=[f"{SIMULATED_CLIPS}/{file}" for file in clip_files("{actor}", EMOTIONS)],
            features=f"{RESULTS}/simulated/truth/actor-{{actor}}_features.tsv",
            record=record("simulate_clips", "actor-{actor}"),
        params:
            clips=CLIP_OPTIONS,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/simulate_clips/actor-{{actor}}.log",
        benchmark:
            f"{BENCHMARKS}/simulate_clips/actor-{{actor}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/simulate_clips.py"

    TARGETS += expand(
        [*rules.simulate_clips.output.clips, *rules.simulate_clips.output[-2:]],
        actor=SIMULATED_ACTORS,
    )


if STUDY.simulate.brain:

    include: "simulate_brain.smk"
