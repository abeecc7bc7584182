"""aten::batch_norm does not declare that it writes running statistics.

Seen with: torch 2.13.0
Kind: defect
Expected: an operator's schema marks the arguments that it writes; passes that remove unused operations rely on it,
    and keep in-place operations such as aten::copy_ for that reason.
Happens: running_mean and running_var are written in training and are not marked. Where nothing uses the output, as
    when a layer only collects statistics, torch.jit.script stops updating after the first call by itself, and so does
    an exported program after eliminate_dead_code; num_batches_tracked goes on counting. That method's documentation
    warns of side effects in general.
Fix: mark both arguments as written, or treat the operator as impure while it trains.
Known: pytorch/pytorch#73050 (open); pytorch/pytorch#65563 (open)
"""

import sys

import torch
from torch import nn


class Collector(nn.Module):
    """Collects the statistics of what passes through."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(1)

    def forward(self, x):
        self.norm(x)
        return x


def mean_after(module):
    """Return the running mean after four batches of ones."""
    for _ in range(4):
        module(torch.ones(4, 1))
    return round(dict(module.named_buffers())["norm.running_mean"].item(), 4)


exported = torch.export.export(Collector(), (torch.ones(4, 1),)).module()
exported.graph.eliminate_dead_code()
exported.recompile()
observed = {"torch.jit.script": mean_after(torch.jit.script(Collector())), "torch.export": mean_after(exported)}
expected = dict.fromkeys(observed, mean_after(Collector()))
print("declared:", torch.ops.aten.batch_norm.default._schema.is_mutable)
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
