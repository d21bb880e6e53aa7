"""Write NOTICE: every package of requirements.lock with its version, licence and home page."""

import argparse
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError

# Metadata that is silent, or that holds the licence's text instead of its name.
STATED = {
    "conda-inject": "MIT",
    "dipy": "BSD-3-Clause",
    "espeakng-loader": "MIT",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "Matplotlib licence (PSF-based)",
    "scikit-image": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "snakemake-interface-common": "MIT",
    "snakemake-interface-logger-plugins": "MIT",
    "snakemake-interface-report-plugins": "MIT",
    "snakemake-interface-scheduler-plugins": "MIT",
    "snakemake-interface-storage-plugins": "MIT",
}
# Binaries inside wheels whose licence is another than the package's.
BUNDLED = {
    "av": "FFmpeg (LGPL-3.0-or-later) with libx264 and libx265 (GPL-2.0-or-later)",
    "espeakng-loader": "eSpeak NG (GPL-3.0-or-later), run as a separate program",
    "imageio-ffmpeg": "FFmpeg (GPL-3.0-or-later), run as a separate program, by tests only",
    "opencv-python": "FFmpeg (LGPL-2.1-or-later), Qt (LGPL-3.0)",
    "soundfile": "libsndfile (LGPL-2.1-or-later)",
}
# What the lock has for other Pythons than this one (see its markers): licence and home page.
ELSEWHERE = {
    "audioop-lts": ("PSF-2.0", "https://github.com/AbstractUmbra/audioop"),
    "setuptools": ("MIT", "https://github.com/pypa/setuptools"),
    "standard-aifc": ("PSF-2.0", "https://github.com/youknowone/python-deadlib"),
    "standard-chunk": ("PSF-2.0", "https://github.com/youknowone/python-deadlib"),
    "standard-sunau": ("PSF-2.0", "https://github.com/youknowone/python-deadlib"),
}
HEADER = """NOTICE

crossmodal is distributed under the BSD 3-Clause licence (LICENSE). It contains no code of the
packages below; `make` installs them as wheels, each under its own licence. Made from
requirements.lock by `crossmodal notice --write`; why each is here: docs/dependencies.md.

"""


@dataclass(frozen=True)
class Licence:
    """What one locked package says about its licence."""

    name: str
    version: str
    licence: str
    home: str

    @property
    def line(self) -> str:
        bundled = f"; contains {BUNDLED[key]}" if (key := canonical(self.name)) in BUNDLED else ""
        return f"{self.name} {self.version}: {self.licence}{bundled}\n    {self.home}\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write NOTICE instead of printing it")
    parser.add_argument("--lock", type=Path, default=Path("requirements.lock"))


def run(options: argparse.Namespace) -> int:
    text = notice(read_lock(options.lock))
    if options.write:
        write_text("NOTICE", text)
    else:
        print(text, end="")
    return 0


def canonical(name: str) -> str:
    """A package name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: str | Path) -> dict[str, str]:
    """Package -> pinned version, in the lock's order, whichever Python it is for.

    Raises
    ------
    InputError : a line that pins nothing
    """
    pins = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        line = line.split("#")[0].strip()
        if line:
            if not (match := re.fullmatch(r"([\w.-]+)==([^\s;]+)(; python_version .*)?", line)):
                raise InputError(path, f"line {number}", "NAME==VERSION", repr(line))
            pins[match[1]] = match[2]
    return pins


def notice(pins: dict[str, str]) -> str:
    """The text of NOTICE."""
    return HEADER + "".join(licence_of(name, version).line for name, version in pins.items())


def licence_of(name: str, version: str) -> Licence:
    """Read an installed package's licence from its metadata.

    Raises
    ------
    InputError : not installed, another version, or metadata without a licence
    """
    if canonical(name) in ELSEWHERE:
        return Licence(name, version, *ELSEWHERE[canonical(name)])
    try:
        info = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        raise InputError("requirements.lock", name, "an installed package", "none") from None
    if info["Version"].split("+")[0] != version:  # the CPU build of torch is 2.x+cpu
        raise InputError("requirements.lock", name, f"version {info['Version']}", version)
    found = STATED.get(canonical(name)) or _stated(info)
    if not found:
        raise InputError("requirements.lock", name, "a licence in its metadata", "none")
    return Licence(name, version, found, _home(info))


def _stated(info: metadata.PackageMetadata) -> str:
    """The licence expression, a short licence field, the classifiers, or the text's first line."""
    if expression := info.get("License-Expression"):
        return str(expression)
    field = str(info.get("License") or "").strip()
    if field and "\n" not in field and len(field) < 60:
        return field
    classifiers = info.get_all("Classifier") or []
    names = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License :: ")]
    return ", ".join(names) or (field.splitlines()[0] if field else "")


def _home(info: metadata.PackageMetadata) -> str:
    links = dict(link.split(", ", 1) for link in info.get_all("Project-URL") or [])
    by_name = {key.lower(): value for key, value in links.items()}
    for key in ("homepage", "home", "source", "repository", "source code", "github"):
        if key in by_name:
            return by_name[key]
    return str(info.get("Home-page") or f"https://pypi.org/project/{info['Name']}/")
