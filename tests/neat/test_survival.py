"""One arm and two as survival times, against lifelines, statsmodels, Greenwood's formula, and known truths."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import proportional_hazard_test
from lifelines.utils import restricted_mean_survival_time
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from hearsay.errors import HearsayError
from hearsay.neat import survival

BUDGET = 30
ARMS = st.lists(st.integers(1, 45), min_size=2, max_size=40).map(
    lambda times: (np.minimum(times, BUDGET).astype(float), np.array(times) <= BUDGET)
)


def exponential(n, rate, budget, rng):
    times = rng.exponential(1 / rate, n)
    return np.minimum(times, budget), times < budget


def steps(evaluations, solved, budget):
    """Kaplan and Meier's curve: times of solutions, runs at risk, solutions, and the curve after each."""
    times = np.unique(evaluations[solved])
    risk = np.array([(evaluations >= t).sum() for t in times])
    deaths = np.array([(evaluations[solved] == t).sum() for t in times])
    return times, risk, deaths, np.cumprod(1 - deaths / risk)


# One arm


@settings(max_examples=60, deadline=None)
@given(arm=ARMS)
def test_the_restricted_mean_is_the_area_under_the_curve_with_greenwoods_error(arm):
    times, risk, deaths, curve = steps(*arm, BUDGET)
    edges = np.concatenate([[0], times, [BUDGET]])
    area = np.diff(edges) * np.concatenate([[1], curve])
    found, n = survival.summary(*arm, BUDGET), len(arm[0])
    assert found["restricted_mean"] == pytest.approx(area.sum())
    ahead = area[::-1].cumsum()[::-1][1:]  # the area from each solution on
    left = risk > deaths  # where all are gone nothing lies ahead
    greenwood = np.sum((ahead**2 * deaths / (risk * (risk - deaths + ~left)))[left])
    assert found["restricted_mean_se"] ** 2 * (n - 1) / n == pytest.approx(greenwood, abs=1e-9)


