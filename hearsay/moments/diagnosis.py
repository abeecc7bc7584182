"""Are a model's running statistics never updated, stale, or fine? A check for one's own model and data."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.modules.instancenorm import _InstanceNorm
from torch.nn.parameter import is_lazy

from hearsay.errors import HearsayError
from hearsay.moments.diagnosis_pass import Moved, Seen, norms, watched_pass

NEVER, STALE, FINE = "never updated", "stale", "fine"
NONE, NOT_REACHED, BROKEN = "keeps none", "not reached", "not finite"
TINY = 1e-12  # in place of an error of 0
BATCHES = 10  # at least, from which the error of one batch is estimated
UPDATE = "torch.optim.swa_utils.update_bn(loader, model)"
RERUN = "passing batches in training mode (update_bn passes over instance normalisation)"


class Diagnosis(NamedTuple):
    """What is known of one layer's running statistics.

    layer: its name; kind: its class; verdict. mean_error: of running means from those of the pass, in standard
    deviations of the pass, root mean square over channels; variance_error: of log variances. mean_limit,
    variance_limit: what the statistics of one more batch of the loader would hardly exceed. updates: batches counted by
    the layer, -1 where it does not count. remedy: what to do; empty where nothing is. Where a layer was not reached, or
    keeps nothing, errors and limits are NaN.
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

    outputs: how far the outputs for one batch lie off for it, see `Moved`.
    """

    def __init__(self, rows: Iterable[Diagnosis], outputs: Moved):
        """Take the rows, and what they come to at the outputs."""
        super().__init__(rows)
        self.outputs = outputs

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
        return "\n".join(lines)


def diagnose(model: nn.Module, loader: Iterable[Any], alpha: float = 0.05, most: int = 200) -> Diagnoses:
    """Return for each norm layer whether its running statistics were never updated, are stale, or are fine.

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
        Batches that are used, at most.

    Notes
    -----
    The model is passed through the loader once in training mode, as `torch.optim.swa_utils.update_bn` does, and the
    layers' running statistics are held against the means of their batches' statistics. In training a net is normalised
    by the statistics of one batch, and works; so what lies no farther off than one batch does is fine, and what lies
    farther is stale. How far a batch lies off is known from the batches themselves, each against all others, and the
    limit is the upper prediction limit for one more, at `alpha` over twice the number of layers. It takes the logarithm
    of the error as normal, which is on the safe side: errors of many channels have lighter tails. A moving average over
    several batches lies well within.

    Raises
    ------
    HearsayError
        The loader gives too few batches or none, or something else than images; the model has no norm layer, fails, or
        gives outputs that are not finite.

    """
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    if not norms(model):
        raise HearsayError(
            "diagnose: the model has no layer with running statistics; expected BatchNorm, SyncBatchNorm, or "
            "InstanceNorm with track_running_stats=True (a scripted model hides its layers: give the model itself)"
        )
    if any(map(is_lazy, (*model.parameters(), *model.buffers()))):
        raise HearsayError("diagnose: the model has lazy layers without shapes; pass a batch through it first")
    seen, outputs = watched_pass(model, loader, most)
    batches = max(len(one.batches) for one in seen.values())
    if batches < BATCHES:
        raise HearsayError(
            f"diagnose: the loader gives {batches} batches of full size; expected {BATCHES} or more, to tell how far "
            "one lies off; give more, or smaller ones"
        )
    tested = sum(len(one.batches) >= BATCHES for one in seen.values())
    level = alpha / (2 * max(tested, 1))
    rows = Diagnoses((_diagnosed(name or "(the model)", one, level) for name, one in seen.items()), outputs)
    first = next(one for one in seen.values() if one.batches)
    if any(row.verdict == STALE for row in rows) and first.unlike():
        hint = "; the loader's batches differ more than shuffled ones: if training shuffled, shuffle and ask again"
        rows[:] = [row._replace(remedy=row.remedy + hint) if row.verdict == STALE else row for row in rows]
    return rows


def _diagnosed(name: str, seen: Seen, alpha: float) -> Diagnosis:
    layer, nan = seen.layer, math.nan
    counted = getattr(layer, "num_batches_tracked", None)
    updates = -1 if counted is None or isinstance(layer, _InstanceNorm) else int(counted)
    kept = layer.running_mean is not None and layer.running_var is not None
    state = torch.stack([layer.running_mean, layer.running_var]).detach().double().cpu() if kept else None
    verdict = NONE if not kept else _at_once(state)
    if len(seen.batches) < BATCHES:
        verdict = BROKEN if verdict == BROKEN else NOT_REACHED
        errors = limits = (nan, nan)
        return _row(name, seen, verdict, errors, limits, updates, _remedy(seen, verdict, updates))
    every = torch.stack(seen.batches)
    limits = _limits(every, layer.eps, alpha)
    if not kept or verdict == BROKEN:
        return _row(name, seen, verdict, (nan, nan), limits, updates, _remedy(seen, verdict, updates))
    truth = every.mean(0)
    errors = relative_errors(state, truth, layer.eps)
    # where batches hardly differ, as behind another normalisation, half of the buffers' digits are enough
    floor = math.sqrt(torch.finfo(layer.running_mean.dtype).eps)
    limits = tuple(max(limit, floor * (1 + unit)) for limit, unit in zip(limits, _units(truth, layer.eps), strict=True))
    if verdict is None:
        verdict = STALE if any(not error <= limit for error, limit in zip(errors, limits, strict=True)) else FINE
    remedy = _remedy(seen, verdict, updates)
    if verdict == STALE:
        remedy = _why_stale(seen, state, truth, limits, updates) + remedy
    return _row(name, seen, verdict, errors, limits, updates, remedy)


def _row(name, seen, verdict, errors, limits, updates, remedy) -> Diagnosis:
    pairs = (errors[0], limits[0], errors[1], limits[1])
    return Diagnosis(name, type(seen.layer).__name__, verdict, *pairs, updates, remedy)


def _at_once(state: torch.Tensor) -> str | None:
    """Return the verdict that needs no data."""
    if not torch.isfinite(state).all():
        return BROKEN
    return NEVER if bool((state[0] == 0).all() and (state[1] == 1).all()) else None


def relative_errors(state: torch.Tensor, truth: torch.Tensor, eps: float) -> tuple[float, float]:
    """Return the errors of moments (2, channels): of means in true standard deviations, and of log variances.

    Both are root mean squares over channels, as in `hearsay.vision.statistics.errors`.
    """
    mean = (state[0] - truth[0]) / (truth[1] + eps).sqrt()
    ratio = ((state[1].clamp_min(0) + eps) / (truth[1] + eps)).log()
    return float(mean.square().mean().sqrt()), float(ratio.square().mean().sqrt())


def _units(truth: torch.Tensor, eps: float) -> tuple[float, float]:
    """Return what a relative error of 1 in every number comes to, in the errors of `relative_errors`."""
    return float((truth[0] / (truth[1] + eps).sqrt()).square().mean().sqrt()), 1.0


def _limits(batches: torch.Tensor, eps: float, alpha: float) -> tuple[float, float]:
    """Return what the errors of one more batch exceed with chance alpha each; batches: (number, 2, channels)."""
    from scipy import stats

    n, whole = len(batches), batches.sum(0)
    errors = torch.tensor([relative_errors(one, (whole - one) / (n - 1), eps) for one in batches]).double()
    logs = errors.clamp_min(TINY).log()
    upper = logs.mean(0) + stats.t.ppf(1 - alpha, n - 1) * logs.std(0) * math.sqrt(1 + 1 / n)
    return tuple(upper.exp().tolist())


def _remedy(seen: Seen, verdict: str, updates: int) -> str:
    again = RERUN if isinstance(seen.layer, _InstanceNorm) else UPDATE
    if verdict == NEVER:
        why = f"{updates} batches were counted, but" if updates > 0 else "no batch in training mode reached them, or"
        lost = "the statistics were reset, or lost with a checkpoint or by a change of the graph"
        # None is a plain mean for batch normalisation, and nothing at all for instance normalisation
        nothing = not seen.layer.momentum if isinstance(seen.layer, _InstanceNorm) else seen.layer.momentum == 0
        kept = f"nothing is kept at momentum {seen.layer.momentum}: change it, and " if nothing else ""
        return f"{why} {lost}; {kept}re-estimate by {again}"
    return {
        STALE: f"re-estimate by {again}",
        NONE: "in evaluation mode too it is normalised by the batch, so that an output depends on the other images; if "
        "that is not meant, give it track_running_stats=True and train, or re-estimate",
        NOT_REACHED: f"{len(seen.batches)} batches reached it; see whether it is used at all",
        BROKEN: f"a batch with NaN or infinity reached it; reset_running_stats(), then re-estimate by {again}",
        FINE: "",
    }[verdict]


def _why_stale(seen: Seen, state: torch.Tensor, truth: torch.Tensor, limits: tuple[float, float], updates: int) -> str:
    """Say why, where the initial values that are left in the moving average explain the error."""
    momentum = seen.layer.momentum
    if momentum is None or updates <= 0:
        return ""
    left = (1 - momentum) ** updates
    begin = torch.stack([torch.zeros_like(state[0]), torch.ones_like(state[1])])
    without = relative_errors((state - left * begin) / max(1 - left, 1e-12), truth, seen.layer.eps)
    explained = all(error <= limit for error, limit in zip(without, limits, strict=True))
    share = f"{left:.0%}"
    begun = "" if share == "0%" else f"{share} is the initial value, after {updates} updates at momentum {momentum:g}; "
    return begun if begun and explained else f"{begun}the weights have changed since, or training saw other data; "
