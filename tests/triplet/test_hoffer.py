"""The shortened runs: what they are called, paired, in any shards, and to the same rows after a kill."""

import numpy as np
import pandas as pd
import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.tables import read, write
from hearsay.triplet import hoffer as module
from hearsay.triplet.hoffer import CLASSIFIERS, HOFFER, LINEAR, NEAREST, RUNS, beside, shard, trainings
from hearsay.vision.data import Images, Split
from hearsay.vision.nets import hoffer

CONFIG = {"steps": 3, "seeds": 2, "gallery": 30, "queries": 20}
PUBLISHED = {"hoffer.mnist": 99.54, "hoffer.epoch": 640_000}


def planted(side=12, channels=1):
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 20)
    pixels = (rng.integers(0, 60, (80, channels, side, side)) + 40 * labels[:, None, None, None]).astype(np.uint8)
    order = rng.permutation(80)
    whole = Images(pixels[order], labels[order])
    return Split(*(Images(whole.pixels[part], whole.labels[part]) for part in (slice(50), slice(50, None))))


@pytest.fixture(autouse=True, scope="module")
def small():
    """Small batches and nets, so that a step is quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", 8)
        patch.setattr(
            module, "hoffer", lambda norm, channels, pixels: hoffer(norm, channels, pixels, maps=(4, 4, 4, 3))
        )
        yield


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    frame = shard(CONFIG, planted(), "mnist5k", 3, 0, 1, folder / "r")
    assert not list(folder.iterdir())
    return frame


def test_the_table_is_whole(whole, tmp_path):
    write(whole, RUNS, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", RUNS)
    assert len(back) == len(trainings(CONFIG)) * len(CLASSIFIERS) == 12
    assert set(back["triplets"]) == {24} and set(back["gallery"]) == {30} and set(back["queries"]) == {20}
    assert back[["accuracy", "untrained", "pixels"]].stack().between(0, 1).all() and set(back["classes"]) == {4}
    assert (back.groupby("classifier")["pixels"].nunique() == 1).all()


def test_the_paper_s_figure_stands_beside_its_own_data_only(whole):
    found = beside(pd.concat([whole, whole.assign(data="fashion")]), PUBLISHED)
    HOFFER.check(found)
    theirs = found.groupby("data")["published"].first()
    assert theirs["mnist5k"] == pytest.approx(0.9954) and np.isnan(theirs.get("fashion", np.nan))
    assert set(found["published_epoch"]) == {640_000}


def test_shards_change_nothing(whole, tmp_path):
    parts = [shard(CONFIG, planted(), "mnist5k", 3, k, 3, tmp_path / f"{k}") for k in range(3)]
    key = list(RUNS.key)
    one, other = (frame.sort_values(key, ignore_index=True) for frame in (whole, pd.concat(parts)))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("killed_at", [1, 3, 5])
def test_a_killed_job_goes_on_to_the_same_rows(tmp_path, monkeypatch, killed_at):
    """Of the two nets with batch normalisation; after the third step the second one begins."""
    expected = shard(CONFIG, planted(), "mnist5k", 3, 1, 2, tmp_path / "whole")
    real, count = module.LOSSES[module.LOSS], [0]

    def interrupted(*embeddings):
        count[0] += 1
        if count[0] == killed_at + 1:
            raise KeyboardInterrupt
        return real(*embeddings)

    monkeypatch.setattr(module, "run", lambda *a, run=module.run: run(*a, every=1))
    monkeypatch.setitem(module.LOSSES, module.LOSS, interrupted)
    with pytest.raises(KeyboardInterrupt):
        shard(CONFIG, planted(), "mnist5k", 3, 1, 2, tmp_path / "r")
    torch.rand(5)  # another process has another random state
    found = shard(CONFIG, planted(), "mnist5k", 3, 1, 2, tmp_path / "r")
    assert count[0] == 2 * CONFIG["steps"] + 1  # nothing that was done is done again
    pd.testing.assert_frame_equal(expected, found)
    assert not list(tmp_path.iterdir())


def test_training_is_as_published(monkeypatch, tmp_path):
    """Torch7's optimiser, as it is written, on one parameter vector."""
    seen, steps = [], []
    real = torch.optim.SGD.step

    def watched(optimiser, *rest):
        flat = [torch.cat([p.detach().flatten() for p in optimiser.param_groups[0]["params"]]).double()]
        flat.append(torch.cat([p.grad.flatten() for p in optimiser.param_groups[0]["params"]]).double())
        real(optimiser, *rest)
        flat.append(torch.cat([p.detach().flatten() for p in optimiser.param_groups[0]["params"]]).double())
        steps.append(flat)

    monkeypatch.setattr(torch.optim.SGD, "step", watched)
    loss = module.LOSSES[module.LOSS]
    monkeypatch.setitem(module.LOSSES, module.LOSS, lambda a, p, n: seen.append(len(a)) or loss(a, p, n))
    shard(CONFIG | {"seeds": 1}, planted(), "mnist5k", 3, 0, 2, tmp_path / "r")
    assert seen == [8, 8, 8]
    average = None
    for before, gradient, after in steps:
        gradient = gradient + 1e-4 * before
        average = gradient if average is None else 0.9 * average + 0.1 * gradient
        torch.testing.assert_close(after, before - 0.1 * average, rtol=1e-5, atol=1e-6)


def test_images_come_with_mean_0_and_deviation_1_and_large_ones_smaller(tmp_path):
    pixels = planted(side=40, channels=3).train.pixels
    small = module._look(pixels[:, :, :20, :20])(pixels[:, :, :20, :20])
    assert small.shape[-1] == 20 and float(small.mean()) == pytest.approx(0, abs=1e-4)
    assert float(small.std()) == pytest.approx(1, abs=1e-3)
    assert module._look(pixels)(pixels).shape == (50, 3, 32, 32)
    found = shard(CONFIG | {"steps": 1, "seeds": 1}, planted(40, 3), "imagenet", 3, 1, 2, tmp_path / "r")
    assert set(found["norm"]) == {"batch"} and np.isnan(beside(found, PUBLISHED)["published"]).all()


def test_classifiers_on_what_is_told_apart_and_what_is_not():
    rng = torch.Generator().manual_seed(0)
    known, asked = torch.arange(40) % 4, torch.arange(24) % 4
    noise = [torch.randn(n, 3, generator=rng) for n in (40, 24)]
    test = module._Test(None, known, None, asked)
    clear = module._accuracies(20 * known[:, None] + noise[0], 20 * asked[:, None] + noise[1], test)
    assert clear[NEAREST] == 1 and set(clear) == set(CLASSIFIERS)
    assert max(module._accuracies(*noise, test).values()) < 0.7
    corners = torch.eye(4)[known], torch.eye(4)[asked]
    assert module._accuracies(*corners, test)[LINEAR] == 1


def test_bad_requests_get_one_line(tmp_path, monkeypatch):
    with pytest.raises(
        HearsayError, match=r"^hoffer: 8001 steps are 64,008 triplets; a shortened run has at most 64,000"
    ):
        shard(CONFIG | {"steps": 8001}, planted(), "mnist5k", 3, 0, 1, tmp_path / "r")
    monkeypatch.setitem(module.LOSSES, module.LOSS, lambda a, p, n: a.sum() * torch.nan)
    with pytest.raises(HearsayError, match=r"^hoffer: the loss is nan at step 0 of replicate 0, norm none"):
        shard(CONFIG, planted(), "mnist5k", 3, 0, 1, tmp_path / "r")
