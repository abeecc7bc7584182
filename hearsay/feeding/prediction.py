"""How fast a training is when it is fed in some way, told from two times that are measured apart, and held against it.

Measured apart are the step s on a batch that is there already, and what the way needs to hand over a batch when nothing
is done with it: p, the time from batch to batch. Of ways with workers also h, what the loop needs to take over a batch
that is ready, told by pauses before it asks: its memory is mapped, and the worker answers where it lies.
A step when fed then takes as long as the slowest of what must go on one after another. Each is a line in s:

- fed by the loop itself: s + p.
- fed ahead by W workers on K cores: the loop needs s + h; the workers, who share the fetching, c / W; and if there are
  fewer cores than processes, all work together (s + h + c) / K. The work c of fetching a batch follows from p, which is
  the same without the step: p = max(h, c / W, (h + c) / K), so c = min(W p, K p - h) unless p = h, when c does not
  matter.
- moved ahead by the GPU's own copying engine: max(s, p).

Relative to resident slices, whose own p is q, the speed is (s + q) / step.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay.feeding.modes import ON_CPU, ON_CUDA, SLICES
from hearsay.feeding.timing import FETCH, READY, STEP, SUMMARY, TIMINGS, TRAINING, median_interval
from hearsay.tables import Table

_KEY = ("device", "batch", "mode")
_SAME = {name: TIMINGS.columns[name] for name in ("device", "processor", "model", "batch", "mode")}

PREDICTION = Table(
    "benchmarks/feeding-prediction",
    "The speed that fetching and steps by themselves predict, and the speed that was measured",
    key=("device", "model", "batch", "mode"),
    columns=_SAME
    | {
        "repeats": "rounds; every prediction is made from the times of one round, and compared with the same round",
        "fetch": "seconds from batch to batch when nothing is done with them, median",
        "handover": "seconds until a batch is taken over that is ready, median; empty without workers",
        "step": "seconds of a step on a batch that is there, median",
        "predicted": "steady steps/s relative to resident slices, from the two, median",
        "measured": "steady steps/s relative to resident slices, median",
        "measured_low": SUMMARY.columns["relative_low"],
        "measured_high": SUMMARY.columns["relative_high"],
        "error": "measured / predicted - 1, median",
        "error_low": "lower end of its 95 % interval",
        "error_high": "upper end",
    },
    text=("device", "processor", "model", "mode"),
)

CROSSINGS = Table(
    "benchmarks/feeding-crossings",
    "From which step on a way of feeding hardly costs anything",
    key=_KEY,
    columns={name: text for name, text in _SAME.items() if name != "model"}
    | {
        "share": "share of the steps/s of resident slices that counts as hardly anything",
        "predicted": "seconds of a step from which on the way costs at most that share, median over the rounds",
        "predicted_low": "lower end of its 95 % interval",
        "predicted_high": "upper end",
        "measured": "where the line through the measured speeds of two neighbouring models, over the logarithm of "
        "their steps, meets that share for good; empty where all models are on one side",
        "measured_low": "step of the longest model that it is shown to cost more, by its 95 % interval, seconds; 0 "
        "where there is none",
        "measured_high": "step of the shortest model from which on it is shown to cost less, seconds; empty where "
        "there is none",
    },
    text=("device", "processor", "mode"),
)


class Line(NamedTuple):
    """What a step takes at least: slope * s + base seconds."""

    slope: float
    base: float


def lines(mode: str, device: str, fetch: float, handover: float, cores: int) -> list[Line]:
    """Return the lines of a way of feeding: a fed step takes the largest of them.

    fetch, handover: p and h, seconds a batch, measured without a step; h matters with workers only.
    """
    way = (ON_CPU if device == "cpu" else ON_CUDA)[mode]
    return (
        overlapped(fetch, handover, way.workers, cores) if way.workers else moved(fetch) if way.ahead else alone(fetch)
    )


def alone(fetch: float) -> list[Line]:
    """Return the one line of a way in which the loop fetches by itself."""
    return [Line(1.0, fetch)]


def moved(fetch: float) -> list[Line]:
    """Return the lines of copies that go on beside the steps."""
    return [Line(1.0, 0.0), Line(0.0, fetch)]


def overlapped(fetch: float, handover: float, workers: int, cores: int) -> list[Line]:
    """Return the lines of workers that fetch beside the loop."""
    handover = min(handover, fetch)
    work = max(0.0, min(workers * fetch, cores * fetch - handover))
    return [Line(1.0, handover), Line(0.0, work / workers), Line(1 / cores, (handover + work) / cores)]


def step_when_fed(step: float, found: Sequence[Line]) -> float:
    """Return the seconds from step to step."""
    return max(line.slope * step + line.base for line in found)


def relative(step: float, found: Sequence[Line], slices: float = 0.0) -> float:
    """Return the predicted speed relative to resident slices, whose fetch takes `slices` seconds."""
    return (step + slices) / step_when_fed(step, found)


def crossing(found: Sequence[Line], share: float, slices: float = 0.0) -> float:
    """Return the seconds of a step from which on a way costs at most `share` of the speed of resident slices.

    For each line, (s + slices) >= (1 - share) (slope s + base); at a slope of at most 1 it holds from one s on.
    """
    kept = 1 - share
    return max(0.0, *((kept * line.base - slices) / (1 - kept * line.slope) for line in found))


def rounds(raw: pd.DataFrame) -> pd.DataFrame:
    """Return one row a training of `TIMINGS`, with the fetch, slices' fetch and step of its round, and its prediction.

    Columns: those of `TIMINGS`, and fetch, handover, slices, step, predicted, measured.
    """
    at, fetched = ["device", "batch", "repeat"], raw[raw["what"] == FETCH]
    fetch = fetched.rename(columns={"steady": "fetch"})[[*at, "mode", "fetch"]]
    ready = raw[raw["what"] == READY]
    ready = ready.assign(handover=ready["steady"] * ready["waiting"])[[*at, "mode", "handover"]]
    slices = fetch[fetch["mode"] == SLICES].rename(columns={"fetch": "slices"})[[*at, "slices"]]
    step = raw[raw["what"] == STEP].rename(columns={"steady": "step"})[[*at, "model", "step"]]
    trained = raw[raw["what"] == TRAINING]
    base = trained[trained["mode"] == SLICES].rename(columns={"steady": "base"})[[*at, "model", "base"]]
    found = trained.merge(fetch, on=[*at, "mode"]).merge(ready, on=[*at, "mode"], how="left").merge(slices, on=at)
    found = found.merge(step, on=[*at, "model"]).merge(base, on=[*at, "model"])
    every = [_lines(row) for row in found.itertuples()]
    found["predicted"] = [
        relative(row.step, each, row.slices) for row, each in zip(found.itertuples(), every, strict=True)
    ]
    found["measured"] = found["base"] / found["steady"]
    return found


def predict(raw: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return `PREDICTION` from `TIMINGS`, one row a device, model, batch and way but resident slices themselves."""
    rows = []
    every = rounds(raw)
    for keys, part in every[every["mode"] != SLICES].groupby(list(PREDICTION.key)):
        row = dict(zip(PREDICTION.key, keys, strict=True)) | {"repeats": len(part)}
        row |= {name: part[name].iloc[0] for name in ("processor",)}
        row |= {name: part[name].median() for name in ("fetch", "step", "predicted")}
        row |= {"handover": part["handover"].median() if part["handover"].notna().all() else np.nan}
        row |= _ends("measured", part["measured"], seed)
        row |= _ends("error", part["measured"] / part["predicted"] - 1, seed)
        rows.append({name: row[name] for name in PREDICTION.columns})
    return pd.DataFrame(rows, columns=list(PREDICTION.columns))


