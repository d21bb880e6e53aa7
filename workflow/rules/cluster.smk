"""What a run does before it submits its first job."""

from crossmodal.cluster.orphans import cancel_orphans


onstart:
    cancel_orphans()
