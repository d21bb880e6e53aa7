"""Which parts of the face the prediction rests on (the paper's figure 2)."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from crossmodal.families.affect3d.network import Affect3d


def relevance(network: Affect3d, windows: Tensor, axis: int) -> Tensor:
    """Grad-CAM maps of one axis, float32 (window, 16, row, col) in [0, 1].

    Selvaraju et al. 2016: maps of the last block weighted by the mean gradient of the output
    (before tanh, whose slope vanishes at the ends), summed, negative parts cut off. The sign
    is that of the prediction: what moves it away from zero is relevant.
    """
    network.eval()
    with torch.no_grad():
        maps = network.feature_maps(windows)
    maps = maps.detach().requires_grad_(True)
    with torch.enable_grad():
        linear = network.readout(maps.mean((2, 3, 4)))[:, axis]
        gradient = torch.autograd.grad((linear * linear.detach().sign()).sum(), maps)[0]
    weights = gradient.mean((2, 3, 4), keepdim=True)
    cam = torch.relu((weights * maps.detach()).sum(1, keepdim=True))
    cam = interpolate(cam, windows.shape[2:], mode="trilinear", align_corners=False)[:, 0]
    largest = cam.flatten(1).max(1).values.clamp_min(1e-12)
    return cam / largest[:, None, None, None]
