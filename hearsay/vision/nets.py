"""Embedding nets: the asker's, and that of Hoffer & Ailon (2014, arXiv 1412.6622)."""

import torch
from torch import nn

from hearsay.errors import HearsayError

NORMS = ("batch", "group", "none")
GROUPS = 4  # of GroupNorm, the control whose output depends on one image only


def asker(
    norm: str, channels: int, pixels: int, maps: tuple[int, ...] = (16, 32), embedding: int = 16, dropout: float = 0.0
) -> nn.Sequential:
    """Return the net of the thread, blocks of convolution, PReLU, normalisation and dropout, then a linear layer.

    Takes (n, channels, pixels, pixels), returns (n, embedding). Each block halves height and width. norm: one of
    `NORMS`. The dropout, of probability 0 as in the thread, stands there because the thread asks whether it matters.
    """
    layers: list[nn.Module] = []
    side = pixels
    for wide in maps:
        layers += [nn.Conv2d(channels, wide, 3, stride=2, padding=1), nn.PReLU(wide), *_norm(norm, wide)]
        layers.append(nn.Dropout(dropout))
        channels, side = wide, (side + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, embedding))


def hoffer(norm: str, channels: int, pixels: int, maps: tuple[int, ...] = (64, 128, 256, 128)) -> nn.Sequential:
    """Return Hoffer & Ailon's net: convolutions 5, 3, 3, 2, with ReLU and pooling after the first three.

    Takes (n, channels, pixels, pixels), returns (n, maps[-1]). Images are padded to the 32 pixels that the kernel sizes
    are made for. The paper's net has no normalisation (`none`); with it, it follows each convolution but the last.
    Dropout is the paper's .25. Raises HearsayError for images above 32 pixels.
    """
    if pixels > 32:
        raise HearsayError(f"hoffer: the net is made for images of at most 32 pixels; got {pixels}")
    first = (32 - pixels) // 2
    rest = 32 - pixels - first
    layers: list[nn.Module] = [nn.ZeroPad2d((first, rest, first, rest))]
    for k, (wide, kernel) in enumerate(zip(maps, (5, 3, 3, 2), strict=True)):
        layers.append(nn.Conv2d(channels, wide, kernel))
        if k < 3:
            layers += [*_norm(norm, wide), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)]
        channels = wide
    return nn.Sequential(*layers, nn.Flatten())


def _norm(norm: str, wide: int) -> list[nn.Module]:
    if norm not in NORMS:
        raise HearsayError(f"nets: no normalisation is called {norm!r}; there are {', '.join(NORMS)}")
    kinds = {"batch": nn.BatchNorm2d, "group": lambda wide: nn.GroupNorm(GROUPS, wide)}
    return [kinds[norm](wide)] if norm in kinds else []


def norm_layers(net: nn.Module) -> dict[str, nn.modules.batchnorm._BatchNorm]:
    """Return the layers of batch normalisation by their names, in the order of the net."""
    return {name: m for name, m in net.named_modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)}


def tensor(pixels, device: str | torch.device = "cpu") -> torch.Tensor:
    """Return images of uint8 as float32 between -1 and 1."""
    return torch.as_tensor(pixels, device=device).float() / 127.5 - 1
