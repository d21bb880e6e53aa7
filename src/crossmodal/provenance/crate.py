"""The study as an RO-Crate (Provenance Run Crate 0.5), made from the jobs' records.

The crate holds code, config, figures, printed tables and maps, and records. Raw and intermediate
files are described by path and sha256 only: they may be private, and they are large.
Profile: https://w3id.org/ro/wfrun/provenance/0.5
"""

import json
import re
from collections.abc import Mapping
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate
from urllib3 import HTTPResponse

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import Incomplete, Lineage

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
TERMS = "https://w3id.org/ro/terms/workflow-run#"
# The rocrate package ships the context of 1.3; these terms had other addresses in 1.1.
CONTEXT_URL = "https://w3id.org/ro/crate/1.1/context"
TERMS_OF_1_1 = {
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
}
SPDX = "https://spdx.org/licenses/"
SOFTWARE_LICENSE = f"{SPDX}BSD-3-Clause"  # of the code alone: data may be other people's
NOT_STATED = "not stated"
MISSING = "no such file"


class StudyCrate:
    """Builds a crate; each file and each tool is described once."""

    def __init__(
        self,
        lineage: Lineage,
        study: str,
        included: Mapping[str, str | Path],
        data_license: str | None = None,
    ) -> None:
        """``included``: place in the crate -> file. ``data_license``: SPDX id or address."""
        if not lineage.records:
            raise InputError("records", "study", "at least one finished job", "none")
        self.lineage, self.included = lineage, dict(sorted(included.items()))
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_terms["sha256"] = f"{TERMS}sha256"
        self.crate.name = f"crossmodal study {study}"
        self.crate.description = "Figures of a crossmodal study, with the lineage of each."
        self.crate.license = license_address(data_license)
        self.files: dict[tuple[str, str | None], Any] = {}
        self.tools: dict[str, Any] = {}
        self.steps: dict[str, Any] = {}

    def build(self) -> ROCrate:
        """The crate: workflow, steps, one action per job, files.

        Raises
        ------
        InputError : a file that goes into the crate is not what a record says
        Incomplete : it is gone
        """
        self._profiles()
        workflow = self._workflow()
        for place, file in self.included.items():
            if not Path(file).is_file():
                raise Incomplete(file, "crate", "every file of the study that is shared", MISSING)
            self.files[place, None] = self.crate.add_file(str(file), place)
        run = self._context("#run", "CreateAction", name="Run of the study", instrument=workflow)
        actions = [self._job(*item) for item in self.lineage.records.items()]
        workflow["hasPart"] = list(self.tools.values())
        workflow["step"] = list(self.steps.values())
        made = self.lineage.producer
        run["result"] = [self.files[path, None] for path in self.included if path in made]
        self._organise(run, actions)
        self.crate.root_dataset["mentions"] = [run, *[action for action, _ in actions]]
        return self.crate

    def _context(self, identifier: str, kind: str, **properties: Any) -> ContextEntity:
        entity = ContextEntity(self.crate, identifier, properties={"@type": kind})
        self.crate.add(entity)
        for name, value in properties.items():
            entity[name] = value
        return entity

    def _profiles(self) -> None:
        self.crate.root_dataset["conformsTo"] = [
            self._context(uri, "CreativeWork", name=name, version=uri.rsplit("/", 1)[-1])
            for uri, name in PROFILES.items()
        ]

    def _workflow(self) -> Any:
        kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
        workflow = self.crate.add_workflow(
            "Snakefile", "Snakefile", main=True, lang="snakemake", properties={"@type": kinds}
        )
        workflow["name"] = "crossmodal"
        workflow["license"] = SOFTWARE_LICENSE
        return workflow

    def _file(self, path: str, digest: str, name: str) -> Any:
        """A file that the record ``name`` lists."""
        if (path, None) in self.files:
            require_recorded(path, digest, name)
            entity = self.files[path, None]
            entity["sha256"] = digest
            return entity
        if (path, digest) not in self.files:
            self.files[path, digest] = self._context(
                f"#sha256-{digest}-{len(self.files)}", "CreativeWork", name=path, sha256=digest
            )
        return self.files[path, digest]

    def _tool(self, record: dict[str, Any], name: str) -> Any:
        """The script of a rule; it must be the one that every record of the rule names."""
        rule = record["rule"]
        script = next(path for path in record["code"] if path.startswith("workflow/scripts/"))
        require_recorded(script, record["code"][script], name)
        if rule not in self.tools:
            kinds = ["File", "SoftwareSourceCode", "SoftwareApplication"]
            tool = self.crate.add_file(script, script, properties={"@type": kinds})
            tool["name"], tool["sha256"] = rule, record["code"][script]
            tool["license"] = SOFTWARE_LICENSE
            self.tools[rule] = tool
            self.steps[rule] = self._context(
                f"Snakefile#step/{rule}", "HowToStep", name=rule, workExample=tool,
                position=str(len(self.steps)),
            )  # fmt: skip
        return self.tools[rule]

    def _job(self, path: str, record: dict[str, Any]) -> tuple[Any, Any]:
        tool = self._tool(record, path)
        name = "/".join([record["rule"], *map(str, record["wildcards"].values())])
        action = self._context(
            f"#job/{name}", "CreateAction", name=name, instrument=tool,
            startTime=record["start"], endTime=record["end"],
            actionStatus="http://schema.org/CompletedActionStatus",
            object=[self._file(*item, path) for item in record["inputs"].items()],
            result=[self._file(*item, path) for item in record["outputs"].items()],
        )  # fmt: skip
        control = self._context(
            f"#control/{name}", "ControlAction", name=f"control of {name}",
            instrument=self.steps[record["rule"]], object=action,
        )  # fmt: skip
        return action, control

    def _organise(self, run: Any, actions: list[tuple[Any, Any]]) -> None:
        versions = {record["versions"]["snakemake"] for record in self.lineage.records.values()}
        engine = self._context(
            "#snakemake", "SoftwareApplication", name="Snakemake", softwareVersion=max(versions),
            url="https://snakemake.github.io",
        )  # fmt: skip
        self._context(
            "#engine-run", "OrganizeAction", name="Snakemake run", instrument=engine,
            object=[control for _, control in actions], result=run,
        )  # fmt: skip


