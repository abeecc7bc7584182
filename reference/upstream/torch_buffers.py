"""Module.half, double and to_empty untie shared buffers, and no shared parameter.

Seen with: torch 2.13.0
Kind: undocumented
Expected: the methods are documented to modify the module in place, with parameters and buffers named in one breath.
    What two modules share should still be shared afterwards, or the difference should be said.
Happens: parameters keep their identity, buffers are replaced one by one. Two branches that share a batch
    normalisation with its running statistics are two nets after .half(), and drift apart from then on.
Fix: remember in Module._apply which tensors were one, as it does for no buffer today; or say it in the documentation.
Known: pytorch/pytorch#43815 (open); pytorch/pytorch#36623 (closed)
"""

import sys

import torch
from torch import nn


def tied():
    """Return two layers that share every parameter and buffer."""
    one, two = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    two._parameters.update(one._parameters)
    two._buffers.update(one._buffers)
    return nn.ModuleList([one, two])


MOVES = {
    ".half()": lambda module: module.half(),
    ".double()": lambda module: module.double(),
    ".to(torch.float64)": lambda module: module.to(torch.float64),
    ".to_empty(device='cpu')": lambda module: module.to_empty(device="cpu"),
}
observed = {}
for name, move in MOVES.items():
    one, two = move(tied())
    observed[name] = {"weight tied": one.weight is two.weight, "mean tied": one.running_mean is two.running_mean}
expected = {name: {"weight tied": True, "mean tied": True} for name in MOVES}
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
