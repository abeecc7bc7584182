"""Whether two samples of random fits come from one distribution: an energy test, and a bound on the shift of the mean.

The energy distance of two samples (Szekely & Rizzo 2004, "Testing for equal distributions in high dimension",
InterStat 5) is zero in the limit only for equal distributions; its permutation test is exact for any sample size.
"Not distinguishable" alone says little, so the mean held-out score must also be shown to shift by less than a bound
(two one-sided t tests, Schuirmann 1987).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist
from statsmodels.stats.multitest import multipletests

from hearsay.errors import HearsayError

BLOCK = 1000  # permutations held in memory together
ENOUGH = 200  # hits after which a block is the last one (Besag & Clifford 1991): the p-value is then no small one
ROUNDING = 1e-9  # share of the largest distance by which two statistics may differ and still count as tied


class Energy(NamedTuple):
    """The energy statistic nm/(n+m) (2 E|X-Y| - E|X-X'| - E|Y-Y'|), in the samples' unit, and its p-value."""

    statistic: float
    p: float


class Shift(NamedTuple):
    """The shift of a mean in standard deviations of the reference, its interval, and the two means."""

    estimate: float
    low: float
    high: float
    mean: float
    reference: float

    def within(self, bound: float) -> bool:
        """Return whether the interval lies inside (-bound, bound)."""
        return bool(-bound < self.low and self.high < bound)


def energy_test(a: np.ndarray, b: np.ndarray, permutations: int, rng: np.random.Generator) -> Energy:
    """Test whether samples `a` (n, d) and `b` (m, d) have one distribution; p = (1 + hits) / (1 + permutations made).

    At most `permutations` are made, fewer where ENOUGH hits are met before. Raises HearsayError where a sample has
    fewer than two rows, the rows' lengths differ or a value is not finite.
    """
    a, b = (np.asarray(sample, float).reshape(len(sample), -1) for sample in (a, b))
    n, m = len(a), len(b)
    if min(n, m) < 2 or a.shape[1] != b.shape[1]:
        raise HearsayError(f"energy test: samples of shape {a.shape} and {b.shape}; two rows of one length are needed")
    both = np.concatenate([a, b])
    if not np.isfinite(both).all():
        raise HearsayError("energy test: the samples hold values that are not finite; drop those fits and count them")
    # differences of coordinates shared by all rows are exact, so equal rows are at distance zero
    distances = cdist(both, both)
    first = np.zeros((1, n + m))
    first[0, :n] = 1.0
    observed = _statistics(distances, first, n, m)[0]
    tie = ROUNDING * distances.max()
    hits = made = 0
    while made < permutations and hits < ENOUGH:
        members = np.repeat(first, min(BLOCK, permutations - made), axis=0)
        hits += int((_statistics(distances, rng.permuted(members, axis=1), n, m) >= observed - tie).sum())
        made += len(members)
    return Energy(float(observed), (1 + hits) / (1 + made))


def _statistics(distances: np.ndarray, members: np.ndarray, n: int, m: int) -> np.ndarray:
    """Return the energy statistic of each row of `members` (P, n + m), which is 1 where a row is in sample one."""
    to_first = members @ distances
    within_first = np.einsum("ij,ij->i", to_first, members)
    across = to_first.sum(axis=1) - within_first
    within_second = distances.sum() - within_first - 2 * across
    return n * m / (n + m) * (2 * across / (n * m) - within_first / n**2 - within_second / m**2)


def holm(p: Sequence[float]) -> np.ndarray:
    """Return Holm's adjusted p-values; those that are not a number (no test) stay so and are not counted."""
    p = np.asarray(p, float)
    adjusted, tested = np.full(len(p), np.nan), np.isfinite(p)
    if tested.any():
        adjusted[tested] = multipletests(p[tested], method="holm")[1]
    return adjusted


def shift(scores: np.ndarray, reference: np.ndarray, alpha: float) -> Shift:
    """Return the shift of the mean of `scores` (m,) from that of `reference` (n,), with its 1 - 2 alpha interval.

    The interval (Welch) lies within a bound exactly when both one-sided t tests of size `alpha` reject. The unit is
    the reference's standard deviation, taken as known: where that is zero, equal means shift by 0, others by infinity.
    """
    scores, reference = np.asarray(scores, float), np.asarray(reference, float)
    spread, means = reference.std(ddof=1), (float(scores.mean()), float(reference.mean()))
    # a constant sample's standard deviation is rounding, not spread
    scale = np.abs(np.concatenate([scores, reference])).max()
    flat = [sample.std(ddof=1) <= 1e-12 * scale for sample in (scores, reference)]
    difference = means[0] - means[1]
    if flat[1]:
        unit = 0.0 if abs(difference) <= 1e-12 * scale else float(np.copysign(np.inf, difference))
        # the reference never varies and the scores do: by how many of its deviations they shift is not defined
        return Shift(unit, unit if flat[0] else -np.inf, unit if flat[0] else np.inf, *means)
    variances = np.array([scores.var(ddof=1) / len(scores), reference.var(ddof=1) / len(reference)])
    degrees = variances.sum() ** 2 / (variances**2 / (len(scores) - 1, len(reference) - 1)).sum()
    half = stats.t.ppf(1 - alpha, degrees) * np.sqrt(variances.sum())
    return Shift(*(float(value / spread) for value in (difference, difference - half, difference + half)), *means)
