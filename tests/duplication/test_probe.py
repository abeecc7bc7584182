"""Copies, scores and their difference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from hearsay.duplication import probe
from hearsay.errors import HearsayError

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] + 0.3 * X[:, 1] > 0).astype(int)


@given(st.integers(1, 6), st.integers(1, 9), st.sampled_from(probe.ORDERS))
def test_copies_leave_the_empirical_distribution(k, n, how):
    x, y = X[:n], Y[:n]
    many_x, many_y, ids = probe.copied(x, y, k, how)
    assert np.array_equal(many_x, x[ids]) and np.array_equal(many_y, y[ids])
    assert np.array_equal(np.bincount(ids), np.full(n, k))


def test_orders_are_numpys():
    assert np.array_equal(probe.copied(X, Y, 3, "tile")[0], np.tile(X, (3, 1)))
    assert np.array_equal(probe.copied(X, Y, 3, "repeat")[0], np.repeat(X, 3, axis=0))
    with pytest.raises(HearsayError, match="expected k >= 1"):
        probe.copied(X, Y, 3, "shuffle")


@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_the_difference_has_no_unit(scale, shift):
    a, b = X[:, :1], X[:, :1] + 0.01
    assert probe.difference(a, a) == 0
    found = probe.difference(a * scale + shift, b * scale + shift)
    assert np.isclose(found, 0.01 / a.std(), rtol=1e-4)


def test_the_difference_where_scores_are_constant_missing_or_of_another_shape():
    same = np.full((5, 1), 4.0)
    assert probe.difference(same, same + 1) == 0.25
    gap = np.array([[1.0], [np.nan], [3.0]])
    assert probe.difference(gap, gap) == 0
    assert probe.difference(gap, np.array([[1.0], [2.0], [3.0]])) == np.inf
    assert probe.difference(same, np.full((5, 2), 4.0)) == np.inf


def test_nothing_scored_is_not_the_same():
    nothing = np.full((5, 2), np.nan)
    assert probe.difference(nothing, nothing) == np.inf
    assert probe.difference(np.empty((0, 2)), np.empty((0, 2))) == np.inf
    halves = np.array([[1.0, np.nan], [np.nan, 2.0]])
    assert probe.difference(halves, halves) == np.inf


def test_scores_that_are_not_finite_are_compared_too():
    a = np.array([[1.0, 2.0], [-np.inf, 5.0], [3.0, 1.0]])
    b = a.copy()
    assert probe.difference(a, b) == 0
    b[1, 0] = np.inf
    assert probe.difference(a, b) == np.inf, "plus infinity is not minus infinity"
    b = a.copy()
    b[1, 1] = 6.0
    assert probe.difference(a, b) == 1 / np.sqrt((1 + 0.25) / 2), "the finite score of a row that has another"


def test_scores_of_each_sort_of_model():
    assert probe.scores(LogisticRegression().fit(X, Y), X).shape == (40, 2)
    assert probe.scores(LinearSVC().fit(X, Y), X).shape == (40, 1)
    assert probe.scores(LinearRegression().fit(X, X[:, :2]), X).shape == (40, 2)
    model = DummyClassifier(strategy="constant", constant=1).fit(X, Y)
    assert probe.labels(LinearRegression().fit(X, Y), X) is None
    assert probe.flips(probe.labels(model, X), Y) == np.mean(Y == 0)
    assert np.isnan(probe.flips(None, None))


def test_a_fit_that_stops_early_says_so():
    assert not probe.fit(LogisticRegression(max_iter=1), X, Y)[1]
    assert probe.fit(LogisticRegression(), X, Y)[1]
