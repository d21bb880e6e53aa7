"""What the columns of printed tables mean: a JSON sidecar beside each, as BIDS has it.

``x.tsv`` gets ``x.json``: a caption, and a description (and unit) of each column. A name means
the same in every table, so that a column is described once.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

CAPTION = "Caption"
# Path below the results folder (the first that fits; '*' also goes into folders) -> caption, and
# what a column is whose name is no word of ours: a layer, a class, a map's statistic.
TABLES: dict[str, tuple[str, str]] = {
    "tables/accuracy.tsv": ("Accuracy of the networks, seed by seed, with its summary", ""),
    "tables/pattern.tsv": ("Which statements of the paper about layers hold", ""),
    "tables/voices_confusion.tsv": ("What voices of actors never trained on are taken for", ""),
    "tables/voices.tsv": ("Recall of emotions in voices of actors never trained on", ""),
    "tables/affect3d/rmse.tsv": ("Error of predicted valence and arousal, by video", ""),
    "tables/affect3d/coverage.tsv": ("How often predictive intervals hold the label", ""),
    "tables/affect3d/traces.tsv": ("Predicted valence and arousal over time", ""),
    "tables/mrpn/*_folds.tsv": ("Accuracy of mrpn's variants, fold by fold", ""),
    "tables/mrpn/*_summary.tsv": ("Accuracy of mrpn's variants, over folds", ""),
    "tables/mrpn/*_errata.tsv": ("Numbers of the paper that its own tables contradict", ""),
    "tables/mrpn/*_tsne.tsv": ("Features of clips on a plane (t-SNE)", ""),
    "tables/mrpn/*_interference.tsv": ("Accuracy where one modality is noisy", ""),
    "tables/mrpn/*_interference_differences.tsv": ("Differences of variants under noise", ""),
    "roi/models.tsv": ("Similarity of models and regions, over participants", ""),
    "roi/participants.tsv": ("Similarity of models and regions, participant by participant", ""),
    "roi/pairs.tsv": ("Differences between two models in a region", ""),
    "roi/ranking.tsv": ("Models of a region, the best first", ""),
    "roi/variance.tsv": ("Parts of a region's RDM that groups of models explain", ""),
    "roi/gradient.tsv": ("Depth of the best layer along the regions of an arm", ""),
    "group/*clusters.tsv": ("Clusters of voxels whose corrected p is below alpha", ""),
    "group/*null.tsv": (
        "Largest values under each permutation, the observed one first",
        "largest value of this statistic over voxels and layers",
    ),
    "network/*accuracy_summary.tsv": ("Accuracy of a regime, over folds and seeds", ""),
    "network/*accuracy.tsv": ("Accuracy of a regime, fold by fold", ""),
    "network/*confusion.tsv": ("What clips are taken for", ""),
    "network/*learning_curve*.tsv": ("Loss and accuracy, epoch by epoch", ""),
    "network/*trained.tsv": ("Which parts of a network learned", ""),
    "network/*layers.tsv": ("Layers of a network", ""),
    "similarity/*_seeds.tsv": ("How alike the RDMs of a layer are between seeds", ""),
    "similarity/*.tsv": ("Similarity of layers' RDMs", "similarity with this layer"),
    "quality/participants.tsv": ("Quality of scans, the best participant first", ""),
    "voices/*_epochs.tsv": ("Loss and accuracy, epoch by epoch", ""),
    "voices/*.tsv": ("Scores of clips", "score of this class"),
}
# Name -> description, unit ('' for none).
COLUMNS: dict[str, tuple[str, str]] = {
    # what a row is about
    "model": ("model family", ""),
    "regime": ("what the network was trained on, or the set of models", ""),
    "model_set": ("model family and regime", ""),
    "source": ("which of a family's RDMs: one seed, their mean ('ensemble'), a control", ""),
    "layer": ("layer of the network, or model of the set", ""),
    "arm": ("arm of the network: visual, auditory or cross_modal", ""),
    "region": ("region of interest", ""),
    "participant": ("label of the participant", ""),
    "stimulus_id": ("name of the clip", ""),
    "video": ("name of the clip", ""),
    "seed": ("number of the training; each has random weights of its own", ""),
    "fold": ("part of the clips that was left out of the training", ""),
    "fit": ("which training: of an arm, of the whole, of a fold", ""),
    "stage": ("pretraining or tuning", ""),
    "method": ("network or support vector machine, and its settings", ""),
    "kind": ("kind of the row (layer: operation; accuracy: cross_validated or in_sample)", ""),
    "set": ("training or test clips", ""),
    "label": ("true class; of a peak: its region, or the nearest", ""),
    "predicted": ("class that it was taken for", ""),
    "variant": ("variant of the network", ""),
    "trained_on": ("clips that trained it", ""),
    "tested_on": ("clips that test it", ""),
    "first": ("first of two", ""),
    "second": ("second of two", ""),
    "axis": ("valence or arousal", ""),
    "check": ("short name of the statement", ""),
    "statement": ("what the paper says, as a sentence", ""),
    "relation": ("how value and reference must compare", ""),
    "reference": ("number that the value is compared with", ""),
    "value": ("measured number", ""),
    "holds": ("whether the statement holds", ""),
    "claim": ("what the paper says", ""),
    "printed": ("number in the paper", ""),
    "recomputed": ("the same from the paper's own tables", ""),
    "how": ("how it was recomputed", ""),
    "part": ("group of models, or what several groups explain together", ""),
    "shape": ("shape of the output of one stimulus", ""),
    "position": ("place of the region along the arm, 0 first", ""),
    "rank": ("1 is best", ""),
    "outlier": ("measures in which the participant is an outlier", ""),
    "selected": ("whether the weights of this epoch were kept", ""),
    "left_out": ("whether the seed is left out of the ensemble", ""),
    "at_chance": ("whether the part is not better than chance on its training clips", ""),
    # numbers of things
    "n": ("number of clips", ""),
    "n_clips": ("number of clips", ""),
    "n_train": ("number of clips that train it", ""),
    "n_right": ("number of them that are named rightly", ""),
    "seeds_at_chance": ("seeds whose final network is at chance on its training part", ""),
    "n_seeds": ("number of seeds", ""),
    "n_folds": ("number of folds", ""),
    "n_actors": ("number of actors", ""),
    "n_windows": ("number of windows", ""),
    "n_weights": ("number of trainable weights", ""),
    "n_groups": ("number of groups that share this part; 0 for the whole", ""),
    "n_participants": ("number of participants", ""),
    "n_voxels": ("number of voxels", ""),
    "n_units": ("number of groups of conditions that the bootstrap draws from", ""),
    "epoch": ("epoch, 0 first", ""),
    "cluster": ("number of the cluster in its layer, the largest first", ""),
    # results
    "accuracy": ("share of clips that are named rightly", ""),
    "accuracy_first": ("accuracy of the first", ""),
    "accuracy_second": ("accuracy of the second", ""),
    "uar": ("mean recall of the classes (unweighted average recall)", ""),
    "chance": ("accuracy of guessing", ""),
    "mean": ("mean over seeds", ""),
    "sd": ("standard deviation over seeds", ""),
    "best_by_validation": ("accuracy of the seed that is best on validation clips", ""),
    "best_of_seeds": ("largest accuracy of a seed", ""),
    "share": ("share of the label's clips", ""),
    "low": ("lower end of the 95 % interval", ""),
    "high": ("upper end of the 95 % interval", ""),
    "ci_low": ("lower end of the 95 % interval", ""),
    "ci_high": ("upper end of the 95 % interval", ""),
    "published": ("the same in the paper", ""),
    "published_table4": ("the same in table 4 of the paper", ""),
    "difference": ("first minus second", ""),
    "estimate": ("mean similarity over participants", ""),
    "similarity": ("similarity of the two RDMs, by roi.inference.comparison", ""),
    "standard_error": ("standard error", ""),
    "r2": ("share of the variance of the RDM's ranks or values", ""),
    "depth": ("depth of the best layer, 0 first to 1 last, mean over participants", ""),
    "order_correlation": ("Spearman correlation of depth with the order of regions", ""),
    "p": ("p, not corrected", ""),
    "n_layers": ("number of layers that compete within the model", ""),
    "untrained": ("similarity of the model's untrained twin", ""),
    "p_untrained": ("p of the difference from the untrained twin, two-sided", ""),
    "p_untrained_fdr": ("the same, corrected by false discovery rate", ""),
    "behind_best": ("difference from the region's best model", ""),
    "p_best": ("p of the difference from the region's best model, two-sided", ""),
    "p_best_fdr": ("the same, corrected by false discovery rate", ""),
    "p_fdr": ("p, false discovery rate over the rows of its kind", ""),
    "p_ceiling": ("p of the difference from the lower noise ceiling, not corrected", ""),
    "p_ceiling_fdr": ("p of the difference from the ceiling, false discovery rate", ""),
    "ceiling_low": ("lower noise ceiling", ""),
    "agreement": ("mean similarity of two participants' RDMs", ""),
    "p_agreement": ("p of agreement, by each participant's permuted conditions", ""),
    "ceiling_high": ("upper noise ceiling", ""),
    "peak": ("rank of the peak in its cluster, 1 the highest", ""),
    "label_distance_mm": ("distance of the peak from the region that label names", "mm"),
    "size_mm3": ("volume of the cluster", "mm^3"),
    "peak_x_mm": ("x of the peak, to the right", "mm"),
    "peak_y_mm": ("y of the peak, to the front", "mm"),
    "peak_z_mm": ("z of the peak, up", "mm"),
    "peak_t": ("t of the peak; of one participant the effect size", ""),
    "peak_mean": ("mean similarity at the peak", ""),
    "p_fwe": ("p of the peak, family-wise error over voxels", ""),
    "p_fwe_all": ("p of the peak, family-wise error over voxels and layers", ""),
    "p_fwe_study": ("p of the peak, family-wise error over voxels, layers and model sets", ""),
    "mean_correlation": ("mean correlation of the RDMs of two seeds", ""),
    "min_correlation": ("smallest correlation of the RDMs of two seeds", ""),
    "max_correlation": ("largest correlation of the RDMs of two seeds", ""),
    "with_untrained": ("correlation with the untrained network's RDM", ""),
    "with_pool": ("correlation with the RDM of the network that saw the pool alone", ""),
    # trainings
    "learning_rate": ("step size of the optimiser", ""),
    "train_loss": ("loss on training clips", ""),
    "train_accuracy": ("accuracy on training clips", ""),
    "validation_loss": ("loss on validation clips", ""),
    "validation_accuracy": ("accuracy on validation clips", ""),
    "snr_db": ("signal-to-noise ratio of the noisy modality; n/a: no noise", "dB"),
    "x": ("first axis of the plane", ""),
    "y": ("second axis of the plane", ""),
    # affect
    "time_s": ("centre of the window", "s"),
    "nominal": ("probability that the interval is to hold", ""),
    "observed": ("share of labels within it", ""),
    "rmse": ("root mean square error over both axes", ""),
    "rmse_valence": ("root mean square error of valence", ""),
    "rmse_arousal": ("root mean square error of arousal", ""),
    "baseline": ("the same for the mean of the training labels", ""),
    "floor": ("the same for the truth without the raters' noise", ""),
    **{
        f"{axis}_{name}": (text.format(axis), "")
        for axis in ("valence", "arousal")
        for name, text in {
            "label": "rated {}",
            "truth": "{} that the simulator was told",
            "mean": "predicted {}",
            "sd": "standard deviation of the prediction of {}",
        }.items()
    },
    # quality of scans
    "mean_framewise_displacement_mm": ("mean framewise displacement (Power et al. 2012)", "mm"),
    "max_framewise_displacement_mm": ("largest framewise displacement", "mm"),
    "percent_moved_volumes": ("volumes that moved more than the limit", "%"),
    "mean_std_dvars": ("mean standardised DVARS", ""),
    "min_median_tsnr": ("median temporal signal-to-noise ratio of the worst run", ""),
    "max_variance_inflation": ("largest variance inflation of a condition's regressor", ""),
    "p95_reliability": ("95th percentile over voxels of the patterns' split-half correlation", ""),
    "epi_t1_overlap": ("Dice overlap of the masks of EPI and T1w", ""),
    "brain_volume_cm3": ("volume of the brain mask", "cm^3"),
    "t1_coverage": ("share of the brain that the scans cover", ""),
    "affine_volume_ratio": ("volume of the template's brain over the participant's", ""),
    "brain_template_overlap": ("Dice overlap with the template's brain", ""),
    "t1_template_correlation": ("correlation of T1w and template within the brain", ""),
}


def dictionary(name: str, columns: Sequence[str]) -> dict[str, Any]:
    """The JSON sidecar of a table.

    Parameters
    ----------
    name : its path below the results folder
    columns : its header
    """
    caption, otherwise = next(
        (words for pattern, words in TABLES.items() if fnmatchcase(name, pattern)),
        (f"Table {Path(name).stem}", ""),
    )
    described: dict[str, Any] = {CAPTION: caption}
    for column in columns:
        text, unit = COLUMNS.get(column, (otherwise or f"column {column}", ""))
        described[column] = {"Description": text} | ({"Units": unit} if unit else {})
    return described


def undescribed(name: str, columns: Sequence[str]) -> list[str]:
    """Columns of a table that nobody has described; of an unknown table its name."""
    fits = [words for pattern, words in TABLES.items() if fnmatchcase(name, pattern)]
    if not fits:
        return [name]
    return [] if fits[0][1] else [column for column in columns if column not in COLUMNS]


def dictionary_path(table: str) -> str:
    """``x.tsv`` -> ``x.json``."""
    return table.removesuffix(".tsv") + ".json"


def header(path: str | Path) -> list[str]:
    """Names of a table's columns."""
    with open(path, encoding="utf-8") as file:
        return file.readline().rstrip("\n").split("\t")
