"""Import torchvision beside a CPU build of torch.

torchvision's wheel for Linux is compiled for CUDA. Beside a CPU build its extension does not load, so the operators
that it would have declared are missing and `import torchvision` fails (pytorch/pytorch#122494, pytorch/vision#9077).
Declaring the two operators first makes its Python parts (datasets, transforms, models, metadata) usable; nms itself
stays absent.
"""

import importlib.util
from pathlib import Path
from types import ModuleType

import torch

_SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def import_torchvision() -> ModuleType:
    """Return the torchvision module, with its operators declared where its extension cannot load."""
    spec = importlib.util.find_spec("torchvision")
    extension = next(Path(spec.submodule_search_locations[0]).glob("_C*.so"), None)
    try:
        torch.ops.load_library(str(extension))
    except OSError:
        for name, schema in _SCHEMAS.items():
            if not hasattr(torch.ops.torchvision, name):
                torch.library.define(f"torchvision::{name}", schema)
    import torchvision

    return torchvision
