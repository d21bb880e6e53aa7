"""Which files a network consists of, and their digests. Light: the Snakefile asks."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.families.external.block import ExternalNetwork

PICKLES = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".h5", ".hdf5")
SUFFIX = {"onnx": ".onnx", "torch_export": ".pt2", "module": ".safetensors"}
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
CONVERT = "safetensors (docs/convert_weights.py makes them of a pickle)"


def weight_files(network: ExternalNetwork) -> list[str]:
    """Files of weights: those that ``sha256`` speaks of.

    Raises
    ------
    InputError : nothing there, a pickle, another format than the source's
    """
    path = Path(network.path)
    if not path.exists():
        expected = "a file or folder of this machine; nothing is downloaded"
        raise InputError(path, "path", expected, "no such file or folder")
    if path.is_dir():
        if network.source in SUFFIX:
            raise InputError(path, "path", f"a {SUFFIX[network.source]} file", "a folder")
        found = sorted(path.glob("*.safetensors"))
        if not found:
            pickles = [one.name for one in sorted(path.iterdir()) if one.suffix in PICKLES]
            got = f"the pickle {pickles[0]}" if pickles else "none"
            raise InputError(path, "weights", CONVERT, got)
        return [str(one) for one in found]
    if path.suffix.lower() in PICKLES:
        raise InputError(path, "weights", CONVERT, f"{path.suffix}, a pickle or another format")
    if path.suffix != (wanted := SUFFIX.get(network.source, "")):
        expected = f"a {wanted} file" if wanted else "a folder with config.json and weights"
        raise InputError(path, "path", f"{expected} for {network.source}", path.name)
    beside = tensors_beside(path)
    return [str(path), str(beside)] if beside.is_file() else [str(path)]


def tensors_beside(path: Path) -> Path:
    """Where a large ONNX file keeps its tensors, as torch.onnx.export names it."""
    return path.with_name(path.name + ".data")


def network_files(network: ExternalNetwork) -> list[str]:
    """Every file that the network's numbers rest on: weights, configs, code.

    Raises
    ------
    InputError : see ``weight_files``; no config.json in a folder, no such module
    """
    files, path = weight_files(network), Path(network.path)
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise InputError(path, "config.json", "a file that names the architecture", "none")
        files += [str(one) for one in sorted(path.glob("*.json"))]
    if network.module:
        code = network.module.rpartition(":")[0]
        if not Path(code).is_file():
            raise InputError(code, "module", "a Python file", "no such file")
        files.append(code)
    return files


def picture_files(folder: str) -> dict[str, str]:
    """Stimulus -> picture, in the order of names.

    Raises
    ------
    InputError : no such folder, no picture, two pictures of one name
    """
    paths = sorted(p for p in Path(folder).glob("*") if p.suffix.lower() in PICTURES)
    if not paths:
        raise InputError(folder, "pictures", f"files {', '.join(PICTURES)}", "none")
    found: dict[str, str] = {}
    for path in paths:
        if path.stem in found:
            raise InputError(folder, "pictures", "each stimulus once", f"{path.stem!r} twice")
        found[path.stem] = str(path)
    return found


def weights_digest(paths: Sequence[str]) -> str:
    """sha256 of the file; of several, of their digests in the order of names."""
    digests = [hashlib.file_digest(open(path, "rb"), "sha256").hexdigest() for path in paths]  # noqa: SIM115
    return digests[0] if len(digests) == 1 else _of_text("\n".join(digests))


def _of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def checked_digest(network: ExternalNetwork) -> str:
    """Digest of the weights.

    Raises
    ------
    InputError : another one than the config says
    """
    found = weights_digest(weight_files(network))
    if network.sha256 not in (None, found):
        raise InputError(network.path, "sha256", network.sha256, found)
    return found