def require_recorded(path: str, digest: str, record: str) -> None:
    """The crate copies files as they are now, so they must be what was recorded."""
    if not Path(path).is_file():
        raise Incomplete(path, "crate", f"the file that {record} names", MISSING)
    if (got := sha256_file(path)) != digest:
        raise InputError(path, "sha256", f"{digest}, as recorded in {record}", got)


def license_address(name: str | None) -> str:
    """The address of an SPDX id; an address or a sentence as it is."""
    if not name:
        return NOT_STATED
    return f"{SPDX}{name}" if re.fullmatch(r"[\w.+-]+", name) else name


def write_crate(folder: str | Path, crate: ROCrate) -> Path:
    """Write the crate with its included files; the metadata file's path."""
    crate.write(str(folder))
    return Path(folder, "ro-crate-metadata.json")


def seed_context_cache(cache_path: str | Path) -> None:
    """Store the JSON-LD context where rocrate-validator looks, so that it works offline.

    ``cache_path`` is the validator's ``--cache-path``. The context is the one shipped in the
    ``rocrate`` package, with the terms of version 1.1.
    """
    from requests_cache import CachedSession  # a development dependency

    shipped = json.loads((resources.files("rocrate") / "data/ro-crate.jsonld").read_text())
    shipped["@context"] |= TERMS_OF_1_1
    session = CachedSession(str(cache_path), backend="sqlite", expire_after=-1)
    session.mount(CONTEXT_URL, _LocalDocument(json.dumps(shipped).encode()))
    session.get(CONTEXT_URL)


class _LocalDocument(HTTPAdapter):
    """Answers every request with one document, without network."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        raw = HTTPResponse(
            BytesIO(self.body), {"Content-Type": "application/ld+json"}, 200,
            preload_content=False, request_url=request.url,
        )  # fmt: skip
        return self.build_response(request, raw)
