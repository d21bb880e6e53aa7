"""Networks of other libraries: their weights loaded, their layers named, one stimulus run."""

import importlib.util
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading
from crossmodal.families.external.block import ExternalNetwork
from crossmodal.families.external.files import tensors_beside, weight_files
from crossmodal.families.external.preprocessing import timm_config
from crossmodal.families.external.taps import chosen_layers, require_all, tapped

TRAINED = None  # instead of a twin's seed


class Runner(Protocol):
    """A network ready to run."""

    layers: tuple[str, ...]

    def __call__(self, stimulus: Tensor) -> dict[str, Tensor]:
        """Layer -> its output for one stimulus."""
        ...


def open_network(network: ExternalNetwork, twin_seed: int | None = TRAINED) -> Runner:
    """The network with its own weights, or a twin with fresh ones.

    Raises
    ------
    InputError : a library that is not installed, weights that do not fit, unknown layers
    """
    torch.manual_seed(0 if twin_seed is None else twin_seed)
    if network.source == "onnx":
        return OnnxRunner(network, twin_seed)
    module = MAKERS[network.source](network, twin_seed).eval()
    return HookRunner(network, module)


class HookRunner:
    """A torch module with hooks on some of its modules."""

    def __init__(self, network: ExternalNetwork, module: nn.Module) -> None:
        known = [name for name, _ in module.named_modules() if name]
        self.layers = chosen_layers(network.path, known, network.layers)
        self._network, self._module = network, module

    @torch.no_grad()
    def __call__(self, stimulus: Tensor) -> dict[str, Tensor]:
        with tapped(self._module, self.layers) as found:
            try:
                self._module(stimulus)
            except (RuntimeError, ValueError, TypeError) as error:
                line = str(error).splitlines()[0] if str(error) else type(error).__name__
                got = f"shape {tuple(stimulus.shape)}: {line}"
                raise InputError(self._network.path, "input", "what it takes", got) from None
        require_all(self._network.path, self.layers, found)
        return {name: found[name] for name in self.layers}


