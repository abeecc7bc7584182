"""Summaries and paired comparisons of planted outcomes, by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hearsay.triplet.analysis import (
    COMPARISONS,
    FACTORS,
    LOG,
    LOSSES,
    PRIMARY,
    SUMMARY,
    comparisons,
    factors,
    losses,
    primary,
    summarise,
)
from hearsay.triplet.evaluation import ACROSS, APARTNESS, BOTH, DOMAINS, ONE, PARAMETERS
from hearsay.triplet.runs import LOSS, OUTCOMES, plans
from hearsay.triplet.sampling import IID, SHIFTED
from hearsay.triplet.training import PER_BRANCH
from tests.triplet.planted import CONFIG

NAMES = sorted(plans(CONFIG))


def outcomes(n=6, **shift):
    """Every outcome that is compared, the same for all but for noise; shift: by statistics, what is added."""
    rng = np.random.default_rng(0)
    pairs = [p._replace(outcome=p.outcome.removeprefix(LOG)) for p in (*primary(), *losses(NAMES), *factors(NAMES))]
    wanted = {(p.training, p.distribution, p.statistics, p.outcome) for p in pairs}
    wanted |= {(p.other_training, p.distribution, p.other_statistics, p.outcome) for p in pairs}
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
    assert (row["least"], row["most"]) == (values.min(), values.max())


def test_comparisons_are_paired_and_corrected_by_family():
    frame = outcomes(**{PARAMETERS: -0.1})
    found = comparisons(frame.sample(frac=1, random_state=0), {"alpha": 0.05})
    COMPARISONS.check(found)
    sizes = found["family"].value_counts()
    assert sizes.to_dict() == {PRIMARY: 10, LOSSES: 18, FACTORS: len(list(factors(NAMES)))}
    where = (found["outcome"] == ACROSS) & (found["statistics"] == PARAMETERS) & (found["distribution"] == SHIFTED)
    (row,) = found[where & (found["family"] == PRIMARY)].to_dict("records")
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
    other = (always["statistics"] == PARAMETERS) != (always["other_statistics"] == PARAMETERS)
    assert always.loc[other, "p"].eq(0).all() and always.loc[~other, "p"].eq(1).all()
    one = comparisons(frame[frame["replicate"] == 0], {"alpha": 0.05})
    assert np.isinf(one[["low", "high"]]).all(axis=None) and (one["p"] == 1).all()


def test_sizes_are_compared_as_logarithms_of_their_ratio_by_replicate():
    frame = outcomes(4)
    frame.loc[frame["training"].str.startswith(LOSS), "value"] *= 4
    zero = (frame["distribution"] == IID) & (frame["replicate"] == 0) & (frame["outcome"] == APARTNESS)
    frame.loc[zero & (frame["training"] == PER_BRANCH), "value"] = 0  # of which there is no ratio
    none = frame["training"].eq(f"{LOSS}margin") & frame["outcome"].eq(APARTNESS) & frame["distribution"].eq(SHIFTED)
    found = comparisons(frame.assign(value=frame["value"].where(~none, 0)), {"alpha": 0.05})
    rows = found[found["family"] == LOSSES].set_index(["training", "distribution", "statistics"])
    row = rows.loc[f"{LOSS}batch-hard", IID, PARAMETERS]
    values = frame[frame["outcome"] == APARTNESS].set_index([*SUMMARY.key, "replicate"])["value"].sort_index()
    ratio = values.loc[f"{LOSS}batch-hard", IID, PARAMETERS] / values.loc[PER_BRANCH, IID, PARAMETERS]
    logs = np.log2(ratio.droplevel(0)[1:])
    ends = stats.ttest_1samp(logs, 0).confidence_interval(1 - 0.05 / 18)
    assert row["n"] == 3 and row["difference"] == pytest.approx(logs.mean())
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))
    nothing = rows.loc[f"{LOSS}margin", SHIFTED, PARAMETERS]
    assert nothing["n"] == 0 and np.isnan(nothing["difference"]) and nothing["p"] == 1


def test_the_design_s_own_outcomes_hold_everything_that_is_compared(raw):
    """Every pair is there after a run, in each replicate, with and without the optional net."""
    OUTCOMES.check(raw[0])
    found = comparisons(raw[0], {"alpha": 0.05})
    COMPARISONS.check(found)
    assert set(found["n"]) <= {0, 1, 2} and (found.loc[found["family"] != LOSSES, "n"] == 2).all()
    fewer = comparisons(raw[0][raw[0]["training"] != "Hoffer & Ailon's net"], {"alpha": 0.05})
    assert len(fewer) == len(found) - 4


def test_everything_that_claims_rest_on_is_primary():
    pairs = list(primary())
    assert len(set(pairs)) == len(pairs) == 10
    assert [p.distribution for p in pairs if p.outcome == DOMAINS] == [SHIFTED]
