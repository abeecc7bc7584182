"""When placeholders are necessary, and how data should be fed.

For one's own work: `time_feeding(model, dataset)` times the ways of feeding a model, and recommends one.

>>> import time, torch
>>> from hearsay.feeding import time_feeding
>>> class Photographs(torch.utils.data.Dataset):
...     def __len__(self):
...         return 8
...     def __getitem__(self, i):
...         time.sleep(0.01)  # a file is read and decoded
...         return torch.full((3,), float(i)), i % 2
>>> report = time_feeding(torch.nn.Linear(3, 2), Photographs(), batch=4, seconds=2)
>>> report.matters, report.recommended in ("preloaded", "memory-mapped")
(True, True)
>>> [way.name for way in report.ways if way.waiting > 0.5][0]
'DataLoader'
"""

import importlib

__all__ = ["Report", "time_feeding"]


def __getattr__(name: str):
    """Import the timer when it is asked for: TensorFlow's part is in this package too, and loads no torch."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.own"), name)
