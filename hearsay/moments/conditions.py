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
        self.first = next(layer.num_features for layer in norm_layers(net).values())
        untouched = statistics.untouched(net)
        self.steps = 0
        self.kept = dict.fromkeys(names(self.decays), untouched)
        self.kept[self._slow(ZERO)] = self.kept[self._slow(DEBIASED)] = torch.zeros_like(untouched)

    def _slow(self, way: str) -> str:
        return f"decay {self.decays[-1]:g}, {way}"

    def _fast(self, way: str) -> str:
        return f"decay {self.decays[0]:g}, {way}"

    def update(self, moments: torch.Tensor) -> None:
        """Take the moments of one more batch."""
        self.steps += 1
        for decay in self.decays:
            name = f"decay {decay:g}"
            self.kept[name] = torch.lerp(self.kept[name], moments, 1 - decay)
        self.kept[LAST] = moments
        slow, fast = 1 - self.decays[-1], 1 - self.decays[0]
        self.kept[self._slow(ZERO)] = torch.lerp(self.kept[self._slow(ZERO)], moments, slow)
        self.kept[self._slow(DEBIASED)] = self.kept[self._slow(ZERO)] / (1 - self.decays[-1] ** self.steps)
        early = self.kept[self._fast(EARLY)].clone()
        early[:, : self.first] = torch.lerp(early[:, : self.first], moments[:, : self.first], fast)
        self.kept[self._fast(EARLY)] = early
        if self.steps <= self.freeze_after:
            frozen = self._fast(FROZEN)
            self.kept[frozen] = torch.lerp(self.kept[frozen], moments, fast)

    def state(self) -> dict:
        """Return what a checkpoint keeps."""
        return {"steps": self.steps, "kept": dict(self.kept)}

    def restore(self, state: Mapping) -> None:
        """Go on from what `state` returned."""
        self.steps, self.kept = state["steps"], dict(state["kept"])
