"""What a BIDS derivative says about itself: who made it, and from which data set."""

from importlib import metadata
from typing import Any

BIDS_VERSION = "1.9.0"
# Names that fMRIPrep uses and BIDS does not have yet; fMRIPrep's .bidsignore lists them, too.
BIDSIGNORE = "*_xfm.*\n*_boldref.nii.gz\n*_timeseries.tsv\n"


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
