"""Where nets are trained: on the processor, or, asked for, on a GPU in plain float32."""

import torch

from hearsay.errors import HearsayError

CPU, CUDA = DEVICES = ("cpu", "cuda")


def prepare(device: str) -> None:
    """Make torch ready for a device: on a GPU no TensorFloat-32, whose rounding would join comparisons, and no races.

    Same bytes are promised on the processor alone. Raises HearsayError where a GPU is asked for and torch has none.
    """
    if device == CPU:
        return
    if not torch.cuda.is_available():
        raise HearsayError(
            "device: cuda is asked for, and torch finds no GPU; set device: cpu, or install a build of torch with CUDA"
        )
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
