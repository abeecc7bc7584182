"""What is said about moving statistics: endpoints and rules, fixed before the runs.

Evidence: the study's tables by name, and `config`: its section, whose `judging` bounds decide. What is said of all
cases holds, or fails, by each case's own interval: where all must be shown, each at the full level is enough (the
intersection-union test: Berger 1982, Technometrics 24, 295). `depends` rests on intervals corrected for their number.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, UNDECIDED, Claim, Judgement
from hearsay.moments.analysis import EVALUATION, REPLACED, SLOW, WITHOUT
from hearsay.moments.claims_graph import ALL_OF_IT, THREAD
from hearsay.moments.claims_graph import CLAIMS as GRAPH_CLAIMS
from hearsay.moments.conditions import NEVER
from hearsay.moments.evaluation import SHIFTS
from hearsay.moments.lags import TIMES
from hearsay.moments.runs import BASE, TRAINING
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, OWN, UPDATING

FIGURE = "results/moments/figures/{}.svg"
POINTS, HUNDRED = "points of accuracy", 100


def without_update(evidence: Mapping) -> Judgement:
    """Judge whether evaluation breaks without updates while the accuracy in training does not show it."""
    broken = evidence["config"]["judging"]["broken"]

    def shown(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        never = rows[rows["condition"] == NEVER].set_index("training")
        seen = rows[rows["condition"] == TRAINING].set_index("training").loc[never.index]
        true = (never["high"] < -broken) & (seen["low"] > -broken)
        return true, (never["low"] > -broken) | (seen["high"] < -broken)

    found, alone = _compared(evidence, WITHOUT)
    verdict, true, false = _verdict(shown, found, alone)
    said = _listed({"broken, and not seen": true, "not": false}, true.index.to_series())
    base = alone[(alone["condition"] == NEVER) & (alone["training"] == BASE)].iloc[0]
    return _judged(verdict, base, "steps", said)


def never_in_evaluation(evidence: Mapping) -> Judgement:
    """Judge whether an evaluation that updates is harmful, to its own answers and to those after it."""
    harm = evidence["config"]["judging"]["harm"]
    found, alone = _compared(evidence, EVALUATION)
    verdict, true, false = _verdict(lambda rows: (rows["high"] < -harm, rows["low"] > -harm), found, alone)
    word = np.select([true, found["low"] > harm, false], ["harmful", "better", "harmless"], "open")
    effects = {
        "in training mode": (ACCURACY, OWN),
        "updating first": (ACCURACY, UPDATING),
        "clean images afterwards": (AFTERWARDS, UPDATING),
    }
    said = []
    for effect, (outcome, way) in effects.items():
        parts = []
        for shift in SHIFTS:
            here = (found["outcome"] == outcome) & (found["condition"] == way) & (found["shift"] == shift)
            parts.append(f"{shift} {' or '.join(sorted(set(word[here])))}")
        said.append(f"{effect}: {', '.join(parts)}")
    return _judged(verdict, found.loc[found["difference"].idxmin()], "shift", "; ".join(said))


def slow_decay(evidence: Mapping) -> Judgement:
    """Judge whether the slowest decay is safe, and from which step on."""
    config = evidence["config"]
    within = config["judging"]["within"]
    found, alone = (rows.sort_values("step", ignore_index=True) for rows in _compared(evidence, SLOW))
    worse = found["high"] < -within
    # from the last look backwards, each tested only if all after it are safe: a fixed sequence needs no correction
    safe = (alone["low"] > -within)[::-1].cummin()[::-1]
    if safe.all():
        verdict = HOLDS
    elif worse.iloc[-1]:
        verdict = FAILS
    else:
        verdict = DEPENDS if worse.any() and safe.any() else UNDECIDED
    said = []
    if worse.any():
        said.append(f"worse by more than the bound at steps up to {found.loc[worse, 'step'].max():,}")
    if safe.any():
        first = found.loc[safe, "step"].min()
        said.append(f"safe from {first:,} on: {TIMES} of {first * (1 - max(config['decays'])):.3g}")
    else:
        said.append(f"not shown to be safe within {found['step'].max():,} steps")
    return _judged(verdict, alone.iloc[-1], "curve", "; ".join(said))


def re_estimating(evidence: Mapping) -> Judgement:
    """Judge whether re-estimated statistics do as well as usual moving averages."""
    within = evidence["config"]["judging"]["within"]
    found, alone = _compared(evidence, REPLACED)
    verdict, true, false = _verdict(lambda rows: (rows["low"] > -within, rows["high"] < -within), found, alone)
    names = found["condition"] + " in " + found["training"] + " against " + found["other_condition"]
    said = _listed({"as good": true, "worse": false}, names)
    return _judged(verdict, found.loc[found["difference"].idxmin()], "settings", said)


def _compared(evidence: Mapping, family: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the comparisons of a family, with the intervals corrected for their number, and with each alone."""
    rows = evidence["comparisons"]
    found = rows[rows["family"] == family].reset_index(drop=True)
    half = found["error"] * stats.t.isf(evidence["config"]["judging"]["alpha"] / 2, found["n"] - 1)
    half = half.fillna(np.inf)  # one replicate has no interval
    return found, found.assign(low=found["difference"] - half, high=found["difference"] + half)


