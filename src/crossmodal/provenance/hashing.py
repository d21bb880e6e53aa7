"""SHA-256 of files."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def sha256_file(path: str | Path) -> str:
    """Hex digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_files(paths: Iterable[str | Path]) -> dict[str, str]:
    """Path -> digest, each file once."""
    return {str(path): sha256_file(path) for path in sorted(set(map(str, paths)))}


def sha256_text(text: str) -> str:
    """Hex digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_json(content: object) -> str:
    """Digest of a JSON-able object, independent of key order."""
    return sha256_text(json.dumps(content, sort_keys=True, separators=(",", ":")))