def test_lifelines_agrees_on_the_restricted_mean():
    arm = exponential(40, 1, 1, np.random.default_rng(0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it integrates steps numerically and says so
        mean, variance = restricted_mean_survival_time(KaplanMeierFitter().fit(*arm), 1, return_variance=True)
    found = survival.summary(*arm, 1)
    assert found["restricted_mean"] == pytest.approx(mean, rel=1e-3)
    assert found["restricted_mean_se"] == pytest.approx(np.sqrt(variance / 39), rel=5e-3)


@settings(max_examples=40, deadline=None)
@given(arm=ARMS)
def test_the_median_is_the_least_number_by_which_half_have_solved(arm):
    evaluations, solved = arm
    found = survival.summary(evaluations, solved, BUDGET)
    reached = [t for t in np.unique(evaluations[solved]) if 2 * (solved & (evaluations <= t)).sum() >= len(solved)]
    assert found["median"] == pytest.approx(reached[0] if reached else np.nan, nan_ok=True)
    ends = [found["median_low"], found["median_high"]]
    if len(solved) % 2:  # of an even number lifelines may take half the runs for less, by rounding
        theirs = KaplanMeierFitter().fit(evaluations, solved).median_survival_time_
        assert found["median"] == pytest.approx(theirs if np.isfinite(theirs) else np.nan, nan_ok=True)
    if np.isfinite(ends).all():
        assert ends[0] <= found["median"] <= ends[1]


@pytest.mark.parametrize("budget", [5.0, 0.9])  # nearly all solved, and little more than half
def test_medians_are_covered(budget):
    rng = np.random.default_rng(1)
    found = [survival.summary(*exponential(41, 1, budget, rng), budget) for _ in range(500)]
    low, high = np.array([(row["median_low"], row["median_high"]) for row in found]).T
    share = np.mean((low <= np.log(2)) & ~(high < np.log(2)))  # an empty end lies beyond the budget
    assert 0.95 - 3.5 * np.sqrt(0.95 * 0.05 / 500) < share < 1


@settings(max_examples=40, deadline=None)
@given(arm=ARMS, unit=st.sampled_from([0.5, 4, 1024]))
def test_another_unit_of_time_changes_no_more_than_the_unit(arm, unit):
    evaluations, solved = arm
    one, other = survival.summary(*arm, BUDGET), survival.summary(evaluations * unit, solved, BUDGET * unit)
    for name, value in one.items():
        factor = unit if name.split("_")[0] in ("median", "restricted", "mean", "sd", "worst") else 1
        assert other[name] == pytest.approx(value * factor, nan_ok=True)


def test_an_arm_by_hand():
    found = survival.summary([10, 20, 30, 30], [True, True, True, False], 30)
    assert (found["n"], found["solved"], found["success"], found["median"]) == (4, 3, 0.75, 20)
    assert found["restricted_mean"] == 22.5
    assert (found["mean_solved"], found["sd_solved"], found["worst_solved"]) == (20, 10, 30)
    assert found["mean_solved_high"] == pytest.approx(20 + stats.t.ppf(0.975, 2) * 10 / np.sqrt(3))
    wilson = stats.binomtest(3, 4).proportion_ci(0.95, "wilson")
    assert (found["success_low"], found["success_high"]) == pytest.approx((wilson.low, wilson.high))


def test_an_arm_that_solves_little_or_nothing():
    nothing = survival.summary([30, 30, 30], [False] * 3, 30)
    assert (nothing["success"], nothing["restricted_mean"]) == (0, 30)
    assert np.isnan(
        [nothing[name] for name in ("median", "median_low", "median_high", "mean_solved", "sd_solved")]
    ).all()
    once = survival.summary([10, 30, 30], [True, False, False], 30)
    assert once["mean_solved"] == 10
    assert np.isnan([once["mean_solved_low"], once["sd_solved"], once["median"]]).all()


@pytest.mark.parametrize(
    ("evaluations", "solved", "message"),
    [
        ([10, 20], [True, False], "run 1, not solved, has 20 .* the whole budget, 30"),
        ([31, 20], [True, True], "run 0, solved, has 31 .* at most the budget"),
        ([0, 20], [True, True], "run 0"),
        ([np.nan, 20], [True, True], "run 0"),
        ([10, 20], [True, 2], "true or false"),
        ([10], [True], "at least 2"),
        ([10, 20], [True], "one length"),
    ],
)
def test_runs_that_are_not_censored_at_one_budget_are_refused(evaluations, solved, message):
    with pytest.raises(HearsayError, match=message):
        survival.summary(evaluations, solved, 30)


# Two arms


@settings(max_examples=30, deadline=None)
@given(one=ARMS, other=ARMS)
def test_the_log_rank_test_is_statsmodels(one, other):
    found = survival.log_rank(*one, *other)
    if not (one[1].any() or other[1].any()):
        assert found == {"logrank_chi2": 0, "logrank_p": 1}
        return
    group = np.repeat([0, 1], [len(one[0]), len(other[0])])
    with np.errstate(all="ignore"):
        try:
            chi2, p = survdiff(np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]]), group)
        except np.linalg.LinAlgError:  # no time at which only some of those at risk solve it
            chi2, p = np.nan, np.nan
    if np.isnan(chi2):
        assert found["logrank_chi2"] == 0
    else:
        assert (found["logrank_chi2"], found["logrank_p"]) == pytest.approx((chi2, p), rel=1e-6, abs=1e-9)


def cox(one, other):
    frame = pd.DataFrame({"t": np.r_[one[0], other[0]], "e": np.r_[one[1], other[1]]})
    frame["first"] = np.repeat([1.0, 0.0], [len(one[0]), len(other[0])])
    model = CoxPHFitter().fit(frame, "t", "e", fit_options={"precision": 1e-10})
    return model.summary.loc["first"], proportional_hazard_test(model, frame, time_transform=solved_before).p_value[0]


def solved_before(durations, events, _):
    """Solutions before each run's end; lifelines' own ranks tell tied runs apart by the order of the rows."""
    return durations.map(lambda t: float((events.astype(bool) & (durations < t)).sum()))


@pytest.mark.parametrize("unit", [1000, 10])  # few and many ties
@pytest.mark.parametrize("rate", [0.6, 1.0, 1.7])
def test_the_hazard_ratio_is_coxs(unit, rate):
    rng = np.random.default_rng(int(unit * rate))
    one, other = ((np.ceil(t * unit), e) for t, e in (exponential(150, rate, 1, rng), exponential(250, 1, 1, rng)))
    theirs, p = cox(one, other)
    found = survival.hazards(*one, *other)
    assert found["hazard_ratio"] == pytest.approx(theirs["exp(coef)"], rel=1e-6)
    assert found["hazard_ratio_low"] == pytest.approx(theirs["exp(coef) lower 95%"], rel=1e-6)
    assert found["hazard_ratio_high"] == pytest.approx(theirs["exp(coef) upper 95%"], rel=1e-6)
    # theirs takes the variance for the same at all times: close, not equal
    assert stats.norm.isf(found["proportional_p"] / 2) == pytest.approx(stats.norm.isf(p / 2), abs=0.15)


