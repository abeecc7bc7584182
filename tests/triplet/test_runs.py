"""All trainings are there, paired and in any number of shards; a killed job goes on to the same rows."""

import numpy as np
import pandas as pd
import pytest

from hearsay.triplet import runs
from hearsay.triplet.evaluation import BOTH, OUTCOMES, PARAMETERS, SHARINGS
from hearsay.triplet.runs import LEAK, TABLES, marks, plans, shard, trainings
from hearsay.triplet.sampling import DISTRIBUTIONS, SHIFTED
from hearsay.vision.data import Images, Split

CONFIG = {
    "replicates": 1, "steps": 7, "rate": 0.05, "momentum": 0.1, "maps": [4, 4], "embedding": 3, "batch": 4,
    "batches": [4, 8], "frozen": 0.3,
}  # fmt: skip


def planted():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 30)
    pixels = (rng.integers(0, 60, (120, 1, 8, 8)) + 40 * labels[:, None, None, None]).astype(np.uint8)
    order = rng.permutation(120)
    whole = Images(pixels[order], labels[order])
    return Split(*(Images(whole.pixels[part], whole.labels[part]) for part in (slice(80), slice(80, None))))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return shard(CONFIG, planted(), 3, 0, 1, tmp_path_factory.mktemp("whole") / "r")


def test_the_plans_are_those_of_the_design():
    found = plans(CONFIG)
    assert {name: len(some) for name, some in found.items()} == {
        "per branch": 3, "concatenated": 3, "ghost": 3, "three nets": 3, "GroupNorm": 2, "no normalisation": 2,
        "loss: torch's ratio": 2, "loss: margin": 2, "loss: batch-hard": 2, "batch of 8": 2, "frozen late": 2,
    }  # fmt: skip
    everything = [plan for some in found.values() for plan in some]
    assert len(set(everything)) == len(everything)
    assert len(trainings(CONFIG | {"replicates": 2})) == 2 * len(everything)


def test_marks():
    assert marks(7) == [0, 1, 2, 5, 7] and marks(100) == [0, 1, 2, 5, 10, 20, 50, 100] and marks(1) == [0, 1]


def test_tables_are_whole(whole):
    for frame, table in zip(whole, TABLES, strict=True):
        table.check(frame)
    outcomes, steps, layers = whole
    assert set(outcomes["outcome"]) == {*OUTCOMES, LEAK}
    assert np.isfinite(outcomes["value"]).all()
    assert len(steps) == len(DISTRIBUTIONS) * len(SHARINGS) * len(marks(7))
    assert set(layers["layer"]) >= {"Conv2d", "PReLU", "BatchNorm2d", "Dropout", "Flatten", "Linear"}
    assert len(layers) == len(DISTRIBUTIONS) * len(SHARINGS) * layers["place"].nunique()


def test_discrepancies_are_where_they_must_be(whole):
    _, steps, layers = whole
    first = steps[steps["step"] == 0]["discrepancy"]
    later = steps[steps["step"] > 0].set_index("statistics")["discrepancy"]
    assert (first == 0).all() and (later[BOTH] == 0).all() and (later[PARAMETERS] > 0).all()
    before = layers[layers["place"] < 2]["discrepancy"]
    assert (before == 0).all() and (layers[layers["statistics"] == BOTH]["discrepancy"] == 0).all()
    last = layers[(layers["place"] == layers["place"].max()) & (layers["statistics"] == PARAMETERS)]
    at_end = steps[(steps["step"] == 7) & (steps["statistics"] == PARAMETERS)]
    np.testing.assert_allclose(np.sort(last["discrepancy"]), np.sort(at_end["discrepancy"]), rtol=1e-5)


def test_controls_have_no_discrepancy_and_their_batches_tell_nothing(whole):
    outcomes = whole[0].set_index("training")
    for name in ("GroupNorm", "no normalisation"):
        values = outcomes.loc[name].set_index("outcome")["value"]
        assert (values["discrepancy"] == 0).all()
        np.testing.assert_allclose(values[LEAK], 1 / 3)
    across = whole[0][whole[0]["outcome"] == "kNN, across domains"]
    assert set(across["distribution"]) == {SHIFTED}


@pytest.fixture
def few(monkeypatch):
    """Three trainings of each replicate."""
    some = {name: plans(CONFIG)[name][:1] for name in ("per branch", "three nets", "GroupNorm")}
    monkeypatch.setattr(runs, "plans", lambda config: some)


def test_shards_and_replicates_change_nothing(few, tmp_path):
    two = CONFIG | {"replicates": 2}
    whole = shard(two, planted(), 3, 0, 1, tmp_path / "whole")
    parts = [shard(two, planted(), 3, k, 4, tmp_path / f"{k}") for k in range(4)]
    assert set(whole[0]["replicate"]) == {0, 1}
    for frame, table, pieces in zip(whole, TABLES, zip(*parts, strict=True), strict=True):
        key = list(table.key)
        again = pd.concat([piece for piece in pieces if len(piece)]).sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(frame.sort_values(key, ignore_index=True), again)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("killed_at", [(0, 5), (1, 1), (2, 7)])
def test_a_killed_job_goes_on_to_the_same_rows(few, tmp_path, monkeypatch, killed_at):
    """killed_at: training and step."""
    expected = shard(CONFIG, planted(), 3, 0, 1, tmp_path / "whole")
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
        shard(CONFIG, planted(), 3, 0, 1, tmp_path / "r")
    begun = count[0]
    monkeypatch.setattr(runs, "train", lambda *a, **k: count.__setitem__(0, count[0] + 1) or real(*a, every=2, **k))
    found = shard(CONFIG, planted(), 3, 0, 1, tmp_path / "r")
    assert count[0] - begun == 3 - training  # what was finished is not done again
    for one, other in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not list(tmp_path.glob("r.*"))
