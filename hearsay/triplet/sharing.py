"""Sharing between branches, as Torch7's `clone` has it, and two checks of what branches share."""

import copy
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from hearsay.errors import HearsayError
from hearsay.vision.metrics import discrepancy

PARAMETER, BUFFER = "parameter", "buffer"


def share(module: nn.Module, names: Iterable[str], gradients: bool = True) -> nn.Module:
    """Return a copy of a module with the named parameters and buffers of every layer tied to the module's own.

    names: those within a layer, such as "weight", "bias", "running_mean", "running_var"; what is not named is copied.
    gradients: whether tied parameters have one gradient too; if not, only the values are one. It is Torch7's
    `module:clone(names)`, where gradients had names of their own. Raises HearsayError, with a list of the names, for
    one that no layer has; Torch7 passed over it.
    """
    names = [names] if isinstance(names, str) else list(names)
    known = dict.fromkeys(name.rsplit(".", 1)[-1] for name in _tensors(module))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise HearsayError(f"share: no layer has a {unknown[0]!r}; there are {', '.join(known)}")
    return share_known(module, names, gradients)


def share_known(module: nn.Module, names: Iterable[str], gradients: bool = True) -> nn.Module:
    """Return what `share` returns, but pass over unknown names without a word, as Torch7 did."""
    clone = copy.deepcopy(module)
    for ours, theirs in zip(module.modules(), clone.modules(), strict=True):
        for name in names:
            if ours._parameters.get(name) is not None:
                parameter = ours._parameters[name]
                theirs._parameters[name] = parameter if gradients else nn.Parameter(parameter.data)
            elif ours._buffers.get(name) is not None:
                theirs._buffers[name] = ours._buffers[name]
    return clone


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

    One module that is called several times shares everything. Raises HearsayError where there are fewer than two
    branches, or one lacks a tensor or has one of another shape.
    """
    states = [_tensors(branch) for branch in _checked(branches)]
    found = []
    for name, first in states[0].items():
        others = [state[name] for state in states[1:]]
        apart = tuple(k for k, other in enumerate(others, 1) if not _same_memory(first, other))
        is_parameter = isinstance(first, nn.Parameter)
        gradients = tuple(k for k, other in enumerate(others, 1) if is_parameter and other is not first)
        if apart or gradients:
            equal = all(torch.equal(first.detach(), other.detach()) for other in others)
            kind = PARAMETER if is_parameter else BUFFER
            found.append(Unshared(name, kind, apart or gradients, equal, not apart))
    return found


class Discrepancy(NamedTuple):
    """How far branches lie apart on the same images.

    output: the largest distance between two branches' outputs of an image, relative to the size of the first branch's;
    layers: the same after each layer, by name, in the order in which the layers are called.
    """

    output: float
    layers: dict[str, float]


def branch_discrepancy(branches: Sequence[nn.Module], batch: torch.Tensor) -> Discrepancy:
    """Give every branch the same batch, {A, A, A}, in evaluation mode, and return how far the outputs lie apart.

    max over branches i, j of mean |e_i - e_j| / mean |e_1|, means over the images of the batch. In training mode batch
    normalisation does not use its running statistics, and the test would be passed whatever buffers are shared: so it
    runs in evaluation mode, and leaves mode and state as they were. Raises HearsayError where branches do not fit, or
    an output is not one tensor with a row an image.
    """
    _checked(branches)
    seen = [_outputs(branch, batch) for branch in branches]
    names = [name for name in seen[0] if all(name in outputs for outputs in seen)]
    layers = {name: discrepancy([outputs[name] for outputs in seen]) for name in names}
    return Discrepancy(layers.pop(""), layers)


def _outputs(branch: nn.Module, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what every layer without layers of its own puts out, by name, and the whole by ''."""
    found: dict[str, torch.Tensor] = {}

    def keep(name):
        def hook(_module, _inputs, output):
            if isinstance(output, torch.Tensor) and output.ndim > 0 and len(output) == len(batch):
                found[name] = output.clone()  # the next layer may work in place

        return hook

    leaves = [(name, layer) for name, layer in branch.named_modules() if name and not any(layer.children())]
    hooks = [layer.register_forward_hook(keep(name)) for name, layer in leaves]
    modes = {layer: layer.training for layer in branch.modules()}
    try:
        branch.eval()
        with torch.no_grad():
            output = branch(batch)
    finally:
        for hook in hooks:
            hook.remove()
        for layer, training in modes.items():
            layer.training = training
    if not isinstance(output, torch.Tensor) or output.ndim == 0 or len(output) != len(batch):
        raise HearsayError("branch_discrepancy: expected branches that return one tensor, a row an image")
    return found | {"": output}


def _checked(branches: Sequence[nn.Module]) -> Sequence[nn.Module]:
    branches = list(branches)
    if len(branches) < 2 or not all(isinstance(branch, nn.Module) for branch in branches):
        raise HearsayError("branches: expected a list of two modules or more")
    first = {name: tensor.shape for name, tensor in _tensors(branches[0]).items()}
    for k, branch in enumerate(branches[1:], 1):
        other = {name: tensor.shape for name, tensor in _tensors(branch).items()}
        unlike = [name for name in {**first, **other} if first.get(name) != other.get(name)]
        if unlike:
            raise HearsayError(f"branches: branch {k} differs from branch 0 in {unlike[0]}; expected like branches")
    return branches


def _tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    """Return all parameters and buffers by name; a tensor that stands twice has both names."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }


def _same_memory(first: torch.Tensor, second: torch.Tensor) -> bool:
    if first is second:
        return True
    if first.is_meta or second.is_meta:
        return False
    return (first.data_ptr(), first.stride(), first.dtype) == (second.data_ptr(), second.stride(), second.dtype) and (
        first.numel() > 0
    )
