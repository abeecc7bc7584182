"""The timer for the reader's own work: which way it recommends when the fastest is planted, and what it refuses."""

import doctest
import multiprocessing
import time

import pandas as pd
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import hearsay.feeding
from hearsay.errors import HearsayError
from hearsay.feeding import own, own_measure, own_ways, time_feeding
from hearsay.feeding.clock import Epoch
from hearsay.feeding.own_choice import recommend, timed
from hearsay.feeding.own_input import Step, changed, tensors, usual_loss, work
from hearsay.feeding.own_ways import MAPPED, PLAIN, PRELOADED

ONE, TWO = "DataLoader, 1 worker", "DataLoader, 2 workers"
NAMES = [PLAIN, ONE, TWO, PRELOADED, MAPPED]


def planted(steadies, waiting=0.5, repeats=9, noise=0.0):
    rows = [
        {
            "mode": mode,
            "repeat": r,
            "first": 0.0,
            "steady": s * (1 + r) * (1 + noise * (-1) ** (r + i)),
            "waiting": waiting,
        }
        for i, (mode, s) in enumerate(steadies.items())
        for r in range(repeats)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("fastest", NAMES)
def test_the_planted_fastest_is_recommended(fastest):
    raw = planted({name: 1.0 if name == fastest else 2.0 + i for i, name in enumerate(NAMES)})
    found = recommend(raw, NAMES, 10)
    assert (found.name, found.matters) == (fastest, True)
    assert found.reason.startswith("the fastest, and no simpler way")
    assert found.settled


def test_of_those_that_cannot_be_told_apart_the_simplest():
    raw = planted({PLAIN: 2.0, ONE: 1.02, TWO: 1.0, PRELOADED: 1.0, MAPPED: 3.0}, noise=0.1)
    found = recommend(raw, NAMES, 10)
    assert found.name == ONE
    assert "the simplest of those that are as fast as the fastest" in found.reason


def test_a_little_slower_for_certain_is_as_fast():
    raw = planted({PLAIN: 1.04, ONE: 3.0, TWO: 3.0, PRELOADED: 1.0, MAPPED: 3.0})
    assert recommend(raw, NAMES, 10).name == PLAIN
    raw = planted({PLAIN: 1.06, ONE: 3.0, TWO: 3.0, PRELOADED: 1.0, MAPPED: 3.0})
    assert recommend(raw, NAMES, 10).name == PRELOADED


def test_what_few_rounds_cannot_tell_is_said():
    raw = planted({PLAIN: 1.0, ONE: 3.0, TWO: 3.0, PRELOADED: 1.0, MAPPED: 3.0})
    raw.loc[raw["mode"] == PLAIN, "steady"] *= [0.9, 2, 1.6] * 3
    found = recommend(raw, NAMES, 10)
    assert found.name == PLAIN and not found.settled and "more seconds would tell" in found.notes[0]


def test_where_the_model_hardly_waits_feeding_does_not_matter():
    raw = planted({PLAIN: 2.0, ONE: 1.0, TWO: 1.0, PRELOADED: 1.0, MAPPED: 1.0}, waiting=0.049)
    found = recommend(raw, NAMES, 10)
    assert (found.name, found.matters, found.settled) == (PLAIN, False, True)


def test_the_start_of_workers_counts_for_as_much_as_an_epoch_is_short():
    raw = planted({PLAIN: 2.0, ONE: 1.0})
    raw.loc[raw["mode"] == ONE, "first"] = 20.0
    assert recommend(raw, [PLAIN, ONE], 5).name == PLAIN
    assert recommend(raw, [PLAIN, ONE], 1000).name == ONE
    found = timed(raw, {PLAIN: ("a", 8, 0.0), ONE: ("b", 9, 3.0)}, 1000)
    assert (found[0].faster, found[1].steps, found[1].once, found[1].first) == (1, 9, 3, 20)
    assert found[1].low <= found[1].faster <= found[1].high


@pytest.fixture
def told(monkeypatch):
    """A clock that only sleeps of this process advance: workers seem to fetch for nothing."""
    now = [0.0]

    def spend(seconds):
        now[0] += seconds
        return now[0]

    monkeypatch.setattr(time, "perf_counter", lambda: spend(1e-6))
    monkeypatch.setattr(time, "sleep", spend)
    monkeypatch.setattr(own_measure, "ROUNDS", range(2, 3))
    monkeypatch.setattr(own_measure, "STEPS", range(8, 10))


class Slow(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, place):
        time.sleep(1.0)
        return torch.full((3,), float(place)), place % 2


class Still(nn.Module):
    def forward(self, x):
        time.sleep(1.0)
        return x


def test_a_slow_data_set_is_read_once_or_by_others(told):
    found = time_feeding(nn.Linear(3, 2), Slow(), batch=4, seconds=1)
    assert found.recommended == ONE  # which is free here, and the simplest that is
    ways = {way.name: way for way in found.ways}
    assert ways[PLAIN].epoch == pytest.approx(4 * 11, abs=0.01) and ways[PLAIN].waiting == pytest.approx(1, abs=0.01)
    assert ways[PRELOADED].epoch < 0.01
    assert ways[PRELOADED].once == ways[MAPPED].once == pytest.approx(40, abs=0.01)  # estimated from what was read
    assert not multiprocessing.active_children()


def test_a_slow_model_is_fed_well_enough(told):
    found = time_feeding(Still(), TensorDataset(torch.randn(40, 3)), batch=4, seconds=1)
    assert (found.matters, found.recommended) == (False, PLAIN)
    assert found.reason.startswith("the model waits for the plain DataLoader 0.0% of the time")
    assert found.step == pytest.approx(1, abs=0.01) and found.examples == 40 and not found.left_out


def test_the_example_in_the_documentation_is_true():
    found = doctest.testmod(hearsay.feeding)
    assert found.attempted >= 5
    assert found.failed == 0


def pairs(n=12):
    return TensorDataset(torch.randn(n, 3), torch.randint(0, 2, (n,)))


def classes(number, n=12):
    return TensorDataset(torch.randn(n, 3), torch.full((n,), number))


def test_model_and_generators_stay_as_they_were(told):
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 2)).eval()
    data, before = pairs(), {k: v.clone() for k, v in model.state_dict().items()}
    state = torch.get_rng_state()
    time_feeding(model, data, batch=4, seconds=1)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items()) and not model.training
    assert torch.equal(torch.get_rng_state(), state)
    assert all(p.grad is None for p in model.parameters())


