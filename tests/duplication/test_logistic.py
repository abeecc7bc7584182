"""One weighted logistic regression is statsmodels', and says truly when there is no maximum."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hearsay.duplication.logistic import CONVERGED, SEPARATED, SINGULAR, fit, newton
from hearsay.errors import HearsayError


def sample(n, p, seed, kind="normal"):
    random = np.random.default_rng(seed)
    x = random.standard_normal((n, p))
    if kind == "rounded":
        x = np.round(x)
    elif kind == "binary":
        x = (x > 0).astype(float)
    y = (random.random(n) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    return np.column_stack([np.ones(n), x]), y


def status_by_linear_programming(x, y):
    """Albert & Anderson's definition: a direction that lowers no row's likelihood and raises some."""
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return SINGULAR
    signed = (2 * y - 1)[:, None] * x
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(y)), bounds=[(-1, 1)] * x.shape[1])
    return SEPARATED if -found.fun > 1e-7 else CONVERGED


@pytest.mark.parametrize("p", [1, 3, 6])
def test_coefficients_and_covariance_are_those_of_statsmodels(p):
    x, y = sample(200, p, p)
    weights = np.random.default_rng(0).poisson(1.5, 200).astype(float)
    ours = fit(x, y, weights)
    theirs = sm.GLM(y, x, family=sm.families.Binomial(), freq_weights=weights).fit(tol=1e-14)
    assert ours.status == CONVERGED
    assert ours.beta == pytest.approx(theirs.params, abs=1e-10)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-5, abs=1e-8)
    mean = 1 / (1 + np.exp(-x @ ours.beta))
    information = (x * (weights * mean * (1 - mean))[:, None]).T @ x
    assert ours.covariance @ information == pytest.approx(np.eye(p + 1), abs=1e-8)


@settings(max_examples=300, deadline=None)
@given(
    n=st.integers(3, 40),
    p=st.integers(1, 4),
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["normal", "rounded", "binary"]),
)
def test_the_status_is_that_of_the_definition(n, p, seed, kind):
    x, y = sample(n, p, seed, kind)
    result = fit(x, y)
    assert result.status == status_by_linear_programming(x, y)
    if result.status == CONVERGED:
        residual = y - 1 / (1 + np.exp(-x @ result.beta))
        assert np.abs(x @ result.covariance @ (x.T @ residual)).max() < 1e-7


def test_complete_and_quasi_complete_separation_are_seen():
    line = np.column_stack([np.ones(6), np.arange(6.0)])
    assert fit(line, np.array([0, 0, 0, 1, 1, 1.0])).status == SEPARATED
    quasi = np.column_stack([np.ones(6), [0, 1, 2, 2, 3, 4.0]])
    assert fit(quasi, np.array([0, 0, 0, 1, 1, 1.0])).status == SEPARATED
    assert fit(quasi, np.array([0, 0, 1, 1, 0, 1.0])).status == CONVERGED
    assert fit(line, np.ones(6)).status == SEPARATED
    level = np.column_stack([np.ones(40), np.arange(40) < 5])
    assert fit(level, np.where(np.arange(40) < 5, 1.0, np.arange(40) % 2)).status == SEPARATED


def test_separation_counts_only_rows_with_weight():
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    y = np.array([0, 1, 0, 1, 0, 1.0])
    assert fit(x, y).status == CONVERGED
    assert fit(x, y, np.array([1, 0, 1, 1, 0, 1.0])).status == SEPARATED


def test_collinear_columns_have_no_unique_fit():
    x, y = sample(50, 2, 0)
    result = fit(np.column_stack([x, x[:, 1] - x[:, 2]]), y)
    assert result.status == SINGULAR
    assert np.isnan(result.beta).all()


@settings(max_examples=30, deadline=None)
@given(scale=st.floats(-6, 6), shift=st.floats(-3, 3), seed=st.integers(0, 1000))
def test_the_fit_does_not_depend_on_units(scale, shift, seed):
    x, y = sample(60, 1, seed)
    other = x.copy()
    other[:, 1] = 10.0**scale * (x[:, 1] + shift)
    plain, moved = fit(x, y), fit(other, y)
    assert plain.status == moved.status
    if plain.status == CONVERGED:
        assert x @ plain.beta == pytest.approx(other @ moved.beta, abs=1e-6)


@pytest.mark.parametrize("start", [[8.0, -6.0], [-3.0, 4.0], [20.0, 1.0]])
def test_a_bad_start_leads_to_the_same_maximum(start):
    """Plain Newton steps run away from here; the shortened ones do not."""
    x, y = sample(100, 1, 3)
    beta, information = np.array(start), np.empty((2, 2))
    assert newton(x, y, np.ones(100), beta, information) == CONVERGED
    assert beta == pytest.approx(fit(x, y).beta, abs=1e-9)
    plain = np.array(start)
    for _ in range(5):
        mean = 1 / (1 + np.exp(-np.clip(x @ plain, -700, 700)))
        plain += np.linalg.pinv((x * (mean * (1 - mean))[:, None]).T @ x) @ x.T @ (y - mean)
    assert np.abs(plain - beta).max() > 10


def test_shapes_that_do_not_fit_are_one_line():
    with pytest.raises(HearsayError, match=r"do not fit together$"):
        fit(np.ones((3, 1)), np.ones(4))
