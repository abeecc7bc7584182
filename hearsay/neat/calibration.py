"""A/A calibration: how often the tests tell runs of one arm from runs of the same arm."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat.comparison import arms, pair
from hearsay.neat.survival import checked
from hearsay.progress import progress
from hearsay.tables import Table

TESTS = {
    "A12": "p of A12 = .5 (Brunner and Munzel)",
    "A12 interval": "the bootstrap interval of A12 leaves .5 out",
    "log-rank": "log-rank p",
    "restricted mean": "p of no difference of the restricted means (Welch)",
    "success": "p of equal success (Fisher's exact test, which rejects less often than alpha)",
    "time test": "log-rank, or restricted mean where hazards are not proportional",
    "proportional hazards": "p of a constant hazard ratio; counts only pairs that determine one",
}

FALSE_POSITIVES = Table(
    "neat/false-positives",
    "How often tests tell an arm from itself",
    key=("task", "group", "arm", "size", "test"),
    columns={
        "task": "the task",
        "group": "the setting of moderators and mediators",
        "arm": "the arm, the same on both sides",
        "size": "runs on either side",
        "test": "; ".join(f"{test}: {meaning}" for test, meaning in TESTS.items()),
        "alpha": "nominal level",
        "pairs": "pairs of disjoint blocks of runs, no run in two of them",
        "rejected": "pairs told apart",
        "share": "their share",
        "low": "its 95 % interval (Clopper and Pearson)",
        "high": "upper end",
        "p": "two-sided binomial p of a share equal to alpha",
    },
    text=("task", "group", "arm", "test"),
)


def false_positives(
    runs: pd.DataFrame, size: int, pairs: int, alpha: float, seed: int, resamples: int = 2000
) -> pd.DataFrame:
    """Return `FALSE_POSITIVES` of every arm in `runs` (columns of `comparison.RUNS`).

    An arm's runs are shuffled and cut into 2 x `pairs` blocks of `size`; each two blocks are compared by every one of
    `TESTS` at level `alpha`. As no run stands in two blocks, the pairs are independent and the interval of the share
    is exact.

    Raises
    ------
    HearsayError
        An arm has fewer than 2 * size * pairs runs, or runs are not as `comparison.arms` expects.

    """
    rows = []
    for where, group in arms(runs).items():
        for name, arm in group.items():
            text = f"{', '.join(where)}, arm {name}"
            if size < 2 or pairs < 1 or len(arm) < 2 * size * pairs:
                raise HearsayError(
                    f"false positives: {text} has {len(arm)} runs; {pairs} pairs of blocks of {size} need "
                    f"{2 * size * pairs}, at least one pair of blocks of at least 2; take fewer or smaller blocks"
                )
            evaluations, solved = checked(arm["evaluations"], arm["solved"], arm["budget"].iloc[0], text)
            rng = seeds.generator(seed, "neat", "\0".join(["false positives", *where, name]), 0)
            blocks = rng.permutation(len(arm))[: 2 * size * pairs].reshape(pairs, 2, size)
            told = pd.DataFrame(
                [
                    _told(*((evaluations[side], solved[side]) for side in block), alpha, resamples, rng)
                    for block in progress(blocks, f"A/A, {text}")
                ]
            )
            rows += [(*where, name, size, test, alpha, *_share(told[test].dropna(), alpha)) for test in TESTS]
    return pd.DataFrame(rows, columns=list(FALSE_POSITIVES.columns)).sort_values(
        list(FALSE_POSITIVES.key), ignore_index=True
    )


def _told(
    first: tuple[np.ndarray, np.ndarray],
    second: tuple[np.ndarray, np.ndarray],
    alpha: float,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return for each of `TESTS` whether it tells the two arms apart, 1 or 0; NaN where it cannot be made."""
    found = pair(first, second, resamples, rng, alpha, level=1 - alpha)
    names = {"A12": "a12_p", "log-rank": "logrank_p", "restricted mean": "restricted_mean_p", "success": "success_p"}
    told = {test: float(found[p] <= alpha) for test, p in names.items()}
    told["A12 interval"] = float(not found["a12_low"] <= 0.5 <= found["a12_high"])
    told["time test"] = told[found["time_test"]]
    constant = found["proportional_p"]
    told["proportional hazards"] = np.nan if np.isnan(constant) else float(constant <= alpha)
    return told


def _share(told: pd.Series, alpha: float) -> tuple:
    """Return pairs, how many were told apart, their share, its interval and the p-value of a share of alpha."""
    if not len(told):
        return 0, 0, np.nan, 0.0, 1.0, 1.0
    test = binomtest(int(told.sum()), len(told), alpha)
    ends = test.proportion_ci(0.95, "exact")
    return len(told), int(told.sum()), float(told.mean()), float(ends.low), float(ends.high), float(test.pvalue)
