"""Outcomes are those of the branches written out, each embedded anew; shortcuts change nothing."""

import copy

import numpy as np
import pytest
import torch

from hearsay.triplet import evaluation
from hearsay.triplet.evaluation import (
    ACROSS,
    APARTNESS,
    BATCH,
    BOTH,
    DOMAINS,
    FAR,
    IN_TRAINING,
    MEANS,
    ONE,
    OTHERS,
    OUTCOMES,
    PARAMETERS,
    REESTIMATED,
    SHARINGS,
    arms,
    embed,
    embed_by_batch,
    evaluate,
    leak,
)
from hearsay.triplet.sampling import BIASED, HALF, IID, SHIFTED, SHIFTS, draw, seen, shift
from hearsay.triplet.training import APART, CONCATENATED, GHOST, HOFFER, Plan, Recipe, train
from hearsay.vision import statistics
from hearsay.vision.metrics import discrepancy, knn_accuracy
from hearsay.vision.nets import norm_layers
from tests.triplet.planted import images

IMAGES = images()
RECIPE = Recipe(steps=5, maps=(4, 4), embedding=3, hoffer_maps=(2, 2, 2, 2))


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(evaluation, "FULL", 64)


def evaluated(plan, most=None, **more):
    trained = train(plan, RECIPE, IMAGES.train, 1, 0)
    found = {(arm, outcome): value for arm, outcome, value in evaluate(plan, trained, IMAGES, rng(), most, **more)}
    return trained, found


def rng():
    return np.random.default_rng(5)


def halves(most=None):
    """Queries and gallery as `evaluate` draws them."""
    generator = rng()
    generator.integers(2**62)
    places = generator.permutation(len(IMAGES.test.labels))[:most]
    asked, known = torch.from_numpy(places).chunk(2)
    return [(torch.from_numpy(IMAGES.test.pixels)[part], torch.from_numpy(IMAGES.test.labels)[part])
            for part in (asked, known)]  # fmt: skip


def by_hand(plan, trained, states, most=None):
    """The outcomes of an arm, by three nets of their own into which the statistics are put."""
    nets = []
    for k, state in enumerate(states):
        net = copy.deepcopy(trained.nets[k if plan.ties == APART else 0])
        statistics.put(net, state)
        nets.append(net.eval())
    (queries, asked), (gallery, known) = halves(most)
    with torch.no_grad():
        first, second = ([net(seen(part)) for net in nets] for part in (queries, gallery))
        far = [nets[1](seen(part, SHIFTS.get(plan.distribution, 0.0))) for part in (queries, gallery)]
    across = [knn_accuracy(first[0], asked, second[k], known) for k in (1, 2)]
    return {
        APARTNESS: discrepancy(first),
        ONE: knn_accuracy(first[0], asked, second[0], known),
        ACROSS: sum(across) / 2,
        DOMAINS: knn_accuracy(first[0], asked, far[1], known),
        FAR: knn_accuracy(far[0], asked, far[1], known),
    }


@pytest.mark.parametrize("most", [None, 24])
@pytest.mark.parametrize(
    "plan",
    [
        Plan(batch=4, distribution=SHIFTED),
        Plan(batch=4, distribution=HALF),
        Plan(batch=4, distribution=BIASED),
        Plan(batch=4, distribution=SHIFTED, passes=GHOST),
        Plan(batch=4, distribution=SHIFTED, ties=APART),
        Plan(batch=4, net=HOFFER),
    ],
)
def test_outcomes_are_those_of_nets_of_their_own(plan, most):
    trained, found = evaluated(plan, most)
    for arm, states in arms(plan, trained.kept).items():
        expected = by_hand(plan, trained, states, most)
        for outcome, value in expected.items():
            if outcome in (DOMAINS, FAR) and plan.distribution not in SHIFTS:
                assert (arm, outcome) not in found
            else:
                assert found[arm, outcome] == pytest.approx(value, rel=1e-5, abs=1e-9), (arm, outcome)


