"""The mini-study's own data: real files, simulated content."""

if config["simulate"].get("clips"):

    from crossmodal.simulate.clips_config import actor_labels, clip_files, recording_files

    SIMULATED_CLIPS = f"{RESULTS}/simulated/clips"
    SIMULATED_ACTORS = actor_labels(config["simulate"]["clips"]["n_actors"])
    EMOTIONS = config["simulate"]["clips"]["emotions"]

    rule simulate_clips:
        message:
            "Draw and speak the clips of actor {wildcards.actor}"
        input:
            recordings=lambda wildcards: recording_files(
                config["simulate"]["clips"]["voices_dir"], wildcards.actor, EMOTIONS
            ),
            code=code_inputs("simulate_clips.py"),
        output:
            clips=[f"{SIMULATED_CLIPS}/{file}" for file in clip_files("{actor}", EMOTIONS)],
            features=f"{RESULTS}/simulated/truth/actor-{{actor}}_features.tsv",
            record=record("simulate_clips", "actor-{actor}"),
        params:
            clips={
                key: value
                for key, value in config["simulate"]["clips"].items()
                if key not in ("n_actors", "voices_dir")
            },
            seed=config["study"]["seed"],
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


if config["simulate"].get("brain"):

    include: "simulate_brain.smk"
