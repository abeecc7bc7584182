"""Ways of keeping the moving statistics of one training, and ways of forgetting to."""

from collections.abc import Mapping, Sequence

import torch

from hearsay.vision import statistics
from hearsay.vision.nets import norm_layers

NEVER, LAST, BATCH, REESTIMATED = "never updated", "last batch", "batch statistics", "re-estimated"
ZERO, DEBIASED, EARLY, FROZEN = "from zero", "debiased", "first layer only", "frozen tail"


def names(decays: Sequence[float]) -> list[str]:
    """Return the conditions that are kept beside a training, one for each decay and for each way of forgetting."""
    slow = f"decay {max(decays):g}"
    return [NEVER, *(f"decay {decay:g}" for decay in decays), LAST, *(f"{slow}, {way}" for way in (ZERO, DEBIASED)),
            f"decay {min(decays):g}, {EARLY}", f"decay {min(decays):g}, {FROZEN}"]  # fmt: skip


class Conditions:
    """Moving statistics (2, channels) by condition, updated step by step from the moments of each batch.

    - `never updated`: means 0 and variances 1, as where the update operations are not run, or a checkpoint lacks them;
    - `decay d`: s <- d s + (1 - d) x, from means 0 and variances 1;
    - `last batch`: the moments of the last one;
    - `..., from zero`: variances begin at 0 too; `debiased`: the same divided by 1 - d^t (Kingma & Ba 2015, section 3);
    - `..., first layer only`: updates collected when only the first layer was built;
    - `..., frozen tail`: no update in the last part of the training.
    """

    def __init__(self, net: torch.nn.Module, decays: Sequence[float], steps: int, tail: float):
        """Take the net, the decays, the steps of the whole training, and the share of them in the frozen tail."""
        self.decays, self.freeze_after = sorted(decays), round((1 - tail) * steps)
        self.names = names(self.decays)
        untouched = statistics.untouched(net)
        first = next(layer.num_features for layer in norm_layers(net).values())
        self.steps = 0
        self.averages = untouched.repeat(len(self.names), 1, 1)
        self.averages[self._place(ZERO)] = 0
        # every condition is the same average, s <- s + w (x - s), under a weight of its own for each channel
        slow, fast = 1 - self.decays[-1], 1 - self.decays[0]
        by_name = {f"decay {decay:g}": 1 - decay for decay in self.decays}
        by_name |= {NEVER: 0.0, LAST: 1.0, f"decay {self.decays[-1]:g}, {ZERO}": slow}
        self.weights = torch.tensor([by_name.get(name, fast) for name in self.names])[:, None, None]
        self.weights = self.weights.repeat(1, *untouched.shape)
        self.weights[self._place(DEBIASED)] = 0  # the same average as from zero
        self.weights[self._place(EARLY), :, first:] = 0

    def _place(self, way: str) -> int:
        return next(k for k, name in enumerate(self.names) if name.endswith(f", {way}"))

    def update(self, moments: torch.Tensor) -> None:
        """Take the moments of one more batch."""
        self.steps += 1
        if self.steps == self.freeze_after + 1:
            self._freeze()
        self.averages = torch.lerp(self.averages, moments, self.weights)

    def _freeze(self) -> None:
        self.weights[self._place(FROZEN)] = 0

    @property
    def kept(self) -> dict[str, torch.Tensor]:
        """The statistics (2, channels) by condition, after the steps so far."""
        found = dict(zip(self.names, self.averages, strict=True))
        known = 1 - self.decays[-1] ** self.steps  # the share of them that is no initial value
        found[self.names[self._place(DEBIASED)]] = self.averages[self._place(ZERO)] / (known or 1)
        return found

    def state(self) -> dict:
        """Return what a checkpoint keeps."""
        return {"steps": self.steps, "averages": self.averages}

    def restore(self, state: Mapping) -> None:
        """Go on from what `state` returned."""
        self.steps, self.averages = state["steps"], state["averages"]
        if self.steps > self.freeze_after:
            self._freeze()
