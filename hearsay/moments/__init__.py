"""Why moving mean and variance must be updated explicitly, and what happens where they are not.

For one's own work: `diagnose(model, loader)` says for each norm layer whether its running statistics were never
updated, are stale, or are fine, and what to do.

>>> import torch
>>> from hearsay.moments import diagnose
>>> _ = torch.manual_seed(0)
>>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4))
>>> batches = [5 + torch.rand(8, 1, 9, 9) for _ in range(30)]
>>> [row.verdict for row in diagnose(net, batches)]
['never updated']
>>> _ = [net(batch) for batch in batches[:5]]  # five batches in training mode
>>> diagnose(net, batches)[0].remedy.split(";")[0]
'59% is the initial value, after 5 updates at momentum 0.1'
>>> torch.optim.swa_utils.update_bn(batches, net)
>>> [row.verdict for row in diagnose(net, batches)]
['fine']
"""

import importlib

__all__ = ["Diagnoses", "Diagnosis", "diagnose"]


def __getattr__(name: str):
    """Import the check when it is asked for: TensorFlow's arms are in this package too, and load no torch."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.diagnosis"), name)
