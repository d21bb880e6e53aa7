"""Whose betas of other programs there are, and what their jobs read."""

from functools import cache

from crossmodal.bold.outside.listing import table_images


@cache
def bold_conditions():
    """Names of the conditions, in the order of every pattern file."""
    if SCANS.conditions or STUDY.stimuli:
        return list(SCANS.conditions or STUDY_IDS)
    from crossmodal.bold.outside.read import conditions_of  # scipy and nibabel

    return conditions_of(SCANS, PARTICIPANTS[0])


def rows_of(sub):
    """A participant's rows of a table of images: other people's do not concern the job."""
    if SCANS.betas.source != "images":
        return None
    images = table_images(SCANS.betas, sub)
    return [[one.run, one.condition, one.path, one.trial] for one in images.estimates]


def variance_of(sub):
    """Run -> image of residual variance, of a table of images."""
    is_table = SCANS.betas.source == "images"
    return dict(table_images(SCANS.betas, sub).variance) if is_table else {}
