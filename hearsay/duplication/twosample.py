"""Whether two samples of random fits come from one distribution: an energy test, and a bound on the shift of the mean.

The energy distance of two samples (Szekely & Rizzo 2004, "Testing for equal distributions in high dimension",
InterStat 5) is zero in the limit only for equal distributions; its permutation test is exact for any sample size.
"Not distinguishable" alone says little, so the mean of the whole score vector must also be shown to shift by less than
a bound (an equivalence test, Wellek 2010, "Testing Statistical Hypotheses of Equivalence and Noninferiority"). A
held-out accuracy would not do: it often is the same for every seed while the scores behind it move.
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
EXACT = 1e-8  # largest difference, relative to the scores, that counts as none where the reference never varies
ROUNDING = 1e-9  # share of the largest distance by which two statistics may differ and still count as tied


class Energy(NamedTuple):
    """The energy statistic nm/(n+m) (2 E|X-Y| - E|X-X'| - E|Y-Y'|), in the samples' unit, and its p-value."""

    statistic: float
    p: float


class Shift(NamedTuple):
    """The size of the shift of a mean in standard deviations of the reference, and its interval; none is negative."""

    estimate: float
    low: float
    high: float

    def within(self, bound: float) -> bool:
        """Return whether the interval lies below the bound."""
        return bool(self.high < bound)


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


def sign_floor(p: float, differences: np.ndarray, overlap: float = 0.0) -> float:
    """Return `p`, at least 2^(1 - J) where the J paired differences are all equal and not zero.

    A t test divides by a spread of zero there and gives p = 0; what the J signs alone show is 2^(1 - J), two-sided.
    overlap: of the splits, as in Nadeau & Bengio (2003): J is then the number of independent ones, 1 / (1 / J +
    overlap), and the floor at most 1.
    """
    d = np.asarray(differences, float)
    if not len(d) or not equal(d) or not np.abs(d).max():
        return float(p)
    return float(max(p, min(1.0, 2.0 ** (1 - 1 / (1 / len(d) + overlap)))))


def equal(values: np.ndarray) -> bool:
    """Return whether values (J,), at least one, are all alike up to rounding."""
    values = np.asarray(values, float)
    return bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


def shift(scores: np.ndarray, reference: np.ndarray, alpha: float) -> Shift:
    """Return the shift of the mean of `scores` (n, d) from that of `reference` (m, d), and its 1 - 2 alpha interval.

    The shift is the length of the difference of the two means over the root of the reference's total variance: the root
    mean square over coordinates, in units of the root mean variance over seeds. Its square is debiased for the noise of
    both means, 0 where that leaves less than nothing. The interval holds every shift s whose square lies within t
    standard errors of that, the error being the one under s: 4 s^2 l + 2 tr(V^2) + s^4 r^2, with V the covariance of
    the difference of means and l its largest eigenvalue (so in whatever direction the means differ), both in the unit,
    and r the jackknife's relative error of the unit. It errs towards too wide. Where the reference never varies, scores
    equal within EXACT have a shift of 0, and others an infinite one with no bound.
    """
    a, b = (np.asarray(sample, float).reshape(len(sample), -1) for sample in (scores, reference))
    n, m, origin = len(a), len(b), b.mean(axis=0)
    a, b = a - origin, b - origin  # sums of squares of large, nearly equal values would round
    largest = np.abs(origin).max()
    if np.abs(b).max() <= 1e-12 * largest or not b.any():
        same = np.abs(a).max() <= EXACT * (largest or 1.0)
        return Shift(0.0, 0.0, 0.0) if same else Shift(np.inf, 0.0, np.inf)
    if min(n, m) < 3:
        return Shift(np.nan, 0.0, np.inf)
    apart, a = a.mean(axis=0), a - a.mean(axis=0)
    squares = (b**2).sum(axis=1)
    unit = squares.sum() / (m - 1)
    # of the covariance of the difference of means
    eigenvalues = np.linalg.svd(np.vstack([a / np.sqrt(n * (n - 1)), b / np.sqrt(m * (m - 1))]), compute_uv=False) ** 2
    squared = max(0.0, (apart @ apart - eigenvalues.sum()) / unit)
    unit_without = (squares.sum() - m / (m - 1) * squares) / (m - 2)  # each row of the reference
    t = stats.t.ppf(1 - alpha, min(n, m) - 1)
    direction, noise = eigenvalues[0] / unit, 2 * (eigenvalues**2).sum() / unit**2
    relative = (m - 1) * np.var(unit_without) / unit**2
    # (s^2 - squared)^2 = t^2 error^2 is quadratic in s^2
    lead, middle, last = 1 - t**2 * relative, squared + 2 * t**2 * direction, squared**2 - t**2 * noise
    if lead <= 0:  # few seeds make up the unit
        return Shift(float(np.sqrt(squared)), 0.0, np.inf)
    root = np.sqrt(max(0.0, middle**2 - lead * last))
    return Shift(*(float(np.sqrt(max(0.0, end))) for end in (squared, (middle - root) / lead, (middle + root) / lead)))
