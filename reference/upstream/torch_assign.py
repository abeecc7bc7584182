"""load_state_dict(assign=True) unties shared parameters.

Seen with: torch 2.13.0
Kind: undocumented
Expected: the documentation of `assign` speaks of properties of tensors alone; without it, tied parameters stay tied.
Happens: every name gets a tensor of its own. Right after loading the values agree, so nothing is seen; the next step
    of an optimiser trains two tensors where there was one.
Fix: assign one tensor to all names that shared one before, or say in the documentation that ties must be made again.
Known: pytorch/pytorch#188346 (closed); pytorch/pytorch#188347 (open)
"""

import sys

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
model[1].weight = model[0].weight
model.load_state_dict({name: tensor.clone() for name, tensor in model.state_dict().items()}, assign=True)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
model(torch.ones(1, 2)).sum().backward()
optimiser.step()

observed = {
    "parameters": len(list(model.parameters())),
    "equal after a step": torch.equal(model[0].weight, model[1].weight),
}
expected = {"parameters": 1, "equal after a step": True}
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
