"""Running statistics of batch normalisation, kept outside the net: any number of them for one training.

In training mode a net is normalised by its batch; what its layers keep for evaluation never reaches its weights. So one
training serves every way of keeping statistics: with momentum 1 a layer leaves the moments of its last batch in its own
buffers, `moments` reads them, moving averages of them are vectors beside the net, and `using` puts one in to evaluate.
"""

import contextlib
from collections.abc import Iterable, Iterator

import torch
from torch import nn

from hearsay.vision.nets import norm_layers


@contextlib.contextmanager
def momentum(net: nn.Module, value: float | None) -> Iterator[None]:
    """Set the momentum of all layers within the block, None for the plain mean of all batches; then that of before."""
    before = {layer: layer.momentum for layer in norm_layers(net).values()}
    for layer in before:
        layer.momentum = value
    try:
        yield
    finally:
        for layer, old in before.items():
            layer.momentum = old


def moments(net: nn.Module) -> torch.Tensor:
    """Return a copy of the running means and variances of all layers, (2, channels of all layers together).

    After a pass in training mode at momentum 1 these are the means and the unbiased variances of that batch.
    """
    layers = norm_layers(net).values()
    if not layers:
        return torch.zeros(2, 0)
    rows = [torch.cat([getattr(layer, name) for layer in layers]) for name in ("running_mean", "running_var")]
    return torch.stack(rows).detach().clone()


def untouched(net: nn.Module) -> torch.Tensor:
    """Return the statistics of a net that was never updated: means 0, variances 1."""
    return torch.zeros_like(moments(net)) + torch.tensor([[0.0], [1.0]])


def put(net: nn.Module, statistics: torch.Tensor) -> None:
    """Copy statistics as `moments` returns them into the layers' buffers."""
    with torch.no_grad():
        place = 0
        for layer in norm_layers(net).values():
            channels = layer.num_features
            layer.running_mean.copy_(statistics[0, place : place + channels])
            layer.running_var.copy_(statistics[1, place : place + channels])
            place += channels


@contextlib.contextmanager
def using(net: nn.Module, statistics: torch.Tensor) -> Iterator[None]:
    """Evaluate within the block under these statistics; then the buffers and the mode are those of before."""
    before, training = moments(net), net.training
    put(net, statistics)
    net.eval()
    try:
        yield
    finally:
        put(net, before)
        net.train(training)


def average(state: torch.Tensor, batches: Iterable[torch.Tensor], momentum: float) -> torch.Tensor:
    """Return the moving average after further batches, s <- (1 - m) s + m x, in their order."""
    for batch in batches:
        state = torch.lerp(state, batch, momentum)
    return state


def full_pass(net: nn.Module, batches: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return statistics re-estimated over batches of images, by torch's own `update_bn`; the net stays as it was."""
    from torch.optim.swa_utils import update_bn

    before, training = moments(net), net.training
    counts = {layer: layer.num_batches_tracked.clone() for layer in norm_layers(net).values()}
    update_bn(batches, net)
    found = moments(net)
    put(net, before)
    for layer, count in counts.items():
        layer.num_batches_tracked.copy_(count)
    net.train(training)
    return found


def errors(net: nn.Module, statistics: torch.Tensor, truth: torch.Tensor) -> dict[str, tuple[float, float]]:
    """Return the error of each layer's statistics: of means, in true standard deviations, and of log variances.

    Both are root mean squares over channels.
    """
    found, place = {}, 0
    eps = next((layer.eps for layer in norm_layers(net).values()), 0.0)
    for name, layer in norm_layers(net).items():
        these = slice(place, place + layer.num_features)
        spread = (truth[1, these] + eps).sqrt()
        mean = ((statistics[0, these] - truth[0, these]) / spread).square().mean().sqrt()
        ratio = ((statistics[1, these] + eps) / (truth[1, these] + eps)).log().square().mean().sqrt()
        found[name] = float(mean), float(ratio)
        place += layer.num_features
    return found