class Draws(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, place):
        return torch.rand(3), place % 2


def test_random_items_are_not_frozen(told):
    found = time_feeding(nn.Linear(3, 2), Draws(), batch=4, seconds=1)
    assert set(found.left_out) == {PRELOADED, MAPPED}
    assert "differs from one reading to the next" in found.left_out[PRELOADED]


class Unpicklable(Draws):
    def __init__(self):
        self.function = lambda: None

    def __getitem__(self, place):
        return torch.full((3,), float(place)), place % 2


def test_workers_that_need_pickling_are_left_out_with_the_reason(told, monkeypatch):
    monkeypatch.setattr(own_ways, "start_method", lambda: "spawn")
    found = time_feeding(nn.Linear(3, 2), Unpicklable(), batch=4, seconds=1)
    assert all("worker" in name and "cannot be pickled for workers" in why for name, why in found.left_out.items())
    assert len(found.left_out) == 2  # one worker that is started for every epoch, and one that lives on


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="workers are not forked here")
def test_workers_that_are_forked_need_no_pickling(told):
    found = time_feeding(nn.Linear(3, 2), Unpicklable(), batch=4, seconds=1)
    assert not found.left_out and "cannot be pickled" in found.notes[-1] + found.notes[0]


class FailsInWorkers(Draws):
    def __getitem__(self, place):
        if torch.utils.data.get_worker_info():
            raise ValueError("the file is open elsewhere")
        return torch.full((3,), float(place)), place % 2


def test_workers_that_fail_are_left_out_with_the_reason(told):
    found = time_feeding(nn.Linear(3, 2), FailsInWorkers(), batch=4, seconds=1)
    assert found.left_out[ONE] == "ValueError: the file is open elsewhere"
    assert found.ways[0].name == PLAIN and len(found.ways) == 3


def test_a_loader_lends_its_collate_fn(told):
    ragged = [torch.zeros(n % 3 + 1) for n in range(12)]
    loader = DataLoader(ragged, collate_fn=lambda items: torch.stack([item.sum() for item in items])[:, None])
    found = time_feeding(nn.Linear(1, 1), loader, batch=4, seconds=1)
    assert "collate_fn" in found.left_out[MAPPED]


