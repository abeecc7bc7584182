"""One pass of a loader through a model as it trains, watching what reaches its norm layers; nothing stays changed.

The moments of each batch are computed from the layers' inputs, not read from their buffers: so it serves any momentum,
layers with a forward of their own, and layers without buffers.
"""

import contextlib
import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from hearsay.errors import HearsayError
from hearsay.vision.untouched import as_it_was, said

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
    """What reached one layer: moments (2, channels) of each batch, in double precision on the CPU.

    batches: the mean of a batch's calls; leaning: their mean as a moving average weighs them; most_calls: in one batch;
    frozen: whether the layer is in evaluation mode in the pass.
    """

    def __init__(self, layer: nn.Module):
        """Begin with no batch."""
        self.layer, self.frozen, self.most_calls = layer, False, 0
        self.batches: list[torch.Tensor] = []
        self.leaning: list[torch.Tensor] = []
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
            calls = torch.stack(self.calls)
            self.batches.append(calls.mean(0))
            self.leaning.append((self._weights(len(calls))[:, None, None] * calls).sum(0))
            self.most_calls = max(self.most_calls, len(calls))
            self.calls = []
            if not torch.isfinite(self.batches[-1]).all():
                raise HearsayError(
                    f"diagnose: what reaches layer {name} is not finite for batch {number}; look at the layers before "
                    "it, and at the batch"
                )

    def _weights(self, calls: int) -> torch.Tensor:
        """Return what each of a batch's calls has in the moving average, in the long run and together 1: (calls,)."""
        momentum = self.layer.momentum
        if not momentum:  # None is the plain mean, and 0 keeps nothing
            return torch.full((calls,), 1 / calls).double()
        weights = (1 - torch.tensor(momentum).double()) ** torch.arange(calls - 1, -1, -1)
        return weights / weights.sum()

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
    """Pass at most `most` batches through a model as it trains; return what reached its norm layers, by name.

    A model that is in evaluation mode as a whole is put in training mode. One that trains in part is left as it is, as
    are its frozen layers: what is behind them has never seen what they would give out in training mode. A last batch
    that is smaller than the first is left out. Mode, buffers, and the state of the random generators are afterwards
    those of before. Raises HearsayError where the loader fails or is empty, a batch is not what the model takes, or an
    output is not finite.
    """
    seen = {name: Seen(layer) for name, layer in norms(model).items()}
    device = _device(model)
    with torch.no_grad(), as_it_was(model) as restore:
        if not any(layer.training for layer in model.modules()):
            model.train()
        for one in seen.values():
            one.frozen = not one.layer.training  # a model may keep layers frozen in a `train` of its own, too
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
        restore()
        for one in seen.values():
            if one.batches and not one.frozen and one.layer.running_mean is not None:
                mean, var = torch.stack(one.batches).mean(0)
                one.layer.running_mean.copy_(mean)
                one.layer.running_var.copy_(var)
        best = _evaluated(model, first)
        return seen, Moved(_apart(own, best), _apart(by_batch, best))


def _evaluated(model: nn.Module, batch: torch.Tensor) -> Any:
    try:
        return model(batch)
    except Exception as error:  # a model may raise anything
        raise HearsayError(f"diagnose: the model fails in evaluation mode: {said(error)}") from error


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
            f"{batch.dtype}: {said(error)}"
        ) from error
    for tensor in _tensors(output):
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise HearsayError(
                f"diagnose: the model's output for batch {number} is not finite, in training mode; look for NaN in its "
                "weights and in the batch"
            )
    return output


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
    for number, batch in enumerate(_given(loader, most)):
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


def _given(loader: Iterable[Any], most: int) -> Iterator[Any]:
    batches = None
    for number in range(most):
        try:
            batches = iter(loader) if batches is None else batches
            batch = next(batches)
        except StopIteration:
            return
        except Exception as error:  # a loader may raise anything
            raise HearsayError(f"diagnose: the loader fails at batch {number}: {said(error)}") from error
        yield batch


def _device(model: nn.Module) -> torch.device | None:
    """Return where the model is; None where it is spread over devices, or has no tensors."""
    devices = {tensor.device for tensor in (*model.parameters(), *model.buffers())}
    return devices.pop() if len(devices) == 1 else None
