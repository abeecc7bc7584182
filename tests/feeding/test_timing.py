"""What an epoch is said to take, on a clock that is told; the table of timings, and its summary on planted ones."""

import multiprocessing

import numpy as np
import pandas as pd
import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.feeding import timing
from hearsay.feeding.clock import Clock, epoch
from hearsay.feeding.modes import LOADER, SLICES
from hearsay.feeding.nets import LINEAR, SMALL
from hearsay.feeding.timing import (
    FETCH,
    LEFT_OUT,
    READY,
    STEP,
    SUMMARY,
    TIMINGS,
    TRAINING,
    median_interval,
    peers,
    summary,
    timings,
)
from hearsay.peers import PEERS
from hearsay.tables import read, write

CONFIG = {"examples": 32, "side": 8, "batches": [8], "rate": 0.01, "repeats": 2, "steps": 7}
WAYS = ["copy", LOADER, "DataLoader, one worker"]


class Told(Clock):
    """A clock that others advance."""

    now = 0.0

    def stamp(self):
        return self.now

    def spend(self, seconds):
        self.now += seconds


def test_an_epoch_on_a_clock_that_is_told():
    watch = Told()

    def batches(steps):
        watch.spend(3)
        for i in range(steps):
            watch.spend(4 if i == 0 else 1)
            yield i

    taken = epoch(batches, lambda i: watch.spend(10 if i < 2 else 2), steps=6, skip=2, watch=watch)
    assert taken.first == 7
    assert taken.wall == pytest.approx((7 + 10 + 11 + 4 * 3) / 6)
    assert taken.steady == 3
    assert taken.waiting == pytest.approx(1 / 3)


def test_without_a_step_all_is_waiting():
    watch = Told()
    taken = epoch(lambda steps: (watch.spend(1) for _ in range(steps)), None, 4, 1, watch)
    assert (taken.steady, taken.waiting) == (1, 1)


@pytest.fixture(scope="module")
def raw():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    found = timings(
        CONFIG | {"models": [LINEAR, SMALL], "modes": WAYS, "peak": True, "steps": {LINEAR: 9, SMALL: 7}}, 1
    )
    assert torch.get_num_threads() == threads and torch.equal(torch.get_rng_state(), state)
    assert not multiprocessing.active_children()
    return found


def test_the_table_is_whole_and_reads_back(raw, tmp_path):
    write(raw, TIMINGS, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", TIMINGS)
    pd.testing.assert_frame_equal(back, raw, check_dtype=False)
    assert back.groupby(["what", "model", "mode"]).size().eq(2).all()
    assert set(zip(back["what"], back["model"], strict=True)) == {
        (FETCH, ""), (READY, ""), (STEP, LINEAR), (STEP, SMALL), (TRAINING, LINEAR), (TRAINING, SMALL),
    }  # fmt: skip
    assert set(back.loc[back["what"] == TRAINING, "mode"]) == {SLICES, *WAYS}
    assert set(back.loc[back["what"] == READY, "mode"]) == {"DataLoader, one worker"}
    assert set(back.loc[back["model"] == LINEAR, "steps"]) == {9} == set(back.loc[back["what"] == FETCH, "steps"])


def test_the_numbers_hang_together(raw):
    trained = raw[raw["what"] == TRAINING]
    assert (trained["first"] < trained["wall"] * trained["steps"]).all()
    assert trained["waiting"].between(0, 1).all()
    batch = 8 * (64 * 4 + 8)
    assert trained.groupby("mode")["copied"].max().to_dict() == {SLICES: 0} | dict.fromkeys(WAYS, batch)
    assert (trained["moved"] == 0).all() and (trained["build"] > 0).all()
    assert raw.loc[raw["what"] == STEP, "copied"].isna().all()


def test_memory_is_measured_by_processes_of_their_own(raw):
    trained = raw[raw["what"] == TRAINING].set_index("mode")
    assert (trained["peak"] > 50e6).all() and (trained["baseline"] > 50e6).all()
    assert (trained.loc["DataLoader, one worker", "peak_worker"] > 50e6).all()
    assert (trained.loc[[SLICES, "copy"], "peak_worker"] == 0).all()
    assert (trained["peak_device"] == 0).all()


def planted(walls, repeats=9):
    """Timings of `repeats` rounds; walls: seconds by mode, to which each round has a factor of its own."""
    rows = [
        {"model": LINEAR, "mode": mode, "repeat": r, "wall": wall * (1 + r), "steady": wall * (1 + r) / 2}
        for mode, wall in walls.items()
        for r in range(repeats)
    ]
    same = dict.fromkeys(TIMINGS.columns, 0.0) | {"device": "cpu", "processor": "x", "batch": 8, "what": TRAINING}
    return pd.DataFrame([same | row for row in rows], columns=list(TIMINGS.columns))


def test_speeds_are_relative_within_a_round(tmp_path):
    found = summary(planted({SLICES: 1.0, "copy": 4.0}), 0)
    write(found, SUMMARY, tmp_path / "a.csv")
    row = read(tmp_path / "a.csv", SUMMARY).set_index("mode").loc["copy"]
    assert row[["relative", "relative_low", "relative_high", "steady_relative"]].tolist() == [0.25] * 4
    assert (row["repeats"], row["wall"], row["steady"]) == (9, 20, 10)


def test_peers_are_loaders_beside_slices_and_the_step_is_the_ceiling(tmp_path):
    step = planted({"": 0.8}).assign(what=STEP)
    fetched = planted({LOADER: 0.1}).assign(what=FETCH, model="")
    raw = pd.concat([planted({SLICES: 1.0, "copy": 4.0, LOADER: 3.0}), step, fetched])
    write(peers(raw, 0), PEERS, tmp_path / "a.csv")
    (row,) = read(tmp_path / "a.csv", PEERS).to_dict("records")
    assert row["task"] == "a training step fed from memory, linear, batch of 8, cpu" and LOADER in row["peer"]
    assert (row["ratio"], row["ratio_low"], row["ratio_high"]) == pytest.approx((3, 3, 3))
    assert (row["ours"], row["theirs"], row["ceiling"]) == pytest.approx((2.5, 7.5, 2.0))


def test_an_interval_is_of_the_median():
    values = np.r_[np.full(20, 1.0), np.full(21, 2.0), np.full(20, 3.0)]
    middle, low, high = median_interval(values, 0)
    assert middle == 2 and low <= 2 <= high
    assert median_interval(values, 0) == median_interval(values, 0)
    assert median_interval([5.0], 0) == (5, 5, 5)


def test_every_round_has_an_order_of_its_own():
    orders = [timing._shuffled(6, repeat, 1) for repeat in range(20)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    before = {order[order.index(0) - 1] for order in orders if order[0]}
    assert len(before) > 3  # one that rotates has one
    assert orders == [timing._shuffled(6, repeat, 1) for repeat in range(20)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": LEFT_OUT}, "5 steps of an epoch; expected more than the 5"),
        ({"batches": [40]}, "a batch of 40 is more than the 32 examples"),
        ({"modes": ["slow"]}, "no way of feeding is called 'slow'"),
    ],
)
def test_bad_input_gets_one_line(change, message):
    with pytest.raises(HearsayError, match=message):
        timings(CONFIG | change, 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said():
    with pytest.raises(HearsayError, match="torch finds no GPU"):
        timings(CONFIG | {"device": "cuda"}, 1)