class OnnxRunner:
    """An ONNX graph whose intermediate tensors are made outputs."""

    def __init__(self, network: ExternalNetwork, twin_seed: int | None) -> None:
        onnx, runtime = library("onnx"), library("onnxruntime")
        self._network = network
        graph = _onnx_graph(onnx, Path(network.path))
        known = [name for node in graph.graph.node for name in node.output if name]
        self.layers = chosen_layers(network.path, known, network.layers)
        if twin_seed is not None:
            _require_fresh(network, _fresh_initializers(onnx, graph.graph, twin_seed))
        outputs = {output.name for output in graph.graph.output}
        new = [onnx.ValueInfoProto(name=name) for name in self.layers if name not in outputs]
        graph.graph.output.extend(new)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        try:
            self._session = runtime.InferenceSession(
                graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own classes derive from Exception alone
            line = str(error).splitlines()[0]
            expected = "a graph that onnxruntime can run"
            raise InputError(network.path, "operators", expected, line) from None
        self._input = self._session.get_inputs()[0].name

    def __call__(self, stimulus: Tensor) -> dict[str, Tensor]:
        feed = {self._input: stimulus.numpy()}
        try:
            found = self._session.run(list(self.layers), feed)
        except Exception as error:  # as above
            got = f"shape {tuple(stimulus.shape)}: {str(error).splitlines()[0]}"
            raise InputError(self._network.path, "input", "what it takes", got) from None
        return {n: torch.from_numpy(np.asarray(a)) for n, a in zip(self.layers, found, strict=True)}


def _onnx_graph(onnx: ModuleType, path: Path) -> Any:
    """The graph with its tensors.

    Raises
    ------
    InputError : no ONNX file; tensors in another file than the one whose digest is known
    """
    with reading(path, "an ONNX file"):
        graph = onnx.load(path, load_external_data=False)
        beside = tensors_beside(path).name
        for weight in graph.graph.initializer:
            places = {entry.key: entry.value for entry in weight.external_data}
            if (place := places.get("location", beside)) != beside:
                raise InputError(path, f"tensor {weight.name}", f"here or in {beside}", place)
        onnx.load_external_data_for_model(graph, str(path.parent))
    return graph


def _require_fresh(network: ExternalNetwork, n_fresh: int) -> None:
    """Refuse a twin that would be the trained network itself.

    Raises
    ------
    InputError : no weight was drawn anew
    """
    if n_fresh == 0:
        expected = "matrices among its parameters (twin: none does without)"
        raise InputError(network.path, "twin", expected, "none: weights are constants of the graph")


def library(name: str) -> ModuleType:
    """A library that is not among ours.

    Raises
    ------
    InputError : not installed
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    try:
        return importlib.import_module(name)
    except ImportError as error:
        extra = {"onnxruntime": "onnx"}.get(name, name)
        expected = f"{name}: pip install 'crossmodal[{extra}]'"
        raise InputError("families.external", "library", expected, str(error)) from None


def _transformers(network: ExternalNetwork, twin_seed: int | None) -> nn.Module:
    transformers = library("transformers")
    with reading(network.path, "a network that transformers can load"):
        config = transformers.AutoConfig.from_pretrained(network.path, local_files_only=True)
        if twin_seed is not None:
            return _encoder(transformers.AutoModel.from_config(config))
        model, report = transformers.AutoModel.from_pretrained(
            network.path, local_files_only=True, use_safetensors=True, output_loading_info=True,
            dtype=torch.float32,
        )  # fmt: skip
    if missing := sorted(report["missing_keys"]):
        # Such weights would be drawn at random, without a word.
        got = f"none for {missing[0]} (of {len(missing)})"
        raise InputError(network.path, "weights", "one for each parameter", got)
    return _encoder(model)


def _encoder(model: nn.Module) -> nn.Module:
    """What sees the stimulus: models of two inputs (CLIP, Whisper) run their encoder alone."""
    for name in ("vision_model", "encoder"):
        has_two = hasattr(model, "decoder") or hasattr(model, "text_model")
        if has_two and hasattr(model, name):
            return getattr(model, name)
    return model


def _timm(network: ExternalNetwork, twin_seed: int | None) -> nn.Module:
    timm = library("timm")
    saved = timm_config(network)
    options = saved.get("model_args", {})
    if "num_classes" in saved:
        options = options | {"num_classes": saved["num_classes"]}
    with reading(Path(network.path, "config.json"), "an architecture that timm knows"):
        model = timm.create_model(saved["architecture"], pretrained=False, **options)
    if twin_seed is None:
        _load(model, network, weight_files(network))
    return model


def _module(network: ExternalNetwork, twin_seed: int | None) -> nn.Module:
    code, _, name = str(network.module).rpartition(":")
    spec = importlib.util.spec_from_file_location(Path(code).stem, code)
    if spec is None or spec.loader is None:
        raise InputError(code, "module", "a Python file", "none")
    found = importlib.util.module_from_spec(spec)
    with reading(code, "a Python file that can be imported"):
        spec.loader.exec_module(found)
    if not hasattr(found, name):
        raise InputError(code, "module", f"a class {name}", "none of this name")
    with reading(code, f"a class {name} that is called without arguments"):
        model = getattr(found, name)()
    if not isinstance(model, nn.Module):
        raise InputError(code, name, "a torch.nn.Module", type(model).__name__)
    if twin_seed is None:
        _load(model, network, weight_files(network))
    return model


def _load(model: nn.Module, network: ExternalNetwork, paths: Sequence[str]) -> None:
    with reading(paths, "weights as safetensors"):
        state = {key: value for path in paths for key, value in load_file(path).items()}
    own = model.state_dict()
    # Counters of batches play no part in a forward pass, and not all files hold them.
    needed = {key for key in own if not key.endswith("num_batches_tracked")}
    if missing := sorted(needed - set(state)):
        got = f"none for {missing[0]} (of {len(missing)})"
        raise InputError(network.path, "weights", "one for each parameter", got)
    if extra := sorted(set(state) - set(own)):
        raise InputError(network.path, "weights", "only the module's", f"{extra[0]} too")
    for key, value in state.items():
        if value.shape != own[key].shape:
            expected = f"{key} of shape {tuple(own[key].shape)}"
            raise InputError(network.path, "weights", expected, tuple(value.shape))
    model.load_state_dict(state, strict=False)


def _exported(network: ExternalNetwork, twin_seed: int | None) -> nn.Module:
    # Hooks on ep.module() never fire: its graph is flat. Loading is weights-only.
    if not zipfile.is_zipfile(network.path):  # torch would tell it in twenty lines of its log
        raise InputError(network.path, "content", "a program of torch.export", "no zip archive")
    with reading(network.path, "a program of torch.export"):
        program = torch.export.load(network.path)
    for node in program.graph.nodes:
        if "dropout" in str(node.target) and any(arg is True for arg in node.args[2:]):
            expected = "a network exported in eval mode (model.eval() before torch.export)"
            raise InputError(network.path, "dropout", expected, "dropout that is on")
    module = torch.export.unflatten(program)
    if twin_seed is not None:
        generator = torch.Generator().manual_seed(twin_seed)
        several = [value for value in module.parameters() if value.ndim > 1 and value.numel() > 1]
        matrices = [value for value in several if value.is_floating_point()]
        with torch.no_grad():
            for value in matrices:
                value.copy_(_like(value, generator))
        _require_fresh(network, len(matrices))
    return module


def _like(value: Tensor, generator: torch.Generator) -> Tensor:
    # ASSUME: a graph does not say how its weights were initialised; the twin's matrices and kernels
    # are normal with the mean and SD of the trained ones, its biases and norms stay.
    noise = torch.randn(value.shape, generator=generator)
    return (value.mean() + value.std(correction=0) * noise).to(value.dtype)


def _fresh_initializers(onnx: ModuleType, graph: Any, twin_seed: int) -> int:
    """Draw matrices and kernels anew; how many there were."""
    generator, n_fresh = torch.Generator().manual_seed(twin_seed), 0
    for weight in graph.initializer:
        array = onnx.numpy_helper.to_array(weight)
        if array.ndim > 1 and array.dtype.kind == "f" and array.size > 1:
            fresh = _like(torch.from_numpy(array.copy()), generator).numpy()
            weight.CopyFrom(onnx.numpy_helper.from_array(fresh, weight.name))
            n_fresh += 1
    return n_fresh


MAKERS: dict[str, Callable[[ExternalNetwork, int | None], nn.Module]] = {
    "transformers": _transformers,
    "timm": _timm,
    "module": _module,
    "torch_export": _exported,
}
