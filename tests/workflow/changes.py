"""The change table: what a user changes, and exactly which rules run again.

docs/change_table.md is made from this file: ``python -m tests.workflow.changes``.
Most rows change a study with the user's own clips and scans (tests/workflow/own_data.py): one
network regime, category RDMs, maps and figures. The others change config/test.yaml's study.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.workflow.sandbox import Sandbox

CONFIG = "config/own-data.yaml"
FILE_CONFIG = "config/files.yaml"
OWN, FAMILIES, FILES = "own data", "all families", "files"
OUTSIDE, GIVEN = "betas of another program", "maps of another program"
DRAW = frozenset({"draw_architecture", "draw_accuracy", "draw_contact_sheet", "draw_rdms",
                  "draw_layer_similarity", "draw_maps", "draw_training"})  # fmt: skip
MAPS = frozenset({"group_maps", "draw_maps", "correct_over_sets"})
SEARCHLIGHT = MAPS | {"searchlight"}
CEILING = frozenset({"noise_ceiling"})
QUALITY = frozenset({"report_quality", "rank_quality"})
FROM_BETAS = SEARCHLIGHT | CEILING | QUALITY | {"estimate_betas"}
FROM_SIMILARITY = frozenset({"compare_layers", "draw_layer_similarity", "draw_training",
                             "check_pattern"})  # fmt: skip
FROM_RDMS = SEARCHLIGHT | FROM_SIMILARITY | {"draw_rdms"}
FROM_TUNING = FROM_RDMS | {"tune", "compute_layer_rdms", "summarise_accuracy", "draw_accuracy"}
FROM_PRETRAINING = FROM_TUNING | {"pretrain"}
SCANS = frozenset({"estimate_motion", "normalise_anatomy", "coregister"})
STUDY_CLIP = FROM_TUNING | {"select_stimuli", "extract_clips", "draw_contact_sheet",
                            "compute_label_rdms"}  # fmt: skip
POOL_CLIP = FROM_PRETRAINING | {"select_stimuli", "extract_clips"}
FROM_STIMULI = FROM_PRETRAINING | {"select_stimuli", "draw_contact_sheet", "compute_label_rdms"}
EVERYTHING = (
    POOL_CLIP
    | STUDY_CLIP
    | SCANS
    | FROM_BETAS
    | DRAW
    | {"describe_architecture", "compute_label_rdms", "describe_derivatives"}
)
REGIONS = frozenset({"compute_roi_rdms", "compare_roi_models", "rank_roi_models", "plot_roi"})
GIVEN_RULES = frozenset({"test_given_maps", "draw_given_maps"})
NOTHING: frozenset[str] = frozenset()
FROM_MODEL_FILE = frozenset(
    {"compute_file_rdms", "compare_roi_models", "rank_roi_models", "plot_roi"}
)
FROM_BRAIN_FILE = frozenset({"read_roi_rdms", "compare_roi_models", "rank_roi_models", "plot_roi"})
FROM_NETWORK_FILE = frozenset({"compute_external_rdms", "compare_layers", "compare_roi_models",
                               "rank_roi_models", "plot_roi"})  # fmt: skip
MRPN_TRAIN = "    train: {loop: {n_epochs: 2,"
FROM_MRPN_TABLES = frozenset({"mrpn_tables", "draw_mrpn"})
FROM_MRPN = (
    FROM_MRPN_TABLES
    | SEARCHLIGHT
    | {"mrpn_train", "mrpn_rdms", "compare_layers", "compare_families"}
    | {"compare_roi_models", "rank_roi_models", "plot_roi"}
)


@dataclass(frozen=True)
class Change:
    """One row: a change in words and as code, and the rules that follow (lineage aside)."""

    group: str
    name: str
    apply: Callable[[Sandbox], object]
    rules: frozenset[str]
    study: str = OWN
    lineage: bool = False  # no result follows, but the job that records the config runs


def flip_last_byte(content: bytes) -> bytes:
    """Other content of the same size."""
    return content[:-1] + bytes([content[-1] ^ 1])


def one_more_table(box: Sandbox) -> None:
    """A second table beside the one of the study with betas of another program."""
    box.copy("data/models.tsv", "data/more.tsv")
    first = "mine: data/models.tsv"
    box.swap("config/outside.yaml", first, f"{first}\n    more: data/more.tsv")


STUDY_FILE = "data/clips/Actor_01/*.mp4"
POOL_FILE = "data/clips/Actor_08/*.mp4"
DEMOGRAPHICS = "data/demographics.csv"
RUN = "data/bids/sub-01/func/*_run-2_bold.nii.gz"
RUN_EVENTS = "data/bids/sub-01/func/*_run-2_events.tsv"
RUN_JSON = "data/bids/sub-01/func/*_run-2_bold.json"
T1 = "data/bids/sub-01/anat/*_T1w.nii.gz"
BETAS_LOG = "results-own/logs/estimate_betas/sub-01.log"
BETAS_RECORD = "results-own/provenance/records/estimate_betas/sub-01.json"
EVENTS = "data/bids/sub-01/func/*_run-1_events.tsv"

CHANGES = [
    Change("inputs", "nothing", lambda box: None, NOTHING),
    Change("inputs", "a study clip is replaced",
           lambda box: box.rewrite(STUDY_FILE, flip_last_byte), STUDY_CLIP),
    Change("inputs", "a study clip gets new content under its old modification time",
           lambda box: box.rewrite(STUDY_FILE, flip_last_byte, old_time=True), STUDY_CLIP),
    Change("inputs", "a pool clip is replaced",
           lambda box: box.rewrite(POOL_FILE, flip_last_byte), POOL_CLIP),
    Change("inputs", "a clip is touched", lambda box: box.touch(STUDY_FILE), NOTHING),
    Change("inputs", "a clip is written again with the same content",
           lambda box: box.same_again(STUDY_FILE), NOTHING),
    Change("inputs", "a pool clip is added",
           lambda box: box.copy(POOL_FILE, "data/clips/Actor_08/01-01-03-02-01-02-08.mp4"),
           POOL_CLIP),
    Change("inputs", "a pool clip is removed", lambda box: box.remove(POOL_FILE), POOL_CLIP),
    Change("inputs", "the table of actors' genders (`stimuli.demographics`)",
           lambda box: box.append(DEMOGRAPHICS, "25,30,Male,n/a,n/a\n"), FROM_STIMULI),
    Change("inputs", "a participant's run is replaced",
           lambda box: box.rewrite(RUN, flip_last_byte),
           FROM_BETAS | {"estimate_motion"}),
    Change("inputs", "a run gets new content under its old modification time",
           lambda box: box.rewrite(RUN, flip_last_byte, old_time=True),
           FROM_BETAS | {"estimate_motion"}),
    Change("inputs", "a run is touched", lambda box: box.touch(RUN), NOTHING),
    Change("inputs", "a run's events are edited",
           lambda box: box.append(EVENTS, "\n"), FROM_BETAS),
    Change("inputs", "a participant's T1w image is replaced",
           lambda box: box.rewrite(T1, flip_last_byte),
           FROM_BETAS | {"normalise_anatomy", "coregister"}),
    Change("inputs", "a participant is added",
           lambda box: box.copy_participant("01", "09"), FROM_BETAS | SCANS),
    Change("inputs", "a participant is removed",
           lambda box: box.set_aside("data/bids/sub-02"), MAPS | CEILING | {"rank_quality"}),
    Change("inputs", "the table of regions, which names peaks",
           lambda box: box.append("resources/rois.tsv", "\n"), MAPS),
    Change("inputs", "a run is removed, with its events",
           lambda box: (box.remove(RUN), box.remove(RUN_EVENTS), box.remove(RUN_JSON)), FROM_BETAS),
    Change("inputs", "a model's file of RDMs (`models.files`)",
           lambda box: box.rewrite("data/near.csv", lambda content: content + b"\n"),
           FROM_MODEL_FILE, FILES),
    Change("inputs", "the list that a model's file follows (`models.files.NAME.order`)",
           lambda box: box.rewrite("data/order.txt", lambda content: content + b"\n"),
           FROM_MODEL_FILE, FILES),
    Change("inputs", "a participant's file of a region's RDM (`roi.rdms`)",
           lambda box: box.rewrite("data/sub-02.csv", lambda content: content + b"\n"),
           FROM_BRAIN_FILE, FILES),
    Change("inputs", "weights of a network that others made (`families.external`)",
           lambda box: box.rewrite("data/line.safetensors", flip_last_byte),
           FROM_NETWORK_FILE, FILES),
    Change("inputs", "a picture that it sees",
           lambda box: box.rewrite("data/pictures/picture-3.png", lambda content: content + b"x"),
           FROM_NETWORK_FILE, FILES),
    Change("inputs", "the Python file of its module",
           lambda box: box.append("data/line.py", "# x\n"), FROM_NETWORK_FILE, FILES),
    Change("config", "its pooling over time",
           lambda box: box.swap(FILE_CONFIG, "n_twins: 1", "n_twins: 1\n        pool: max"),
           FROM_NETWORK_FILE, FILES),
    Change("inputs", "a model's file is touched", lambda box: box.touch("data/units.npy"),
           NOTHING, FILES),
    Change("config", "the distance of a file of features",
           lambda box: box.swap(FILE_CONFIG, "features: data/units.npy",
                                "features: data/units.npy\n      distance: cosine"),
           FROM_MODEL_FILE, FILES),
    Change("inputs", "an image of betas that another program wrote",
           lambda box: box.rewrite("data/spm/sub-01/beta_0001.nii", flip_last_byte),
           SEARCHLIGHT | CEILING | REGIONS | {"import_betas"}, OUTSIDE),
    Change("inputs", "a participant's own labels",
           lambda box: box.rewrite("data/aseg/01.nii", flip_last_byte), REGIONS, OUTSIDE),
    Change("inputs", "a participant's localiser mask",
           lambda box: box.rewrite("data/loc/02.nii", flip_last_byte), REGIONS, OUTSIDE),
    Change("inputs", "a map of another program",
           lambda box: box.rewrite("data/maps/con_0002.nii", flip_last_byte),
           GIVEN_RULES, GIVEN),
    Change("inputs", "a row of the table of maps",
           lambda box: box.rewrite("data/maps/table.tsv",
                                   lambda text: text.rsplit(b"\n", 2)[0] + b"\n"),
           GIVEN_RULES, GIVEN),
    Change("config", "the searchlight's radius",
           lambda box: box.swap(CONFIG, "radius_mm: 12.0", "radius_mm: 10.0"),
           SEARCHLIGHT | CEILING),
    Change("config", "the searchlight's memory",
           lambda box: box.swap(CONFIG, "max_memory_mb: 1500.0", "max_memory_mb: 800.0"),
           NOTHING, lineage=True),
    Change("config", "the number of permutations",
           lambda box: box.swap(CONFIG, "n_permutations: 5000", "n_permutations: 999"), MAPS),
    Change("config", "a figure's slices",
           lambda box: box.swap(CONFIG, "- -26.0\n", "- -30.0\n"),
           frozenset({"draw_maps"})),
    Change("config", "what a figure's outline is corrected over",
           lambda box: box.swap(CONFIG, "outline_corrected_over: voxels",
                                "outline_corrected_over: study"), frozenset({"draw_maps"})),
    Change("config", "the distance of peaks in tables of clusters",
           lambda box: box.swap(CONFIG, "peak_distance_mm: 8.0", "peak_distance_mm: 20.0"), MAPS),
    Change("config", "the GLM's high-pass",
           lambda box: box.swap(CONFIG, "high_pass_s: 128.0", "high_pass_s: 100.0"), FROM_BETAS),
    Change("config", "betas are exported as NIfTI",
           lambda box: box.swap(CONFIG, "export: []", "export: [betas]"),
           frozenset({"export_betas", "describe_derivatives"})),
    Change("config", "bright first volumes are left out",
           lambda box: box.swap(CONFIG, "skip_volumes: 0", "skip_volumes: auto"),
           FROM_BETAS | {"estimate_motion", "coregister"}),
    Change("config", "aCompCor is switched on",
           lambda box: box.swap(CONFIG, "a_comp_cor: 0", "a_comp_cor: 3"),
           FROM_BETAS | {"estimate_motion", "coregister", "extract_compcor"}),
    Change("config", "the motion estimate's tolerance",
           lambda box: box.swap(CONFIG, "tolerance_mm: 0.001", "tolerance_mm: 0.002"),
           FROM_BETAS | {"estimate_motion", "coregister"}),
    Change("config", "a key that nothing in this study uses",
           lambda box: box.swap(CONFIG, "contrast_threshold_t: 3.1", "contrast_threshold_t: 4.0"),
           NOTHING, lineage=True),
    Change("config", "one more table of models (`models.tables`): its own maps alone",
           lambda box: one_more_table(box),
           MAPS | {"compute_table_rdms", "searchlight_of_set", "compare_roi_models",
                   "rank_roi_models", "plot_roi"},
           OUTSIDE),
    Change("config", "another family's training",
           lambda box: box.swap("config/test.yaml", MRPN_TRAIN, MRPN_TRAIN.replace("2", "3")),
           FROM_MRPN, FAMILIES),
    Change("config", "the order of regions along an arm",
           lambda box: box.swap("config/test.yaml", "visual: [V1, FFA,", "visual: [FFA, V1,"),
           frozenset({"compare_roi_models", "rank_roi_models", "plot_roi"}), FAMILIES),
    Change("config", "a comment", lambda box: box.append(CONFIG, "# a remark\n"), NOTHING),
    Change("config", "the order of keys",
           lambda box: box.swap(CONFIG, "distance: correlation\n  max_memory_mb: 1500.0",
                                "max_memory_mb: 1500.0\n  distance: correlation"), NOTHING),
    Change("code", "a script",
           lambda box: box.append("workflow/scripts/draw_rdms.py", "X = 1\n"),
           frozenset({"draw_rdms"})),
    Change("code", "only a comment of a script",
           lambda box: box.append("workflow/scripts/draw_rdms.py", "# x\n"),
           frozenset({"draw_rdms"})),
    Change("code", "a script is touched", lambda box: box.touch("workflow/scripts/tune_network.py"),
           NOTHING),
    Change("code", "a module of one stage",
           lambda box: box.append("src/crossmodal/representations/similarity.py", "# x\n"),
           FROM_SIMILARITY),
    Change("code", "the figures' colours",
           lambda box: box.append("src/crossmodal/figures/style.py", "X = 1\n"), DRAW | QUALITY),
    Change("code", "a module of all stages",
           lambda box: box.append("src/crossmodal/contracts/errors.py", "# x\n"), EVERYTHING),
    Change("code", "a module of another study's stage",
           lambda box: box.append("src/crossmodal/simulate/faces_drawing.py", "X = 1\n"), NOTHING),
    Change("code", "a module of another family",
           lambda box: box.append("src/crossmodal/families/mrpn/tables.py", "X = 1\n"),
           FROM_MRPN_TABLES, FAMILIES),
    Change("code", "README.md", lambda box: box.append("README.md", "x\n"), NOTHING),
    Change("environment", "a pinned version",
           lambda box: box.swap("workflow/envs/crossmodal.yaml", "scipy==1.", "scipy==9."),
           EVERYTHING),
    Change("state", "a result is edited by hand",
           lambda box: box.append("results-own/similarity/cross_channel/emotion.tsv", "x\n"),
           FROM_SIMILARITY),
    Change("state", "a result is edited by hand under its old modification time",
           lambda box: box.rewrite("results-own/group/labels/categories/clusters.tsv",
                                   flip_last_byte, old_time=True), MAPS),
    Change("state", "a result is deleted",
           lambda box: box.remove("results-own/betas/sub-01.h5"), FROM_BETAS),
    Change("state", "a figure is deleted",
           lambda box: box.remove("results-own/figures/fig2_rdms.pdf"), frozenset({"draw_rdms"})),
    Change("state", "a module is edited, a dry run shows the plan, the edit is taken back",
           lambda box: box.tried("src/crossmodal/rsa/searchlight.py", "\n# tried\n"), NOTHING),
    Change("state", "Snakemake's metadata are lost",
           lambda box: box.set_aside(".snakemake/metadata"), NOTHING),
    Change("state", "the clone is moved", lambda box: box.move(), NOTHING),
    Change("state", "a run is killed while it estimates the betas of changed events",
           lambda box: (box.append(EVENTS, "\n"),
                        box.killed_run(BETAS_LOG)),
           FROM_BETAS),
    Change("state", "changed events are changed again while the job that reads them works",
           lambda box: (box.append(EVENTS, "\n"),
                        box.edited_meanwhile(BETAS_LOG, BETAS_RECORD, EVENTS)),
           FROM_BETAS),
    Change("state", "a run fails in the searchlight of changed events, then the fault is repaired",
           lambda box: (box.append(EVENTS, "\n"),
                        box.failed_run("workflow/scripts/map_searchlight.py")),
           SEARCHLIGHT),
    Change("state", "fresh clone with restored results (all results older than all code)",
           lambda box: (box.set_aside(".snakemake/metadata"), box.age_results()), NOTHING),
]  # fmt: skip


def page() -> str:
    """The table as Markdown."""
    lines = [
        "# What runs again after a change",
        "",
        "Made from `tests/workflow/changes.py`, which tests every row on a finished study with",
        "the user's own clips and scans: one network regime, category RDMs, maps, figures.",
        "Rows about another family are tested on `config/test.yaml`, which has all three, rows",
        "about files of models and regions on a study that has nothing else.",
        'Whenever anything runs, `write_lineage` follows. "Everything" is every rule of the study.',
        "Where a key changes that no result depends on, `write_lineage` runs alone: it records the",
        "whole config, with which `crossmodal crate` compares the one that it is given.",
        "",
        "| | change | rules that run again |",
        "|---|---|---|",
    ]
    for change in CHANGES:
        names = sorted(change.rules) or (["write_lineage"] if change.lineage else [])
        rules = ", ".join(f"`{name}`" for name in names) or "none"
        lines.append(
            f"| {change.group} | {change.name} | "
            f"{'everything' if change.rules == EVERYTHING else rules} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
