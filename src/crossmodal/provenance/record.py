"""One provenance record per job: what went in, what came out, which code and versions.

``recorded(snakemake)`` wraps the whole body of a workflow script. Inputs are hashed
*before* the work, because a file that changes while a job runs must not be recorded with
its new content (Snakemake does that, see docs/decisions).
"""

import json
import logging
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from crossmodal.contracts.atomic import json_text, write_json
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import (
    sha256_file,
    sha256_files,
    sha256_json,
    sha256_text,
)
from crossmodal.provenance.usage import cpu_s, kernels, used

FAILED_SUFFIX = ".failed"
UNSURE = "saved while the job started"
NOT_INSTALLED = "not installed"  # in place of a package's version
ROOTS_VARIABLE = "CROSSMODAL_DATA_ROOTS"
CONFIG_VARIABLE = "CROSSMODAL_CONFIG"
RECORDED_PACKAGES = (
    *("snakemake", "numpy", "scipy", "pandas", "h5py", "numba", "scikit-learn", "matplotlib"),
    *("torch", "pytorch-lightning", "monai", "safetensors", "av", "soundfile", "librosa"),
    *("opencv-python", "dlib-bin", "face-alignment", "espeakng-loader"),
    *("nibabel", "nilearn", "dipy", "rsatoolbox"),
)  # fmt: skip


@cache
def package_versions() -> dict[str, str]:
    """Versions of the packages that can change a number."""
    versions = {"python": platform.python_version()}
    for name in RECORDED_PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = NOT_INSTALLED
    return versions


