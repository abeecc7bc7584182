import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hearsay.duplication.twosample import energy_test, holm, shift, sign_floor
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


def direct(a, b):
    """The debiased squared shift, by its definition as means over pairs of different rows."""

    def pairs(x):
        return np.mean([x[i] @ x[j] for i in range(len(x)) for j in range(len(x)) if i != j])

    return (pairs(a) + pairs(b) - 2 * a.mean(axis=0) @ b.mean(axis=0)) / b.var(axis=0, ddof=1).sum()


@given(st.integers(3, 8), st.integers(3, 8), st.integers(1, 4), st.floats(-50, 50), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_shift_is_its_definition(n, m, d, origin, seed):
    a, b = rng(seed).normal(1, 1, size=(n, d)), rng(seed + 100).normal(size=(m, d))
    found = shift(a + origin, b + origin, 0.05)
    assert found.estimate**2 == pytest.approx(max(0, direct(a, b)), abs=1e-9)
    assert found.low <= found.estimate <= found.high


@pytest.mark.parametrize("i", range(5))
def test_the_ends_of_the_interval_solve_its_equation(i):
    a, b = rng(i).normal(0.3, 1, size=(40, 5)), rng(i + 100).normal(size=(50, 5))
    found, unit = shift(a, b, 0.05), b.var(axis=0, ddof=1).sum()
    covariance = np.cov(a.T) / 40 + np.cov(b.T) / 50
    largest = np.linalg.eigvalsh(covariance).max() / unit
    left_out = [np.delete(b, j, 0).var(axis=0, ddof=1).sum() for j in range(50)]
    relative = 49 * np.var(left_out) / unit**2
    for s in (found.low, found.high):
        error = np.sqrt(4 * s**2 * largest + 2 * (covariance**2).sum() / unit**2 + s**4 * relative)
        assert s == 0 or abs(s**2 - found.estimate**2) == pytest.approx(stats.t.ppf(0.95, 39) * error)


def fits(i, n, law, moved):
    """Scores of n seeds in 30 coordinates with a root mean square shift `moved`: independent, or one factor's."""
    z = rng(i)
    if law == "independent":
        return z.normal(size=(n, 30)) + moved
    if law == "skewed":
        return z.exponential(size=(n, 30)) + moved
    return np.tile(z.normal(size=(n, 1)), 30) + moved


@pytest.mark.parametrize("law", ["independent", "one factor", "skewed"])
def test_equivalence_errs_at_most_as_often_as_it_says_and_is_found_where_there_is_no_shift(law):
    def within(moved, i):
        return shift(fits(i, 200, law, moved), fits(50_000 + i, 400, law, 0), 0.05).within(0.5)

    assert np.mean([within(0.5, i) for i in range(600)]) < 0.085
    assert np.mean([within(0.0, i) for i in range(200)]) > 0.98


@pytest.mark.parametrize("law", ["independent", "one factor"])
def test_the_interval_covers_a_planted_shift_at_least_as_often_as_it_says(law):
    found = [shift(fits(i, 100, law, 0.4), fits(50_000 + i, 200, law, 0), 0.05) for i in range(300)]
    assert np.mean([s.low <= 0.4 <= s.high for s in found]) > 0.87


def test_scores_that_move_behind_a_constant_accuracy_are_not_the_same():
    """Probabilities of the right class between 0.8 and 0.95: the accuracy is 1 for every seed."""
    before, after = (rng(i).uniform(0.80, 0.85, size=(200, 20)) + 0.1 * i for i in (0, 1))
    assert (before > 0.5).all() and (after > 0.5).all()
    assert shift(after, before, 0.05).low > 0.5


def test_constant_scores():
    same, other, varied = np.full((9, 2), 0.1 + 0.2), np.full((9, 2), 0.5), rng().uniform(size=(9, 2))
    assert shift(same, same, 0.05) == (0, 0, 0)
    assert shift(same * (1 + 1e-10), same, 0.05) == (0, 0, 0)
    assert not shift(same * (1 + 1e-6), same, 0.05).within(0.5)
    assert shift(other, same, 0.05).estimate == np.inf
    assert not shift(varied, same, 0.05).within(0.5)
    assert np.isfinite(shift(same, varied, 0.05)).all()


def test_one_seed_that_makes_all_the_spread_bounds_nothing():
    reference = np.zeros((50, 3))
    reference[7] = 1.0
    assert shift(np.zeros((50, 3)), reference, 0.05).high == np.inf


def test_two_seeds_bound_nothing():
    assert not shift(np.ones((2, 3)), rng().normal(size=(4, 3)), 0.05).within(1e9)


@pytest.mark.parametrize(
    ("p", "differences", "overlap", "floored"),
    [
        (0.0, [0.1] * 5, 0.0, 1 / 16),
        (0.0, [0.3, 0.1 + 0.2], 0.0, 1 / 2),
        (0.4, [-0.1] * 5, 0.0, 0.4),
        (1.0, [0.0] * 5, 0.0, 1.0),
        (0.01, [0.1, 0.2, 0.3], 0.0, 0.01),
        (0.0, [0.1] * 20, 1.0, 1.0),
        (np.nan, [], 0.0, np.nan),
    ],
)
def test_a_spread_of_zero_shows_no_more_than_its_signs(p, differences, overlap, floored):
    assert sign_floor(p, np.array(differences), overlap) == pytest.approx(floored, nan_ok=True)
