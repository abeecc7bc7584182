"""What to write for the ways that read the data set once: lines that run as they are printed.

They use `dataset` and `batch_size`, `i` (where a batch begins) or `places` (of its examples), `device`, and torch's
`default_collate`.
"""

from collections.abc import Mapping
from typing import Any

import torch

from hearsay.feeding.own_ways import MAPPED, PINNED, PRELOADED, RESIDENT

_WHOLE, _SLICE = "default_collate(list(dataset))", "t[i : i + batch_size]"


def recipe(name: str, batch: Any) -> str:
    """Return the lines of a way; batch: one of its batches, whose nesting they follow."""
    if name == MAPPED:
        lines = (
            f'torch.save({_WHOLE}, "whole.pt")  # once',
            'whole = torch.load("whole.pt", mmap=True)',
            f"batch = {_each(batch, 't[places]')}",
        )
        return "\n".join(lines)
    kept = {PRELOADED: "", PINNED: "t.pin_memory()", RESIDENT: "t.to(device)"}[name]
    taken = f"{_SLICE}.to(device, non_blocking=True)" if name == PINNED else _SLICE
    lines = (f"whole = {_WHOLE}  # once", *([f"whole = {_each(batch, kept)}"] if kept else []))
    return "\n".join((*lines, f"batch = {_each(batch, taken)}"))


def _each(batch: Any, said: str) -> str:
    """Return what does `said` to every tensor t of `whole`."""
    if isinstance(batch, torch.Tensor):
        return said.replace("t", "whole", 1)
    parts = list(batch.values()) if isinstance(batch, Mapping) else list(batch)
    if not all(isinstance(part, torch.Tensor) for part in parts):
        return f"torch.utils._pytree.tree_map(lambda t: {said}, whole)"
    return (
        f"{{name: {said} for name, t in whole.items()}}" if isinstance(batch, Mapping) else f"[{said} for t in whole]"
    )
