"""What BIDS derivatives say about themselves: who made them, from which data, in which units."""

from collections.abc import Sequence
from importlib import metadata
from pathlib import PurePath
from typing import Any

BIDS_VERSION = "1.9.0"
# BIDS has no names for these yet; fMRIPrep, whose names they are, has the validator skip them too.
IGNORED = ("*_xfm.*", "*_boldref.*", "*_timeseries.*")
README = """# Preprocessed scans

Head motion, registration and confounds of a crossmodal study. No image was resampled to be
written here: transforms and confounds are applied, in one interpolation, where patterns are
estimated.

- `*_from-orig_to-boldref_mode-image_desc-hmc_xfm.txt`: head motion, ITK text, one rigid
  transform a volume; points of the reference -> points of the volume (the direction in which
  ITK resamples), LPS, mm.
- `*_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt`: ITK text; points of the T1w -> points of
  the BOLD reference of the first run.
- `*_from-T1w_to-*_mode-image_xfm.nii.gz`: ITK displacement field, affine included; points of the
  template -> points of the T1w.
- `*_desc-confounds_timeseries.tsv`: one row a volume, fMRIPrep's column names.

Apply them with ANTs: `antsApplyTransforms -r template -i T1w -t warp.nii.gz -o out.nii.gz`.
"""
LABELS: dict[str, dict[str, Any]] = {
    "motion": {
        "Description": "Head motion: rigid transforms, one a volume, in their order",
        "From": "orig",
        "To": "boldref",
    },
    "coregistration": {"Description": "Rigid transform", "From": "boldref", "To": "T1w"},
    "warp": {
        "Description": "Affine and SyN as one displacement field",
        "From": "T1w",
        "To": "MNI152NLin2009aSym",
    },
    "mask": {
        "Description": "The template's brain, carried to the T1w image",
        "Type": "Brain",
        "SpatialReference": "orig",
    },
    "boldref": {"Description": "Mean of motion-corrected volumes, on the first run's grid"},
    "confounds": {
        "trans_x": {"Description": "Head position, by SPM's conventions", "Units": "mm"},
        "trans_y": {"Description": "Head position", "Units": "mm"},
        "trans_z": {"Description": "Head position", "Units": "mm"},
        "rot_x": {"Description": "Rotation about the world's x axis", "Units": "rad"},
        "rot_y": {"Description": "Rotation about the world's y axis", "Units": "rad"},
        "rot_z": {"Description": "Rotation about the world's z axis", "Units": "rad"},
        "framewise_displacement": {"Description": "Power et al. 2012, 50 mm head", "Units": "mm"},
        "dvars": {"Description": "RMS change from volume to volume; median intensity 1000"},
        "std_dvars": {"Description": "DVARS over what AR(1) noise would give"},
    },
}
TRANSFORMS = ("motion", "coregistration", "warp")
ITK = {
    "Format": "ITK",
    "Units": "mm",
    "CoordinateSystem": "LPS",
    "Direction": "points of To -> points of From, as ITK resamples images from From to To",
}


def dataset_description(source: dict[str, Any], source_url: str | None) -> dict[str, Any]:
    """Content of dataset_description.json of the preprocessed scans.

    Parameters
    ----------
    source : the description of the data set that they come from; empty if there is none
    source_url : where it is, relative to the derivatives; None if it lies outside the results

    Returns
    -------
    ``GeneratedBy`` and ``SourceDatasets`` as BIDS 1.9 asks for; a source that has neither
    DOI nor URL is left out, since BIDS knows no other way to refer to it
    """
    name = source.get("Name", "unnamed data set")
    origin = {"DOI": source.get("DatasetDOI"), "URL": source_url}
    origin = {key: value for key, value in origin.items() if value}
    return {
        "Name": f"{name}: motion, registration",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "crossmodal", "Version": metadata.version("crossmodal")}],
    } | ({"SourceDatasets": [origin]} if origin else {})


def sidecar(kind: str, raw: Sequence[str], **facts: Any) -> dict[str, Any]:
    """Content of the JSON file beside a derivative.

    Parameters
    ----------
    kind : a key of ``LABELS``
    raw : paths of the raw files it was made from; they are named relative to their data set
    facts : what else is known, e.g. the options of the estimate
    """
    content = LABELS[kind] | (ITK if kind in TRANSFORMS else {})
    return content | {"RawSources": [within_dataset(path) for path in raw]} | facts


def within_dataset(path: str) -> str:
    """'any/where/sub-01/func/x.nii.gz' -> 'sub-01/func/x.nii.gz': no path of a machine."""
    parts = PurePath(path).parts
    first = next((i for i, part in enumerate(parts) if part.startswith("sub-")), len(parts) - 1)
    return "/".join(parts[first:])
