import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hearsay.duplication.distance import DISTANCE, distance, kolmogorov, wasserstein
from hearsay.errors import HearsayError

CONFIG = {"sizes": [30], "copies": [1, 2, 5], "distance_replicates": 400}


def sample(rows, seed=0):
    return np.sort(np.random.default_rng(seed).standard_normal(rows))


@pytest.mark.parametrize("copies", [1, 3])
def test_kolmogorov_is_scipys(copies):
    x = np.repeat(sample(40), copies)
    assert kolmogorov(x, stats.norm.cdf(x)) == pytest.approx(stats.kstest(x, "norm").statistic, abs=1e-14)


@pytest.mark.parametrize("copies", [1, 3])
def test_wasserstein_is_the_area_between(copies):
    x = np.repeat(sample(20, 1), copies)
    grid = np.linspace(-8, 8, 400_001)
    empirical = np.searchsorted(x, grid, side="right") / len(x)
    area = np.abs(empirical - stats.norm.cdf(grid)).mean() * 16
    assert wasserstein(x, stats.norm.cdf(x)) == pytest.approx(area, abs=1e-4)


@given(st.integers(1, 100), st.integers(2, 20), st.integers(0, 2**31))
def test_copies_are_as_far_from_the_truth(rows, copies, seed):
    x = sample(rows, seed)
    many = np.repeat(x, copies)
    for measure in (kolmogorov, wasserstein):
        assert measure(many, stats.norm.cdf(many)) == pytest.approx(measure(x, stats.norm.cdf(x)), rel=1e-10)


def test_the_table():
    found = distance(CONFIG, 3)
    DISTANCE.check(found)
    copies, fresh = (found[found["arm"] == arm] for arm in ("copies", "new rows"))
    assert np.abs(copies[["kolmogorov_ratio", "wasserstein_ratio"]] - 1).to_numpy().max() < 1e-12
    for measure in ("kolmogorov", "wasserstein"):
        assert (np.abs(fresh[f"{measure}_ratio"] - fresh["law"]) < 0.05).all()
    # the expected Kolmogorov distance is about sqrt(pi / 2) log(2) / sqrt(n)
    assert found["kolmogorov"].iloc[0] == pytest.approx(np.sqrt(np.pi / 2) * np.log(2) / np.sqrt(30), rel=0.1)


def test_without_one_copy_there_is_nothing_to_compare_with():
    with pytest.raises(HearsayError, match="1 is missing"):
        distance(CONFIG | {"copies": [2]}, 3)
