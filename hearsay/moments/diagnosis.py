"""Are a model's running statistics never updated, stale, or fine? A check for one's own model and data."""

import math
import numbers
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.instancenorm import _InstanceNorm
from torch.nn.parameter import is_lazy

from hearsay.errors import HearsayError
from hearsay.moments.diagnosis_limits import measure
from hearsay.moments.diagnosis_pass import Moved, Seen, norms, watched_pass
from hearsay.moments.diagnosis_remedy import (
    BROKEN,
    FINE,
    FROZEN,
    NEVER,
    NONE,
    NOT_REACHED,
    STALE,
    initial,
    leaning,
    remedy,
    why_stale,
)

BATCHES = 10  # at least, from which the error of one batch is estimated


class Diagnosis(NamedTuple):
    """What is known of one layer's running statistics.

    layer: its name; kind: its class; verdict. mean_error: of running means from those of the pass, in standard
    deviations of the pass, root mean square over channels; variance_error: of log variances. mean_limit,
    variance_limit: what the statistics of one more batch of the loader would hardly exceed. updates: batches counted by
    the layer, -1 where it does not count. remedy: what to do; empty where nothing is. Where a layer was not reached, or
    keeps nothing, errors and limits are NaN. A layer that is called several times a batch may be fine beyond the
    limits, where its moving average leans to the last call; then the remedy says so.
    """

    layer: str
    kind: str
    verdict: str
    mean_error: float
    mean_limit: float
    variance_error: float
    variance_limit: float
    updates: int
    remedy: str

    def __str__(self) -> str:
        """Return one line."""
        said = f"{self.layer} ({self.kind}): {self.verdict}"
        if not math.isnan(self.mean_error):
            said += (
                f"; means off by {self.mean_error:.2g} standard deviations (a batch: up to {self.mean_limit:.2g}), log "
                f"variances by {self.variance_error:.2g} (up to {self.variance_limit:.2g})"
            )
        return f"{said}. {self.remedy}".rstrip(" .") + "."


class Diagnoses(list[Diagnosis]):
    """A `Diagnosis` for each norm layer, in the order of the model; printed, a table and what to do.

    outputs: how far the outputs for one batch lie off for it, see `Moved`; evaluating: whether the model came in
    evaluation mode as a whole, when a frozen layer cannot be told.
    """

    def __init__(self, rows: Iterable[Diagnosis], outputs: Moved, evaluating: bool = False):
        """Take the rows, and what they come to at the outputs."""
        super().__init__(rows)
        self.outputs, self.evaluating = outputs, evaluating

    def __str__(self) -> str:
        """Return the table."""
        heads = ("layer", "kind", "verdict", "means off", "a batch", "log variances off", "a batch")
        rows = [heads] + [(*row[:3], *("-" if math.isnan(x) else f"{x:.2g}" for x in row[3:7])) for row in self]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]
        remedies: dict[str, list[str]] = {}
        for row in self:
            if row.remedy:
                remedies.setdefault(row.remedy, []).append(row.layer)
        lines += [f"{', '.join(layers)}: {remedy}." for remedy, layers in remedies.items()]
        if not any(map(math.isnan, self.outputs)):
            own, batch = (f"{share:.2%}" for share in self.outputs)
            lines.append(
                f"Outputs in evaluation lie {own} off those under re-estimated statistics; in training mode, {batch}."
            )
        if self.evaluating and any(row.verdict in (NEVER, STALE) for row in self):
            lines.append(
                "The model came in evaluation mode, where layers that you keep frozen look like any other: if there "
                "are some, ask again with the model as you train it, and leave their statistics alone."
            )
        return "\n".join(lines)


