"""All trainings are there, paired and in any number of shards; a killed job goes on to the same rows."""

import numpy as np
import pandas as pd
import pytest

from hearsay.triplet import evaluation, runs
from hearsay.triplet.evaluation import BOTH, OUTCOMES, PARAMETERS, SHARINGS
from hearsay.triplet.runs import LEAK, TABLES, marks, plans, probed, shard, trainings
from hearsay.triplet.sampling import DISTRIBUTIONS, MILDER, SHIFTS
from tests.triplet.planted import CONFIG, images

ONCE = CONFIG | {"replicates": 1}


def test_the_plans_are_those_of_the_design():
    found = plans(CONFIG)
    assert {name: len(some) for name, some in found.items()} == {
        "per branch": 5, "concatenated": 3, "ghost": 3, "three nets": 3, "per branch again": 2, "GroupNorm": 2,
        "no normalisation": 2, "loss: torch's ratio": 2, "loss: margin": 2, "loss: batch-hard": 2, "batch of 4": 2,
        "batch of 16": 2, "frozen late": 2, "Adam": 2, "Adam, gradients apart": 2, "Hoffer & Ailon's net": 2,
    }  # fmt: skip
    assert "Hoffer & Ailon's net" not in plans(CONFIG | {"hoffer_maps": []})
    everything = [plan for some in found.values() for plan in some]
    assert len(set(everything)) == len(everything)
    assert len(trainings(CONFIG)) == 2 * len(everything)
    assert [name for name in found if probed(name)] == [
        "per branch", "GroupNorm", "no normalisation", "batch of 4", "batch of 16",
    ]  # fmt: skip


def test_marks():
    assert marks(7) == [0, 1, 2, 5, 7] and marks(100) == [0, 1, 2, 5, 10, 20, 50, 100] and marks(1) == [0, 1]


def test_tables_are_whole(raw):
    for frame, table in zip(raw, TABLES, strict=True):
        table.check(frame)
    outcomes, steps, layers = raw
    assert set(outcomes["outcome"]) == {*OUTCOMES, LEAK}
    assert np.isfinite(outcomes["value"]).all()
    everywhere = len(DISTRIBUTIONS) + len(MILDER)
    assert len(steps) == 2 * everywhere * len(SHARINGS) * len(marks(3))
    assert set(layers["layer"]) >= {"Conv2d", "PReLU", "BatchNorm2d", "Dropout", "Flatten", "Linear"}
    assert len(layers) == 2 * everywhere * len(SHARINGS) * layers["place"].nunique()


def test_discrepancies_are_where_they_must_be(raw):
    _, steps, layers = raw
    first = steps[steps["step"] == 0]["discrepancy"]
    later = steps[steps["step"] > 0].set_index("statistics")["discrepancy"]
    assert (first == 0).all() and (later[BOTH] == 0).all() and (later[PARAMETERS] > 0).all()
    before = layers[layers["place"] < 2]["discrepancy"]
    assert (before == 0).all() and (layers[layers["statistics"] == BOTH]["discrepancy"] == 0).all()
    last = layers[(layers["place"] == layers["place"].max()) & (layers["statistics"] == PARAMETERS)]
    at_end = steps[(steps["step"] == 3) & (steps["statistics"] == PARAMETERS)]
    np.testing.assert_allclose(np.sort(last["discrepancy"]), np.sort(at_end["discrepancy"]), rtol=1e-5)


def test_controls_have_no_discrepancy_and_their_batches_tell_nothing(raw):
    outcomes = raw[0].set_index("training")
    for name in ("GroupNorm", "no normalisation"):
        values = outcomes.loc[name].set_index("outcome")["value"]
        assert (values["discrepancy"] == 0).all()
        np.testing.assert_allclose(values[LEAK], 1 / 3)
    across = raw[0][raw[0]["outcome"] == "kNN, across domains"]
    assert set(across["distribution"]) == set(SHIFTS)


@pytest.fixture
def few(monkeypatch):
    """Three trainings of each replicate."""
    some = {name: plans(CONFIG)[name][:1] for name in ("per branch", "three nets", "Hoffer & Ailon's net")}
    monkeypatch.setattr(runs, "plans", lambda config: some)
    monkeypatch.setattr(evaluation, "FULL", 32)


def test_shards_and_replicates_change_nothing(few, tmp_path):
    whole = shard(CONFIG, images(), 3, 0, 1, tmp_path / "whole")
    parts = [shard(CONFIG, images(), 3, k, 4, tmp_path / f"{k}") for k in range(4)]
    assert set(whole[0]["replicate"]) == {0, 1}
    for frame, table, pieces in zip(whole, TABLES, zip(*parts, strict=True), strict=True):
        key = list(table.key)
        again = pd.concat([piece for piece in pieces if len(piece)]).sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(frame.sort_values(key, ignore_index=True), again)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("killed_at", [(0, 3), (1, 1), (2, 2)])
def test_a_killed_job_goes_on_to_the_same_rows(few, tmp_path, monkeypatch, killed_at):
    """killed_at: training and step."""
    expected = shard(ONCE, images(), 3, 0, 1, tmp_path / "whole")
    training, step = killed_at
    real, count = runs.train, [0]

    def interrupted(*arguments, watch=None, checkpoint=None, **more):
        def kill(at, *rest):
            if watch:
                watch(at, *rest)
            if at == step and count[0] == training + 1:
                raise KeyboardInterrupt

        count[0] += 1
        return real(*arguments, watch=kill, checkpoint=checkpoint, every=2, **more)

    monkeypatch.setattr(runs, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shard(ONCE, images(), 3, 0, 1, tmp_path / "r")
    begun = count[0]
    monkeypatch.setattr(runs, "train", lambda *a, **k: count.__setitem__(0, count[0] + 1) or real(*a, every=2, **k))
    found = shard(ONCE, images(), 3, 0, 1, tmp_path / "r")
    assert count[0] - begun == 3 - training  # what was finished is not done again
    for one, other in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not list(tmp_path.glob("r.*"))


def test_other_images_are_another_question(few, tmp_path, monkeypatch):
    """A job that was killed does not go on with what it had of other images."""
    real = runs.run
    expected = shard(ONCE, images(), 3, 0, 1, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        calls = iter([False, True])
        monkeypatch.setattr(runs, "run", lambda *a, **k: _stop() if next(calls) else real(*a, **k))
        other = images()
        other.train.pixels[:] = 255 - other.train.pixels
        shard(ONCE, other, 3, 0, 1, tmp_path / "r")
    monkeypatch.setattr(runs, "run", real)
    found = shard(ONCE, images(), 3, 0, 1, tmp_path / "r")
    pd.testing.assert_frame_equal(expected[0], found[0])


def _stop():
    raise KeyboardInterrupt
