"""Arms of the experiment compared: every pair by every test, corrected for the number of pairs, with a verdict.

The endpoint is the number of evaluations to solution, censored at one budget. Its effect is A12 and A12 alone decides;
log-rank, restricted mean and success are reported beside it, never chosen for what they say.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat import survival
from hearsay.neat.a12 import BOUNDS, a12, different, equivalent, interval, not_slower, outcomes, power_of_equivalence
from hearsay.progress import log
from hearsay.tables import Table

RUNS = ("task", "group", "arm", "replicate", "evaluations", "solved", "budget")  # what a frame of runs is to hold
TESTS = ("a12", "logrank", "restricted_mean", "success")  # the tests for a difference; columns NAME_p
VERDICTS = ("different", "equivalent", "different within the bounds", "undecided")

_WHERE = {"task": "the task", "group": "the setting of moderators and mediators under which all arms ran"}
_ARMS = {"arm": "the first arm", "other": "the second arm"}

SUMMARY = Table(
    "neat/summary",
    "What every arm needs",
    key=("task", "group", "arm"),
    columns={
        **_WHERE,
        "arm": "the arm",
        "budget": "evaluations after which a run stops unsolved",
        "n": "runs",
        "solved": "runs that solved the task",
        "success": "their share",
        "success_low": "Wilson's interval of it",
        "success_high": "upper end",
        "median": "evaluations to solution, Kaplan and Meier's median; empty where fewer than half the runs solve it",
        "median_low": "exact interval of it (order statistics); an empty end lies beyond the budget, or runs are few",
        "median_high": "upper end",
        "restricted_mean": "mean evaluations up to the budget: area under the Kaplan-Meier curve",
        "restricted_mean_se": "its standard error, evaluations",
        "restricted_mean_low": "its t interval",
        "restricted_mean_high": "upper end",
        "mean_solved": "mean evaluations of the runs that solved the task, as published results have it",
        "mean_solved_low": "its t interval",
        "mean_solved_high": "upper end",
        "sd_solved": "standard deviation of evaluations among them",
        "worst_solved": "most evaluations among them",
    },
    text=("task", "group", "arm"),
)

COMPARISONS = Table(
    "neat/comparisons",
    "Every pair of arms by every test",
    key=("task", "group", "family", "arm", "other"),
    columns={
        **_WHERE,
        "family": "the comparisons corrected together",
        **_ARMS,
        "n_arm": "runs of the first arm",
        "n_other": "runs of the second arm",
        "coincide": "replicate numbers that both arms solved with the same evaluations; all of them: one and the same "
        "arm, or seeds shared",
        "a12": "P(the first arm needs more evaluations) + P(as many) / 2: above .5 it is slower; runs not solved tie",
        "a12_se": "its standard error, from placements",
        "a12_low": "its percentile bootstrap interval, of nominal level, not corrected",
        "a12_high": "upper end",
        "a12_p": "p of A12 = .5, two-sided (Brunner and Munzel)",
        "a12_p_holm": "corrected over the family's pairs (Holm)",
        "a12_p_holm_all": "corrected over the family's pairs and all four tests for a difference",
        "equivalence_p": "p of A12 outside the bounds: the larger of two one-sided tests",
        "equivalence_p_holm": "corrected over the family's pairs",
        "equivalence_power": "chance, before any run, that so many runs show equivalence if A12 = .5, at the level "
        "that the family leaves the least p; 0: too few runs, estimation only",
        "not_slower_p": "p of A12 at or above the upper bound, one-sided: small where the first arm is shown no slower",
        "not_slower_p_holm": "corrected over the family's pairs",
        "verdict": "different, equivalent, different within the bounds, or undecided; see `verdict`",
        "logrank_chi2": "log-rank statistic, one degree of freedom",
        "logrank_p": "p of equal hazards",
        "logrank_p_holm": "corrected over the family's pairs",
        "logrank_p_holm_all": "corrected over pairs and tests",
        "hazard_ratio": "Cox's; above 1 the first arm solves faster; empty where the runs do not determine it",
        "hazard_ratio_low": "its interval",
        "hazard_ratio_high": "upper end",
        "hazard_ratio_early": "the same over the earlier half of all solutions",
        "hazard_ratio_late": "over the later half; the hazards cross where the two lie on both sides of 1",
        "proportional_p": "p of a constant hazard ratio (score test of Grambsch and Therneau), not corrected",
        "time_test": "which of the two tells more about time: log-rank, or restricted mean where hazards are not "
        "proportional (proportional_p at most alpha, or not determined)",
        "restricted_mean_difference": "restricted mean of the first arm less the second's, evaluations",
        "restricted_mean_difference_low": "its interval (Welch), evaluations",
        "restricted_mean_difference_high": "upper end",
        "restricted_mean_p": "p of no difference (Welch)",
        "restricted_mean_p_holm": "corrected over the family's pairs",
        "restricted_mean_p_holm_all": "corrected over pairs and tests",
        "success_difference": "share of solved runs of the first arm less the second's",
        "success_difference_low": "its interval (Newcombe)",
        "success_difference_high": "upper end",
        "success_p": "p of no difference (Fisher's exact test)",
        "success_p_holm": "corrected over the family's pairs",
        "success_p_holm_all": "corrected over pairs and tests",
    },
    text=("task", "group", "family", "arm", "other", "verdict", "time_test"),
)


def verdict(different_p: float, equivalent_p: float, alpha: float = 0.05) -> str:
    """Return what a comparison says of A12, by a rule fixed before any run.

    - the arms are DIFFERENT where the p-value of A12 = .5 (Brunner and Munzel, two-sided), corrected by Holm over the
      pairs of the family, is at most alpha;
    - they are EQUIVALENT where the p-value of the two one-sided tests against the bounds, corrected by Holm over the
      pairs of the family, is at most alpha: the interval of A12 of level 1 - 2 alpha', alpha' what Holm leaves the
      pair (90 % for alpha = .05 and a single pair), lies within the bounds;
    - where both hold they are DIFFERENT WITHIN THE BOUNDS: a difference is shown, and that it is negligible;
    - where neither holds the pair is UNDECIDED.

    So with at least 1 - alpha no pair of the family is wrongly called different, nor, with the same, equivalent.
    """
    if different_p <= alpha:
        return VERDICTS[2] if equivalent_p <= alpha else VERDICTS[0]
    return VERDICTS[1] if equivalent_p <= alpha else VERDICTS[3]


def correct(comparisons: pd.DataFrame, alpha: float = 0.05, bounds: tuple[float, float] = BOUNDS) -> pd.DataFrame:
    """Return `COMPARISONS` with corrected p-values, power and verdict by the families that the rows name.

    Parts of a family that were made apart are put together and corrected again: what was there is replaced. Each test
    is corrected over the family's pairs (_holm), and over pairs and the four `TESTS` at once (_holm_all) for whom the
    choice of test is no choice made before. The check of proportional hazards is no finding and enters neither.
    """
    from statsmodels.stats.multitest import multipletests

    parts = []
    for _, part in comparisons.groupby("family", sort=True):
        part = part.copy()
        ps = part[[f"{test}_p" for test in TESTS]].to_numpy()
        if not ((ps >= 0) & (ps <= 1)).all():
            raise HearsayError(f"comparisons: family {part['family'].iloc[0]} has a p-value outside [0, 1]")
        pooled = multipletests(ps.ravel(), method="holm")[1].reshape(ps.shape)
        for k, test in enumerate(TESTS):
            part[f"{test}_p_holm"] = multipletests(ps[:, k], method="holm")[1]
            part[f"{test}_p_holm_all"] = pooled[:, k]
        part["equivalence_p_holm"] = multipletests(part["equivalence_p"], method="holm")[1]
        part["not_slower_p_holm"] = multipletests(part["not_slower_p"], method="holm")[1]
        margin = min(0.5 - bounds[0], bounds[1] - 0.5)
        part["equivalence_power"] = [
            power_of_equivalence(n, m, margin, alpha / len(part))
            for n, m in zip(part["n_arm"], part["n_other"], strict=True)
        ]
        part["verdict"] = [
            verdict(*ps, alpha) for ps in zip(part["a12_p_holm"], part["equivalence_p_holm"], strict=True)
        ]
        parts.append(part)
    whole = pd.concat(parts)[list(COMPARISONS.columns)].sort_values(list(COMPARISONS.key), ignore_index=True)
    COMPARISONS.check(whole)
    return whole


def arms(runs: pd.DataFrame) -> dict[tuple[str, str], dict[str, pd.DataFrame]]:
    """Return the runs by (task, group) and arm, sorted by replicate.

    Raises HearsayError where a column of `RUNS` is missing, a replicate stands twice, or a (task, group) has more than
    one budget.
    """
    missing = [column for column in RUNS if column not in runs]
    if missing or not len(runs):
        raise HearsayError(f"runs: expected rows with the columns {', '.join(RUNS)}; missing: {missing or 'the rows'}")
    twice = runs.duplicated(list(RUNS[:4]))
    if twice.any():
        raise HearsayError(f"runs: {runs.loc[twice, list(RUNS[:4])].iloc[0].to_dict()} stands in more than one row")
    found = {}
    for where, part in runs.groupby(["task", "group"], sort=True):
        if part["budget"].nunique(dropna=False) != 1:
            budgets = sorted(part["budget"].unique())
            raise HearsayError(f"runs: {where} has budgets {budgets}; arms compare at one budget only: cut them to it")
        found[where] = {arm: rows.sort_values("replicate") for arm, rows in part.groupby("arm", sort=True)}
    return found


def summarise(runs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Return `SUMMARY` of the runs."""
    rows = []
    for where, group in arms(runs).items():
        for name, arm in group.items():
            budget = arm["budget"].iloc[0]
            rows.append((*where, name, budget, *survival.summary(*_checked(arm, where, name), budget, level).values()))
    return pd.DataFrame(rows, columns=list(SUMMARY.columns))


