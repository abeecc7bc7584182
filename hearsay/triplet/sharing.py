"""Sharing between branches, as Torch7's `clone` has it."""

import copy
from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from hearsay.errors import HearsayError
from hearsay.triplet.state import kind, tensors


def share(module: nn.Module, names: Iterable[str], gradients: bool = True) -> nn.Module:
    """Return a copy of a module with the named parameters and buffers of every layer tied to the module's own.

    names: those within a layer, such as "weight", "bias", "running_mean", "running_var"; what is not named is copied.
    gradients: whether tied parameters have one gradient too; if not, only the values are one. It is Torch7's
    `module:clone(names)`, where gradients had names of their own. Raises HearsayError, with a list of the names, for
    one that no layer has (Torch7 passed over it), and where a layer computes what is named from other tensors, as under
    weight_norm.
    """
    if not isinstance(module, nn.Module):
        raise HearsayError(f"share: expected a module; got {kind(module)}")
    names = [names] if isinstance(names, str) else list(names)
    _none_computed(module, names)
    known = dict.fromkeys(name.rsplit(".", 1)[-1] for name in tensors(module))
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


def _none_computed(module: nn.Module, names: list[str]) -> None:
    """Raise HearsayError where a layer has no tensor of a name, but computes one: copying would leave it untied."""
    for path, layer in module.named_modules():
        for name in names:
            if is_parametrized(layer, name):
                originals = list(layer.parametrizations[name]._parameters)
                if set(originals) <= set(names):
                    continue
                way = f"name {', '.join(map(repr, originals))} too, or remove the parametrisation first"
            elif isinstance(vars(layer).get(name), torch.Tensor):  # as torch.nn.utils.weight_norm leaves it
                way = "remove what computes it first"
            else:
                continue
            where = f"layer {path}" if path else "the module"
            raise HearsayError(
                f"share: {where} computes its {name!r} from other tensors, and it would stay apart; {way}"
            )
