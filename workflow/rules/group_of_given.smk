"""The group test of maps that other programs wrote: `crossmodal group` as a study."""

from crossmodal.contracts.map_table import map_sidecars, read_map_table

GIVEN_GROUP = STUDY.group
GIVEN = list(or_stop(read_map_table, GIVEN_GROUP.maps).values())
GIVEN_DIR = f"{RESULTS}/group/maps"
GIVEN_MAPS = ["mean", "t", "effect_size", "p_fwe", "p_fwe_all", "half_width", "q_fdr"]
GIVEN_MAPS += ["sign_prevalence", "sign_prevalence_lower"]
for name in GIVEN_GROUP.statistics:
    GIVEN_MAPS += [name, f"p_{name}", f"p_{name}_all"]


rule test_given_maps:
    message:
        "Group test of maps of other programs"
    input:
        maps=GIVEN,
        given_sidecars=map_sidecars(GIVEN),
        image=GIVEN_GROUP.atlas.image if GIVEN_GROUP.atlas else [],
        labels=GIVEN_GROUP.atlas.labels if GIVEN_GROUP.atlas else [],
        spheres="resources/rois.tsv",
        code=code_inputs("infer_given_maps.py"),
    output:
        maps=[f"{GIVEN_DIR}/{name}.nii.gz" for name in GIVEN_MAPS],
        sidecars=[f"{GIVEN_DIR}/{name}.json" for name in GIVEN_MAPS],
        clusters=f"{GIVEN_DIR}/clusters.tsv",
        null=f"{GIVEN_DIR}/null.tsv",
        facts=f"{GIVEN_DIR}/group.json",
        record=record("test_given_maps"),
    params:
        group=plain(GIVEN_GROUP, without=("atlas", "prevalence", "maps", "maps_space")),
        space=GIVEN_GROUP.maps_space,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=3000,
        runtime=120,
    log:
        f"{LOGS}/test_given_maps/all.log",
    benchmark:
        f"{BENCHMARKS}/test_given_maps/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/infer_given_maps.py"


rule draw_given_maps:
    message:
        "Draw the group test"
    input:
        maps=rules.test_given_maps.output.maps,
        sidecars=rules.test_given_maps.output.sidecars,
        clusters=rules.test_given_maps.output.clusters,
        facts=rules.test_given_maps.output.facts,
        code=code_inputs("draw_given_maps.py"),
    output:
        pdf=f"{RESULTS}/figures/group_maps.pdf",
        png=report(
            f"{RESULTS}/figures/group_maps.png",
            caption="../report/draw_given_maps.rst",
            category="Figures",
        ),
        svg=f"{RESULTS}/figures/group_maps.svg",
        record=record("draw_given_maps"),
    params:
        n_participants=len(GIVEN),
        group=plain(GIVEN_GROUP),
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    log:
        f"{LOGS}/draw_given_maps/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_given_maps/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/draw_given_maps.py"


TARGETS += [*rules.test_given_maps.output, *rules.draw_given_maps.output]