def git_state() -> dict[str, object]:
    """Commit and whether tracked files differ from it; 'unknown' where git does not track us.

    A tarball may lie inside somebody's repository, and GIT_DIR may name another one: neither
    commit is that of this code.
    """
    try:
        _git("ls-files", "--error-unmatch", "Snakefile")
        commit = _git("rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "unknown", "dirty": None}


def _git(*arguments: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    result = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, check=True, env=own
    )
    return result.stdout.strip()


def data_roots() -> dict[str, str]:
    """Name -> absolute folder of the user's data, as written, as the Snakefile exports it."""
    return json.loads(os.environ.get(ROOTS_VARIABLE, "{}"))


def config_origin(said: Mapping[str, Sequence[str]], files: Iterable[str]) -> str:
    """What the Snakefile exports for ``config_files``: digests now, before any job's work.

    Parameters
    ----------
    said : file (or 'command line') -> the config blocks and keys that it says
    files : every config file that took part
    """
    digests = {portable(path): digest for path, digest in sha256_files(files).items()}
    return json.dumps(
        {"files": digests, "said": {portable(file): list(keys) for file, keys in said.items()}}
    )


def config_files() -> dict[str, Any]:
    """Digests of the study's config files, and which of them said what; defaults are not said."""
    return json.loads(os.environ.get(CONFIG_VARIABLE, "{}"))


def portable(path: str) -> str:
    """A path as it may stand in a record: relative to the work dir or to a data root.

    Data may lie anywhere; a record must not tell where on someone's machine. The roots
    are config keys, so that an audit finds the files again: ``<stimuli.clips_dir>/x.mp4``, or
    ``<roi.atlas.image>/labels.nii.gz`` where a key names a file (see ``roots.located``).
    Path and root are compared as written first, because a file may be a link to elsewhere; then
    with the links among their folders followed.
    """
    given = Path(path)
    if not given.is_absolute():
        return str(path)
    roots = {"": Path.cwd()} | {name: Path(root) for name, root in data_roots().items()}
    if found := _below(given, roots):
        return found
    roots = {name: root.resolve() for name, root in roots.items()}
    found = _below(given.parent.resolve() / given.name, roots) or _below(given.resolve(), roots)
    return found or f"<outside>/{given.name}"


def _below(path: Path, roots: Mapping[str, Path]) -> str | None:
    for name, root in sorted(roots.items()):
        if path.is_relative_to(root):
            is_file = path == root and not root.is_dir()
            rest = root.name if is_file else path.relative_to(root).as_posix()
            return f"<{name}>/{rest}" if name else rest
    return None


def clean_params(value: Any) -> Any:
    """Params as JSON, with absolute paths shortened by ``portable``."""
    if isinstance(value, dict):
        return {str(key): clean_params(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [clean_params(item) for item in value]
    if isinstance(value, str) and value.startswith("/"):
        return portable(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def code_digests(paths: Iterable[str]) -> dict[str, str]:
    """Digests of the code that this process runs.

    Modules are imported before anything can be hashed. What was saved between the start of the
    process and now may not be what was imported: it gets no digest, so that the guard has the
    job made again.
    """
    digests = sha256_files(paths)
    start_s, now_s = psutil.Process().create_time(), time.time()
    saved_s = {path: os.stat(path).st_mtime for path in digests}
    return digests | {path: UNSURE for path in digests if start_s < saved_s[path] <= now_s}


def job_identity(snakemake: Any) -> dict[str, Any]:
    """What determines the job's outputs: input digests (code apart), params, versions."""
    code = code_digests(sorted({str(path) for path in snakemake.input.get("code", [])}))
    data = sorted(str(path) for path in snakemake.input if str(path) not in code)
    digests = sha256_files(data)
    return {
        "rule": snakemake.rule,
        "wildcards": dict(sorted(snakemake.wildcards.items())),
        "inputs": {portable(path): digests[path] for path in data},
        "code": code,
        "params": clean_params(dict(snakemake.params.items())),
        "versions": package_versions(),
    }


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """``content`` with a digest of itself, so that an edit by hand is found."""
    return content | {"seal": sha256_json({k: v for k, v in content.items() if k != "seal"})}


def edited(path: str | Path, content: dict[str, Any]) -> tuple[str, str] | None:
    """Expected and found digest of a sealed file that is not as it was written, else None.

    The seal covers the content; the bytes are compared too, because spaces and the order of
    keys can change without changing what is read.
    """
    if (seal := sealed(content)["seal"]) != content["seal"]:
        return content["seal"], seal
    expected, got = sha256_text(json_text(content)), sha256_file(path)
    return None if expected == got else (expected, got)


def figure_id(snakemake: Any) -> str:
    """A short id of everything a figure is made from; embedded in its files' metadata."""
    return sha256_json(job_identity(snakemake))[:16]


def start_logging(snakemake: Any) -> None:
    """Log to the rule's log file and to the terminal."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if len(snakemake.log):
        Path(str(snakemake.log[0])).parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(str(snakemake.log[0]), mode="w"))
    logging.basicConfig(
        level=logging.INFO,
        format="%(levelname)s %(name)s: %(message)s",
        handlers=handlers,
        force=True,
    )
    logging.getLogger("fontTools").setLevel(logging.WARNING)


def seeds(params: Any, wildcards: Mapping[str, Any]) -> dict[str, Any]:
    """Every param whose name ends in 'seed', at any depth, and the wildcard of that name."""
    found: dict[str, Any] = {}
    for key, value in params.items() if isinstance(params, dict) else ():
        if key.endswith("seed"):
            found[key] = value
        found |= seeds(value, {})
    return found | {key: value for key, value in wildcards.items() if key == "seed"}


@contextmanager
def recorded(snakemake: Any) -> Iterator[dict[str, Any]]:
    """Run a script's body; on success write ``snakemake.output.record``.

    An InputError becomes one log line and exit code 1: users see what to mend, no traceback.
    A failed job leaves its record, without outputs, beside the place of a good one
    (``.failed``), where nothing takes it for one; the next success removes it.
    """
    before_s = sum(cpu_s())
    start_logging(snakemake)
    log = logging.getLogger(snakemake.rule)
    identity = job_identity(snakemake)
    identity["seeds"] = seeds(identity["params"], identity["wildcards"])
    identity |= _circumstances()
    try:
        yield identity
    except Exception as error:
        _write_failure(snakemake, identity | {"used": used(before_s), "kernels": kernels()})
        if isinstance(error, InputError):
            log.error("%s", error)
            sys.exit(1)
        log.exception("failed")
        raise
    _write_record(snakemake, identity, before_s)


def _write_record(snakemake: Any, identity: dict[str, Any], before_s: float) -> None:
    path = str(snakemake.output.record)
    digests = sha256_files(str(output) for output in snakemake.output if str(output) != path)
    outputs = {portable(output): digest for output, digest in digests.items()}
    identity |= {"used": used(before_s), "kernels": kernels()}
    write_json(path, sealed(identity | {"outputs": outputs, "end": _now(), "exit": 0}))
    Path(path + FAILED_SUFFIX).unlink(missing_ok=True)


def _write_failure(snakemake: Any, identity: dict[str, Any]) -> None:
    """The error's text stays in the log: it may name paths of this machine."""
    with suppress(OSError):  # the failure itself may be a full disk
        write_json(
            f"{snakemake.output.record}{FAILED_SUFFIX}",
            sealed(identity | {"outputs": {}, "end": _now(), "exit": 1}),
        )


def _circumstances() -> dict[str, Any]:
    """Where and when a job begins; the commit may be another one when it ends."""
    return {
        "config": config_files(),
        "git": git_state(),
        "platform": {"machine": platform.machine(), "system": platform.system()},
        "start": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
