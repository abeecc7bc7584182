"""One pass of a loader through a model in training mode, watching what reaches its norm layers; nothing stays changed.

The moments of each batch are computed from the layers' inputs, not read from their buffers: so it serves any momentum,
layers with a forward of their own, and layers without buffers.
"""

import contextlib
import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from hearsay.errors import HearsayError

SHUFFLES = 199  # of the images over the batches, beside which the batches' differences are placed
IMAGES = 2000  # at most, in those


def norms(model: nn.Module) -> dict[str, nn.Module]:
    """Return the layers whose statistics can be stale: all batch normalisation, instance normalisation that tracks."""
    return {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, _BatchNorm) or (isinstance(layer, _InstanceNorm) and layer.running_mean is not None)
    }


class Seen:
    """What reached one layer: moments (2, channels) of each batch, in double precision on the CPU."""

    def __init__(self, layer: nn.Module):
        """Begin with no batch."""
        self.layer, self.batches = layer, []
        self.calls: list[torch.Tensor] = []
        self.means: list[torch.Tensor] = []  # of each image and channel, (n, channels) a batch

    def take(self, inputs: torch.Tensor) -> None:
        """Take the input of one call: (n, channels, ...)."""
        if isinstance(self.layer, _InstanceNorm) and inputs.ndim == self.layer._get_no_batch_dim():
            inputs = inputs[None]
        inputs = inputs.detach() if inputs.dtype == torch.float64 else inputs.detach().float()
        pixels = tuple(range(2, inputs.ndim))
        if isinstance(self.layer, _InstanceNorm):
            var, mean = torch.var_mean(inputs, pixels)
            moments = torch.stack([mean.mean(0), var.mean(0)])
        else:
            var, mean = torch.var_mean(inputs, (0, *pixels))
            moments = torch.stack([mean, var])
        if not self.calls and sum(map(len, self.means)) < IMAGES:
            self.means.append((inputs.mean(pixels) if pixels else inputs).cpu())
        self.calls.append(moments.double().cpu())

    def end_batch(self, number: int, name: str) -> None:
        """Close a batch: a layer that was called several times has the mean of its calls."""
        if self.calls:
            self.batches.append(torch.stack(self.calls).mean(0))
            self.calls = []
            if not torch.isfinite(self.batches[-1]).all():
                raise HearsayError(
                    f"diagnose: what reaches layer {name} is not finite for batch {number}; look at the layers before "
                    "it, and at the batch"
                )

    def unlike(self) -> bool:
        """Tell whether the batches differ by more than they do when their images are shuffled over them.

        The sum over batches and standardised channels of n (batch mean - mean)^2, beside its values for shuffled
        images; an image is one unit, however many pixels it has.
        """
        sizes = [len(part) for part in self.means]
        if len(sizes) < 2 or max(sizes) < 2:
            return False
        rows = torch.cat(self.means)
        rows = (rows - rows.mean(0)) / (rows.std(0) + 1e-12)

        def apart(order: torch.Tensor) -> float:
            return float(sum(len(part) * part.mean(0).square().sum() for part in rows[order].split(sizes)))

        drawn = torch.Generator().manual_seed(0)
        found = apart(torch.arange(len(rows)))
        return all(apart(torch.randperm(len(rows), generator=drawn)) < found for _ in range(SHUFFLES))


class Moved(NamedTuple):
    """How far evaluation outputs of one batch lie from those under re-estimated statistics, relative to their size.

    own: under the running statistics that the model has; batch: normalised by the batch itself, as in training, dropout
    and all. NaN where the model does not return one tensor.
    """

    own: float
    batch: float


def watched_pass(model: nn.Module, loader: Iterable[Any], most: int) -> tuple[dict[str, Seen], Moved]:
    """Pass at most `most` batches through a model in training mode; return what reached its norm layers, by name.

    A last batch that is smaller than the first is left out. Mode, buffers, and the state of the random generators are
    afterwards those of before. Raises HearsayError where the loader is empty, a batch is not what the model takes, or
    an output is not finite.
    """
    seen = {name: Seen(layer) for name, layer in norms(model).items()}
    device = _device(model)
    with torch.no_grad(), _as_it_was(model) as restore:
        model.train()
        first, by_batch = None, None
        with contextlib.ExitStack() as hooks:
            for one in seen.values():
                handle = one.layer.register_forward_pre_hook(lambda _layer, inputs, one=one: one.take(inputs[0]))
                hooks.callback(handle.remove)
            for number, batch in enumerate(_batches(loader, most)):
                there = batch if device is None else batch.to(device)
                output = _run(model, there, number)
                if number == 0:
                    first, by_batch = there, output
                for name, one in seen.items():
                    one.end_batch(number, name or "(the model)")
        restore()
        model.eval()
        own = _evaluated(model, first)
        for one in seen.values():
            if one.batches and one.layer.running_mean is not None:
                mean, var = torch.stack(one.batches).mean(0)
                one.layer.running_mean.copy_(mean)
                one.layer.running_var.copy_(var)
        best = _evaluated(model, first)
        return seen, Moved(_apart(own, best), _apart(by_batch, best))


