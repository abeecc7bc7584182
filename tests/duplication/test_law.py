import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from hearsay.duplication import law

LEVELS = st.floats(0.5, 0.999)
COPIES = st.integers(1, 50)


def test_the_known_values():
    found = [law.coverage(0.95, k) for k in (1, 2, 3, 5, 10)]
    assert np.round(found, 3).tolist() == [0.950, 0.834, 0.742, 0.619, 0.465]
    aic = [law.selection("AIC", k, 1000, 3, False) for k in (1, 2, 3, 5, 10)]
    assert np.round(aic, 3).tolist() == [0.157, 0.317, 0.414, 0.527, 0.655]


@given(LEVELS, st.integers(5, 3000), st.integers(1, 3))
def test_one_copy_is_nominal(level, rows, parameters):
    assert law.coverage(level, 1) == pytest.approx(level)
    assert law.coverage_exact(level, 1, rows, parameters) == pytest.approx(level)
    assert law.coverage_jitter_mean(level, 1, 0.3) == pytest.approx(level)
    assert law.width_ratio(level, 1, rows, parameters, True) == pytest.approx(1)
    assert law.unbiased_variance_factor(1, rows) == 1


@given(LEVELS, COPIES)
def test_the_exact_laws_tend_to_the_asymptotic_ones(level, copies):
    assert law.coverage_exact(level, copies, 10**7, 3) == pytest.approx(law.coverage(level, copies), abs=1e-5)
    assert law.coverage_sandwich_mean(level, 10**7) == pytest.approx(level, abs=1e-5)
    assert law.coverage_jitter_mean(level, copies, 1e-6) == pytest.approx(law.coverage(level, copies))
    exact, limit = (law.selection("BIC", copies, 10**6, 3, linear) for linear in (True, False))
    assert exact == pytest.approx(limit, abs=1e-4)
    assert law.width_ratio(level, copies, 10**7, 3, True) == pytest.approx(law.width_ratio(level, copies, 1, 1, False))


@given(LEVELS, st.integers(1, 30), st.integers(5, 300))
def test_more_copies_cover_less(level, copies, rows):
    assert law.coverage_exact(level, copies + 1, rows) < law.coverage_exact(level, copies, rows)
    assert law.selection("AIC", copies + 1, rows, 3, True) > law.selection("AIC", copies, rows, 3, True)


def test_exact_coverage_is_the_integral_over_the_variance():
    # mean 0, standard error sqrt(v / n), v (n - 1) chi-square, interval of the copies: an independent way to the number
    rows, copies, level = 8, 3, 0.95
    many = copies * rows
    quantile = stats.t.ppf(0.975, many - 1)

    def covered(sums):
        half = quantile * np.sqrt(copies * sums / (many - 1) / many)
        return (2 * stats.norm.cdf(half * np.sqrt(rows)) - 1) * stats.chi2.pdf(sums, rows - 1)

    assert law.coverage_exact(level, copies, rows) == pytest.approx(integrate.quad(covered, 0, np.inf)[0], abs=1e-8)


@given(st.integers(2, 20), st.integers(2, 200), st.integers(0, 2**31))
def test_the_variance_factor(copies, rows, seed):
    y = np.random.default_rng(seed).standard_normal(rows)
    ratio = np.tile(y, copies).var(ddof=1) / y.var(ddof=1)
    assert ratio == pytest.approx(law.unbiased_variance_factor(copies, rows))
