"""Files of networks that others made, and the pictures that they see."""

from crossmodal.families.external.files import network_files, picture_files

EXTERNAL = STUDY.families.external
PICTURES = or_stop(picture_files, EXTERNAL.pictures) if EXTERNAL.pictures else {}
