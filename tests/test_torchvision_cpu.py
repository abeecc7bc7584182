"""torchvision imports beside whatever build of torch there is, and its Python parts work."""

import subprocess
import sys


def test_imports_in_a_fresh_process():
    code = """
from hearsay.torchvision_cpu import import_torchvision
first = import_torchvision()
assert import_torchvision() is first
import torch
from torchvision.transforms import v2
print(tuple(v2.Resize(4)(torch.zeros(3, 8, 8)).shape), len(first.models.ResNet50_Weights.DEFAULT.meta["categories"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(3, 4, 4) 1000", done.stderr
