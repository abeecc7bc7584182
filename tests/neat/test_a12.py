"""A12 against all pairs counted, scipy's tests, a plain bootstrap, and truths known by construction."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hearsay.errors import HearsayError
from hearsay.neat import a12 as module
from hearsay.neat.a12 import BOUNDS, a12, bootstrap, different, equivalent, interval, noether, outcomes

OUTCOMES = st.lists(st.one_of(st.integers(1, 12).map(float), st.just(np.inf)), min_size=2, max_size=25).map(np.array)


def counted(x, y):
    """A12 by counting all pairs."""
    return np.mean([1.0 if a > b else 0.5 if a == b else 0.0 for a, b in itertools.product(x, y)])


def exponential(n, rate, budget, rng):
    """Outcomes of runs with a constant hazard."""
    t = rng.exponential(1 / rate, n)
    return outcomes(np.minimum(t, budget), t < budget)


def truth(rate, other, budget):
    """A12 of two constant hazards: slower and the other solves, or neither solves and half counts."""
    neither = np.exp(-(rate + other) * budget)
    return other / (rate + other) * (1 - neither) + neither / 2


def shifted(n, effect, rng):
    """Two normal arms without ties, A12 = effect."""
    return rng.standard_normal(n) + np.sqrt(2) * stats.norm.ppf(effect), rng.standard_normal(n)


# The estimate


@settings(max_examples=200, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES)
def test_it_is_the_share_of_pairs(x, y):
    found = a12(x, y)
    assert found.estimate == pytest.approx(counted(x, y), abs=1e-12)
    assert found.estimate == pytest.approx(stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES)
def test_swapped_arms_add_up_to_one_and_keep_their_ps(x, y):
    one, other = a12(x, y), a12(y, x)
    assert one.estimate + other.estimate == pytest.approx(1, abs=1e-12)
    assert one.se == pytest.approx(other.se, abs=1e-12)
    assert different(one) == pytest.approx(different(other), abs=1e-9)
    assert equivalent(one) == pytest.approx(equivalent(other), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES, power=st.sampled_from([0.1, 1, 3]), seed=st.integers(0, 99))
def test_only_the_order_counts(x, y, power, seed):
    assert a12(x**power * 7, y**power * 7) == pytest.approx(a12(x, y), abs=1e-12, nan_ok=True)
    draws = [bootstrap(a, b, 5, np.random.default_rng(seed)) for a, b in ((x, y), (x**power * 7, y**power * 7))]
    assert (draws[0] == draws[1]).all()


def test_above_a_half_the_first_arm_is_slower():
    assert a12(np.array([5.0, 6, 7]), np.array([1.0, 2, 6])).estimate > 0.5


def test_unsolved_runs_tie_and_lose_to_a_run_that_solves_with_its_last_evaluation():
    solved, not_solved = outcomes([100, 100], [True, True]), outcomes([100, 100], [False, False])
    assert a12(not_solved, not_solved).estimate == 0.5
    assert a12(not_solved, solved).estimate == 1
    half = outcomes([100, 50], [False, True])
    assert a12(half, np.array([60.0, np.inf])).estimate == pytest.approx((0.5 + 1 + 0 + 0) / 4)


# Its error and tests


@settings(max_examples=150, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES)
def test_the_test_is_brunner_and_munzels(x, y):
    effect = a12(x, y)
    if effect.se == 0:
        return
    ranks = np.unique(np.concatenate([x, y]), return_inverse=True)[1]
    theirs = stats.brunnermunzel(ranks[: len(x)], ranks[len(x) :])
    assert different(effect) == pytest.approx(theirs.pvalue, rel=1e-8, abs=1e-12)
    assert abs(effect.estimate - 0.5) / effect.se == pytest.approx(abs(theirs.statistic), rel=1e-8)


@settings(max_examples=150, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES, alpha=st.sampled_from([0.3, 0.1, 0.05]), w=st.sampled_from([0.03, 0.1, 0.3]))
def test_equivalence_is_an_interval_within_the_bounds(x, y, alpha, w):
    effect = a12(x, y)
    if effect.se == 0:
        return
    half = stats.t.ppf(1 - alpha, effect.df) * effect.se
    inside = 0.5 - w < effect.estimate - half and effect.estimate + half < 0.5 + w
    assert (equivalent(effect, (0.5 - w, 0.5 + w)) <= alpha) == inside


def test_arms_that_do_not_overlap():
    x, y = np.arange(10.0, 20), np.arange(8.0)
    effect = a12(x, y)
    assert (effect.estimate, effect.se) == (1, 0)
    assert different(effect) == pytest.approx(stats.binomtest(8, 8).pvalue)
    assert equivalent(effect) == 1
    exact = stats.binomtest(8, 8).proportion_ci(0.95, "exact")
    assert interval(x, y, 99, np.random.default_rng(0)) == pytest.approx((exact.low, 1))
    assert interval(y, x, 99, np.random.default_rng(0)) == pytest.approx((0, 1 - exact.low))


def test_arms_that_solve_nothing_are_equivalent_only_if_they_are_many():
    def nothing(n):
        return a12(np.full(n, np.inf), np.full(n, np.inf))

    assert different(nothing(50)) == 1
    assert equivalent(nothing(48)) > 0.05 >= equivalent(nothing(49))  # .94^49 = .048
    low, high = interval(np.full(20, np.inf), np.full(20, np.inf), 99, np.random.default_rng(0))
    assert low + high == pytest.approx(1)
    assert 0.4 < low < 0.5


def test_equal_arms_are_told_apart_at_the_nominal_rate():
    rng = np.random.default_rng(1)
    found = [different(a12(exponential(30, 1, 1, rng), exponential(40, 1, 1, rng))) <= 0.05 for _ in range(1000)]
    assert stats.binomtest(sum(found), 1000, 0.05).pvalue > 1e-3


def test_equivalence_is_declared_at_the_bound_no_more_often_than_alpha():
    rng = np.random.default_rng(2)
    for bound in BOUNDS:
        found = sum(equivalent(a12(*shifted(3000, bound, rng))) <= 0.05 for _ in range(400))
        assert stats.binomtest(found, 400, 0.05, "greater").pvalue > 1e-3
        assert found > 4  # at the bound itself, and with enough runs, the level is used up


# The bootstrap and its interval


def resampled(x, y, resamples, rng):
    """The bootstrap, one pair at a time."""
    draw = lambda arm: arm[(rng.random(len(arm)) * len(arm)).astype(int)]  # noqa: E731
    return [counted(draw(x), draw(y)) for _ in range(resamples)]


@settings(max_examples=50, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES, seed=st.integers(0, 99))
def test_resamples_are_those_of_a_plain_bootstrap(x, y, seed):
    ours = bootstrap(x, y, 4, np.random.default_rng(seed))
    assert ours == pytest.approx(resampled(x, y, 4, np.random.default_rng(seed)), abs=1e-12)


def test_the_interval_is_scipys():
    rng = np.random.default_rng(3)
    x, y = exponential(60, 1, 1, rng), exponential(80, 1.5, 1, rng)

    def statistic(x, y, axis):
        both = np.concatenate([x, y], axis=axis)
        ranks = stats.rankdata(both, axis=axis)[..., : x.shape[axis]].sum(axis=axis)
        return (ranks / x.shape[axis] - (x.shape[axis] + 1) / 2) / y.shape[axis]

    theirs = stats.bootstrap(
        (x, y), statistic, n_resamples=20_000, method="percentile", rng=np.random.default_rng(4)
    ).confidence_interval
    ours = interval(x, y, 20_000, np.random.default_rng(5))
    # a quantile's Monte Carlo error is about 2.7 / sqrt(resamples) standard errors
    assert ours == pytest.approx((theirs.low, theirs.high), abs=4 * 1.42 * 2.7 / np.sqrt(20_000) * a12(x, y).se)


@settings(max_examples=60, deadline=None)
@given(x=OUTCOMES, y=OUTCOMES)
def test_the_interval_holds_the_estimate(x, y):
    low, high = interval(x, y, 400, np.random.default_rng(0))
    assert 0 <= low <= a12(x, y).estimate + 1e-12
    assert a12(x, y).estimate - 1e-12 <= high <= 1


@pytest.mark.parametrize(("rate", "budget"), [(1.0, 1.0), (2.0, 0.5), (0.5, 3.0)])
def test_intervals_cover_the_truth(rate, budget):
    rng = np.random.default_rng(6)
    covered = np.zeros((500, 2))
    for k in range(500):
        x, y = exponential(40, rate, budget, rng), exponential(60, 1.0, budget, rng)
        effect, aim = a12(x, y), truth(rate, 1.0, budget)
        low, high = interval(x, y, 400, rng)
        covered[k] = low <= aim <= high, abs(aim - effect.estimate) <= stats.t.ppf(0.975, effect.df) * effect.se
    # 3.5 Monte Carlo errors of 500, and .01 for what a percentile interval of 40 runs falls short
    assert np.abs(covered.mean(axis=0) - 0.95).max() < 3.5 * np.sqrt(0.95 * 0.05 / 500) + 0.01


# How many runs


def test_noether_gives_the_numbers_that_the_experiment_is_planned_with():
    assert noether(0.53) == 1454
    assert noether(0.53, 0.05 / 6) == 2243
    assert noether(0.47) == noether(0.53)


def test_so_many_runs_have_the_power():
    rng = np.random.default_rng(7)
    n, m = noether(0.56), module.equivalence_size(0.06)
    found = sum(different(a12(*shifted(n, 0.56, rng))) <= 0.05 for _ in range(600))
    assert stats.binomtest(found, 600, 0.8).pvalue > 1e-3
    found = sum(equivalent(a12(*shifted(m, 0.5, rng)), (0.44, 0.56)) <= 0.05 for _ in range(600))
    assert stats.binomtest(found, 600, 0.8).pvalue > 1e-3
    assert module.power_of_equivalence(m, m, 0.06) == pytest.approx(0.8, abs=0.005)


def test_few_runs_can_never_show_equivalence():
    assert module.power_of_equivalence(100, 100) == 0
    assert module.power_of_equivalence(10_000, 10_000) > 0.999


# Bad input


@pytest.mark.parametrize("x", [[1.0], [[1.0, 2.0]], [1.0, np.nan]])
def test_bad_arms_are_refused(x):
    with pytest.raises(HearsayError, match="first arm"):
        a12(x, [1.0, 2.0])


def test_bad_questions_are_refused():
    with pytest.raises(HearsayError, match="resamples"):
        bootstrap([1, 2], [1, 2], 0, np.random.default_rng(0))
    with pytest.raises(HearsayError, match="noether"):
        noether(0.5)
    with pytest.raises(HearsayError, match="bounds"):
        equivalent(a12([1, 2], [1, 2]), (0.5, 0.6))
