"""parse_val_archive labels images by position.

Seen with: torchvision 0.28.0
Kind: defect
Expected: the function is documented to prepare the validation images for ImageNet; the number in an image's name says
    which line of the ground truth is its own.
Happens: the folder's sorted list is zipped with the labels. A file that lies there already and sorts first, such as
    .DS_Store, takes the first label, all images get their predecessor's, and the last one is left over. Nothing says
    so. The archive's own MD5 is checked, the folder is not looked at.
Fix: pair by the number in the name, demand that numbers and labels are as many, and refuse a folder that is not
    empty.
Known: none found
"""

import hashlib
import importlib.util
import sys
import tarfile
import tempfile
from pathlib import Path

import torch

try:  # beside a CPU build of torch the wheel's extension does not load: pytorch/pytorch#122494
    torch.ops.load_library(next(Path(importlib.util.find_spec("torchvision").origin).parent.glob("_C*.so")))
except OSError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torchvision.datasets import imagenet

WNIDS = ["n01440764", "n01443537", "n01484850", "n01491361"]
expected = {f"ILSVRC2012_val_{number:08d}.JPEG": wnid for number, wnid in enumerate(WNIDS, 1)}

with tempfile.TemporaryDirectory() as root:
    archive, folder = Path(root, "ILSVRC2012_img_val.tar"), Path(root, "val")
    with tarfile.open(archive, "w") as tar:
        for image in expected:
            Path(root, image).touch()
            tar.add(Path(root, image), image)
    # The archive stands in for the official one, so its MD5 does too.
    imagenet.ARCHIVE_META["val"] = (archive.name, hashlib.md5(archive.read_bytes()).hexdigest())
    folder.mkdir()
    (folder / ".DS_Store").touch()
    try:
        imagenet.parse_val_archive(root, wnids=WNIDS)
        observed = {path.name: path.parent.name for path in sorted(folder.rglob("*.JPEG"), key=lambda path: path.name)}
    except Exception as error:
        print(f"refused: {type(error).__name__}: {error}")
        observed = expected

print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
