"""A training sees every image, is paired, resumes, and never sees its running statistics."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.moments.classifier import Plan, Recipe, net, train
from hearsay.vision import statistics
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Images
from hearsay.vision.nets import norm_layers

RNG = np.random.default_rng(0)
IMAGES = Images(RNG.integers(0, 256, (30, 1, 8, 8), np.uint8), np.repeat(np.arange(3), 10))
SMALL, RECIPE = Plan(batch=6), Recipe(steps=7, maps=4)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_shapes():
    for depth in (1, 2, 3, 5):
        model = net(Plan(depth=depth), Recipe(maps=4), 3, 15, 7)
        assert model(torch.zeros(2, 3, 15, 15)).shape == (2, 7) and len(norm_layers(model)) == depth


def test_statistics_of_any_kind_never_reach_the_weights():
    def meddle(step, model, moments):
        statistics.put(model, torch.rand_like(statistics.moments(model)) + 0.5)

    one, other = train(SMALL, RECIPE, IMAGES, 1, 0), train(SMALL, RECIPE, IMAGES, 1, 0, watch=meddle)
    assert torch.equal(weights(one.net), weights(other.net)) and one.losses == other.losses


def test_the_watch_sees_the_moments_of_the_batch():
    seen = []
    train(SMALL, RECIPE, IMAGES, 1, 0, watch=lambda step, model, moments: seen.append((step, moments)))
    assert [step for step, _ in seen] == list(range(8)) and seen[0][1] is None
    assert all(not torch.equal(a[1], b[1]) for a, b in pairwise(seen[1:]))


def test_plans_of_a_replicate_begin_alike():
    first = []

    def watch(step, model, moments):
        if step == 0:
            first.append(weights(model))

    for plan in (SMALL, SMALL._replace(batch=3), SMALL._replace(scale=4.0)):
        train(plan, RECIPE, IMAGES, 1, 0, watch=watch)
    train(SMALL, RECIPE, IMAGES, 1, 1, watch=watch)
    assert torch.equal(first[0], first[1]) and torch.equal(first[0], first[2]) and not torch.equal(first[0], first[3])


@pytest.mark.parametrize("killed_at", [1, 2, 5, 6])
def test_an_interrupted_training_resumes_to_the_same_bytes(tmp_path, killed_at):
    whole = train(SMALL, RECIPE, IMAGES, 1, 0)

    def watching(kept, stop):
        def watch(step, model, moments):
            if step == stop:
                raise KeyboardInterrupt
            kept["steps"] = [*kept.get("steps", []), step]

        return {"watch": watch, "kept": kept, "every": 2}

    with pytest.raises(KeyboardInterrupt):
        train(SMALL, RECIPE, IMAGES, 1, 0, checkpoint=Checkpoint(tmp_path / "r", "a"), **watching({}, killed_at))
    kept = {}
    again = train(SMALL, RECIPE, IMAGES, 1, 0, checkpoint=Checkpoint(tmp_path / "r", "a"), **watching(kept, None))
    assert torch.equal(weights(whole.net), weights(again.net))
    assert (whole.losses, whole.hits) == (again.losses, again.hits) and kept["steps"] == list(range(8))


def test_a_loss_that_is_no_number_gets_one_line():
    with pytest.raises(
        HearsayError, match=r"^moments: the loss is (nan|inf) at step \d of replicate 0 .*lower moments\.rate$"
    ):
        train(SMALL, RECIPE._replace(rate=1e30), IMAGES, 1, 0)
