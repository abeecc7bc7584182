"""All trainings are there, paired and in any number of shards; a killed job goes on to the same rows."""

import numpy as np
import pandas as pd
import pytest
import torch

from hearsay.moments import runs
from hearsay.moments.classifier import Plan, Recipe, seen, train
from hearsay.moments.conditions import BATCH, NEVER, REESTIMATED, names
from hearsay.moments.evaluation import answers, outputs_under
from hearsay.moments.runs import (
    BASE,
    FINE,
    TABLES,
    TRAINING,
    drawn,
    marks,
    plans,
    reestimated_from,
    shard,
    smaller,
    trainings,
)
from hearsay.moments.shifted import ACCURACY
from hearsay.vision import statistics
from hearsay.vision.data import Images, Split

CONFIG = {
    "replicates": 1, "pixels": None, "steps": 12, "short": 5, "rate": 0.05, "maps": 4, "batch": 8, "batches": [4],
    "depths": [1, 2], "scales": [10.0], "decays": [0.9, 0.99], "tail": 0.25, "tested": 30, "full": 60,
    "samples": [10, 60, 1000], "test_batches": [4, 16], "test_momentum": 0.1, "usual": [0.9],
    "judging": {"alpha": 0.05, "broken": 0.1, "harm": 0.02, "within": 0.01},
}  # fmt: skip


