"""fx.symbolic_trace fails on an argument whose default is a tensor.

Seen with: torch 2.13.0
Kind: defect
Expected: defaults of arguments are kept, as they are for numbers, and a traced module answers as the module does.
Happens: the tensor becomes a constant of the graph, and the constant's name is printed as the default in the
    signature of the generated function, where it does not exist yet: NameError: name '_tensor_constant0' is not
    defined.
Fix: look the constant up in the function's body, as pytorch/pytorch#65187 does, or refuse such a default by name.
Known: pytorch/pytorch#65187 (closed)
"""

import sys

import torch
from torch import nn


class Scaled(nn.Module):
    """Multiplies by a tensor that has a default."""

    def forward(self, x, scale=torch.tensor(2.0)):  # noqa: B008
        return x * scale


expected = Scaled()(torch.ones(())).item()
try:
    observed = torch.fx.symbolic_trace(Scaled())(torch.ones(())).item()
except NameError as error:
    observed = f"NameError: {error}"
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
