"""Losses against plain loops, and against pytorch-metric-learning where it has them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_metric_learning import losses as theirs
from pytorch_metric_learning import miners

from hearsay.vision import losses

NUMBERS = st.lists(st.floats(0, 20, width=32), min_size=2, max_size=2)


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_both_ratios_by_hand(pairs):
    positive, negative = (torch.tensor(column) for column in zip(*pairs, strict=True))
    share = np.array([np.exp(p) / (np.exp(p) + np.exp(n)) for p, n in pairs])
    # ((s+)^2 + (s- - 1)^2) / 2 = (s+)^2, Hoffer & Ailon's equation
    assert float(losses.hoffer_ratio(positive, negative)) == pytest.approx((share**2).mean(), abs=1e-5)
    closeness = [np.exp(-p) / (np.exp(-p) + np.exp(-n)) for p, n in pairs]
    assert float(losses.torch_ratio(positive, negative)) == pytest.approx(-np.log(closeness).mean(), abs=1e-4)


def some(n, classes, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(n, 5, generator=rng), torch.randint(classes, (n,), generator=rng)


def test_margin_is_pytorch_metric_learning_s():
    a, p, n = some(24, 2)[0].chunk(3)
    k = torch.arange(8)
    triplets = (k, k + 8, k + 16)
    whole = torch.cat([a, p, n])
    expected = theirs.TripletMarginLoss(margin=1.0, distance=plain_distance(), reducer=mean())(
        whole, torch.arange(24), triplets
    )
    ours = losses.margin(losses.distances(a, p), losses.distances(a, n))
    torch.testing.assert_close(ours, expected)


@pytest.mark.parametrize("seed", range(5))
def test_batch_hard_is_pytorch_metric_learning_s_and_a_plain_loop_s(seed):
    points, labels = some(20, 4, seed)
    points.requires_grad_()
    ours = losses.batch_hard(points, labels)
    (gradient,) = torch.autograd.grad(ours, points)
    miner = miners.BatchHardMiner(distance=plain_distance())
    loss = theirs.TripletMarginLoss(margin=1.0, distance=plain_distance(), reducer=mean())
    expected = loss(points, labels, miner(points, labels))
    torch.testing.assert_close(ours, expected)
    torch.testing.assert_close(gradient, torch.autograd.grad(expected, points)[0], atol=1e-5, rtol=1e-4)
    terms = []
    for i in range(20):
        apart = [((points[i] - points[j]).norm().item(), labels[i] == labels[j]) for j in range(20) if j != i]
        terms.append(max(max(d for d, same in apart if same) - min(d for d, same in apart if not same) + 1, 0))
    assert ours.item() == pytest.approx(np.mean(terms), rel=1e-5)


def plain_distance():
    from pytorch_metric_learning.distances import LpDistance

    return LpDistance(normalize_embeddings=False)


def mean():
    from pytorch_metric_learning.reducers import MeanReducer

    return MeanReducer()


def test_batch_hard_without_any_pair_is_nothing():
    points = torch.randn(3, 2, requires_grad=True)
    for labels in (torch.tensor([0, 1, 2]), torch.tensor([0, 0, 0])):
        loss = losses.batch_hard(points, labels)
        loss.backward()
        assert loss == 0 and (points.grad == 0).all()


def test_equal_embeddings_have_gradients():
    point = torch.ones(2, 3, requires_grad=True)
    losses.margin(losses.distances(point, point), losses.distances(point, torch.zeros(2, 3))).backward()
    assert torch.isfinite(point.grad).all()


@pytest.mark.parametrize("name", losses.LOSSES)
def test_every_loss_falls_when_it_is_followed(name):
    points, labels = some(18, 3, 1)
    a, p, n = (part.clone().requires_grad_() for part in points.chunk(3))
    loss = losses.LOSSES[name]
    same, others = labels[:6], labels[:6] + 10
    before = loss(a, p, n, same, others)
    gradients = torch.autograd.grad(before, (a, p, n), allow_unused=True)
    with torch.no_grad():
        moved = [x - 1e-2 * g for x, g in zip((a, p, n), gradients, strict=True)]
    assert loss(*moved, same, others).item() < before.item()
