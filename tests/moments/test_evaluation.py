"""Answers by hand, and evaluations that update nothing that they should not."""

import numpy as np
import pytest
import torch

from hearsay.moments.classifier import Plan, Recipe, net
from hearsay.moments.evaluation import (
    CLEAN,
    CONTRAST,
    HALF,
    NOISE,
    SHUFFLED,
    SORTED,
    answers,
    orders,
    outputs_by_batch,
    outputs_under,
    outputs_updating,
    shifted,
)
from hearsay.vision import statistics
from hearsay.vision.nets import norm_layers


def made():
    torch.manual_seed(0)
    model = net(Plan(), Recipe(maps=4), 1, 8, 3)
    model(torch.randn(9, 1, 8, 8))
    return model, torch.randn(10, 1, 8, 8)


def test_answers_by_hand():
    outputs = torch.log(torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]))
    found = answers(outputs, torch.tensor([0, 1, 1, 0]))
    assert found.accuracy == 0.5
    assert found.loss == pytest.approx(-np.log([0.9, 0.1, 0.8, 0.4]).mean())
    # bins of 1/15: .9 twice, half of them right; .8 right; .6 wrong
    assert found.calibration == pytest.approx((2 * 0.4 + 0.2 + 0.6) / 4)
    assert answers(torch.tensor([[50.0, 0.0]]), torch.tensor([0])).calibration == pytest.approx(0, abs=1e-6)


def test_nothing_that_is_asked_moves_the_net():
    model, images = made()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = statistics.moments(model)
    outputs_under(model, state, images, 4)
    outputs_by_batch(model, images, 4)
    outputs_updating(model, state, images, 4, 0.1)
    after = model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items() if "num_batches" not in name)
    assert model.training


def test_outputs_by_batch_are_those_of_training_mode():
    model, images = made()
    expected = torch.cat([model(part) for part in images.split(4)])
    assert torch.equal(outputs_by_batch(model, images, 4), expected)


@pytest.mark.parametrize("momentum", [0.1, 1.0])
def test_updating_first_and_answering_then_by_hand(momentum):
    model, images = made()
    state = statistics.moments(model)
    found, left = outputs_updating(model, state, images, 5, momentum)
    statistics.put(model, state)
    expected = []
    for part in images.split(5):
        for layer in norm_layers(model).values():
            layer.momentum = momentum
        with torch.no_grad():
            model.train()(part)
            expected.append(model.eval()(part))
    torch.testing.assert_close(found, torch.cat(expected))
    torch.testing.assert_close(left, statistics.moments(model))


def test_shifts_and_orders():
    rng = np.random.default_rng(0)
    images = torch.randn(200, 1, 8, 8)
    assert torch.equal(shifted(images, CLEAN, rng), images)
    torch.testing.assert_close(shifted(images, CONTRAST, rng).std(), images.std() / 2)
    assert float((shifted(images, NOISE, rng) - images).std()) == pytest.approx(0.5, rel=0.05)
    labels = torch.arange(200) % 4
    found = dict(orders(labels, rng))
    assert list(found) == [SHUFFLED, HALF, SORTED]
    assert all(sorted(order.tolist()) == list(range(200)) for order in found.values())
    assert (labels[found[SORTED]].diff() >= 0).all() and (labels[found[SHUFFLED]].diff() < 0).any()
    own = {name: float((labels[order] == torch.arange(200) // 50).float().mean()) for name, order in found.items()}
    assert own[SORTED] == 1 and 0.15 < own[SHUFFLED] < 0.35 and 0.5 < own[HALF] < 0.75  # by chance 1/2 + 1/2 * 1/4
