"""How to share batch normalisation across the branches of a triplet network.

For one's own work: `unshared_state(branches)` lists what branches do not share, and `branch_discrepancy(branches,
batch)` is the {A, A, A} test.

>>> import torch
>>> from hearsay.triplet import branch_discrepancy, share, unshared_state
>>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4))
>>> branches = [net, share(net, ["weight", "bias"])]
>>> [row.name for row in unshared_state(branches)]
['1.running_mean', '1.running_var', '1.num_batches_tracked']
>>> batch = torch.rand(8, 1, 9, 9)
>>> _ = branches[0](batch)  # one of them sees a batch in training mode
>>> branch_discrepancy(branches, batch).output > 0
True
"""

import importlib

__all__ = ["Discrepancy", "Unshared", "branch_discrepancy", "share", "unshared_state"]


def __getattr__(name: str):
    """Import a check when it is asked for: what a training runs does not depend on it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "sharing" if name == "share" else "checks"
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