def diagnose(model: nn.Module, loader: Iterable[Any], alpha: float = 0.05, most: int = 200) -> Diagnoses:
    """Return for each norm layer whether its running statistics were never updated, are stale, fine, or frozen.

    Parameters
    ----------
    model
        In any mode, on any device; BatchNorm, SyncBatchNorm, and InstanceNorm where it tracks. It is left as it was,
        bit for bit, and so are the random generators.
    loader
        Gives batches as in training: as large, shuffled, augmented; each a tensor, or a tuple whose first is one. A
        last batch that is smaller is left out.
    alpha
        Chance, at most, that any layer is called stale where all have the statistics of one more batch of the loader.
    most
        Batches that are used, at most; 10 or more.

    Notes
    -----
    The model is passed through the loader once in training mode, as `torch.optim.swa_utils.update_bn` does, and the
    layers' running statistics are held against the means of their batches' statistics. In training a net is normalised
    by the statistics of one batch, and works; so what lies no farther off than one batch does is fine, and what lies
    farther is stale. How far a batch lies off is known from the batches themselves, each against all others, and the
    limit is the upper prediction limit for one more, at `alpha` over twice the number of layers. It takes the logarithm
    of the error as normal, which is on the safe side: errors of many channels have lighter tails. A moving average over
    several batches lies well within.

    A model that trains in part is passed in the modes that its layers have, as it is trained: what lies behind a layer
    that is in evaluation mode there was trained on what that layer gives out with its own statistics. Such layers are
    called frozen, and keep their statistics in the re-estimation too.

    The batch statistics of a layer that is called several times a batch are the mean of its calls'. Its moving average
    leans to the last of them; it is fine where it fits either.

    Raises
    ------
    HearsayError
        The loader fails, gives too few batches or none, or something else than images; the model has no norm layer,
        fails, or gives outputs that are not finite; alpha or most is out of range.

    """
    if not isinstance(model, nn.Module):
        raise HearsayError(f"diagnose: the model is a {type(model).__name__}; expected a torch.nn.Module")
    if not isinstance(alpha, numbers.Real) or not 0 < alpha < 1:
        raise HearsayError(f"diagnose: alpha is {alpha!r}; expected a chance between 0 and 1")
    if not isinstance(most, numbers.Integral) or most < BATCHES:
        raise HearsayError(f"diagnose: most is {most!r}; expected {BATCHES} batches or more")
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    if not norms(model):
        raise HearsayError(
            "diagnose: the model has no layer with running statistics; expected BatchNorm, SyncBatchNorm, or "
            "InstanceNorm with track_running_stats=True (a scripted model hides its layers: give the model itself; "
            "frozen layers such as torchvision's FrozenBatchNorm2d never update)"
        )
    if any(map(is_lazy, (*model.parameters(), *model.buffers()))):
        raise HearsayError("diagnose: the model has lazy layers without shapes; pass a batch through it first")
    evaluating = not any(layer.training for layer in model.modules())
    seen, outputs = watched_pass(model, loader, most)
    batches = max(len(one.batches) for one in seen.values())
    if batches < BATCHES:
        raise HearsayError(
            f"diagnose: the loader gives {batches} batches of full size; expected {BATCHES} or more, to tell how far "
            "one lies off; give more, or smaller ones"
        )
    tested = sum(len(one.batches) >= BATCHES and not one.frozen for one in seen.values())
    level = alpha / (2 * max(tested, 1))
    frozen = any(one.frozen for one in seen.values())
    found = (_diagnosed(name or "(the model)", one, level, frozen) for name, one in seen.items())
    rows = Diagnoses(found, outputs, evaluating)
    first = next(one for one in seen.values() if one.batches)
    if any(row.verdict == STALE for row in rows) and first.unlike():
        hint = "; the loader's batches differ more than shuffled ones: if training shuffled, shuffle and ask again"
        rows[:] = [row._replace(remedy=row.remedy + hint) if row.verdict == STALE else row for row in rows]
    return rows


def _diagnosed(name: str, seen: Seen, alpha: float, beside_frozen: bool) -> Diagnosis:
    layer, nan = seen.layer, math.nan
    counted = getattr(layer, "num_batches_tracked", None)
    updates = -1 if counted is None or isinstance(layer, _InstanceNorm) else int(counted)
    kept = layer.running_mean is not None and layer.running_var is not None
    state = torch.stack([layer.running_mean, layer.running_var]).detach().double().cpu() if kept else None
    broken = kept and not torch.isfinite(state).all()

    def row(verdict: str, errors=(nan, nan), limits=(nan, nan), before="", after="") -> Diagnosis:
        said = before + remedy(seen, verdict, updates, beside_frozen) + after
        pairs = (errors[0], limits[0], errors[1], limits[1])
        return Diagnosis(name, type(layer).__name__, verdict, *pairs, updates, said)

    if len(seen.batches) < BATCHES:
        return row(BROKEN if broken else NOT_REACHED)
    mean = measure(seen.batches, layer, alpha)
    if not kept or broken:
        return row(BROKEN if broken else NONE, limits=mean.limits)
    errors, limits = mean.errors(state), mean.limits
    if seen.frozen:
        return row(FROZEN, errors, limits, before="its statistics are the initial ones; " if initial(state) else "")
    if initial(state):
        return row(NEVER, errors, limits)
    if mean.fits(state):
        return row(FINE, errors, limits)
    leant = measure(seen.leaning, layer, alpha)
    if seen.most_calls > 1 and leant.fits(state):
        return row(FINE, errors, limits, after=leaning(seen, mean, leant, beside_frozen))
    return row(STALE, errors, limits, before=why_stale(seen, state, (mean, leant), updates))
