"""The models that the ways of feeding are timed with: the same shapes as those that TensorFlow trains."""

import torch
from torch import nn

CLASSES = 10
LINEAR, SMALL, LARGER = SIZES = ("linear", "small conv", "larger conv")
DROPOUT = "small conv with dropout"  # draws random numbers in training
MODELS = (*SIZES, DROPOUT)
_MAPS = {SMALL: (8,), DROPOUT: (8,), LARGER: (16, 32, 32)}  # of every convolution, 3 x 3; the first halves each side


def net(model: str, side: int, seed: int) -> nn.Sequential:
    """Return a model out of `MODELS`, drawn from `seed`: images (n, 1, side, side) to logits (n, CLASSES)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        units, maps = side**2, 1
        for i, wide in enumerate(_MAPS.get(model, ())):
            layers += [nn.Conv2d(maps, wide, 3, stride=1 if i else 2, padding=1), nn.ReLU()]
            maps, units = wide, ((side + 1) // 2) ** 2 * wide
        dropout = [nn.Dropout(0.5)] if model == DROPOUT else []
        return nn.Sequential(*layers, nn.Flatten(), *dropout, nn.Linear(units, CLASSES))


class Trainer:
    """A model, its loss and plain gradient descent; `step(batch)` makes one step, and leaves the loss on the device."""

    def __init__(self, model: str, side: int, rate: float, seed: int, device: str = "cpu"):
        self.net = net(model, side, seed).to(device)
        self._loss = nn.CrossEntropyLoss()
        self._optimiser = torch.optim.SGD(self.net.parameters(), rate)

    def step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """Make one step on images (n, 1, side, side) and labels (n,); return the loss before it."""
        loss = self._loss(self.net(batch[0]), batch[1])
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return loss.detach()
