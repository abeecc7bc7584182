"""How far running statistics lie from those of a pass, and how far the statistics of one more batch would."""

import math
from typing import NamedTuple

import torch
from torch import nn

TINY = 1e-12  # in place of an error of 0


def relative_errors(state: torch.Tensor, truth: torch.Tensor, eps: float) -> tuple[float, float]:
    """Return the errors of moments (2, channels): of means in true standard deviations, and of log variances.

    Both are root mean squares over channels, as in `hearsay.vision.statistics.errors`.
    """
    mean = (state[0] - truth[0]) / (truth[1] + eps).sqrt()
    ratio = ((state[1].clamp_min(0) + eps) / (truth[1] + eps)).log()
    return float(mean.square().mean().sqrt()), float(ratio.square().mean().sqrt())


class Measure(NamedTuple):
    """What statistics are held against: truth (2, channels), and the limits of the two errors."""

    truth: torch.Tensor
    limits: tuple[float, float]
    eps: float

    def errors(self, state: torch.Tensor) -> tuple[float, float]:
        """Return the errors of moments (2, channels), see `relative_errors`."""
        return relative_errors(state, self.truth, self.eps)

    def fits(self, state: torch.Tensor) -> bool:
        """Tell whether moments (2, channels) lie within the limits; what is NaN does not."""
        return all(error <= limit for error, limit in zip(self.errors(state), self.limits, strict=True))


def measure(batches: list[torch.Tensor], layer: nn.Module, alpha: float) -> Measure:
    """Return the mean of batches' moments (2, channels), and what one more exceeds with chance alpha an error."""
    truth = torch.stack(batches).mean(0)
    limits = _limits(torch.stack(batches), layer.eps, alpha)
    if layer.running_mean is not None:
        # where batches hardly differ, as behind another normalisation, half of the buffers' digits are enough
        floor = math.sqrt(torch.finfo(layer.running_mean.dtype).eps)
        units = _units(truth, layer.eps)
        limits = tuple(max(limit, floor * (1 + unit)) for limit, unit in zip(limits, units, strict=True))
    return Measure(truth, limits, layer.eps)


def _units(truth: torch.Tensor, eps: float) -> tuple[float, float]:
    """Return what a relative error of 1 in every number comes to, in the errors of `relative_errors`."""
    return float((truth[0] / (truth[1] + eps).sqrt()).square().mean().sqrt()), 1.0


def _limits(batches: torch.Tensor, eps: float, alpha: float) -> tuple[float, float]:
    """Return what the errors of one more batch exceed with chance alpha each; batches: (number, 2, channels)."""
    from scipy import stats

    n, whole = len(batches), batches.sum(0)
    errors = torch.tensor([relative_errors(one, (whole - one) / (n - 1), eps) for one in batches]).double()
    logs = errors.clamp_min(TINY).log()
    upper = logs.mean(0) + stats.t.ppf(1 - alpha, n - 1) * logs.std(0) * math.sqrt(1 + 1 / n)
    return tuple(upper.exp().tolist())