def _verdict(shown: Callable, found: pd.DataFrame, alone: pd.DataFrame) -> tuple[str, pd.Series, pd.Series]:
    """Return the verdict on a statement about all cases, and which are shown to be so and which not, corrected.

    shown: from comparisons to what is true and what is false by their intervals.
    """
    true, false = shown(alone)
    if true.all() or false.all():
        return (HOLDS if true.all() else FAILS), true, false
    true, false = shown(found)
    return (DEPENDS if true.any() and false.any() else UNDECIDED), true, false


def _listed(words: Mapping[str, pd.Series], names: pd.Series) -> str:
    """Return which names each word is true of, and which none."""
    words = {**words, "open": ~pd.concat(list(words.values()), axis=1).any(axis=1)}
    return "; ".join(f"{word}: {', '.join(sorted(names[where]))}" for word, where in words.items() if where.any())


def _judged(verdict: str, row: pd.Series, figure: str, said: str) -> Judgement:
    ends = (HUNDRED * float(row[name]) for name in ("difference", "low", "high"))
    condition = said if verdict in (DEPENDS, UNDECIDED) else ""
    return Judgement(verdict, *ends, POINTS, int(row["n"]), FIGURE.format(figure), condition)


CLAIMS = [
    Claim(
        "without-update",
        THREAD,
        "Without the explicit update, evaluation breaks while training looks fine.",
        "accuracy at the end of a training under statistics never updated, and in training mode over the training's own"
        " last batches, each less that under re-estimated statistics, paired by training; of the base training",
        "Holds if in every training, whatever its batches, depth and scale of images, a loss of more than {broken} is"
        " shown for the first and excluded for the second; fails if the one is excluded, or the other shown, in every"
        " training; depends if both kinds are shown, with intervals corrected for their number; undecided otherwise.",
        without_update,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "never-in-evaluation",
        THREAD,
        "Evaluation must never update the statistics.",
        "accuracy of an evaluation that updates less that of one under fixed statistics, paired by training: answering"
        " in training mode, or by the statistics just updated, and of clean images under what it leaves behind; clean"
        " and shifted images, mixed and sorted, smallest and largest test batches; the worst case",
        "Holds if a loss of more than {harm} is shown in all cases; fails if one is excluded in all; depends if shown"
        " in some and excluded in some, with intervals corrected for their number; undecided otherwise.",
        never_in_evaluation,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "slow-decay-safe",
        THREAD,
        "A decay of {slowest} is safe.",
        "accuracy under the moving average of this decay less that under re-estimated statistics, at every look of the"
        " base training, paired by training; at the last look",
        "Holds if a loss of more than {within} is excluded at every look; fails if one is shown at the last; depends if"
        " one is shown at some look and excluded from some look on; undecided otherwise. A loss is shown by intervals"
        " corrected for the number of looks, and excluded from the last look backwards, as long as it is.",
        slow_decay,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "re-estimating-replaces",
        THREAD,
        "Re-estimating the statistics after the training replaces the moving average.",
        "accuracy at the end under re-estimated statistics less that under moving averages of usual decays, paired by"
        " training: from few and from many images in the base training, from many in those with other batches; the"
        " worst case",
        "Holds if a loss of more than {within} is excluded in all cases; fails if one is shown in all; depends if"
        " excluded in some and shown in some, with intervals corrected for their number; undecided otherwise.",
        re_estimating,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    *GRAPH_CLAIMS,
]


def spoken(config: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and what its config fixes."""
    bounds = {key: f"{value:,}" for key, value in config["judging"].items()}
    return dict(numbers) | bounds | {"slowest": f"{max(config['decays']):g}"}