def planted(n=120, size=8):
    """Images whose class is their brightness."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), n // 4)
    pixels = (rng.integers(0, 60, (n, 1, size, size)) + 60 * labels[:, None, None, None]).clip(0, 255).astype(np.uint8)
    order = rng.permutation(n)
    whole = Images(pixels[order], labels[order])
    cut = n * 2 // 3
    return Split(*(Images(whole.pixels[part], whole.labels[part]) for part in (slice(cut), slice(cut, None))))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return shard(CONFIG, planted(), 3, 0, 1, tmp_path_factory.mktemp("whole") / "r")


def test_the_plans_are_those_of_the_config():
    assert plans(CONFIG) == {
        BASE: Plan(8, 2, 1.0),
        "batch of 4": Plan(4, 2, 1.0),
        "depth 1": Plan(8, 1, 1.0),
        "scale 10": Plan(8, 2, 10.0),
    }
    assert len(trainings(CONFIG | {"replicates": 3})) == 12


def test_marks_are_even_by_ratio_and_end_with_the_last_step():
    assert marks(200, 2) == [1, 3, 10, 32, 100, 200] and marks(1, 8) == [1] and marks(100, 1) == [1, 10, 100]
    found = marks(3000, 8)
    assert {1, 10, 100, 1000, 3000} <= set(found) and found == sorted(set(found))


def test_tables_are_whole(whole):
    for frame, table in zip(whole, TABLES, strict=True):
        table.check(frame)
        assert np.isfinite(frame["value"]).all()
    outcomes, errors, tested = whole
    base = outcomes[outcomes["training"] == BASE]
    kept = {*names(CONFIG["decays"]), REESTIMATED, BATCH, TRAINING}
    assert set(base.loc[base["step"] < 12, "condition"]) == kept
    # a thousand images are not there
    assert set(base.loc[base["step"] == 12, "condition"]) == kept | {reestimated_from(10), reestimated_from(60)}
    assert base["step"].unique().tolist() == marks(12, FINE)
    assert set(outcomes.loc[outcomes["training"] == "depth 1", "step"]) == {1, 3, 5}
    assert set(errors.loc[errors["training"] == "depth 1", "step"]) == {5} and set(errors["layer"]) == {0, 1}
    assert set(tested["batch"]) == {0, 4, 16}


def test_as_many_images_as_there_are_is_re_estimated(whole):
    values = whole[0].set_index(["training", "step", "condition", "outcome"])["value"].sort_index()
    for outcome in ("accuracy", "loss"):
        assert values[BASE, 12, REESTIMATED, outcome] == values[BASE, 12, reestimated_from(60), outcome]


def test_rows_are_those_of_a_training_by_hand(whole):
    images = planted()
    data = drawn(CONFIG, images, 1.0, runs.seeds.generator(3, "moments", "evaluation", 0))
    made = train(Plan(8), Recipe(12, 0.05, 4), images.train, 3, 0)
    values = whole[0].set_index(["training", "step", "condition", "outcome"])["value"].sort_index()
    untouched = outputs_under(made.net, statistics.untouched(made.net), data.tests)
    assert values[BASE, 12, NEVER, ACCURACY] == answers(untouched, data.labels).accuracy
    truth = statistics.full_pass(made.net, data.train[:60].split(500))
    assert (
        values[BASE, 12, REESTIMATED, "loss"] == answers(outputs_under(made.net, truth, data.tests), data.labels).loss
    )
    assert values[BASE, 1, TRAINING, ACCURACY] == made.hits[0]
    assert values[BASE, 12, TRAINING, "loss"] == pytest.approx(np.mean(made.losses[10:]))  # since the look at 10
    errors = whole[1].set_index(["training", "step", "condition", "quantity", "layer"])["value"].sort_index()
    expected = statistics.errors(made.net, statistics.untouched(made.net), truth)
    for layer, (mean, variance) in enumerate(expected.values()):
        assert errors[BASE, 12, NEVER, "mean", layer] == mean and errors[BASE, 12, NEVER, "variance", layer] == variance
    assert data.tests.shape == (30, 1, 8, 8) and data.train.shape == (80, 1, 8, 8)


def test_images_are_brought_to_the_size_asked_for():
    split = planted()
    assert smaller(split.train, None) is split.train and smaller(split.train, 8) is split.train
    half = smaller(split.train, 4)
    assert half.pixels.shape == (80, 1, 4, 4) and half.pixels.dtype == np.uint8
    inner = split.train.pixels.astype(float).mean((1, 2, 3))
    assert np.corrcoef(inner, half.pixels.mean((1, 2, 3)))[0, 1] > 0.99
    assert seen(half.pixels).dtype is torch.float32


FEW = {"batches": [], "depths": [1], "scales": []}


def test_shards_and_replicates_change_nothing(tmp_path):
    two = CONFIG | FEW | {"replicates": 2}
    whole = shard(two, planted(), 3, 0, 1, tmp_path / "whole")
    parts = [shard(two, planted(), 3, k, 3, tmp_path / f"{k}") for k in range(3)]
    assert set(whole[0]["replicate"]) == {0, 1}
    for frame, table, pieces in zip(whole, TABLES, zip(*parts, strict=True), strict=True):
        key = list(table.key)
        again = pd.concat([piece for piece in pieces if len(piece)]).sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(frame.sort_values(key, ignore_index=True), again, check_dtype=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("killed_at", [(0, 1), (0, 10), (1, 4)])
def test_a_killed_job_goes_on_to_the_same_rows(tmp_path, monkeypatch, killed_at):
    """killed_at: training and step; the tail is frozen from step 9 on."""
    config = CONFIG | FEW
    expected = shard(config, planted(), 3, 0, 1, tmp_path / "whole")
    training, step = killed_at
    real, begun = runs.train, [0]

    def interrupted(plan, recipe, images, seed, replicate, watch, checkpoint, **more):
        def kill(at, *rest):
            watch(at, *rest)
            if at == step and begun[0] == training + 1:
                raise KeyboardInterrupt

        begun[0] += 1
        return real(plan, recipe, images, seed, replicate, kill, checkpoint, every=2, **more)

    monkeypatch.setattr(runs, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shard(config, planted(), 3, 0, 1, tmp_path / "r")
    before, begun[0] = begun[0], 10
    found = shard(config, planted(), 3, 0, 1, tmp_path / "r")
    assert before == training + 1 and begun[0] - 10 == 2 - training  # what was finished is not done again
    for one, other in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert not list(tmp_path.glob("r.*"))


@pytest.mark.parametrize("other", ["images", "code"])
def test_what_other_images_or_other_code_left_is_not_used(tmp_path, monkeypatch, other):
    config, real, begun = CONFIG | FEW, runs.run, [0]
    expected = shard(config, planted(), 3, 0, 1, tmp_path / "whole", "code")
    images = planted()
    if other == "images":
        images.train.pixels[:] = 255 - images.train.pixels

    def counted(*arguments, **more):
        begun[0] += 1
        if begun[0] == 2:
            raise KeyboardInterrupt
        return real(*arguments, **more)

    monkeypatch.setattr(runs, "run", counted)
    with pytest.raises(KeyboardInterrupt):
        shard(config, images, 3, 0, 1, tmp_path / "r", "code" if other == "images" else "other code")
    found = shard(config, planted(), 3, 0, 1, tmp_path / "r", "code")
    assert begun[0] - 2 == len(trainings(config))
    for one, again in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(one, again)
