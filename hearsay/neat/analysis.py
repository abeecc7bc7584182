"""The analysis of the runs: which arms are compared, and in which families, fixed before the runs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hearsay.neat import calibration
from hearsay.neat.arms import ABLATION, AGAIN, D1, D3, GRID, GROUPS, K5, K20, MAIN, A, B, C
from hearsay.neat.comparison import RUNS, compare, correct, uncorrected
from hearsay.tables import Table

PRIMARY, ALL = "primary", "all"
CONTRASTS = ((C, B), (A, B))  # the two primary ones: the first arm against Stanley's
AGAINST_MAIN = "against main"
POINTS = 60  # of a survival curve

SURVIVAL = Table(
    "neat/survival",
    "Runs that have not solved the task yet",
    key=("task", "group", "arm", "evaluations"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme",
        "arm": "the identity scheme",
        "evaluations": "evaluations spent",
        "unsolved": "share of the runs that have not solved the task: Kaplan and Meier's estimate, as no run is "
        "censored before the budget",
        "low": "Wilson's interval of it",
        "high": "",
        "n": "runs",
    },
    text=("task", "group", "arm"),
)


def comparisons(runs: pd.DataFrame, config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `COMPARISONS` of all pairs that are looked at, in one family, and of the primary ones in their own.

    runs: `RUNS`; config: the study's section; seed: the root seed of the bootstrap.
    """
    judging = config["judging"]
    bounds = (0.5 - judging["margin"], 0.5 + judging["margin"])
    rest = (judging["resamples"], seed, judging["alpha"], bounds)
    main = runs[(runs["group"] == MAIN) & runs["task"].isin(config["primary"])]
    primary = compare(main[list(RUNS)], CONTRASTS, PRIMARY, *rest)
    everything = [uncorrected(part[list(RUNS)], pairs, ALL, *rest) for part, pairs in _pairs(runs)]
    return pd.concat([primary, correct(pd.concat(everything), judging["alpha"], bounds)], ignore_index=True)


def _pairs(runs: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, Sequence[tuple[str, str]]]]:
    """Yield runs of one task and group, and the pairs to compare in them."""
    for (_, group), part in runs.groupby(["task", "group"], sort=True):
        there = set(part["arm"])
        if group == MAIN:
            yield part, _there(there, [*((arm, B) for arm in (A, K5, K20, C, D1, D3, AGAIN)), (A, C)])
        elif group == ABLATION:
            yield part, [(arm, "full") for arm in sorted(there - {"full"})]
        elif group.startswith(GRID):
            yield part, [(arm, B) for arm in (A, K5, K20, C)]
        else:
            yield part, _there(there, CONTRASTS)
    for task, part in runs.groupby("task", sort=True):
        for group in GROUPS:
            changed = part[part["group"] == group]
            if group == MAIN or not len(changed):
                continue
            main = part[(part["group"] == MAIN) & part["arm"].isin(changed["arm"].unique())]
            both = pd.concat([main, changed.assign(arm=changed["arm"] + ", " + group)])
            pairs = [(f"{arm}, {group}", arm) for arm in sorted(changed["arm"].unique())]
            yield both.assign(group=f"{group}, {AGAINST_MAIN}", task=task), pairs


def _there(arms: set[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if set(pair) <= arms]


def false_positives(runs: pd.DataFrame, config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `FALSE_POSITIVES` of the main arms on the primary tasks, cut into blocks as large as the runs allow."""
    judging, parts = config["judging"], []
    for task in config["primary"]:
        here = runs[(runs["group"] == MAIN) & (runs["task"] == task)]
        size = int(here["arm"].value_counts().min()) // (2 * judging["blocks"])
        rest = (judging["blocks"], judging["alpha"], seed, judging["resamples"])
        parts.append(calibration.false_positives(here[list(RUNS)], size, *rest))
    return pd.concat(parts, ignore_index=True)


def survival(runs: pd.DataFrame) -> pd.DataFrame:
    """Return `SURVIVAL` of the main arms, at points that are even on a logarithmic scale."""
    from statsmodels.stats.proportion import proportion_confint

    rows = []
    for (task, group, arm), part in runs[runs["group"] == MAIN].groupby(["task", "group", "arm"], sort=True):
        needed = np.where(part["solved"], part["evaluations"], np.inf)
        budget = part["budget"].iloc[0]
        for point in np.unique(np.geomspace(budget / 200, budget, POINTS).astype(int)):
            left = int((needed > point).sum())
            low, high = proportion_confint(left, len(needed), method="wilson")
            rows.append((task, group, arm, point, left / len(needed), low, high, len(needed)))
    return pd.DataFrame(rows, columns=list(SURVIVAL.columns))
