"""How long a moving average lags behind re-estimated statistics, and whether one curve describes all decays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hearsay.moments.analysis import decay
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.runs import BASE
from hearsay.moments.shifted import ACCURACY
from hearsay.tables import Table
from hearsay.vision import paired

UNTIL = Table(
    "moments/until",
    "Steps until accuracy stays close to that under re-estimated statistics",
    key=("training", "condition", "replicate"),
    columns={
        "training": "what was changed in the training",
        "condition": "which statistics",
        "replicate": "number of the training",
        "decay": "decay of the moving average; empty for what is none",
        "steps": "first look from which on it is no more than the bound below re-estimated; empty for never",
        "times": "steps x (1 - decay)",
    },
    text=("training", "condition"),
)
LAG, LEFT = "lag", "share of the gap"
TIMES, STEPS = "steps x (1 - decay)", "steps"
CURVE = Table(
    "moments/curve",
    "Whether the curves of all decays are one",
    key=("quantity", "abscissa"),
    columns={
        "quantity": "lag: accuracy re-estimated less that of the moving average; share of the gap: the same over "
        "accuracy re-estimated less never updated, where that is above the bound",
        "abscissa": "what the curves are drawn against",
        "n": "replicates",
        "mean": "share of the variance over decays and places that the place alone explains (adjusted), mean over "
        "replicates; places lie evenly on a logarithmic axis where all curves reach",
        "error": "its Monte Carlo standard error",
        "low": "its 95 % interval (t)",
        "high": "upper end",
    },
    text=("quantity", "abscissa"),
)
PLACES = 50  # of the abscissa


def until(outcomes: pd.DataFrame, config: Mapping[str, Any]) -> pd.DataFrame:
    """Return `UNTIL` from `OUTCOMES`; config: `decays` and `judging.within`."""
    decays = {decay(value): value for value in config["decays"]}
    rows = []
    accuracy = outcomes[outcomes["outcome"] == ACCURACY]
    for (training, replicate), part in accuracy.groupby(["training", "replicate"], sort=True):
        looks = part.pivot(index="step", columns="condition", values="value").sort_index()
        for condition in sorted(set(looks.columns) - {REESTIMATED}):
            steps = first_within(looks[REESTIMATED] - looks[condition], config["judging"]["within"])
            value = decays.get(condition, np.nan)
            rows.append((training, condition, replicate, value, steps, steps * (1 - value)))
    return pd.DataFrame(rows, columns=list(UNTIL.columns))


def first_within(lag: pd.Series, within: float) -> float:
    """Return the first step from which on a lag by step is at most `within`; NaN where the last one is not.

    A look without a value, as of what is known at the end only, counts as not within.
    """
    beyond = np.flatnonzero(~(lag.to_numpy() <= within))
    first = beyond[-1] + 1 if len(beyond) else 0
    return float(lag.index[first]) if first < len(lag) else np.nan


def curve(outcomes: pd.DataFrame, config: Mapping[str, Any]) -> pd.DataFrame:
    """Return `CURVE` of the base training from `OUTCOMES`; config: `decays` and `judging.broken`."""
    rows = []
    accuracy = outcomes[(outcomes["outcome"] == ACCURACY) & (outcomes["training"] == BASE)]
    for replicate, part in accuracy.groupby("replicate", sort=True):
        looks = part.pivot(index="step", columns="condition", values="value").sort_index()
        for quantity, curves in _curves(looks, config).items():
            by_times = {d: (steps * (1 - d), values) for d, (steps, values) in curves.items()}
            for abscissa, drawn in ((TIMES, by_times), (STEPS, curves)):
                rows.append((quantity, abscissa, replicate, explained(list(drawn.values()))))
    frame = pd.DataFrame(rows, columns=[*CURVE.key, "replicate", "value"]).dropna(subset="value")
    return paired.summarise(frame, CURVE)


def _curves(looks: pd.DataFrame, config: Mapping[str, Any]) -> dict[str, dict[float, tuple[np.ndarray, np.ndarray]]]:
    """Return steps and values of each decay's curve, by quantity."""
    steps = looks.index.to_numpy(float)
    gap = (looks[REESTIMATED] - looks[NEVER]).to_numpy()
    known = gap > config["judging"]["broken"]
    lags = {d: (looks[REESTIMATED] - looks[decay(d)]).to_numpy() for d in config["decays"]}
    return {
        LAG: {d: (steps, lag) for d, lag in lags.items()},
        LEFT: {d: (steps[known], lag[known] / gap[known]) for d, lag in lags.items()},
    }


def explained(curves: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the share of the variance of several curves that their abscissa explains.

    1 less the mean square within places over that in all: the correlation ratio, adjusted for the numbers of curves and
    places. curves: (x, y) each, x positive and ascending; they are interpolated on `PLACES` places, even in log x,
    where all reach. NaN where there is no such range, with fewer than two curves, or where all is the same.
    """
    low, high = (end([x[place] for x, _ in curves if len(x)], default=0) for end, place in ((max, 0), (min, -1)))
    if len(curves) < 2 or not all(len(x) for x, _ in curves) or not low < high:
        return np.nan
    places = np.linspace(np.log(low), np.log(high), PLACES)
    values = np.array([np.interp(places, np.log(x), y) for x, y in curves])
    total = values.var(ddof=1)
    return float(1 - values.var(axis=0, ddof=1).mean() / total) if total > 0 else np.nan
