"""Evaluations with and without updates: as by hand, the same in every order where the order cannot matter."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import torch

from hearsay.moments.classifier import Plan, Recipe, net
from hearsay.moments.evaluation import CLEAN, NOISE, ORDERS, SHIFTS, SHUFFLED, SORTED, answers, outputs_under
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, ANY, CHANGED, FIXED, OWN, TESTED, UPDATING, evaluate
from hearsay.vision import statistics

LABELS = torch.arange(24) % 3


@pytest.fixture(scope="module")
def made():
    torch.manual_seed(0)
    model = net(Plan(), Recipe(maps=4), 1, 8, 3)
    images = torch.randn(24, 1, 8, 8) + LABELS[:, None, None, None]
    model(images)
    return model, statistics.moments(model), images


def found(made, batches=(4, 24), momentum=0.1):
    model, state, images = made
    rows = evaluate(model, state, images, LABELS, list(batches), momentum, np.random.default_rng(5))
    frame = pd.DataFrame(rows, columns=[*TESTED.key[:-1], "value"])
    TESTED.check(frame.assign(replicate=0)[list(TESTED.columns)])
    return frame.set_index(list(TESTED.key[:-1]))["value"].sort_index()


def test_every_case_is_there_and_the_net_stays_as_it_was(made):
    model = made[0]
    before = statistics.moments(model)
    values = found(made)
    assert torch.equal(statistics.moments(model), before) and model.training
    cases = values[values.index.get_level_values("outcome") == ACCURACY].index.droplevel("outcome")
    ways = {
        (shift, order, batch, way)
        for shift in SHIFTS
        for order in ORDERS
        for batch in (4, 24)
        for way in (UPDATING, OWN)
    }
    assert set(cases) == ways | {(shift, ANY, 0, FIXED) for shift in SHIFTS}
    changed = values[values.index.get_level_values("outcome") == CHANGED]
    assert SHUFFLED not in changed.index.get_level_values("order") and changed.between(0, 1).all()


def test_fixed_statistics_answer_as_in_evaluation_mode(made):
    model, state, images = made
    by_hand = answers(outputs_under(model, state, images), LABELS)
    assert found(made)[CLEAN, ANY, 0, FIXED, ACCURACY] == by_hand.accuracy


def test_an_evaluation_that_does_not_move_anything_is_the_fixed_one(made):
    values = found(made, momentum=0.0)
    for shift, order, batch in product(SHIFTS, ORDERS, (4, 24)):
        there = values[shift, order, batch, UPDATING]
        assert there[ACCURACY] == pytest.approx(values[shift, ANY, 0, FIXED, ACCURACY])
        assert there[AFTERWARDS] == pytest.approx(values[CLEAN, ANY, 0, FIXED, ACCURACY])


def test_one_batch_of_all_images_has_no_order(made):
    values = found(made)
    for way in (UPDATING, OWN):
        assert values[NOISE, SORTED, 24, way, CHANGED] == 0
        assert values[NOISE, SORTED, 24, way, ACCURACY] == values[NOISE, SHUFFLED, 24, way, ACCURACY]


def test_what_is_left_behind_is_what_the_layers_kept(made):
    model, state, images = made
    values = found(made, batches=[24], momentum=1.0)
    with statistics.using(model, state):
        model.train()(images)  # momentum 1: the moments of this batch, in any order
        left = statistics.moments(model)
    expected = answers(outputs_under(model, left, images), LABELS).accuracy
    assert values[CLEAN, SHUFFLED, 24, UPDATING, AFTERWARDS] == pytest.approx(expected)
