"""Coverage of the intervals of a mean beside a published study's, with z-scores where the definitions agree.

The study is github.com/bwelson/BOOTSTRAP_MONTE_CARLO, file bootstrap_enhanced_results.csv; its code.R gives the
definitions. Mean 5 and standard deviation 2 (normal, lognormal) or mean 5 (exponential): coverage depends on neither
location nor scale, so these are our normal, mild lognormal and exponential.
"""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import special
from statsmodels.stats.multitest import multipletests

from hearsay.duplication.intervals import INTERVALS
from hearsay.errors import HearsayError
from hearsay.tables import Table

PREFIX = "welson."
REPLICATES, RESAMPLES = PREFIX + "replicates", PREFIX + "resamples"
DISTRIBUTIONS = {"normal": "normal", "exponential": "exponential", "lognormal": "mild lognormal"}
# their name of a method -> ours, and why it is not compared
METHODS = {
    "percentile": ("percentile", ""),
    "basic": ("basic", ""),
    "normal": ("normal", ""),
    "t": ("Student", ""),
    "bca": ("BCa", "their BCa (R's boot.ci) interpolates quantiles otherwise and drops the samples that warn"),
}

PUBLISHED = Table(
    "duplication/intervals-published",
    "Coverage of 95 % intervals of a mean: published and ours",
    ("distribution", "rows", "method"),
    {
        "distribution": "what the rows are drawn from, by our name",
        "rows": "rows of a sample",
        "method": "interval, by our name; their t_interval is Student's, not the studentised bootstrap",
        "replicates": "our samples",
        "resamples": "our bootstrap resamples of each; 0 where none are used",
        "ours": "our coverage",
        "ours_mc_error": "its Monte Carlo standard error",
        "published": "their coverage",
        "published_mc_error": "its Monte Carlo standard error, from their number of samples",
        "z": "ours less theirs over the standard error of the difference; empty where not compared",
        "p": "two-sided p-value of z",
        "p_holm": "the same with Holm's correction over all cells compared",
        "compared": "yes or no",
        "why_not": "why the two are not comparable; empty where they are",
    },
    text=("distribution", "method", "compared", "why_not"),
)


def compare(covered: pd.DataFrame, published: Mapping[str, float | str]) -> pd.DataFrame:
    """Hold `INTERVALS` against the published coverages; return `PUBLISHED`: a row for each cell that both have.

    published: `welson.replicates`, `welson.resamples` and cells `welson.DISTRIBUTION-ROWS-METHOD` by their names, with
    values; other keys are ignored. Errors use the pooled coverage, as both estimate one number if the definitions
    agree. Raises HearsayError where the two numbers are missing, no cell is shared, or a cell names what is not known.
    """
    missing = [key for key in (REPLICATES, RESAMPLES) if key not in published]
    if missing:
        raise HearsayError(f"published figures: no key {missing[0]!r}; add it to report/published.csv")
    INTERVALS.check(covered)
    theirs, resamples = int(published[REPLICATES]), int(published[RESAMPLES])
    ours = covered.set_index(list(INTERVALS.key))
    rows = []
    for key, value in published.items():
        if not key.startswith(PREFIX) or key in (REPLICATES, RESAMPLES):
            continue
        cell, why = _cell(key)
        if cell not in ours.index:
            continue
        row, coverage = ours.loc[cell], float(value)
        if not why and row["resamples"] not in (0, resamples):
            why = f"{row['resamples']} resamples here, {resamples} there"
        if not why and row["failed"]:
            why = "samples without an interval here"
        n = int(row["replicates"])
        pooled = (n * row["coverage"] + theirs * coverage) / (n + theirs)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / theirs))
        z = np.nan if why or spread == 0 else (row["coverage"] - coverage) / spread
        error = np.sqrt(coverage * (1 - coverage) / theirs)
        rows.append(
            (*cell, n, int(row["resamples"]), row["coverage"], row["coverage_mc_error"], coverage, error, z,
             2 * special.ndtr(-abs(z)), np.nan, "no" if why else "yes", why)
        )  # fmt: skip
    if not rows:
        raise HearsayError("published figures: none of the cells of duplication.intervals; add one of their sizes")
    frame = pd.DataFrame(rows, columns=list(PUBLISHED.columns)).sort_values(list(PUBLISHED.key), ignore_index=True)
    tested = frame["p"].notna()
    if tested.any():
        frame.loc[tested, "p_holm"] = multipletests(frame.loc[tested, "p"], method="holm")[1]
    return frame


def _cell(key: str) -> tuple[tuple[str, int, str], str]:
    match = re.fullmatch(re.escape(PREFIX) + r"([a-z]+)-(\d+)-([a-z]+)", key)
    if not match or match[1] not in DISTRIBUTIONS or match[3] not in METHODS:
        names = f"{', '.join(DISTRIBUTIONS)}; {', '.join(METHODS)}"
        raise HearsayError(
            f"published figures: {key!r} names no cell; expected {PREFIX}DISTRIBUTION-ROWS-METHOD: {names}"
        )
    method, why = METHODS[match[3]]
    return (DISTRIBUTIONS[match[1]], int(match[2]), method), why
