"""How often intervals cover, how wide they are, how often a true null is rejected: the table and its sums."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hearsay.duplication import law
from hearsay.duplication.simulated import TRUTH
from hearsay.tables import Table

COPIES, NEW_ROWS, JITTER = "copies", "new rows", "jitter"
CLUSTERED, CORRECTED = "clustered", "clustered corrected"
ROW_IDS, ROWS, N_ROWS = "bootstrap of row ids", "bootstrap of rows", "bootstrap n of kn rows"
RESAMPLED = (ROW_IDS, ROWS, N_ROWS)

COVERAGE = Table(
    "duplication/coverage",
    "Intervals and tests by copies of every row",
    ("model", "rows", "arm", "copies", "level"),
    {
        "model": "mean of N(0, 1); linear: y = 1 + 0.5 x1 + 0 x2 + N(0, 1); logistic: logit = -0.5 + 0.5 x1 + 0 x2; "
        "x1, x2 independent N(0, 1). Coverage is that of the mean or of x1's slope",
        "rows": "rows n of the sample, before copying",
        "arm": "copies: every row k times, textbook intervals. new rows: kn rows, all fresh. jitter: the row and k - 1 "
        "copies with Gaussian noise on predictors and on a continuous y. clustered: copies, CR0 sandwich by original "
        "row; clustered corrected: with statsmodels' default correction; both with n - p degrees of freedom where "
        "Student's t is used. Percentile intervals of a bootstrap over the copies: of row ids (all copies of a drawn "
        "row come along), of rows (kn of the kn rows), n of kn rows; of regressions at the smallest size "
        "only, for their cost",
        "copies": "copies k of every row, the row itself counted; of one copy new rows and jitter are the sample",
        "level": "nominal level of the interval; one minus the size of the test",
        "replicates": "simulated data sets",
        "failed": "data sets left out: fits separated or not converged; for a bootstrap, in any resample",
        "coverage": "share of intervals that hold the truth",
        "coverage_mc_error": "its Monte Carlo standard error",
        "below": "share of intervals wholly below the truth",
        "below_mc_error": "its Monte Carlo standard error",
        "above": "share of intervals wholly above the truth",
        "above_mc_error": "its Monte Carlo standard error",
        "law": "coverage in closed form; empty where there is none",
        "law_kind": "exact: for any n; asymptotic: for large n (and many resamples); empty without a law",
        "z": "(coverage - law) over the Monte Carlo standard error that the law implies",
        "width": "mean width, in units of the parameter",
        "width_mc_error": "its Monte Carlo standard error",
        "width_ratio": "mean width over that of one copy on the same data sets: naive interval, or bootstrap of rows",
        "width_ratio_mc_error": "its Monte Carlo standard error",
        "width_law": "that ratio in closed form (for new rows, resamples, sandwiches in regressions asymptotic)",
        "rejection": "share of data sets whose true null is rejected: the mean is 0, x2's slope is 0",
        "rejection_mc_error": "its Monte Carlo standard error",
        "rejection_law": "that share in closed form; empty where there is none",
    },
    text=("model", "arm", "law_kind"),
)


class Cell(NamedTuple):
    """What is simulated: model, rows of the sample, arm, copies, and the jitter in column sds."""

    model: str
    rows: int
    arm: str
    copies: int
    jitter: float


class Intervals(NamedTuple):
    """Ends of the intervals, each (replicates, levels); nan where the fit failed."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def around(cls, estimate: np.ndarray, error: np.ndarray, quantiles: np.ndarray) -> "Intervals":
        """Return estimate -+ quantiles * error."""
        half = error[:, None] * quantiles
        return cls(estimate[:, None] - half, estimate[:, None] + half)

    @property
    def width(self) -> np.ndarray:
        """The widths (replicates, levels)."""
        return self.high - self.low


def closed_form(cell: Cell, level: float) -> tuple[float, str, float, float]:
    """Return the law of the coverage, its kind, and the laws of width ratio and rejection; nan or '' where none is."""
    model, rows, arm, k, jitter = cell
    p, student = len(TRUTH[model]), model != "logistic"
    kind = "exact" if student else "asymptotic"
    if arm == ROWS:
        found = law.coverage(level, k), "asymptotic", 1 / np.sqrt(k)
    elif arm in RESAMPLED:
        found = level, "asymptotic", 1.0
    elif arm in (CLUSTERED, CORRECTED):
        found = level, "exact" if model == "mean" else "asymptotic", 1.0
        if (model, arm) == ("mean", CLUSTERED):
            found = law.coverage_sandwich_mean(level, rows), "exact", np.sqrt((rows - 1) / rows)
    elif k == 1 or arm == NEW_ROWS:
        found = level, kind, 1 / np.sqrt(k)
    elif arm == COPIES:
        value = law.coverage_exact(level, k, rows, p) if student else law.coverage(level, k)
        found = value, kind, law.width_ratio(level, k, rows, p, student)
    elif model == "mean":
        width = np.sqrt((1 + jitter**2 * (k - 1) / k) / k)
        found = law.coverage_jitter_mean(level, k, jitter), "asymptotic", width
    else:
        found = np.nan, "", np.nan  # jittered predictors attenuate the slope
    return *found, 1 - found[0]


def share(hits: np.ndarray) -> tuple[float, float]:
    """Return the share of True and its Monte Carlo standard error; nan for no hits to count."""
    if not len(hits):
        return np.nan, np.nan
    found = float(np.mean(hits))
    return found, float(np.sqrt(found * (1 - found) / len(hits)))


def summaries(cell: Cell, levels: Sequence[float], slope: Intervals, null: Intervals, base: np.ndarray) -> list[tuple]:
    """Return the rows of `COVERAGE` of one cell; base (replicates, levels): the widths of one copy."""
    truth = TRUTH[cell.model][min(1, len(TRUTH[cell.model]) - 1)]
    found = []
    for i, level in enumerate(levels):
        low, high = slope.low[:, i], slope.high[:, i]
        done = np.isfinite(low) & np.isfinite(null.low[:, i])
        low, high, m = low[done], high[done], int(done.sum())
        expected, kind, width_law, rejection_law = closed_form(cell, level)
        covered, error = share((low <= truth) & (truth <= high))
        implied = np.sqrt(expected * (1 - expected) / m) if m else np.nan
        rejected = share((null.low[done, i] > 0) | (null.high[done, i] < 0))
        found.append((
            *cell[:4], level, len(done), len(done) - m,
            covered, error, *share(high < truth), *share(low > truth),
            expected, kind, (covered - expected) / implied,
            *_mean(high - low), *_ratio(high - low, base[done, i]), width_law,
            *rejected, rejection_law,
        ))  # fmt: skip
    return found


def _mean(values: np.ndarray) -> tuple[float, float]:
    if len(values) < 2:
        return np.nan, np.nan
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _ratio(values: np.ndarray, base: np.ndarray) -> tuple[float, float]:
    """Return the ratio of two means over the same data sets, and its standard error by the delta method."""
    both = np.isfinite(base)
    values, base = values[both], base[both]
    if len(values) < 2:
        return np.nan, np.nan
    found = values.mean() / base.mean()
    return float(found), float((values - found * base).std(ddof=1) / base.mean() / np.sqrt(len(values)))
