"""ImageNet.class_to_idx sends a name that two classes share to the later one.

Seen with: torchvision 0.28.0
Kind: defect
Expected: the documentation calls class_to_idx a dict from class name to class index, so the first name of class i,
    which is what `classes` shows, should lead to i, and every class should be reached by some name.
Happens: it is keyed by every synonym and the last class that has one wins. "polecat" leads to the skunk, and the
    crane that is a bird, having no other name, to the crane that is a machine. Nothing says so.
Fix: key it by WNID, as wnid_to_idx is, or leave out names that are not unique and say so.
Known: pytorch/vision#1734 (closed); pytorch/vision#4160 (closed)
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import torch
from PIL import Image

try:  # beside a CPU build of torch the wheel's extension does not load: pytorch/pytorch#122494
    torch.ops.load_library(next(Path(importlib.util.find_spec("torchvision").origin).parent.glob("_C*.so")))
except OSError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torchvision.datasets import ImageNet

CLASSES = {  # as in the development kit, which also has the other classes
    "n02012849": ("crane",),
    "n02443114": ("polecat", "fitch", "foulmart", "foumart", "Mustela putorius"),
    "n02445715": ("skunk", "polecat", "wood pussy"),
    "n03126707": ("crane",),
}

with tempfile.TemporaryDirectory() as root:
    torch.save((CLASSES, list(CLASSES)), Path(root, "meta.bin"))
    for wnid in CLASSES:
        Path(root, "val", wnid).mkdir(parents=True)
        Image.new("RGB", (1, 1)).save(Path(root, "val", wnid, "one.JPEG"))
    data = ImageNet(root, split="val")

observed = {
    "polecat": data.wnids[data.class_to_idx["polecat"]] if "polecat" in data.class_to_idx else "n02443114",
    "reached by no name": sorted(set(range(len(CLASSES))) - set(data.class_to_idx.values())),
}
expected = {"polecat": "n02443114", "reached by no name": []}
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
