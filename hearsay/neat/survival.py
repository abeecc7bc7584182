"""Evaluations to solution as survival times: what one arm needs, and tests between two independent arms.

All runs of a task stop at one budget, so no run is censored earlier. Then Kaplan and Meier's estimate is the share of
runs not yet solved, and its area up to the budget, the restricted mean, is the mean of min(evaluations, budget): a
plain mean with a plain standard error, for which Welch's test holds. The tests hold both against the general formulas.
"""

import warnings

import numpy as np
from scipy import stats

from hearsay.errors import HearsayError


def checked(evaluations: np.ndarray, solved: np.ndarray, budget: float, where: str = "runs") -> tuple:
    """Return evaluations (n,) as float and solved (n,) as bool.

    Raises HearsayError unless there are two runs or more, each with 0 < evaluations <= budget, those not solved with
    the whole budget.
    """
    evaluations, solved = np.asarray(evaluations, float), np.asarray(solved)
    if evaluations.ndim != 1 or solved.shape != evaluations.shape or len(solved) < 2:
        raise HearsayError(
            f"{where}: evaluations and solved are to be two rows of one length, at least 2; their shapes are "
            f"{evaluations.shape} and {solved.shape}"
        )
    if not np.isin(solved, (0, 1)).all():
        raise HearsayError(f"{where}: solved is to be true or false, got {solved[~np.isin(solved, (0, 1))][0]}")
    solved = solved.astype(bool)
    wrong = ~((evaluations > 0) & (evaluations <= budget)) | (~solved & (evaluations != budget))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise HearsayError(
            f"{where}: run {i}, {'solved' if solved[i] else 'not solved'}, has {evaluations[i]:g} evaluations; "
            f"expected {'at most the' if solved[i] else 'the whole'} budget, {budget:g}; censor all runs at one budget"
        )
    return evaluations, solved


def _mean(values: np.ndarray, level: float) -> tuple[float, float, float]:
    """Return the standard error of a mean and its t interval; NaN for fewer than two values."""
    if len(values) < 2:
        return np.nan, np.nan, np.nan
    se = values.std(ddof=1) / np.sqrt(len(values))
    half = stats.t.ppf((1 + level) / 2, len(values) - 1) * se
    return float(se), float(values.mean() - half), float(values.mean() + half)


