"""fx.symbolic_trace runs part of a buffer's update while tracing and drops it.

Seen with: torch 2.13.0
Kind: defect
Expected: the documentation says that the graph is made of the operations seen while tracing, and lists what cannot be
    traced; a module that moves a running mean should move it when traced, or tracing should fail.
Happens: buffers are no proxies by default. What is done to a buffer with numbers alone (mean.mul_(0.9)) happens at
    once, to the module that is traced, and never again; what a proxy is added to is recorded. A moving average
    becomes a running sum, and nothing says so.
Fix: let proxy_buffer_attributes be the default, or refuse in-place methods of buffers while tracing.
Known: pytorch/pytorch#107538 (related)
"""

import sys

import torch
from torch import nn


class MovingMean(nn.Module):
    """Subtracts a moving average of the batches' means."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, x):
        self.mean.mul_(0.9).add_(0.1 * x.mean())
        return x - self.mean


def after_three_batches(module):
    """Return the moving average after three batches of ones."""
    for _ in range(3):
        module(torch.ones(4))
    return round(module.mean.item(), 4)


expected = after_three_batches(MovingMean())
try:
    observed = after_three_batches(torch.fx.symbolic_trace(MovingMean()))
except torch.fx.proxy.TraceError as error:
    print(f"refused: {error}")
    observed = expected
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