class Endless(IterableDataset):
    def __iter__(self):
        return iter([1])


class NoLength:
    def __getitem__(self, place):
        return place


class Broken(Draws):
    def __getitem__(self, place):
        return {}["pixels"]


@pytest.mark.parametrize(
    ("model", "dataset", "options", "message"),
    [
        (nn.Linear(3, 2), TensorDataset(torch.zeros(0, 3)), {}, "the data set is empty"),
        (nn.Linear(3, 2), pairs(), {"batch": 13}, "a batch of 13 is more than the 12 examples; lower --batch"),
        (nn.Linear(3, 2), pairs(), {"batch": 0}, "batch 0: expected 1 or more"),
        (nn.Linear(3, 2), pairs(), {"seconds": 0}, "seconds 0: expected more than 0"),
        (nn.Linear(3, 2), pairs(), {"device": "tpu"}, "device 'tpu': expected cpu or cuda"),
        (nn.Linear(4, 2), pairs(), {}, r"the model fails on a batch \(\(4, 3\), \(4,\)\): RuntimeError: mat1 and mat2"),
        (
            nn.Linear(3, 2),
            pairs(),
            {"loss": lambda a, b: 1 / 0},
            r"the loss fails on outputs .* ZeroDivisionError",
        ),
        (
            nn.Linear(3, 2),
            classes(5),
            {},
            r"usual loss, cross entropy, fails on .* give your own as \(",
        ),
        (nn.Linear(3, 2), [{"x": torch.zeros(3)}] * 12, {}, "'x'; items that are mappings are named arguments of the"),
        (nn.Linear(3, 2), pairs(), {"loss": "mse"}, "the loss is a str; expected a function"),
        ("model", pairs(), {}, "the model is a str; expected a torch.nn.Module"),
        (nn.Linear(3, 2), Endless(), {}, "is an Endless, whose items cannot be asked for by number"),
        (nn.Linear(3, 2), NoLength(), {}, r"len\(\) of the data set raised TypeError"),
        (nn.Linear(3, 2), Broken(), {}, r"item \d+ of the data set raised KeyError: 'pixels'"),
        (nn.Linear(3, 2), [torch.zeros(n) for n in range(12)], {}, "items of the data set cannot be joined to a batch"),
        (nn.Linear(3, 2), [object()] * 12, {}, "cannot be joined to a batch: TypeError"),
    ],
)
def test_bad_input_gets_one_line(model, dataset, options, message):
    with pytest.raises(HearsayError, match=message) as caught:
        time_feeding(model, dataset, **({"batch": 4} | options))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said():
    with pytest.raises(HearsayError, match="torch finds no GPU"):
        time_feeding(nn.Linear(3, 2), pairs(), batch=4, device="cuda")


@pytest.mark.parametrize("made", [nn.Linear(1, 1), (1,), (1, 2, 3, 4), None])
def test_a_factory_must_return_two_or_three(made):
    with pytest.raises(HearsayError, match=r"expected \(model, dataset\) or \(model, dataset, loss\)"):
        work(made)
    assert work([1, 2]) == (1, 2, None)


@pytest.mark.parametrize(
    ("output", "target", "name", "value"),
    [
        (torch.zeros(4, 2), torch.zeros(4, dtype=int), "cross entropy", 0.693147),
        (torch.zeros(4, 2), torch.ones(4, 2), "the mean squared error", 1),
        (torch.full((4, 2), 3.0), "names", "the mean square of the outputs", 9),
        ({"loss": torch.tensor(5.0)}, None, "the model's own", 5),
    ],
)
def test_usual_losses(output, target, name, value):
    found, loss = usual_loss(output, target)
    assert found == name and loss(output, target).item() == pytest.approx(value)


def test_what_is_trained_without_a_fitting_loss_is_said(told):
    data = TensorDataset(torch.randn(12, 3), torch.randn(12))
    found = time_feeding(nn.Linear(3, 1), data, batch=4, seconds=1)
    assert any("outputs ((4, 1)) and targets ((4,)): the mean square of the" in note for note in found.notes)
    found = time_feeding(nn.Linear(3, 1), data, batch=4, seconds=1, loss=lambda a, b: (a[:, 0] - b).square().mean())
    assert not any("mean square" in note for note in found.notes)


