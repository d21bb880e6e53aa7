"""Write sidecars of figures and tables, and the seals of all printed tables and maps."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.dictionary import dictionary, header
from crossmodal.provenance.lineage import read_lineage, sidecar
from crossmodal.provenance.record import recorded, sealed
from crossmodal.provenance.seals import seals

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    lineage = read_lineage(snakemake.input.records)
    for path in snakemake.output.sidecars:
        name = Path(path).name.removesuffix(".prov.json")
        files = [file for file in snakemake.params.figure_files if Path(file).stem == name]
        write_json(path, sealed(sidecar(lineage, name, files, snakemake.params.temporary)))
    results = snakemake.params.config["study"]["results_dir"]
    tables = zip(snakemake.input.tables, snakemake.output.dictionaries, strict=True)
    for table, path in tables:
        write_json(path, dictionary(Path(table).relative_to(results).as_posix(), header(table)))
    write_json(snakemake.output.seals, sealed(seals(lineage, results)))
