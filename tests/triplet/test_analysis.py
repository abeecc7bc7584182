"""Summaries and paired comparisons of planted outcomes, by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hearsay.triplet.analysis import (
    ACROSS,
    COMPARISONS,
    DOMAINS,
    FACTORS,
    ONE,
    PRIMARY,
    SUMMARY,
    comparisons,
    factors,
    primary,
    summarise,
)
from hearsay.triplet.evaluation import BOTH, PARAMETERS
from hearsay.triplet.runs import plans
from hearsay.triplet.sampling import SHIFTED
from hearsay.triplet.training import PER_BRANCH
from tests.triplet.test_runs import CONFIG

NAMES = sorted(plans(CONFIG))


def outcomes(n=6, **shift):
    """Every outcome that is compared, the same for all but for noise; shift: by statistics, what is added."""
    rng = np.random.default_rng(0)
    wanted = {(p.training, p.distribution, p.statistics, p.outcome) for p in (*primary(), *factors(NAMES))}
    wanted |= {(p.other_training, p.distribution, p.other_statistics, p.outcome) for p in (*primary(), *factors(NAMES))}
    replicates = rng.normal(0, 0.2, n)
    rows = [
        (*key, k, 0.5 + replicates[k] + rng.normal(0, 0.01) + shift.get(key[2], 0))
        for key in sorted(wanted)
        for k in range(n)
    ]
    return pd.DataFrame(rows, columns=[*SUMMARY.key, "replicate", "value"])


def test_a_summary_by_hand():
    frame = outcomes()
    found = summarise(frame)
    SUMMARY.check(found)
    row = found.set_index(list(SUMMARY.key)).loc[(PER_BRANCH, SHIFTED, BOTH, ONE)]
    values = frame.set_index(list(SUMMARY.key)).sort_index().loc[[(PER_BRANCH, SHIFTED, BOTH, ONE)], "value"]
    assert row["mean"] == pytest.approx(values.mean()) and row["n"] == 6
    low, high = stats.t.interval(0.95, 5, values.mean(), stats.sem(values))
    assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_comparisons_are_paired_and_corrected_by_family():
    frame = outcomes(**{PARAMETERS: -0.1})
    found = comparisons(frame.sample(frac=1, random_state=0), {"alpha": 0.05})
    COMPARISONS.check(found)
    sizes = found["family"].value_counts()
    assert sizes[PRIMARY] == 10 and sizes[FACTORS] == len(list(factors(NAMES)))
    where = (found["outcome"] == ACROSS) & (found["statistics"] == PARAMETERS) & (found["distribution"] == SHIFTED)
    (row,) = found[where].to_dict("records")
    values = frame.set_index([*SUMMARY.key, "replicate"])["value"].sort_index()
    apart = values.loc[PER_BRANCH, SHIFTED, PARAMETERS, ACROSS] - values.loc[PER_BRANCH, SHIFTED, BOTH, ACROSS]
    test = stats.ttest_1samp(apart, 0)
    assert (row["difference"], row["p"]) == pytest.approx((apart.mean(), test.pvalue))
    ends = test.confidence_interval(1 - 0.05 / 10)
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))
    assert row["error"] < 0.01  # what trainings of one replicate have in common is gone
    assert row["p_holm"] >= row["p"] and row["difference"] == pytest.approx(-0.1, abs=0.02)


def test_differences_without_spread_and_single_replicates():
    frame = outcomes(3)
    same = frame.assign(value=0.5)
    found = comparisons(same, {"alpha": 0.05})
    assert (found[["difference", "low", "high"]] == 0).all(axis=None) and (found["p_holm"] == 1).all()
    always = comparisons(
        same.assign(value=same["value"].where(same["statistics"] != PARAMETERS, 0.25)), {"alpha": 0.05}
    )
    assert always.loc[always["statistics"] == PARAMETERS, "p"].eq(0).all()
    one = comparisons(frame[frame["replicate"] == 0], {"alpha": 0.05})
    assert np.isinf(one[["low", "high"]]).all(axis=None) and (one["p"] == 1).all()


def test_everything_that_claims_rest_on_is_primary():
    pairs = list(primary())
    assert len(set(pairs)) == len(pairs) == 10
    assert [p.distribution for p in pairs if p.outcome == DOMAINS] == [SHIFTED]
