"""The verdicts on running statistics, and in words why, and what to do."""

import torch
from torch.nn.modules.instancenorm import _InstanceNorm

from hearsay.moments.diagnosis_limits import Measure, relative_errors
from hearsay.moments.diagnosis_pass import Seen

NEVER, STALE, FINE, FROZEN = "never updated", "stale", "fine", "frozen"
NONE, NOT_REACHED, BROKEN = "keeps none", "not reached", "not finite"
UPDATE = "torch.optim.swa_utils.update_bn(loader, model)"
RERUN = "passing batches in training mode (update_bn passes over instance normalisation)"
# no word of update_bn, which would train the frozen layers too
AROUND = "passing batches with this layer in training mode and the frozen ones in evaluation mode"


def initial(state: torch.Tensor) -> bool:
    """Tell whether moments (2, channels) are those that a layer begins with."""
    return bool((state[0] == 0).all() and (state[1] == 1).all())


def remedy(seen: Seen, verdict: str, updates: int, beside_frozen: bool) -> str:
    """Return what to do about a layer, empty where nothing is; beside_frozen: whether the model has frozen layers."""
    again = _again(seen, beside_frozen)
    if verdict == NEVER:
        # None is a plain mean for batch normalisation, and nothing at all for instance normalisation
        nothing = not seen.layer.momentum if isinstance(seen.layer, _InstanceNorm) else seen.layer.momentum == 0
        if nothing:
            return f"nothing is kept at momentum {seen.layer.momentum}: change it, and re-estimate by {again}"
        why = f"{updates} batches were counted, but" if updates > 0 else "no batch in training mode reached them, or"
        lost = "the statistics were reset, or lost with a checkpoint or by a change of the graph"
        return f"{why} {lost}; re-estimate by {again}"
    return {
        STALE: f"re-estimate by {again}",
        FROZEN: "it is in evaluation mode while others train: its statistics are kept on purpose; if not, put it in "
        "training mode",
        NONE: "in evaluation mode too it is normalised by the batch, so that an output depends on the other images; if "
        "that is not meant, give it track_running_stats=True and train, or re-estimate",
        NOT_REACHED: f"{len(seen.batches)} batches reached it; see whether it is used at all",
        BROKEN: f"a batch with NaN or infinity reached it; reset_running_stats(), then re-estimate by {again}",
        FINE: "",
    }[verdict]


def _again(seen: Seen, beside_frozen: bool) -> str:
    if beside_frozen:
        return AROUND
    return RERUN if isinstance(seen.layer, _InstanceNorm) else UPDATE


def why_stale(seen: Seen, state: torch.Tensor, measures: tuple[Measure, ...], updates: int) -> str:
    """Say why, where the initial values that are left in the moving average explain the error.

    measures: what the statistics fit if they are fine, one of them.
    """
    momentum = seen.layer.momentum
    if momentum is None or updates <= 0:
        return ""
    left = (1 - momentum) ** updates
    begin = torch.stack([torch.zeros_like(state[0]), torch.ones_like(state[1])])
    without = (state - left * begin) / max(1 - left, 1e-12)
    explained = any(one.fits(without) for one in measures)
    share = f"{left:.0%}"
    begun = "" if share == "0%" else f"{share} is the initial value, after {updates} updates at momentum {momentum:g}; "
    return begun if begun and explained else f"{begun}the weights have changed since, or training saw other data; "


def leaning(seen: Seen, mean: Measure, leant: Measure, beside_frozen: bool) -> str:
    """Say that a moving average leans to the last of a batch's calls, where by more than a batch lies off; else ''.

    mean: all calls alike; leant: as the momentum weighs them.
    """
    if mean.fits(leant.truth):
        return ""
    means, variances = relative_errors(leant.truth, mean.truth, mean.eps)
    again = _again(seen, beside_frozen)
    alike = f"; if all calls are to count alike, re-estimate by {again}" if again == UPDATE else ""
    return (
        f"called {seen.most_calls} times a batch: the moving average leans to the last call, by {means:.2g} standard "
        f"deviations of means and {variances:.2g} of log variances{alike}"
    )
