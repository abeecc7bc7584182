"""Data sets, splits and the views that estimators take."""

import numpy as np
import pytest

from hearsay.duplication import data
from hearsay.errors import HearsayError


@pytest.mark.parametrize("name", data.NAMES)
def test_every_data_set_is_whole_and_splits(name):
    found = data.load(name)
    assert np.isfinite(found.x).all() and len(found.x) == len(found.y) > 100
    split = data.split(found, 90, np.random.default_rng(0))
    assert len(split.y) == 90 and 0 < len(split.y_test) <= data.TEST_ROWS
    spread = split.x.std(axis=0)
    assert np.allclose(split.x.mean(axis=0), 0) and np.all((np.abs(spread - 1) < 1e-9) | (spread == 0))
    if found.kind == "classification":
        share = np.bincount(split.y) / 90 - np.bincount(found.y) / len(found.y)
        assert np.abs(share).max() < 0.02


def test_train_and_test_rows_are_different_rows():
    found = data.load("diabetes")
    split = data.split(found, 100, np.random.default_rng(1))
    both = np.vstack([split.x, split.x_test])
    assert len(np.unique(both, axis=0)) == len(both)


def test_views():
    wine = data.split(data.load("wine"), 90, np.random.default_rng(0))
    diabetes = data.split(data.load("diabetes"), 90, np.random.default_rng(0))
    assert set(data.binary(wine).y) == {0, 1}
    counts = data.counts(wine)
    assert counts.x.min() >= 0 and np.all(counts.x_test.max(axis=0) <= counts.x.max(axis=0))
    assert np.array_equal(counts.x, np.round(counts.x))
    unit = data.unit_target(diabetes).y
    assert np.isclose(((unit - unit.mean()) ** 2).sum(), 1) and np.isclose(np.corrcoef(unit, diabetes.y)[0, 1], 1)
    assert data.one_column(diabetes).x.shape == (90, 1)
    assert data.two_targets(diabetes).y.shape == (90, 2) and data.two_targets(diabetes).x.shape == (90, 9)
    assert np.array_equal(data.indicators(wine).y.sum(axis=1), np.ones(90))
    assert np.mean(data.half_labelled(wine).y == -1) == 0.5
    assert data.near(wine).x.shape == (90, 2)


def test_what_cannot_be_done_says_so():
    with pytest.raises(HearsayError, match="no data set 'iris'"):
        data.load("iris")
    with pytest.raises(HearsayError, match="too few for the classes"):
        data.split(data.load("digits"), 12, np.random.default_rng(0))
