"""Triplets are triplets, their classes are drawn as said, and domains are where they belong."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.triplet import sampling
from hearsay.triplet.sampling import BIASED, DISTRIBUTIONS, IID, MILDER, SHIFTED, draw, seen, shift


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(2, 6), min_size=2, max_size=6), st.sampled_from(DISTRIBUTIONS), st.integers(0, 2**32 - 1))
def test_every_triplet_is_one(counts, distribution, seed):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    images, classes = draw(labels, 5, 7, distribution, rng)
    assert images.shape == (5, 3, 7) and classes.shape == (5, 2, 7)
    anchor, positive, negative = labels[images].transpose(1, 0, 2)
    assert (anchor == positive).all() and (anchor != negative).all()
    assert (images[:, 0] != images[:, 1]).all()
    assert (classes[:, 0] == anchor).all() and (classes[:, 1] == negative).all()
    if distribution == BIASED:
        assert anchor.max() < len(counts) // 2 <= negative.min()


def test_classes_and_images_are_drawn_with_equal_chances():
    labels = np.repeat(np.arange(4), 5)
    images, classes = draw(labels, 400, 50, IID, np.random.default_rng(0))
    n = 20_000
    for row in (classes[:, 0], classes[:, 1]):
        assert np.abs(np.bincount(row.ravel()) / n - 1 / 4).max() < 0.02
    for branch in range(3):
        assert np.abs(np.bincount(images[:, branch].ravel()) / n - 1 / 20).max() < 0.01
    pairs = np.bincount(images[:, 0].ravel() * 20 + images[:, 1].ravel(), minlength=400).reshape(20, 20)
    assert (pairs > 0).sum() == 20 * 4  # every other image of the class, and no other


def test_the_same_seed_is_the_same_training_and_the_shift_does_not_change_what_is_drawn():
    labels = np.repeat(np.arange(4), 5)
    one, two = (draw(labels, 3, 4, kind, np.random.default_rng(1)) for kind in (IID, SHIFTED))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))


def test_the_anchor_is_never_shifted_and_the_others_by_as_much_as_the_distribution_says():
    assert [[shift(kind, branch) for branch in range(3)] for kind in (*DISTRIBUTIONS, *MILDER)] == [
        [0, 0, 0],
        [0, 0, 0],
        [0, 1, 1],
        [0, 0.25, 0.25],
        [0, 0.5, 0.5],
    ]


@given(st.floats(0, 1))
def test_a_shift_is_linear_between_the_clean_and_the_whole(amount):
    pixels = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    assert seen(pixels).flatten().tolist() == pytest.approx([-1, -0.6, 1])
    whole = sampling.CONTRAST * seen(pixels) + sampling.BRIGHTNESS
    torch.testing.assert_close(seen(pixels, 1.0), whole)
    torch.testing.assert_close(seen(pixels, amount), (1 - amount) * seen(pixels) + amount * whole)


@pytest.mark.parametrize("labels", [[0, 0, 1], [0, 0, 2, 2], [1, 1, 1]])
def test_too_few_images_get_one_line(labels):
    with pytest.raises(HearsayError, match=r"^triplets: class \d has \d images; expected 2 or more$"):
        draw(np.array(labels), 1, 1, IID, np.random.default_rng(0))


@pytest.mark.parametrize(("labels", "there"), [([0] * 5, 1), ([], 0)])
def test_one_class_and_none_get_one_line(labels, there):
    with pytest.raises(HearsayError, match=rf"^triplets: the images have {there} classes; expected 2 or more$"):
        draw(np.array(labels, np.int64), 2, 2, IID, np.random.default_rng(0))
