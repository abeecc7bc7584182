"""Refits in blocks are those made one by one, and resamples without a maximum are counted, never fitted."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.duplication import bootstrap
from hearsay.duplication.logistic import CONVERGED, SEPARATED, SINGULAR, fit
from hearsay.duplication.refits import BLOCK, exponential, refit_counts, refit_logistic
from hearsay.errors import HearsayError
from tests.duplication.test_logistic import sample, status_by_linear_programming

SEEDS = np.random.SeedSequence(5)


def drawn(n, resamples):
    counts = np.empty((resamples, n))
    bootstrap.counts(bootstrap.state(SEEDS), counts)
    return counts


def test_coefficients_are_those_of_statsmodels_one_by_one():
    x, y = sample(300, 4, 1)
    counts = drawn(300, 40)
    refits = refit_counts(x, y, counts)
    assert (refits.status == CONVERGED).all()
    for ours, times in zip(refits.coefficients, counts.astype(int), strict=True):
        theirs = sm.Logit(np.repeat(y, times), np.repeat(x, times, axis=0)).fit(disp=0, tol=1e-12)
        assert ours == pytest.approx(theirs.params, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(5, 60),
    p=st.integers(1, 4),
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["normal", "rounded", "binary"]),
)
def test_every_status_and_coefficient_is_that_of_one_by_one(n, p, seed, kind):
    x, y = sample(n, p, seed, kind)
    counts = drawn(n, 2 * BLOCK + 3)
    refits = refit_counts(x, y, counts)
    full = fit(x, y)
    error = np.sqrt(np.diag(full.covariance)) if full.status == CONVERGED else np.inf
    for coefficients, status, times in zip(*refits, counts, strict=True):
        single = fit(x, y, times)
        assert status == single.status
        if status == CONVERGED:
            assert (np.abs(coefficients - single.beta) <= 1e-6 * (error + np.abs(single.beta))).all()
        else:
            assert np.isnan(coefficients).all()


def test_separated_and_collinear_resamples_are_those_of_the_definition():
    x, y = sample(14, 2, 3, "rounded")
    counts = drawn(14, 400)
    status = refit_counts(x, y, counts).status
    expected = [status_by_linear_programming(x[times > 0], y[times > 0]) for times in counts]
    assert status.tolist() == expected
    assert {CONVERGED, SEPARATED} <= set(expected)


def test_resamples_of_one_class_or_one_row_are_not_fitted():
    x, y = sample(40, 2, 0)
    counts = np.zeros((3, 40))
    counts[0, y == 1] = 2
    counts[1, 7] = 40
    counts[2] = 1
    refits = refit_counts(x, y, counts)
    assert refits.status.tolist() == [SEPARATED, SINGULAR, CONVERGED]
    assert np.isnan(refits.coefficients[:2]).all()
    assert refits.coefficients[2] == pytest.approx(fit(x, y).beta, abs=1e-8)


def test_data_without_a_maximum_have_no_resample_with_one():
    x = np.column_stack([np.ones(20), np.arange(20.0)])
    refits = refit_logistic(x, (np.arange(20) > 9).astype(float), 50, SEEDS)
    assert (refits.status != CONVERGED).all()
    assert np.isnan(refits.coefficients).all()


def test_badly_scaled_columns_are_refitted_as_well():
    x, y = sample(200, 2, 4)
    other = x * [1, 1e-4, 1e4] + [0, 1, 3e4]
    counts = drawn(200, 100)
    plain, scaled = refit_counts(x, y, counts), refit_counts(other, y, counts)
    assert (scaled.status == CONVERGED).all()
    assert scaled.coefficients @ other.T == pytest.approx(plain.coefficients @ x.T, abs=1e-6)


def test_drawn_resamples_are_the_counted_ones_whatever_the_block():
    x, y = sample(100, 2, 2)
    for resamples in (1, BLOCK - 1, BLOCK + 1, 3 * BLOCK):
        refits = refit_logistic(x, y, resamples, SEEDS)
        assert refits.coefficients.shape == (resamples, 3)
        assert np.array_equal(refits.coefficients, refit_logistic(x, y, resamples, SEEDS).coefficients)
        given_counts = refit_counts(x, y, drawn(100, resamples))
        assert refits.coefficients == pytest.approx(given_counts.coefficients, abs=1e-9)


def test_standard_errors_are_near_those_of_theory():
    x, y = sample(2000, 2, 6)
    deviation = refit_logistic(x, y, 2000, SEEDS).coefficients.std(axis=0)
    assert deviation == pytest.approx(np.sqrt(np.diag(fit(x, y).covariance)), rel=0.15)


def test_the_exponential():
    x = np.linspace(-700, 0, 20_001)
    ours = np.array([exponential(value) for value in x])
    assert np.abs(ours / np.exp(x) - 1).max() < 2e-14
    assert exponential(0.0) == 1.0
    assert 0 <= exponential(-1e6) < 1e-300


@pytest.mark.parametrize(
    ("x", "y", "rows"),
    [
        (np.ones((3, 1)), [0, 1, 2], np.ones((1, 3))),
        (np.ones((3, 1)), [0, 1], np.ones((1, 3))),
        (np.full((3, 1), np.nan), [0, 1, 1], np.ones((1, 3))),
        (np.ones((3, 1)), [0, 1, 1], np.full((1, 3), 0.5) + 1e-9),
        (np.ones((3, 1)), [0, 1, 1], -np.ones((1, 3))),
        (np.ones((3, 1)), [0, 1, 1], np.ones((1, 2))),
    ],
)
def test_bad_input_is_one_line(x, y, rows):
    with pytest.raises(HearsayError, match=r"^logistic refits: [^\n]+$"):
        refit_counts(x, np.array(y), rows)
