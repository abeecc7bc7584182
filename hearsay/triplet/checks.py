"""Two checks of what branches share: their tensors, and their answers to the same images."""

import contextlib
import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from hearsay.errors import HearsayError
from hearsay.triplet.state import checked, equal_values, kind, one_gradient, same_memory, tensors
from hearsay.vision.metrics import discrepancy
from hearsay.vision.untouched import as_it_was, said

PARAMETER, BUFFER = "parameter", "buffer"


class Unshared(NamedTuple):
    """A tensor that branches do not share.

    name; kind: "parameter" or "buffer"; branches: the numbers of those that have another tensor than the first; equal:
    whether the values are the same all the same, as they are at initialisation; gradients_only: the values are shared
    and the gradients are not.
    """

    name: str
    kind: str
    branches: tuple[int, ...]
    equal: bool
    gradients_only: bool


def unshared_state(branches: Sequence[nn.Module]) -> list[Unshared]:
    """Return what branches do not share: parameters and buffers, by name, that are not one and the same tensor.

    One module that is called several times shares everything. The replicas of nn.DataParallel have their parameters as
    plain attributes; they count as parameters. Raises HearsayError where there are fewer than two branches, or one
    lacks a tensor or has one of another shape.
    """
    branches = checked("unshared_state", branches)
    states = [tensors(branch) for branch in branches]
    buffers = {name for name, _ in branches[0].named_buffers(remove_duplicate=False)}
    found = []
    for name, first in states[0].items():
        others = [state[name] for state in states[1:]]
        is_parameter = name not in buffers
        apart = tuple(k for k, other in enumerate(others, 1) if not same_memory(first, other))
        gradients = tuple(k for k, other in enumerate(others, 1) if is_parameter and not one_gradient(first, other))
        if apart or gradients:
            equal = all(equal_values(first, other) for other in others)
            kept_as = PARAMETER if is_parameter else BUFFER
            found.append(Unshared(name, kept_as, apart or gradients, equal, not apart))
    return found


class Discrepancy(NamedTuple):
    """How far branches lie apart on the same images.

    output: the largest distance between two branches' outputs of an image, relative to the size of the first branch's;
    layers: the same after each layer, by name, in the order in which the layers are called; NaN after a layer whose
    outputs are not finite.
    """

    output: float
    layers: dict[str, float]


def branch_discrepancy(branches: Sequence[nn.Module], batch: torch.Tensor) -> Discrepancy:
    """Give every branch the same batch (n, ...), {A, A, A}, in evaluation mode; return how far the outputs lie apart.

    max over branches i, j of mean |e_i - e_j| / mean |e_1|, means over the images of the batch. In training mode batch
    normalisation does not use its running statistics, and the test would be passed whatever buffers are shared: so it
    runs in evaluation mode. Every branch starts from the same state of the random generators, and from the buffers that
    the branches have when the check is called; mode, buffers and generators are afterwards as they were. Raises
    HearsayError where branches do not fit, the batch is no tensor or has no image, a branch fails on it, or an output
    is not one finite tensor with a row an image, of the same shape for all branches.
    """
    branches = checked("branch_discrepancy", branches)
    if not isinstance(batch, torch.Tensor) or batch.ndim == 0 or len(batch) == 0:
        shape = f" of shape {tuple(batch.shape)}" if isinstance(batch, torch.Tensor) else ""
        raise HearsayError(f"branch_discrepancy: the batch is {kind(batch)}{shape}; expected a tensor of images")
    if any(isinstance(layer, torch.jit.ScriptModule) for branch in branches for layer in branch.modules()):
        raise HearsayError("branch_discrepancy: a scripted branch hides its layers; give the module itself")
    seen = []
    with torch.no_grad(), as_it_was(nn.ModuleList(branches)) as restore:
        for k, branch in enumerate(branches):
            restore()
            seen.append(_outputs(k, branch, batch))
    if any(outputs[""].shape != seen[0][""].shape for outputs in seen):
        shapes = ", ".join(str(tuple(outputs[""].shape)) for outputs in seen)
        raise HearsayError(f"branch_discrepancy: the branches' outputs have shapes {shapes}; expected one shape")
    layers = {}
    for name, first in seen[0].items():
        each = [outputs[name] for outputs in seen if name in outputs and outputs[name].shape == first.shape]
        if len(each) == len(seen):
            layers[name] = discrepancy(each) if all(map(_finite, each)) else math.nan
    return Discrepancy(layers.pop(""), layers)


def _outputs(number: int, branch: nn.Module, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what every layer without layers of its own puts out, by name, and the whole by ''; sets the mode."""
    found: dict[str, torch.Tensor] = {}

    def keep(name):
        def hook(_module, _inputs, output):
            if isinstance(output, torch.Tensor) and output.ndim > 0 and len(output) == len(batch):
                found[name] = output.to(batch.device, copy=True)  # the next layer may work in place

        return hook

    leaves = [(name, layer) for name, layer in branch.named_modules() if name and not any(layer.children())]
    with contextlib.ExitStack() as hooks:
        for name, layer in leaves:
            hooks.callback(layer.register_forward_hook(keep(name)).remove)
        try:
            output = branch.eval()(batch)
            finite = not isinstance(output, torch.Tensor) or _finite(output)
        except Exception as error:  # a branch may raise anything
            raise HearsayError(
                f"branch_discrepancy: branch {number} fails on the batch, of shape {tuple(batch.shape)} and "
                f"{batch.dtype}: {said(error)}"
            ) from error
    if not isinstance(output, torch.Tensor) or output.ndim == 0 or len(output) != len(batch):
        raise HearsayError(
            f"branch_discrepancy: branch {number} returns {kind(output)}; expected branches that return one tensor, a "
            "row an image"
        )
    if not finite:
        raise HearsayError(
            f"branch_discrepancy: the output of branch {number} is not finite; look for NaN in its weights, its "
            "running statistics and the batch"
        )
    return found | {"": output.to(batch.device)}


def _finite(tensor: torch.Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())