class FailsLate(Draws):
    """Its last item cannot be read, which a few first batches do not show."""

    def __getitem__(self, place):
        if place == 7:
            raise OSError("truncated")
        return torch.full((3,), float(place)), place % 2


@pytest.mark.parametrize("seed", range(3))
def test_an_item_that_fails_late_is_named(seed, told):
    with pytest.raises(HearsayError, match=r"^item 7 of the data set raised OSError: truncated$"):
        time_feeding(nn.Linear(3, 2), FailsLate(), batch=2 + seed, seconds=1)


def found_workers(steadies, waiting, monkeypatch, cores=2, fails=(), batches=1000):
    """Return the numbers of workers that are tried where so many give batches in so many seconds."""
    monkeypatch.setattr(own_ways.machine, "cores", lambda: cores)
    tried, asked = {}, []
    for setting in own_ways.settings("cpu", batches, tried):
        asked.append(setting)
        if setting.workers not in fails:
            steady = steadies(setting.workers)
            tried[setting] = Epoch(steady, 0.0, steady, waiting(setting.workers), 0.0, 0.0)
    assert not asked[0].workers and asked[-1].persistent and not any(each.persistent for each in asked[:-1])
    return [each.workers for each in asked[1:]]


def test_workers_are_doubled_while_they_gain_and_the_model_waits(monkeypatch):
    always = lambda workers: 0.5  # noqa: E731
    gains = lambda workers: 1 / max(workers, 1)  # noqa: E731
    assert found_workers(gains, always, monkeypatch) == [1, 2, 4, 8, 16, 32, 32]
    assert found_workers(gains, lambda workers: 0.5 if workers < 8 else 0.04, monkeypatch) == [1, 2, 4, 8, 8]
    assert found_workers(lambda workers: max(1 / max(workers, 1), 0.25), always, monkeypatch) == [1, 2, 4, 8, 4]
    assert found_workers(lambda workers: 1 + workers, always, monkeypatch) == [1, 2, 1]
    assert found_workers(lambda workers: 1 + workers, always, monkeypatch, cores=16) == [1, 2, 4, 1]
    assert found_workers(gains, always, monkeypatch, cores=64)[-2:] == [64, 64]
    assert found_workers(gains, always, monkeypatch, fails=(8,)) == [1, 2, 4, 8, 4]
    assert found_workers(gains, always, monkeypatch, fails=(1,)) == [1, 1]
    assert found_workers(gains, always, monkeypatch, batches=5) == [1, 2, 4, 4]


class Waits(Dataset):
    """Every item waits, as for a disk or a network: more workers than cores help."""

    def __len__(self):
        return 512

    def __getitem__(self, place):
        time.sleep(0.03)
        return torch.rand(3), place % 2


def test_more_workers_than_cores_are_found_where_items_wait(monkeypatch):
    monkeypatch.setattr(own_measure, "ROUNDS", range(2, 3))
    found = time_feeding(nn.Linear(3, 2), Waits(), batch=4, seconds=1)
    assert any("8 workers" in name for name in [*found.left_out, *(way.name for way in found.ways)])
    slow = found.left_out[ONE]  # it was tried, and need not be timed
    assert slow.startswith("an epoch takes about ") and slow.endswith("workers")
    assert int(found.recommended.split(", ")[1].split()[0]) >= 4


def test_a_busy_machine_is_said(told, monkeypatch):
    monkeypatch.setattr(own.os, "getloadavg", lambda: (64.0, 0, 0))
    monkeypatch.setattr(own.machine, "cores", lambda: 2)
    found = time_feeding(nn.Linear(3, 2), pairs(), batch=4, seconds=1)
    assert found.notes[0].startswith("the machine was busy, with a load of 64.0 on 2 cores before")


def test_batches_of_names_and_of_one_input():
    class Named(nn.Module):
        def forward(self, a, b):
            return a + b

    Step(Named(), lambda output, batch: (output - batch["a"]).sum(), "cpu")({"a": torch.ones(2), "b": torch.ones(2)})
    Step(nn.Linear(3, 2), None, "cpu")(torch.zeros(4, 3))
    tree = {"a": [torch.ones(2), "x"], "b": (torch.zeros(1),)}
    assert [t.tolist() for t in tensors(changed(tree, lambda t: t + 1))] == [[2, 2], [1]]
    assert changed(tree, lambda t: t)["a"][1] == "x"
