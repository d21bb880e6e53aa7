"""From media files to labelled sets of face crops and sounds."""

from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.stimuli.selection import has_clips, select_of
from crossmodal.study.checks.clips import clip_selection


include: "stimuli_inputs.smk"


STIMULI = STUDY.stimuli


SELECTION = or_stop(selected)
STUDY_IDS = [name.stimulus_id for name in SELECTION.study]  # the condition order everywhere
# Actors as their files are called: labels of a table may hold anything.
STUDY_ACTORS = [actor_file_part(actor) for actor in SELECTION.study_actors]
POOL_ACTORS = [actor_file_part(actor) for actor in SELECTION.pool_actors]
VOICE_ACTORS = [
    actor_file_part(actor) for actor in sorted({name.identity for name in SELECTION.voices})
]
ACTORS = sorted({*STUDY_ACTORS, *POOL_ACTORS, *VOICE_ACTORS})
STIMULUS_SETS = ["study", "pool"] if SELECTION.pool else ["study"]
STIMULUS_TABLES = {name: f"{RESULTS}/stimuli/{name}.tsv" for name in STIMULUS_SETS}


CLIPS_OF = {}  # actor, as files are called -> the chosen clips
for name in SELECTION.clips:
    CLIPS_OF.setdefault(actor_file_part(name.identity), []).append(name)


wildcard_constraints:
    actor=r"[A-Za-z0-9]+",
    set="study|pool|voices",


# One job per set: a new clip of the study leaves the pool, and so the pretraining, alone.
rule select_stimuli:
    message:
        "Label the clips of the {wildcards.set}"
    input:
        clips=lambda wildcards: [name.path for name in getattr(SELECTION, wildcards.set)],
        # Functions, because braces in a path given as text would be wildcards.
        demographics=lambda wildcards: STIMULI.demographics or [],
        clip_table=lambda wildcards: STIMULI.table or [],
        code=code_inputs("select_stimuli.py"),
    output:
        table=f"{RESULTS}/stimuli/{{set}}.tsv",
        record=record("select_stimuli", "{set}"),
    params:
        naming=STIMULI.naming,
        actor_column=STIMULI.actor_column,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/select_stimuli/{{set}}.log",
    benchmark:
        f"{BENCHMARKS}/select_stimuli/{{set}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/select_stimuli.py"


rule extract_clips:
    message:
        "Find the face and the sound in the clips of actor {wildcards.actor}"
    input:
        clips=lambda wildcards: [name.path for name in CLIPS_OF[wildcards.actor]],
        detector=lambda wildcards: detector_files(),
        code=code_inputs("extract_clips.py"),
    output:
        clips=f"{RESULTS}/clips/actor-{{actor}}.h5",
        record=record("extract_clips", "actor-{actor}"),
    params:
        stimulus_ids=lambda wildcards: [name.stimulus_id for name in CLIPS_OF[wildcards.actor]],
        face=plain(STIMULI.face),
        audio=plain(STIMULI.audio),
        modalities=list(STIMULI.modalities),
        missing_modality=STIMULI.missing_modality,
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    log:
        f"{LOGS}/extract_clips/actor-{{actor}}.log",
    benchmark:
        f"{BENCHMARKS}/extract_clips/actor-{{actor}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/extract_clips.py"


rule draw_contact_sheet:
    message:
        "Draw a contact sheet of the study's clips"
    input:
        table=STIMULUS_TABLES["study"],
        clips=expand(f"{RESULTS}/clips/actor-{{actor}}.h5", actor=STUDY_ACTORS),
        code=code_inputs("draw_contact_sheet.py"),
    output:
        pdf=f"{RESULTS}/figures/contact_sheet.pdf",
        png=report(
            f"{RESULTS}/figures/contact_sheet.png",
            caption="../report/contact_sheet.rst",
            category="Stimuli",
        ),
        record=record("draw_contact_sheet"),
    params:
        actors=STUDY_ACTORS,
        sheet=plain(STIMULI.contact_sheet),
        mel_duration_s=STIMULI.audio.duration_s,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/draw_contact_sheet/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_contact_sheet/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/draw_contact_sheet.py"


TARGETS += [
    *expand(
        rules.select_stimuli.output,
        set=[*STIMULUS_SETS, *(["voices"] if SELECTION.voices else [])],
    ),
    *expand(rules.extract_clips.output, actor=ACTORS),
    *rules.draw_contact_sheet.output,
]