def compare(
    runs: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    family: str,
    resamples: int,
    seed: int,
    alpha: float = 0.05,
    bounds: tuple[float, float] = BOUNDS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare pairs of arms within each task and group, corrected over all of them; return `COMPARISONS`.

    The arguments are those of `uncorrected`, and the level of the verdict.
    """
    return correct(uncorrected(runs, pairs, family, resamples, seed, alpha, bounds, level), alpha, bounds)


def uncorrected(
    runs: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    family: str,
    resamples: int,
    seed: int,
    alpha: float = 0.05,
    bounds: tuple[float, float] = BOUNDS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare pairs of arms within each task and group; return what `correct` turns into `COMPARISONS`.

    Parameters
    ----------
    runs
        One row a run, with the columns `RUNS`. Arms are independent samples: their seeds differ.
    pairs
        (arm, other), each in every task and group of `runs`.
    family
        The name of these comparisons together; for parts of one family, concatenate and `correct`.
    resamples
        Of the bootstrap of A12.
    seed
        Root seed; the resamples of a comparison depend on it, the task, the group and the two arms.
    alpha, bounds
        Level and equivalence bounds of the verdict; see `verdict`.
    level
        Of the intervals, which are not corrected.

    Raises
    ------
    HearsayError
        No pair, a pair twice or of an arm with itself, an arm that a group lacks, or runs that are not as they should.

    """
    if not len(pairs) or len({frozenset(pair) for pair in pairs}) < len(pairs) or any(a == b for a, b in pairs):
        raise HearsayError(f"compare {family}: expected pairs of two different arms, each pair once, got {pairs}")
    rows = []
    for where, group in arms(runs).items():
        for arm, other in pairs:
            for name in (arm, other):
                if name not in group:
                    raise HearsayError(f"compare {family}: {where} has no arm {name!r}; it has {', '.join(group)}")
            rng = seeds.generator(seed, "neat", "\0".join(["bootstrap", *where, arm, other]), 0)
            first, second = _checked(group[arm], where, arm), _checked(group[other], where, other)
            same = group[arm].merge(group[other], on=["replicate", "evaluations", "solved"])
            rows.append(
                {"task": where[0], "group": where[1], "family": family, "arm": arm, "other": other}
                | {"n_arm": len(group[arm]), "n_other": len(group[other]), "coincide": int(same["solved"].sum())}
                | pair(first, second, resamples, rng, alpha, bounds, level)
            )
    log.info("%s: %d comparisons", family, len(rows))
    return pd.DataFrame(rows)


def pair(
    first: tuple[np.ndarray, np.ndarray],
    second: tuple[np.ndarray, np.ndarray],
    resamples: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
    bounds: tuple[float, float] = BOUNDS,
    level: float = 0.95,
) -> dict[str, float | str]:
    """Return what `COMPARISONS` says of two arms before correction; an arm is evaluations (n,) and solved (n,)."""
    x, y = outcomes(*first), outcomes(*second)
    effect = a12(x, y)
    low, high = interval(x, y, resamples, rng, level)
    time = survival.hazards(*first, *second, level)
    solved = first[1].any() or second[1].any()
    return {
        "a12": effect.estimate,
        "a12_se": effect.se,
        "a12_low": low,
        "a12_high": high,
        "a12_p": different(effect),
        # where neither arm solves the task the runs say nothing about which is slower
        "equivalence_p": equivalent(effect, bounds) if solved else 1.0,
        "not_slower_p": not_slower(effect, bounds) if solved else 1.0,
        **survival.log_rank(*first, *second),
        **time,
        "time_test": "log-rank" if time["proportional_p"] > alpha else "restricted mean",
        **survival.restricted_mean(first[0], second[0], level),
        **survival.success(first[1], second[1], level),
    }


def _checked(arm: pd.DataFrame, where: tuple[str, str], name: str) -> tuple[np.ndarray, np.ndarray]:
    text = f"{', '.join(where)}, arm {name}"
    return survival.checked(arm["evaluations"], arm["solved"], arm["budget"].iloc[0], text)
