"""Every sentence is tried and is what it must be; a fault that is planted shows in its own sentence."""

import numpy as np
import pytest

from hearsay.moments import exact
from hearsay.vision import statistics
from hearsay.vision.data import Images

RNG = np.random.default_rng(0)
IMAGES = Images(RNG.integers(0, 256, (90, 1, 8, 8), np.uint8), np.arange(90) % 3)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(exact, "DEPTHS", (1, 2))
    monkeypatch.setattr(exact, "DECAYS", (0.9, 0.99))
    monkeypatch.setattr(exact, "RECIPE", exact.Recipe(steps=4, maps=4))


def tried():
    frame = exact.exact(IMAGES, 1, 1)
    exact.EXACT.check(frame)
    return frame.set_index("sentence")


def test_all_sentences_are_what_they_must_be():
    found = tried()
    assert set(found.index) == set(exact.EXPECTED) and (found["cases"] == 4).all()
    assert (found["true"] == np.where(found["expected"], 4, 0)).all()
    exactly = [exact.WEIGHTS, exact.WHOLE, exact.BARE, exact.STILL, exact.ALIKE]
    assert (found.loc[exactly, "largest"] == 0).all() and 0 < found.loc[exact.BESIDE, "largest"] < 1e-4


def test_statistics_that_a_bare_checkpoint_carries_over_would_be_seen(monkeypatch):
    real = exact._through_a_file

    def leaking(state):
        if not any("running" in name for name in state):
            state = state | {"1.running_mean": statistics.torch.ones(4)}
        return real(state)

    monkeypatch.setattr(exact, "_through_a_file", leaking)
    found = tried()
    assert found.loc[exact.BARE, "true"] == 0 and found.loc[exact.WHOLE, "true"] == 4


def test_an_average_with_another_decay_would_be_seen(monkeypatch):
    class Other(exact.Conditions):
        @property
        def kept(self):
            return dict.fromkeys(super().kept, super().kept["never updated"])

    monkeypatch.setattr(exact, "Conditions", Other)
    assert tried().loc[exact.BESIDE, "true"] == 0


def test_an_evaluation_in_training_mode_would_be_seen(monkeypatch):
    real = exact._evaluated
    monkeypatch.setattr(exact, "_evaluated", lambda model, images: (real(model, images), model.train()(images))[0])
    assert tried().loc[exact.STILL, "true"] == 4
