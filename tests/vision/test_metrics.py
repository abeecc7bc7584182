"""Metrics against scikit-learn and by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from hearsay.vision.metrics import discrepancy, knn_accuracy, verification


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([1, 3, 5]), st.integers(2, 4))
def test_nearest_neighbours_are_scikit_learn_s(seed, k, classes):
    rng = torch.Generator().manual_seed(seed)
    gallery, queries = torch.randn(40, 3, generator=rng), torch.randn(20, 3, generator=rng)
    known, labels = torch.randint(classes, (40,), generator=rng), torch.randint(classes, (20,), generator=rng)
    near = KNeighborsClassifier(k).fit(gallery, known).kneighbors(queries)[1]
    chosen = []
    for row in known.numpy()[near]:
        counts = {label: list(row).count(label) for label in row}  # in the order of distance
        chosen.append(max(counts, key=counts.get))
    assert knn_accuracy(queries, labels, gallery, known, k) == pytest.approx(np.mean(chosen == labels.numpy()))


def test_a_tie_goes_to_the_nearest():
    gallery = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    known = torch.tensor([7, 3, 3, 7])
    assert knn_accuracy(torch.zeros(1, 1), torch.tensor([7]), gallery, known, 4) == 1


def test_verification_by_hand():
    first, second = torch.zeros(4, 1), torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    assert verification(first, second, np.array([True, True, False, False])) == (1.0, 0.0)
    assert verification(first, second, np.array([False, False, True, True])) == (0.0, 1.0)
    assert verification(first, second, np.array([True, False, True, False])) == (0.75, 0.5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_the_equal_error_rate_is_where_both_errors_meet(seed):
    rng = np.random.default_rng(seed)
    same = np.concatenate([[True, False], rng.random(200) < 0.5])
    apart = torch.tensor(rng.normal(1.0 - same, 1.0)).abs()[:, None]
    _, rate = verification(torch.zeros_like(apart), apart, same)
    assert 0 <= rate <= 1
    distances = apart[:, 0].numpy()
    gaps = [
        abs((distances[~same] <= t).mean() - (distances[same] > t).mean()) for t in np.append(np.sort(distances), -1)
    ]
    t = np.append(np.sort(distances), -1)[int(np.argmin(gaps))]
    near = ((distances[~same] <= t).mean() + (distances[same] > t).mean()) / 2
    assert rate == pytest.approx(near, abs=2 / min(same.sum(), (~same).sum()))


def test_discrepancy_by_hand():
    one = torch.tensor([[3.0, 4.0], [0.0, 5.0]])
    assert discrepancy([one, one, one]) == 0
    assert discrepancy([one, one, one + torch.tensor([0.3, 0.4])]) == pytest.approx(0.1)
    other = one + torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    assert discrepancy([one.reshape(2, 1, 2), one.reshape(2, 1, 2), other.reshape(2, 1, 2)]) == pytest.approx(0.5 / 5)
    assert discrepancy([one * 0, one * 0]) == 0 and discrepancy([one * 0, one]) == float("inf")