def crossings(raw: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Return `CROSSINGS` from `TIMINGS`; share: of the speed of resident slices, such as .05."""
    rows = []
    every = rounds(raw)
    for keys, part in every[every["mode"] != SLICES].groupby(list(_KEY)):
        row = dict(zip(_KEY, keys, strict=True)) | {"processor": part["processor"].iloc[0], "share": share}
        one = part.drop_duplicates("repeat")  # fetching is the same whatever the model
        row |= _ends("predicted", [crossing(_lines(each), share, each.slices) for each in one.itertuples()], seed)
        models = sorted(
            (each["step"].median(), *median_interval(each["measured"].to_numpy(), seed))
            for _, each in part.groupby("model")
        )
        found = _met(*map(np.array, zip(*models, strict=True)), 1 - share)
        row |= dict(zip(("measured", "measured_low", "measured_high"), found, strict=True))
        rows.append({name: row[name] for name in CROSSINGS.columns})
    return pd.DataFrame(rows, columns=list(CROSSINGS.columns))


def _lines(row) -> list[Line]:
    return lines(row.mode, row.device, row.fetch, row.handover, int(row.cores))


def _ends(name: str, values: Sequence[float] | pd.Series, seed: int) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), median_interval(np.asarray(values), seed), strict=True))


def _met(
    steps: np.ndarray, speeds: np.ndarray, lows: np.ndarray, highs: np.ndarray, kept: float
) -> tuple[float, float, float]:
    """Return where speeds, over ascending steps, come to `kept` for good, and between which steps that is shown.

    lows, highs: ends of the speeds' intervals.
    """
    below, more, less = (np.flatnonzero(found) for found in (speeds < kept, highs < kept, lows <= kept))
    least = float(steps[more[-1]]) if len(more) else 0.0
    first = less[-1] + 1 if len(less) else 0
    most = float(steps[first]) if first < len(steps) else np.nan
    if not len(below) or below[-1] == len(steps) - 1:
        return np.nan, least, most
    last = below[-1]
    share = (kept - speeds[last]) / (speeds[last + 1] - speeds[last])
    return float(np.exp(np.log(steps[last]) + share * np.log(steps[last + 1] / steps[last]))), least, most
