"""Modules that update a moving mean in training mode, in every way that people write it."""

import torch
from torch import nn
from torch.nn.functional import batch_norm

CHANNELS = 3


class _Way(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(CHANNELS))
        self.register_buffer("var", torch.ones(CHANNELS))

    def normalised(self, x: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
        apart = x - mean[:, None, None]
        return apart / (apart.square().mean((0, 2, 3)) + 1e-5).sqrt()[:, None, None]


class _Copy(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean.copy_(0.9 * self.mean + 0.1 * mean)
        return self.normalised(x, mean)


class _Add(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean.mul_(0.9).add_(0.1 * mean)
        return self.normalised(x, mean)


class _Lerp(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean.lerp_(mean, 0.1)
        return self.normalised(x, mean)


class _Slice(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean[:] = 0.9 * self.mean + 0.1 * mean
        return self.normalised(x, mean)


class _Assign(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean = 0.9 * self.mean + 0.1 * mean
        return self.normalised(x, mean)


class _Data(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean((0, 2, 3))
        self.mean.data = 0.9 * self.mean + 0.1 * mean
        return self.normalised(x, mean)


class _Functional(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return batch_norm(x, self.mean, self.var, training=True)


class _FunctionalUnused(_Way):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch_norm(x, self.mean, self.var, training=True)
        return self.normalised(x, x.mean((0, 2, 3)))


class _Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(CHANNELS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(x)


class _LayerUnused(_Way):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(CHANNELS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.norm(x)
        return self.normalised(x, x.mean((0, 2, 3)))


WAYS: dict[str, type[nn.Module]] = {
    "buffer.copy_()": _Copy,
    "buffer.mul_().add_()": _Add,
    "buffer.lerp_()": _Lerp,
    "buffer[:] = ...": _Slice,
    "self.buffer = ...": _Assign,
    "buffer.data = ...": _Data,
    "functional batch_norm": _Functional,
    "functional batch_norm, output unused": _FunctionalUnused,
    "nn.BatchNorm2d": _Layer,
    "nn.BatchNorm2d, output unused": _LayerUnused,
}
