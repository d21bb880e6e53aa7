"""Say in one line why this Python cannot run crossmodal; the Makefile asks before installing.

Any Python can read this file, also one that is much too old.
"""

import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))  # requires-python in pyproject.toml; a test compares them
NO_WHEEL = {(3, 14): "immutables 0.21, which Snakemake 9.27 needs, has no wheel for it"}

version = tuple(sys.version_info[:2])
if version not in SUPPORTED:
    why = NO_WHEEL.get(version, "not tried" if version > SUPPORTED[-1] else "too old")
    sys.exit("Python %d.%d: %s; set PYTHON= to Python 3.11, 3.12 or 3.13" % (version + (why,)))  # noqa: UP031
