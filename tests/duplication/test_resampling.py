import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import brier_score_loss, r2_score

from hearsay.duplication import resampling as module
from hearsay.duplication.data import Data, load
from hearsay.duplication.resampling import (
    ACCURACY,
    AGAIN,
    BAGGED,
    BRIER,
    CLASSIFIERS,
    COPIES,
    ORIGINAL,
    R2,
    REGRESSORS,
    RESAMPLE,
    RESAMPLING,
    _tests,
    learner,
    one_split,
    predictions,
    resampling,
    scores,
)  # fmt: skip
from hearsay.seeds import generator

CONFIG = {"data": ["wine", "diabetes"], "splits": 6, "rows": 60, "bags": 10}
DETERMINISTIC = {"1-NN", "5-NN", "logistic regression", "LDA", "Gaussian NB", "ridge", "least squares"}


def rng(i=0):
    return generator(1, "duplication", "test", i)


@pytest.fixture(scope="module")
def table():
    frame = resampling(CONFIG, 1)
    RESAMPLING.check(frame)
    return frame.set_index(["data", "learner", "measure", "arm"])


def test_every_learner_and_arm_is_there(table):
    assert len(table) == 5 * (2 * len(CLASSIFIERS) + len(REGRESSORS))
    assert (table["failed"] == 0).all() and (table["splits"] == CONFIG["splits"]).all()


def test_the_same_rows_again_gain_nothing(table):
    """The A/A arm: order and random state alone, exactly nothing where neither counts, else within the interval."""
    again = table.xs(AGAIN, level="arm").reset_index()
    same = again["learner"].isin(DETERMINISTIC)
    assert (abs(again.loc[same, "gain"]) < 1e-4).all()
    assert (again.loc[~same, "p_holm"] > 0.001).all()


def test_copies_change_nothing_for_means_and_something_for_sums(table):
    gain = table.xs(COPIES, level="arm")["gain"]
    for key in [("wine", "LDA", BRIER), ("wine", "Gaussian NB", BRIER), ("diabetes", "least squares", R2)]:
        assert gain[key] == 0
    for key in [("wine", "5-NN", BRIER), ("wine", "logistic regression", BRIER), ("diabetes", "ridge", R2)]:
        assert gain[key] != 0


def test_averaging_never_hurts_a_convex_loss(table):
    """Jensen: a bagged learner's Brier score and squared error are at most the mean of its members', always."""
    bagged, single = (table.xs(arm, level="arm") for arm in (BAGGED, RESAMPLE))
    convex = bagged.index.get_level_values("measure") != ACCURACY
    assert (bagged.loc[convex, "gain"] >= single.loc[convex, "gain"]).all()


def test_bagging_helps_trees_and_a_resample_alone_helps_nobody(table):
    assert table.loc[("diabetes", "decision tree", R2, BAGGED), "gain_low"] > 0
    assert table.loc[("wine", "decision tree", BRIER, BAGGED), "gain_low"] > 0
    assert table.xs(RESAMPLE, level="arm")["gain"].mean() < 0


def test_bagged_nearest_neighbour_votes_as_the_nearest_neighbour():
    """The nearest row is in a share .632 of the bags: a majority, if there are many."""
    data, y = load("wine"), load("wine").y
    x = rng().normal(size=(60, 3))
    bags = rng(1).integers(0, 60, (400, 60))
    new = rng(2).normal(size=(100, 3))
    bagged = np.mean([predictions(learner("1-NN", data.kind, 0), data, x[b], y[:60][b], new) for b in bags], axis=0)
    single = predictions(learner("1-NN", data.kind, 0), data, x, y[:60], new)
    assert (bagged.argmax(axis=1) == single.argmax(axis=1)).mean() > 0.97


def test_measures_are_sklearns():
    y, chance = rng().integers(0, 2, 50), rng(1).random(50)
    found = scores(np.column_stack([1 - chance, chance]), y, "classification")
    assert found[BRIER] == pytest.approx(2 * brier_score_loss(y, chance))
    assert found[ACCURACY] == ((chance > 0.5) == y).mean()
    target, said = rng(2).normal(size=(2, 30))
    assert scores(said[:, None], target, "regression")[R2] == pytest.approx(r2_score(target, said))


def test_a_class_missing_from_a_resample_has_probability_zero():
    data = Data("made", "classification", np.zeros((3, 1)), np.array([0, 1, 2]))
    x, y = np.arange(6.0)[:, None], np.array([0, 0, 0, 2, 2, 2])
    found = predictions(learner("5-NN", data.kind, 0), data, x, y, x)
    assert found.shape == (6, 3) and (found[:, 1] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_the_intervals_are_scipys_and_nadeau_and_bengios():
    gains = rng().normal(0.3, 1, 12)
    mean, low, high, p, *corrected = _tests(gains, 2.0)
    expected = stats.ttest_1samp(gains, 0)
    assert (mean, p) == (pytest.approx(gains.mean()), pytest.approx(expected.pvalue))
    np.testing.assert_allclose((low, high), expected.confidence_interval(0.95))
    wider = np.sqrt((1 / 12 + 2.0) / (1 / 12))
    assert corrected[1] - mean == pytest.approx(wider * (high - mean))
    assert corrected[2] == pytest.approx(2 * stats.t.sf(abs(expected.statistic) / wider, 11))


def test_equal_gains_have_no_more_evidence_than_their_signs():
    """Without spread t is infinite; J signs alike show 2 ** (1 - J), fewer of them where splits overlap."""
    assert _tests(np.zeros(5), 1.0)[3] == _tests(np.zeros(5), 1.0)[6] == 1
    for gain in (1.0, -0.1):
        found = _tests(np.full(8, gain), 1 / 8)
        assert (found[3], found[6]) == (2**-7, 2**-3)


def test_a_fit_that_fails_is_counted(monkeypatch):
    good = module.learner

    class Fails:
        def fit(self, x, y):
            if len(np.unique(x, axis=0)) < len(x):
                raise ValueError("not with equal rows")
            self.model = good("LDA", "classification", 0).fit(x, y)
            self.classes_ = self.model.classes_
            return self

        def predict_proba(self, x):
            return self.model.predict_proba(x)

    monkeypatch.setattr(module, "learner", lambda *_: Fails())
    monkeypatch.setattr(module, "CLASSIFIERS", ("fails",))
    found = resampling(CONFIG | {"data": ["wine"], "splits": 3, "bags": 2}, 1).set_index(["measure", "arm"])
    assert found.loc[ACCURACY, "failed"].to_dict() == {ORIGINAL: 0, AGAIN: 0, COPIES: 3, RESAMPLE: 3, BAGGED: 3}
    assert np.isnan(found.loc[(ACCURACY, BAGGED), "gain"])


def test_a_split_depends_on_its_number_alone():
    data = load("wine")
    assert one_split(data, "LDA", CONFIG, 1, 3) == one_split(data, "LDA", CONFIG | {"splits": 99}, 1, 3)
