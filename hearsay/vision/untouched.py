"""Running somebody's model without leaving a trace: buffers, mode and random generators are afterwards as before."""

import contextlib
import random
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn


@contextlib.contextmanager
def as_it_was(model: nn.Module) -> Iterator[Callable[[], None]]:
    """Bring buffers, mode and random generators back at the end; yield what brings buffers and generators back at once.

    In the block torch's generators begin at seed 0, so that what is found is the same each time, and begin there again
    with each call of what is yielded: two passes with such a call before each draw the same numbers. Weights and their
    gradients are not looked after: the caller works under `torch.no_grad`.
    """
    modes = {layer: layer.training for layer in model.modules()}
    kept = {
        layer: {
            name: (buffer, None if buffer is None else buffer.detach().clone())
            for name, buffer in layer._buffers.items()
        }
        for layer in modes
    }
    states = random.getstate(), np.random.get_state()
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()

    def begin() -> None:
        torch.default_generator.manual_seed(0)
        if cuda:
            torch.cuda.manual_seed_all(0)

    def restore() -> None:
        for layer, buffers in kept.items():
            _put_back(layer, buffers)
        random.setstate(states[0])
        np.random.set_state(states[1])
        begin()

    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(cuda))
        begin()
        if any(layer._compiled_call_impl is not None for layer in modes):  # what is compiled does not see new hooks
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            yield restore
        finally:
            for layer, training in modes.items():
                layer.training = training
            restore()


@torch.no_grad()
def _put_back(layer: nn.Module, buffers: dict[str, tuple[torch.Tensor | None, torch.Tensor | None]]) -> None:
    """Put back a layer's buffers, each (tensor, copy of its values), where they were changed or replaced."""
    for name in [name for name in layer._buffers if name not in buffers]:
        del layer._buffers[name]
    for name, (buffer, before) in buffers.items():
        # what was not changed is not written to: autograd counts writes, and a graph may still need it
        if buffer is not None and not buffer.is_meta and not torch.equal(buffer, before):
            buffer.copy_(before)
        if name not in layer._buffers or layer._buffers[name] is not buffer:
            layer._buffers[name] = buffer


def said(error: Exception) -> str:
    """Return an error's kind and the first line of its message."""
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or ['no message'])[0]}"
