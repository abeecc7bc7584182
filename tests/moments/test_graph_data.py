"""What TensorFlow is given, and how arrays are compared; nothing here needs TensorFlow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.moments.graph_data import Examples, apart, batches, draw, read, same, some
from hearsay.vision import data as vision
from hearsay.vision.data import Images, Split


def images(n, size=6, channels=3, seed=0):
    rng = np.random.default_rng(seed)
    return Images(rng.integers(0, 256, (n, channels, size, size), np.uint8), np.arange(n) % 4)


def test_reads_what_the_study_has_written_with_channels_last(tmp_path):
    split = Split(images(12), images(8, seed=1))
    vision.write(split, tmp_path / "images.npz")
    found = read(tmp_path / "images.npz")
    assert found.classes == 4
    for part, (pixels, labels) in zip((found.train, found.test), split, strict=True):
        assert part.pixels.shape == (len(labels), 6, 6, 3)
        assert part.pixels[5, 1, 2, 0] == pixels[5, 0, 1, 2]
        assert (part.labels == labels).all()


def test_a_net_sees_images_as_in_the_rest_of_the_study(tmp_path):
    from hearsay.moments.classifier import seen

    split = Split(images(12), images(8))
    vision.write(split, tmp_path / "images.npz")
    there, labels = read(tmp_path / "images.npz").train.at(np.array([3, 1]))
    assert there.dtype == np.float32
    assert np.allclose(there.transpose(0, 3, 1, 2), seen(split.train.pixels[[3, 1]]).numpy(), atol=1e-6)
    assert list(labels) == [3, 1]


def test_some_draws_different_images_and_leaves_few_as_they_are():
    examples = Examples(np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1), np.arange(40))
    found = some(examples, 10, seed=1)
    assert len(set(found.labels)) == 10
    assert (found.pixels[:, 0, 0, 0] == found.labels).all()
    assert list(found.labels) != sorted(found.labels)
    assert sorted(some(examples, 100, seed=1).labels) == list(range(40))


@given(st.integers(1, 30), st.integers(1, 100), st.integers(0, 5))
def test_every_image_comes_once_before_any_comes_again(n, needed, replicate):
    order = draw({}, n, needed, 3, replicate).order
    assert len(order) == needed
    for first in range(0, needed, n):
        part = order[first : first + n]
        assert len(set(part)) == len(part)


def test_draws_depend_on_seed_and_replicate_and_not_on_the_order_of_names():
    shapes = {"b": (3, 3, 2, 4), "a": (5, 2)}
    first = draw(shapes, 9, 9, 1, 0).weights
    again = draw(dict(reversed(shapes.items())), 9, 9, 1, 0).weights
    assert all(same([first[name]], [again[name]]) for name in shapes)
    assert not same([first["a"]], [draw(shapes, 9, 9, 1, 1).weights["a"]])
    assert not same([first["a"]], [draw(shapes, 9, 9, 2, 0).weights["a"]])
    assert np.abs(first["b"]).max() <= 1 / np.sqrt(18)
    assert first["a"].dtype == np.float32


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(1, 7))
def test_batches_are_the_order_in_parts(order, batch):
    parts = list(batches(np.array(order, int), batch))
    assert [n for part in parts for n in part] == order
    assert all(len(part) == batch for part in parts[:-1])


@pytest.mark.parametrize("change", [np.float32(1e-7), -0.0, np.nan])
def test_the_comparison_sees_the_smallest_change(change):
    left = [np.zeros(3, np.float32), np.ones((2, 2), np.float32)]
    right = [array.copy() for array in left]
    assert same(left, right)
    assert apart(left, right) == 0
    right[0][1] = change
    assert not same(left, right)


def test_the_comparison_needs_equal_shapes_and_numbers_of_arrays():
    assert not same([np.zeros(4)], [np.zeros((2, 2))])
    with pytest.raises(ValueError, match="shorter"):
        same([np.zeros(1)], [])
    assert apart([np.zeros(2), np.ones(1)], [np.zeros(2), np.array([3.5])]) == 2.5
