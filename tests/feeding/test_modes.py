"""Every way of feeding hands over the same batches, copies what it says, and leaves no process behind."""

import multiprocessing
import subprocess
import sys

import numpy as np
import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.feeding.data import draw, write
from hearsay.feeding.modes import ON_CPU, ON_CUDA, SLICES, modes

CONFIG = {"examples": 23, "side": 6}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return draw(CONFIG, 4, tmp_path_factory.mktemp("data"), 1)


def same(one, other):
    return all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ON_CPU)
def test_every_way_gives_the_batches_of_the_order(data, name):
    """Also beyond the end of a pass, where the first comes again, and in a second epoch."""
    mode = modes()[name](data)
    assert data.order.shape == (5, 4)
    for steps in (7, 2):
        given = list(mode.batches(steps))
        assert len(given) == steps
        for step, batch in enumerate(given):
            places = data.order[step % 5]
            assert same(batch, (torch.from_numpy(data.images[places]), torch.from_numpy(data.labels[places])))
    mode.close()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("name", ON_CPU)
def test_what_is_said_to_be_copied_is(data, name):
    """A batch that is not copied lies within the memory of the data."""
    mode = modes()[name](data)
    batch = next(mode.batches(1))
    held = [*data.arranged, data.images, data.labels]
    for part in batch:
        inside = any(a.ctypes.data <= part.data_ptr() < a.ctypes.data + a.nbytes for a in held)
        assert inside == (mode.copies == 0)
    assert mode.moves == 0
    assert data.bytes == sum(part.nbytes for part in batch)
    del batch
    mode.close()


def test_a_batch_that_was_left_half_way_leaves_no_process(data):
    for name in ("DataLoader, two workers", "DataLoader, two persistent workers"):
        mode = modes()[name](data)
        iterator = mode.batches(5)
        next(iterator)
        assert len(multiprocessing.active_children()) == 2
        del iterator
        mode.close()
        assert not multiprocessing.active_children()


def test_feeding_draws_nothing_from_torch_s_generator(data):
    state = torch.get_rng_state()
    for way in modes().values():
        mode = way(data)
        list(mode.batches(2))
        mode.close()
    assert torch.equal(torch.get_rng_state(), state)


def test_an_order_is_whole_batches_of_all_different_examples(data, tmp_path):
    again = draw(CONFIG, 4, tmp_path, 1)
    assert np.array_equal(again.order, data.order) and np.array_equal(again.images, data.images)
    assert len(np.unique(data.order)) == 20
    other = write(data.images, data.labels, 4, tmp_path, 2)
    assert not np.array_equal(other.order, data.order)
    assert other.shape == (1, 6, 6)


def test_slices_are_always_there_and_an_unknown_way_is_named():
    assert list(modes("cpu", ["copy"])) == [SLICES, "copy"]
    assert "pinned" in modes("cuda") and "pinned" not in modes("cpu", ["pinned"])
    with pytest.raises(HearsayError, match="no way of feeding is called 'copyy'; did you mean 'copy'"):
        modes("cpu", ["copyy"])


def test_a_batch_of_more_than_all_is_refused(tmp_path):
    with pytest.raises(HearsayError, match="a batch of 24 is more than the 23 examples"):
        draw(CONFIG, 24, tmp_path, 1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("name", ON_CUDA)
def test_every_way_feeds_a_gpu_alike(data, name):
    mode = modes("cuda")[name](data, "cuda")
    for step, batch in enumerate(mode.batches(7)):
        assert all(part.is_cuda for part in batch)
        expected = [torch.from_numpy(part[data.order[step % 5]]) for part in (data.images, data.labels)]
        assert same([part.cpu() for part in batch], expected)
    mode.close()


def test_the_package_by_itself_loads_no_torch():
    code = "import sys, hearsay.feeding, hearsay.feeding.outcomes; sys.exit('torch' in sys.modules)"
    assert not subprocess.run([sys.executable, "-c", code]).returncode