def _median(evaluations: np.ndarray, solved: np.ndarray, level: float) -> tuple[float, float, float]:
    needed = np.sort(np.where(solved, evaluations, np.inf))
    ends = stats.quantile_test(needed, p=0.5).confidence_interval(level)
    found = np.array([needed[(len(needed) - 1) // 2], ends.low, ends.high])
    return tuple(float(value) for value in np.where(np.isinf(found), np.nan, found))


def summary(evaluations: np.ndarray, solved: np.ndarray, budget: float, level: float = 0.95) -> dict[str, float]:
    """Sum up the runs of one arm: evaluations (n,), the budget where not solved; solved (n,).

    Returns
    -------
    dict
        n, solved (runs); success, the share, with Wilson's interval (success_low, success_high); median, Kaplan and
        Meier's, the least number of evaluations by which at least half the runs have solved the task, with the exact
        interval of order statistics, each NaN where the budget ends before it is reached, the ends also where runs are
        too few to bound it, fewer than 6 at level .95; restricted_mean up to the budget, with restricted_mean_se and a
        t interval; of the solved runs alone, as published results have it, mean_solved with a t interval, sd_solved and
        worst_solved, NaN where too few are.

    """
    from statsmodels.stats.proportion import proportion_confint

    evaluations, solved = checked(evaluations, solved, budget)
    n, k = len(solved), int(solved.sum())
    success = proportion_confint(k, n, 1 - level, "wilson")
    median = _median(evaluations, solved, level)
    restricted, among = _mean(evaluations, level), _mean(evaluations[solved], level)
    return {
        "n": n,
        "solved": k,
        "success": k / n,
        "success_low": float(success[0]),
        "success_high": float(success[1]),
        "median": median[0],
        "median_low": median[1],
        "median_high": median[2],
        "restricted_mean": float(evaluations.mean()),
        "restricted_mean_se": restricted[0],
        "restricted_mean_low": restricted[1],
        "restricted_mean_high": restricted[2],
        "mean_solved": float(evaluations[solved].mean()) if k else np.nan,
        "mean_solved_low": among[1],
        "mean_solved_high": among[2],
        "sd_solved": float(evaluations[solved].std(ddof=1)) if k > 1 else np.nan,
        "worst_solved": float(evaluations[solved].max()) if k else np.nan,
    }


def log_rank(x: np.ndarray, x_solved: np.ndarray, y: np.ndarray, y_solved: np.ndarray) -> dict[str, float]:
    """Return logrank_chi2, one degree of freedom, and logrank_p of two arms; 0 and 1 where no run solved the task."""
    from lifelines.statistics import logrank_test

    if not (x_solved.any() or y_solved.any()):
        return {"logrank_chi2": 0.0, "logrank_p": 1.0}
    test = logrank_test(x, y, x_solved, y_solved)
    return {"logrank_chi2": float(test.test_statistic), "logrank_p": float(test.p_value)}


def restricted_mean(x: np.ndarray, y: np.ndarray, level: float = 0.95) -> dict[str, float]:
    """Return the first arm's restricted mean less the second's, evaluations, with Welch's interval and p-value.

    The evaluations of both arms are censored at one budget. p is 1 where they are all the same number.
    """
    difference = float(np.mean(x) - np.mean(y))
    if np.ptp(x) == 0 and np.ptp(y) == 0:  # no error to be had: Welch's statistic is 0 / 0 or infinite
        low, high, p = difference, difference, float(difference == 0)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # one arm is all the same number: its variance is nil
            test = stats.ttest_ind(x, y, equal_var=False)
        (low, high), p = test.confidence_interval(level), test.pvalue
    return {
        "restricted_mean_difference": difference,
        "restricted_mean_difference_low": float(low),
        "restricted_mean_difference_high": float(high),
        "restricted_mean_p": float(p),
    }


def success(x_solved: np.ndarray, y_solved: np.ndarray, level: float = 0.95) -> dict[str, float]:
    """Return the difference of the success shares, first less second, Newcombe's interval, and Fisher's exact p."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    a, n, b, m = int(x_solved.sum()), len(x_solved), int(y_solved.sum()), len(y_solved)
    low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=1 - level)
    return {
        "success_difference": a / n - b / m,
        "success_difference_low": float(low),
        "success_difference_high": float(high),
        "success_p": float(stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue),
    }


def _cox(of_x: np.ndarray, at_risk: tuple[np.ndarray, np.ndarray]) -> tuple[float, np.ndarray]:
    """Return the log hazard ratio and each solution's chance, under it, to be one of the first arm.

    One entry a solution: of_x, the share of the first arm in those at its time; at_risk, runs of either arm. NaN where
    the likelihood has no maximum.
    """
    x, y = at_risk
    beta = 0.0
    for _ in range(50):
        chance = np.exp(beta) * x / (np.exp(beta) * x + y)
        information = np.sum(chance * (1 - chance))
        if not information > 1e-9 or abs(beta) > 30:
            break
        step = np.sum(of_x - chance) / information
        if abs(step) < 1e-10:
            return beta, chance
        beta += np.clip(step, -2, 2)
    return np.nan, np.full(len(of_x), np.nan)


def hazards(
    x: np.ndarray, x_solved: np.ndarray, y: np.ndarray, y_solved: np.ndarray, level: float = 0.95
) -> dict[str, float]:
    """Return the hazard ratio of two arms, and whether it is constant.

    The ratio is Cox's with Efron's ties, ABOVE 1 THE FIRST ARM SOLVES FASTER. It is constant under proportional
    hazards: proportional_p is that of the score test for a ratio that changes with the share of runs solved so far
    (Grambsch & Therneau 1994, Biometrika 81:515, without their averaging of the variance). The ratios of the earlier
    and the later half of all solutions tell how it changes; the hazards cross where these lie on both sides of 1.

    Returns
    -------
    dict
        hazard_ratio, hazard_ratio_low, hazard_ratio_high, hazard_ratio_early, hazard_ratio_late, proportional_p; NaN
        where the runs do not determine them: one arm solves nothing, or all its solutions precede the other's.

    """
    times, place = np.unique(np.concatenate([x[x_solved], y[y_solved]]), return_inverse=True)
    k = int(x_solved.sum())
    deaths = np.bincount(place[:k], minlength=len(times)), np.bincount(place[k:], minlength=len(times))
    both = deaths[0] + deaths[1]
    first = np.cumsum(both) - both
    # one entry a solution; Efron: of d at one time, the j-th finds j / d of all d gone from those at risk
    of_x = np.repeat(deaths[0] / np.maximum(both, 1), both)
    gone = (np.arange(len(of_x)) - np.repeat(first, both)) / np.repeat(both, both)
    risk = tuple(
        np.repeat(len(arm) - np.searchsorted(np.sort(arm), times), both) - gone * np.repeat(d, both)
        for arm, d in ((x, deaths[0]), (y, deaths[1]))
    )
    beta, chance = _cox(of_x, risk)
    half = np.repeat(first, both) < len(of_x) / 2
    early, late = (_cox(of_x[part], tuple(r[part] for r in risk))[0] for part in (half, ~half))
    variance = chance * (1 - chance)
    ends = stats.norm.ppf((1 + level) / 2) / np.sqrt(variance.sum()) if len(of_x) else np.nan
    time = np.repeat(first, both).astype(float)
    time -= np.sum(variance * time) / variance.sum() if len(of_x) else np.nan
    spread = np.sum(variance * time**2)
    statistic = np.sum(time * (of_x - chance)) ** 2 / spread if spread > 0 else np.nan
    return {
        "hazard_ratio": float(np.exp(beta)),
        "hazard_ratio_low": float(np.exp(beta - ends)),
        "hazard_ratio_high": float(np.exp(beta + ends)),
        "hazard_ratio_early": float(np.exp(early)),
        "hazard_ratio_late": float(np.exp(late)),
        "proportional_p": float(stats.chi2.sf(statistic, 1)),
    }
