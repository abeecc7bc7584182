"""Vargha and Delaney's A12 of two independent arms: estimate, error, intervals, tests, and the runs they need.

A12 = P(a run of the first arm needs more evaluations than one of the second) + P(both need the same) / 2 (Vargha &
Delaney 2000, J. Educ. Behav. Stat. 25:101). ABOVE .5 THE FIRST ARM IS THE SLOWER ONE. A run that does not solve the
task within the budget counts as infinitely slow (`outcomes`): it ties with its like and is slower than every solver.
Where every draw of one arm is tied to a draw of the other (common random numbers) none of this holds.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from hearsay.errors import HearsayError
from hearsay.jit import njit

BOUNDS = (0.47, 0.53)  # within them two arms count as equivalent


class A12(NamedTuple):
    """The estimate of A12; its standard error; the degrees of freedom of its t distribution; runs of the two arms.

    The error is nil where the arms do not overlap at all (estimate 0 or 1) or all runs tie (.5), the degrees then NaN.
    """

    estimate: float
    se: float
    df: float
    n: int
    m: int


def outcomes(evaluations: np.ndarray, solved: np.ndarray) -> np.ndarray:
    """Return what the runs (n,) needed: evaluations, or infinity where the task was not solved."""
    return np.where(solved, evaluations, np.inf)


def _arms(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(x, float), np.asarray(y, float)
    for name, arm in (("first", x), ("second", y)):
        if arm.ndim != 1 or len(arm) < 2 or np.isnan(arm).any():
            raise HearsayError(
                f"A12: the {name} arm is to be a row of at least two outcomes, none NaN; its shape is {arm.shape}"
            )
    return x, y


def a12(x: np.ndarray, y: np.ndarray) -> A12:
    """Estimate A12 of outcomes `x` (n,) and `y` (m,), by ranks.

    A run's placement is the share of the other arm's runs that it is slower than, ties half. The error is the root of
    var(placements of x) / n + var(placements of y) / m (DeLong et al. 1988, Biometrics 44:837), and the degrees of
    freedom are Welch's (Brunner & Munzel 2000, Biometrical J. 42:17).
    """
    x, y = _arms(x, y)
    n, m = len(x), len(y)
    ranks = stats.rankdata(np.concatenate([x, y]))
    placements = (ranks[:n] - stats.rankdata(x)) / m, (ranks[n:] - stats.rankdata(y)) / n
    parts = placements[0].var(ddof=1) / n, placements[1].var(ddof=1) / m
    total = parts[0] + parts[1]
    df = total**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1)) if total > 0 else np.nan
    return A12(float(placements[0].mean()), float(np.sqrt(total)), float(df), n, m)


def different(effect: A12) -> float:
    """Return the two-sided p-value of A12 = .5: Brunner and Munzel's test.

    Without any error (see `A12`): that of a sign test on min(n, m) pairs of runs, each run in one pair, which is valid
    however the runs are distributed.
    """
    if effect.se > 0:
        return float(2 * stats.t.sf(abs(effect.estimate - 0.5) / effect.se, effect.df))
    return 1.0 if effect.estimate == 0.5 else 2 * 0.5 ** min(effect.n, effect.m)


def equivalent(effect: A12, bounds: tuple[float, float] = BOUNDS) -> float:
    """Return the p-value of two one-sided tests: the larger of those of A12 <= bounds[0] and of A12 >= bounds[1].

    It is at most alpha exactly where the interval estimate +- t_{1 - alpha} se, of level 1 - 2 alpha, lies within the
    bounds. Without any error it is 1 for arms that do not overlap; where all runs tie it is (1 - 2 w)^min(n, m), the
    chance that as many pairs tie as long as A12 may be w, the smaller distance of .5 to a bound, away from .5.
    """
    low, high = bounds
    if not low < 0.5 < high:
        raise HearsayError(f"A12: equivalence bounds are to hold .5 between them, got {low} and {high}")
    if effect.se > 0:
        below, above = (effect.estimate - low) / effect.se, (high - effect.estimate) / effect.se
        return float(stats.t.sf(min(below, above), effect.df))
    return 1.0 if effect.estimate != 0.5 else float((1 - 2 * min(0.5 - low, high - 0.5)) ** min(effect.n, effect.m))


def not_slower(effect: A12, bounds: tuple[float, float] = BOUNDS) -> float:
    """Return the p-value of A12 >= bounds[1], one-sided: small where the first arm is shown not to be slower by that.

    Without any error: 1 where the first arm is always slower; where it is never, the chance that min(n, m) pairs all
    say so; where all runs tie, what `equivalent` gives.
    """
    if effect.se > 0:
        return float(stats.t.sf((bounds[1] - effect.estimate) / effect.se, effect.df))
    if effect.estimate == 0.5:
        return equivalent(effect, bounds)
    return 1.0 if effect.estimate > 0.5 else float((1 - bounds[1]) ** min(effect.n, effect.m))


@njit
def _resample(rng, x, y, levels, resamples):
    """Return A12 of so many resamples; x, y: places of the outcomes among the distinct ones in rising order."""
    out = np.empty(resamples)
    n, m = len(x), len(y)
    of_x, of_y = np.zeros(levels, np.int32), np.zeros(levels, np.int32)
    for k in range(resamples):
        for u in rng.random(n):
            of_x[x[int(u * n)]] += 1
        for u in rng.random(m):
            of_y[y[int(u * m)]] += 1
        faster, twice = np.int64(0), np.int64(0)
        for level in range(levels):
            twice += of_x[level] * (2 * faster + of_y[level])
            faster += of_y[level]
            of_x[level] = 0
            of_y[level] = 0
        out[k] = twice / (2 * n * m)
    return out


def bootstrap(x: np.ndarray, y: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return A12 (resamples,) of bootstrap resamples, each arm's runs drawn with replacement."""
    x, y = _arms(x, y)
    if resamples < 1:
        raise HearsayError(f"A12: {resamples} resamples; at least one is needed")
    values, places = np.unique(np.concatenate([x, y]), return_inverse=True)
    places = places.astype(np.int32)
    return _resample(rng, places[: len(x)], places[len(x) :], len(values), resamples)