def test_swapped_arms_invert_the_ratio():
    rng = np.random.default_rng(2)
    one, other = exponential(50, 2, 1, rng), exponential(70, 1, 1, rng)
    found, swapped = survival.hazards(*one, *other), survival.hazards(*other, *one)
    for name, partner in (("", ""), ("_low", "_high"), ("_early", "_early"), ("_late", "_late")):
        assert found[f"hazard_ratio{name}"] == pytest.approx(1 / swapped[f"hazard_ratio{partner}"])
    assert found["proportional_p"] == pytest.approx(swapped["proportional_p"])


def test_proportional_hazards_are_rejected_at_the_nominal_rate_and_crossing_ones_are_seen():
    rng = np.random.default_rng(3)
    ps = [
        survival.hazards(*exponential(60, 1.6, 1, rng), *exponential(80, 1, 1, rng))["proportional_p"]
        for _ in range(1000)
    ]
    assert stats.binomtest(int(np.sum(np.array(ps) <= 0.05)), 1000, 0.05).pvalue > 1e-3
    early = rng.weibull(0.6, 400)  # solves early or late, the other arm in between
    crossing = np.minimum(early, 1.5), early < 1.5
    found = survival.hazards(*crossing, *exponential(400, 1, 1.5, rng))
    assert found["proportional_p"] < 1e-3
    assert found["hazard_ratio_early"] > 1 > found["hazard_ratio_late"]


def test_hazards_that_the_runs_do_not_determine_are_empty():
    none, some = (np.full(5, 30.0), np.zeros(5, bool)), (np.array([1.0, 2, 30]), np.array([True, True, False]))
    apart = np.array([10.0, 11, 12]), np.ones(3, bool)
    before = np.array([1.0, 2, 3]), np.ones(3, bool)
    for one, other in ((none, some), (some, none), (none, none), (before, apart), (apart, before)):
        assert all(np.isnan(value) for value in survival.hazards(*one, *other).values())


@pytest.mark.parametrize(("rate", "budget", "n"), [(1.0, 1.0, 30), (2.0, 1.0, 100)])
def test_restricted_means_are_covered(rate, budget, n):
    def mean(rate):
        return (1 - np.exp(-rate * budget)) / rate

    rng = np.random.default_rng(4)
    covered = np.zeros((600, 2))
    for k in range(600):
        x, y = exponential(n, rate, budget, rng)[0], exponential(2 * n, 1, budget, rng)[0]
        found = survival.restricted_mean(x, y)
        low, high = survival._mean(x, 0.95)[1:]
        truth = mean(rate) - mean(1)
        covered[k] = (
            found["restricted_mean_difference_low"] <= truth <= found["restricted_mean_difference_high"],
            low <= mean(rate) <= high,
        )
        assert (found["restricted_mean_p"] <= 0.05) == (
            not found["restricted_mean_difference_low"] < 0 < found["restricted_mean_difference_high"]
        )
    assert np.abs(covered.mean(axis=0) - 0.95).max() < 3.5 * np.sqrt(0.95 * 0.05 / 600)


def test_arms_may_differ_in_spread():
    rng = np.random.default_rng(5)
    x, y = rng.normal(100, 30, 10), rng.normal(100, 1, 200)
    found = survival.restricted_mean(x, y)
    se = np.sqrt(x.var(ddof=1) / 10 + y.var(ddof=1) / 200)
    half = (found["restricted_mean_difference_high"] - found["restricted_mean_difference_low"]) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, 9) * se, rel=0.01)


def test_restricted_means_without_spread():
    found = survival.restricted_mean(np.full(5, 30.0), np.full(5, 30.0))
    assert (found["restricted_mean_difference"], found["restricted_mean_p"]) == (0, 1)


def test_success_by_hand():
    one, other = np.repeat([True, False], [8, 2]), np.repeat([True, False], [3, 7])
    found = survival.success(one, other)
    assert found["success_difference"] == pytest.approx(0.5)
    assert found["success_p"] == pytest.approx(stats.fisher_exact([[8, 2], [3, 7]])[1])
    assert 0 < found["success_difference_low"] < 0.5 < found["success_difference_high"] < 1
