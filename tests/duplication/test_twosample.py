import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hearsay.duplication.twosample import energy_test, holm, shift
from hearsay.errors import HearsayError
from hearsay.seeds import generator


def rng(i=0):
    return generator(1, "duplication", "test", i)


def by_definition(a, b):
    """The statistic, pair by pair."""

    def mean(x, y):
        return sum(np.linalg.norm(p - q) for p in x for q in y) / (len(x) * len(y))

    return len(a) * len(b) / (len(a) + len(b)) * (2 * mean(a, b) - mean(a, a) - mean(b, b))


@given(st.integers(2, 7), st.integers(2, 7), st.integers(1, 3), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_statistic_is_the_definition(n, m, d, seed):
    a, b = rng(seed).normal(size=(n, d)), rng(seed + 100).normal(size=(m, d))
    assert energy_test(a, b, 1, rng()).statistic == pytest.approx(by_definition(a, b))


def test_the_statistic_in_one_dimension_is_scipys():
    a, b = rng().normal(size=30), rng(1).normal(size=20)
    expected = 30 * 20 / 50 * stats.energy_distance(a, b) ** 2
    assert energy_test(a, b, 1, rng()).statistic == pytest.approx(expected)


@given(st.floats(-5, 5), st.floats(0.1, 9), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_p_does_not_depend_on_origin_or_unit(move, scale, seed):
    a, b = rng(seed).normal(size=(8, 2)), rng(seed + 100).normal(size=(9, 2))
    plain, moved = (energy_test(f(a), f(b), 99, rng()) for f in (lambda x: x, lambda x: scale * x + move))
    assert plain.p == moved.p


def test_p_is_uniform_where_nothing_differs():
    p = [energy_test(*rng(i).exponential(size=(2, 20, 5)), 99, rng(10_000 + i)).p for i in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09


def test_p_of_samples_of_unequal_size_is_uniform_too():
    p = [energy_test((z := rng(i).normal(size=(60, 3)))[:40], z[40:], 99, rng(10_000 + i)).p for i in range(400)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize("planted", ["mean", "spread"])
def test_a_planted_difference_is_found(planted):
    found = []
    for i in range(40):
        a, b = rng(i).normal(size=(2, 60, 4))
        b = b + 0.7 if planted == "mean" else 2 * b
        found.append(energy_test(a, b, 199, rng(10_000 + i)).p <= 0.05)
    assert np.mean(found) > 0.9


def test_equal_constant_samples_are_never_told_apart():
    assert energy_test(np.full((5, 3), 0.1), np.full((5, 3), 0.1), 99, rng()).p == 1.0


def test_disjoint_constants_have_the_smallest_p():
    assert energy_test(np.zeros(20), np.ones(20), 199, rng()).p == pytest.approx(1 / 200)


@pytest.mark.parametrize("bad", [np.ones((1, 2)), np.ones((4, 3)), np.full((4, 2), np.nan)])
def test_bad_samples_get_one_line(bad):
    with pytest.raises(HearsayError, match="energy test"):
        energy_test(np.ones((4, 2)), bad, 9, rng())


def test_holm_skips_what_was_not_tested():
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.06, 0.06])
    assert np.isnan(holm([np.nan])).all()


def test_the_shift_is_scipys_welch_interval():
    a, b = rng().normal(3, 1, size=30), rng(1).normal(2, 2, size=25)
    found = shift(a, b, 0.05)
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.90)
    np.testing.assert_allclose(
        np.array([found.estimate, found.low, found.high]) * b.std(ddof=1), [a.mean() - b.mean(), *interval]
    )


def test_the_equivalence_decision_errs_at_most_as_often_as_it_says():
    """At a true shift of exactly the bound, equivalence is declared in about 5 % of samples; at none, nearly always."""
    at_bound = [shift(rng(i).normal(0.5, 1, 200), rng(5000 + i).normal(0, 1, 400), 0.05) for i in range(600)]
    assert 0.02 < np.mean([s.within(0.5) for s in at_bound]) < 0.085
    at_zero = [shift(rng(i).normal(0, 1, 200), rng(5000 + i).normal(0, 1, 400), 0.05) for i in range(100)]
    assert np.mean([s.within(0.5) for s in at_zero]) > 0.99


def test_constant_scores():
    same, other, varied = np.full(9, 0.1 + 0.2), np.full(9, 0.5), np.linspace(0, 1, 9)
    assert shift(same, same, 0.05)[:3] == (0, 0, 0)
    assert shift(other, same, 0.05)[:3] == (np.inf, np.inf, np.inf)
    assert not shift(varied, same, 0.05).within(0.5)
    assert np.isfinite(shift(same, varied, 0.05)[:3]).all()