def _evaluated(model: nn.Module, batch: torch.Tensor) -> Any:
    try:
        return model(batch)
    except Exception as error:  # a model may raise anything
        raise HearsayError(f"diagnose: the model fails in evaluation mode: {_said(error)}") from error


def _apart(output: Any, best: Any) -> float:
    if not isinstance(output, torch.Tensor) or not isinstance(best, torch.Tensor) or output.shape != best.shape:
        return math.nan
    size = float(best.double().norm())
    return float((output.double() - best.double()).norm()) / size if size > 0 else math.nan


def _run(model: nn.Module, batch: torch.Tensor, number: int) -> Any:
    try:
        output = model(batch)
    except Exception as error:  # a model may raise anything
        raise HearsayError(
            f"diagnose: the model fails in training mode on batch {number}, of shape {tuple(batch.shape)} and "
            f"{batch.dtype}: {_said(error)}"
        ) from error
    for tensor in _tensors(output):
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise HearsayError(
                f"diagnose: the model's output for batch {number} is not finite, in training mode; look for NaN in its "
                "weights and in the batch"
            )
    return output


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no message'])[0]}"


def _tensors(output: Any) -> Iterator[torch.Tensor]:
    if isinstance(output, torch.Tensor):
        yield output
    elif isinstance(output, dict):
        yield from _tensors(list(output.values()))
    elif isinstance(output, list | tuple):
        for part in output:
            yield from _tensors(part)


def _batches(loader: Iterable[Any], most: int) -> Iterator[torch.Tensor]:
    """Yield the images of each batch, but not of a last one that is smaller than the first."""
    if not isinstance(loader, Iterable):
        raise HearsayError(f"diagnose: the loader is a {type(loader).__name__}; expected an iterable of batches")
    held, size, number = None, 0, 0
    for number, batch in enumerate(itertools.islice(loader, most)):
        images = batch[0] if isinstance(batch, list | tuple) and len(batch) else batch
        if not isinstance(images, torch.Tensor) or images.ndim == 0:
            kind = type(batch).__name__ if images is batch else f"{type(batch).__name__} of {type(images).__name__}"
            raise HearsayError(
                f"diagnose: batch {number} of the loader is a {kind}; expected a tensor, or a tuple whose first is "
                "one; give a generator that picks it, such as (batch['image'] for batch in loader)"
            )
        if held is not None:
            yield held
        held, size = images, size or len(images)
    if held is None:
        raise HearsayError("diagnose: the loader gives no batch; a generator that was used up gives none again")
    if number == 0 or len(held) >= size:
        yield held


def _device(model: nn.Module) -> torch.device | None:
    """Return where the model is; None where it is spread over devices, or has no tensors."""
    devices = {tensor.device for tensor in (*model.parameters(), *model.buffers())}
    return devices.pop() if len(devices) == 1 else None


@contextlib.contextmanager
def _as_it_was(model: nn.Module) -> Iterator[Callable[[], None]]:
    """Bring buffers, mode and random states back at the end; yield what brings back the buffers alone."""
    modes = {layer: layer.training for layer in model.modules()}
    kept = [
        (layer._buffers, name, buffer, buffer.detach().clone())
        for layer in modes
        for name, buffer in layer._buffers.items()
        if buffer is not None
    ]

    def restore() -> None:
        for buffers, name, buffer, before in kept:
            buffer.copy_(before)
            buffers[name] = buffer

    states = random.getstate(), np.random.get_state()
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(cuda))
        torch.default_generator.manual_seed(0)
        if cuda:
            torch.cuda.manual_seed_all(0)
        if any(layer._compiled_call_impl is not None for layer in modes):  # what is compiled does not see new hooks
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            yield restore
        finally:
            for layer, training in modes.items():
                layer.training = training
            restore()
            random.setstate(states[0])
            np.random.set_state(states[1])