def test_every_arm_has_every_outcome():
    _, found = evaluated(Plan(batch=4, distribution=SHIFTED))
    assert {outcome for _, outcome in found} == set(OUTCOMES)
    assert {arm for arm, _ in found} == {*SHARINGS, *OTHERS, REESTIMATED, BATCH}
    _, fewer = evaluated(Plan(batch=4, distribution=SHIFTED), others=False)
    assert {arm for arm, _ in fewer} == {*SHARINGS, REESTIMATED, BATCH}
    assert all(found[key] == value for key, value in fewer.items())
    assert found[BATCH, IN_TRAINING] == 0


@pytest.mark.parametrize("plan", [Plan(batch=4, passes=CONCATENATED), Plan(batch=4, frozen=0.3)])
def test_one_pair_of_statistics_is_one_arm(plan):
    assert list(arms(plan, train(plan, RECIPE, IMAGES.train, 1, 0).kept)) == [BOTH]


def test_the_error_of_statistics_is_nothing_for_a_full_pass_and_large_for_the_wrong_branch():
    plan = Plan(batch=4, distribution=SHIFTED)
    trained = train(plan, RECIPE, IMAGES.train, 1, 0)
    generator = rng()
    generator.integers(2**62)
    generator.permutation(len(IMAGES.test.labels))
    drawn = draw(IMAGES.train.labels, 16, 4, SHIFTED, generator).images
    pixels = torch.from_numpy(IMAGES.train.pixels)
    views = [[seen(pixels[torch.from_numpy(step[k])], shift(SHIFTED, k)) for step in drawn] for k in range(3)]
    net = trained.nets[0]
    exact = {branch: statistics.full_pass(net, view) for branch, view in zip(evaluation.BRANCHES, views, strict=True)}
    exact |= {"shared": statistics.full_pass(net, [batch for step in zip(*views, strict=True) for batch in step])}
    kept = dict.fromkeys(trained.kept, exact["shared"]) | exact
    found = {key: v for *key, v in evaluate(plan, trained._replace(kept=kept), IMAGES, rng()) for key in [tuple(key)]}
    assert found[PARAMETERS, MEANS] == 0 and found[BOTH, MEANS] < 1e-5
    assert found["anchor only", MEANS] > 0.1


def test_batch_by_batch_is_the_training_mode_without_dropout_and_changes_nothing():
    trained = train(Plan(batch=4, net=HOFFER), RECIPE, IMAGES.train, 1, 0)
    net = trained.nets[0]
    before = copy.deepcopy(net.state_dict())
    pixels = seen(torch.from_numpy(IMAGES.test.pixels[:12]))
    found = embed_by_batch(net, pixels, 4)
    twin = copy.deepcopy(net).eval()
    for layer in norm_layers(twin).values():
        layer.train()
    with torch.no_grad():
        expected = torch.cat([twin(part) for part in pixels.split(4)])
    torch.testing.assert_close(found, expected)
    assert torch.equal(found, embed_by_batch(net, pixels, 4))
    assert not net.training
    for name, value in net.state_dict().items():
        assert torch.equal(before[name], value) or name.endswith("num_batches_tracked")
    assert not torch.allclose(found, embed(net, statistics.moments(net), pixels), atol=1e-3)


def test_the_leak_tells_a_shift_and_nothing_of_branches_that_are_alike():
    more = Recipe(steps=30, maps=(4, 4), embedding=3)
    told = {}
    for distribution in (IID, SHIFTED):
        plan = Plan(batch=8, distribution=distribution)
        net = train(plan, more, IMAGES.train, 1, 0).nets[0]
        told[distribution] = np.mean([leak(plan, net, IMAGES, np.random.default_rng(k)) for k in range(4)])
    assert abs(told[IID] - 1 / 3) < 0.1
    # at most the anchor always, and positives and negatives, of one domain, by chance
    assert 0.45 < told[SHIFTED] < 2 / 3 + 0.1