def interval(
    x: np.ndarray, y: np.ndarray, resamples: int, rng: np.random.Generator, level: float = 0.95
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of A12.

    Without any error (see `A12`) resamples do not vary; then min(n, m) pairs of runs that all turned out alike bound
    the chance of that outcome from below by ((1 - level) / 2)^(1 / min(n, m)) (Clopper & Pearson 1934).
    """
    effect = a12(x, y)
    if effect.se > 0:
        low, high = np.quantile(bootstrap(x, y, resamples, rng), [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)
    least = float(((1 - level) / 2) ** (1 / min(effect.n, effect.m)))
    if effect.estimate == 0.5:
        return least / 2, 1 - least / 2
    return (least, 1.0) if effect.estimate == 1 else (0.0, 1 - least)


def noether(effect: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return the runs that each of two equal arms needs to tell A12 = `effect` from .5, two-sided.

    (z_{1 - alpha / 2} + z_power)^2 / (6 (A12 - .5)^2), Noether (1987, J. Am. Stat. Assoc. 82:645). Ties make it fewer.
    """
    if effect == 0.5:
        raise HearsayError("noether: no number of runs tells A12 = .5 from .5; give another effect")
    z = stats.norm.ppf([1 - alpha / 2, power]).sum()
    return int(np.ceil(z**2 / (6 * (effect - 0.5) ** 2)))


def power_of_equivalence(n: int, m: int, margin: float = 0.03, alpha: float = 0.05) -> float:
    """Return the chance to show A12 within .5 +- margin if it is .5, by two one-sided tests, of n and m runs.

    2 Phi(margin / se - z_{1 - alpha}) - 1, or 0 where that is negative, se = sqrt((n + m + 1) / (12 n m)), that of
    equal arms without ties; ties make it smaller. At 0 so many runs without ties cannot be expected to show it.
    """
    se = np.sqrt((n + m + 1) / (12 * n * m))
    return max(0.0, float(2 * stats.norm.cdf(margin / se - stats.norm.ppf(1 - alpha)) - 1))


def equivalence_size(margin: float = 0.03, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return the runs that each of two equal arms needs for `power_of_equivalence`, less the 1 beside n + m.

    (z_{1 - alpha} + z_{(1 + power) / 2})^2 / (6 margin^2).
    """
    z = stats.norm.ppf([1 - alpha, (1 + power) / 2]).sum()
    return int(np.ceil(z**2 / (6 * margin**2)))
