"""The tensors of branches: what they are, and whether two are one."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from hearsay.errors import HearsayError


def checked(check: str, branches: Sequence[nn.Module]) -> list[nn.Module]:
    """Return branches as a list; raises HearsayError where they are not two or more modules of like tensors."""
    # iterating over another module than a ModuleList would compare its layers
    one = isinstance(branches, nn.Module) and not isinstance(branches, nn.ModuleList)
    if one or not isinstance(branches, Iterable):
        raise HearsayError(f"{check}: the branches are {kind(branches)}; expected a list of two modules or more")
    branches = list(branches)
    if len(branches) < 2 or not all(isinstance(branch, nn.Module) for branch in branches):
        kinds = ", ".join(map(kind, branches)) or "none"
        raise HearsayError(f"{check}: the branches are {kinds}; expected a list of two modules or more")
    states = [tensors(branch) for branch in branches]
    if any(map(is_lazy, (tensor for state in states for tensor in state.values()))):
        raise HearsayError(f"{check}: the branches have lazy layers without shapes; pass a batch through them first")
    first = {name: tensor.shape for name, tensor in states[0].items()}
    for k, state in enumerate(states[1:], 1):
        other = {name: tensor.shape for name, tensor in state.items()}
        unlike = [name for name in {**first, **other} if first.get(name) != other.get(name)]
        if unlike:
            raise HearsayError(f"{check}: branch {k} differs from branch 0 in {unlike[0]}; expected like branches")
    return branches


def kind(given: object) -> str:
    """Return in words what was given."""
    return "None" if given is None else f"a {type(given).__name__}"


def tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    """Return all parameters and buffers by name; a tensor that stands twice has both names.

    A replica of nn.DataParallel has its parameters as plain attributes, and in a dict of their own.
    """
    replicated = {
        f"{path}.{name}" if path else name: tensor
        for path, layer in module.named_modules(remove_duplicate=False)
        for name, tensor in vars(layer).get("_former_parameters", {}).items()
    }
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **replicated,
        **dict(module.named_buffers(remove_duplicate=False)),
    }


def same_memory(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Tell whether two tensors are one, or look at the same memory in the same way."""
    if first is second:
        return True
    if first.is_meta or second.is_meta:
        return False
    return (first.data_ptr(), first.stride(), first.dtype) == (second.data_ptr(), second.stride(), second.dtype) and (
        first.numel() > 0
    )


def one_gradient(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Tell whether two tensors have one gradient: one is the other, or is computed from it, as a replica's are."""
    if first is second:
        return True
    todo, done = [(second.grad_fn, first), (first.grad_fn, second)], set()
    while todo:
        function, leaf = step = todo.pop()
        if function is None or step in done:
            continue
        if getattr(function, "variable", None) is leaf:
            return True
        done.add(step)
        todo += [(before, leaf) for before, _ in function.next_functions]
    return False


def equal_values(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Tell whether two tensors of one shape have the same values, whatever their types and devices."""
    if first.is_meta or second.is_meta:
        return first is second
    return bool((first.detach().cpu() == second.detach().cpu()).all())
