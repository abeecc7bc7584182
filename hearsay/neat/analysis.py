"""The analysis of the runs: which arms are compared, and in which families, fixed before the runs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hearsay.neat import calibration
from hearsay.neat.arms import (
    ABLATION,
    AGAIN,
    D1,
    D3,
    GRID,
    GROUPS,
    K5,
    K20,
    MAIN,
    NONE,
    POLES,
    UNCROSSED,
    UNSPECIATED,
    XOR,
    A,
    B,
    C,
)
from hearsay.neat.comparison import COMPARISONS, RUNS, compare, correct, uncorrected
from hearsay.tables import Table

# Families of comparisons, each corrected by itself: the primary contrasts; the others that decide a claim; for ever
# against one generation over the grid; and everything that was compared, all of the former included.
PRIMARY, SECONDARY, PLACES, ALL = "primary", "secondary", "grid", "all"
CONTRASTS = ((C, B), (A, B))  # the two primary ones: the first arm against Stanley's
OTHERS = ((D1, B), (D3, B), (NONE, B))
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
    secondary = [uncorrected(main[list(RUNS)], OTHERS, SECONDARY, *rest)]
    secondary += [uncorrected(part[list(RUNS)], pairs, SECONDARY, *rest) for part, pairs in _mediated(runs)]
    places = compare(runs.loc[runs["group"].str.startswith(GRID), list(RUNS)], ((C, B),), PLACES, *rest)
    everything = [uncorrected(part[list(RUNS)], pairs, ALL, *rest) for part, pairs in _pairs(runs)]
    corrected = [correct(pd.concat(parts), judging["alpha"], bounds) for parts in (secondary, everything)]
    return pd.concat([primary, *corrected, places], ignore_index=True).sort_values(list(COMPARISONS.key))


def _mediated(runs: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, Sequence[tuple[str, str]]]]:
    """Yield what decides claims under other settings: crossover or not, and places of nodes without speciation."""
    for task in (XOR, POLES):
        yield _against_main(runs[runs["task"] == task], UNCROSSED, (B,))
    there = runs[(runs["task"] == POLES) & (runs["group"] == UNSPECIATED)]
    yield there, ((D3, B),)


def _pairs(runs: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, Sequence[tuple[str, str]]]]:
    """Yield runs of one task and group, and the pairs to compare in them."""
    for (_, group), part in runs.groupby(["task", "group"], sort=True):
        there = set(part["arm"])
        if group == MAIN:
            yield part, _there(there, [*((arm, B) for arm in (A, K5, K20, C, D1, D3, NONE, AGAIN)), (A, C)])
        elif group == ABLATION:
            yield part, [(arm, "full") for arm in sorted(there - {"full"})]
        elif group.startswith(GRID):
            yield part, [(arm, B) for arm in (A, K5, K20, C)]
        else:
            yield part, _there(there, (*CONTRASTS, *OTHERS))
    for _, part in runs.groupby("task", sort=True):
        for group in GROUPS:
            arms = sorted(part.loc[part["group"] == group, "arm"].unique())
            if group != MAIN and arms:
                yield _against_main(part, group, arms)


def _against_main(runs: pd.DataFrame, group: str, arms: Sequence[str]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the runs of a task under a group's settings and under the main ones, as one group, and the pairs."""
    known = runs[runs["arm"].isin(arms)]
    changed = known[known["group"] == group]
    both = pd.concat([known[known["group"] == MAIN], changed.assign(arm=changed["arm"] + ", " + group)])
    return both.assign(group=f"{group}, {AGAINST_MAIN}"), [(f"{arm}, {group}", arm) for arm in arms]


def _there(arms: set[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if set(pair) <= arms]


def false_positives(runs: pd.DataFrame, config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `FALSE_POSITIVES` of the main arms on the primary tasks, cut into blocks as large as the runs allow."""
    judging, parts = config["judging"], []
    for task in config["primary"]:
        # the control without any alignment has fewer runs, and would make all blocks smaller
        here = runs[(runs["group"] == MAIN) & (runs["task"] == task) & (runs["arm"] != NONE)]
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
