"""What networks that others made would refuse: digests, libraries, weights and layer names."""

from collections.abc import Iterator

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.families.external.block import ExternalNetwork
from crossmodal.families.external.files import checked_digest, network_files, picture_files
from crossmodal.families.external.preprocessing import settled
from crossmodal.families.external.rdms import read_picture
from crossmodal.families.external.sources import open_network
from crossmodal.study.study import Study


def external_problems(study: Study) -> Iterator[InputError]:
    """Problems of ``families.external``; every network is opened, none is run."""
    block = study.families.external
    for network in block.networks.values() if block else ():
        if not problems_of(lambda one=network: network_files(one)):  # else reported by names
            yield from problems_of(lambda one=network: _open(one))
    if block and block.pictures and not problems_of(lambda: picture_files(block.pictures)):
        for path in picture_files(block.pictures).values():
            yield from problems_of(lambda path=path: read_picture(path))


def _open(network: ExternalNetwork) -> None:
    checked_digest(network)
    settled(network)
    open_network(network)
