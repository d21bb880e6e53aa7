"""Convert a pickle of weights to safetensors: python convert_weights.py IN.pt OUT.safetensors

To be run by hand, in an environment with torch and safetensors, on a file that you trust. It is
read with weights_only=True, which refuses code; a file that needs more should be opened by its
authors' own program. Weights inside a mapping ("state_dict", "model", "model_state") are found.
"""

import hashlib
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

INSIDE = ("state_dict", "model_state_dict", "model_state", "model")


def main(source: str, target: str) -> None:
    content = torch.load(source, map_location="cpu", weights_only=True)
    for key in INSIDE:
        content = content[key] if isinstance(content.get(key), dict) else content
    # Cloned, because tensors that share memory (tied weights) are refused by safetensors.
    tensors = {name: t.detach().clone().contiguous() for name, t in content.items()
               if isinstance(t, torch.Tensor)}  # fmt: skip
    save_file(tensors, target)
    print(
        f"{len(tensors)} tensors; sha256: {hashlib.sha256(Path(target).read_bytes()).hexdigest()}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
