import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import zero_one_loss
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from statsmodels.stats.multitest import multipletests

from hearsay.duplication.bootstrap import draw, state
from hearsay.duplication.prediction_error import (
    BLOCK,
    ESTIMATORS,
    LEARNERS,
    OUT,
    PREDICTION_ERROR,
    SETTINGS,
    _cross_validate,
    _paired,
    cells,
    estimate,
    linear_error,
    neighbour_error,
    nodes,
    plus,
    prediction_error,
    simulate,
    training_sets,
)  # fmt: skip
from hearsay.duplication.small_classifiers import LDA, discriminant, order_by_distance, predict
from hearsay.seeds import generator, seed_sequence

CONFIG = {"sizes": [14, 20], "replicates": 400, "resamples": 50}


def rng(i=0):
    return generator(1, "duplication", "test", i)


def words(i=0):
    return state(seed_sequence(1, "duplication", "test", i))


def small(i=0, n=16, distance=1.5, every=2):
    y = (np.arange(n) % every == 1).astype(int)
    x = rng(i).normal(size=(n, 2))
    x[:, 0] += distance * (y - 0.5)
    return x, y


def peer(learner):
    if learner == LDA:
        return LinearDiscriminantAnalysis(priors=[0.5, 0.5])
    return KNeighborsClassifier(learner)


def ours(learner, x, y, w):
    out = np.empty(len(y), np.int64)
    predict(learner, x, y, w, order_by_distance(x, x), np.empty(3), out)
    return out


@pytest.fixture(scope="module")
def table():
    frame = prediction_error(CONFIG, 1)
    PREDICTION_ERROR.check(frame)
    return frame.set_index(["setting", "learner", "rows", "estimator"])


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_classifiers_are_sklearns_on_any_resample(learner, seed):
    x, y = small(seed)
    w = rng(seed + 1).multinomial(len(y), np.full(len(y), 1 / len(y)))
    if min((w[y == 0] > 0).sum(), (w[y == 1] > 0).sum()) < 3:
        return
    copies = np.repeat(np.arange(len(y)), w)
    np.testing.assert_array_equal(ours(learner, x, y, w), peer(learner).fit(x[copies], y[copies]).predict(x))


def test_one_class_and_a_singular_covariance_have_their_rule():
    x, y = small()
    line = np.empty(3)
    for label in (0, 1):
        w = (y == label).astype(np.int64)
        assert (ours(LDA, x, y, w) == label).all()
    w = np.zeros(len(y), np.int64)
    w[:2] = 1  # one row of each class: no spread at all
    assert discriminant(x, y, w, line)
    nearer = np.linalg.norm(x - x[1], axis=1) < np.linalg.norm(x - x[0], axis=1)
    np.testing.assert_array_equal(ours(LDA, x, y, w), nearer)


@pytest.mark.parametrize("distance", SETTINGS.values(), ids=SETTINGS)
def test_the_conditional_error_is_what_new_rows_show(distance):
    """Both truths against many new rows."""
    x, y = small(3, distance=distance)
    line = np.empty(3)
    discriminant(x, y, np.ones(len(y), np.int64), line)
    n = 200_000
    label = rng(5).integers(0, 2, n)
    new = rng(6).normal(size=(n, 2)) + np.outer(label - 0.5, (distance, 0.0))
    error = ((new @ line[:2] + line[2] > 0) != label).mean()
    assert linear_error(line, distance) == pytest.approx(error, abs=0.004)
    for k in (1, 3):
        error = (KNeighborsClassifier(k).fit(x, y).predict(new) != label).mean()
        assert neighbour_error(x, y, k, *nodes(distance)) == pytest.approx(error, abs=0.006)


def test_a_wrong_conditional_error_would_be_seen():
    x, y = small(3)
    line = np.empty(3)
    discriminant(x, y, np.ones(len(y), np.int64), line)
    bent = line + np.array([0.0, 0.0, 0.3 * np.hypot(line[0], line[1])])
    assert abs(linear_error(line, 1.5) - linear_error(bent, 1.5)) > 0.005
    assert linear_error(np.array([1.0, 0, 0]), 1.5) < 0.25 < 0.75 < linear_error(np.array([-1.0, 0, 0]), 1.5)
    assert linear_error(np.array([0.0, 0.0, 1.0]), 1.5) == 0.5


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
def test_apparent_and_leave_one_out_are_sklearns(learner):
    for i in range(5):
        x, y = small(i)
        found = np.empty(len(ESTIMATORS))
        estimate(learner, x, y, 10, 2, 20, words(), found)
        assert found[0] == pytest.approx(zero_one_loss(y, peer(learner).fit(x, y).predict(x)))
        left_out = cross_val_predict(peer(learner), x, y, cv=LeaveOneOut())
        assert found[1] == pytest.approx(zero_one_loss(y, left_out))


def by_hand(learner, x, y, folds, repeats, resamples, source):
    """The resampling estimates with scikit-learn, from the same random numbers, in plain loops."""
    n = len(y)

    def wrong(index, at):
        return peer(learner).fit(x[index], y[index]).predict(x[at]) != y[at]

    place, per_repeat = np.arange(n), []
    for r in range(1 + repeats):  # the first shuffle belongs to leave-one-out, which starts from an order of its own
        if r == 1:
            place = np.arange(n)
        for i in range(n - 1, 0, -1):
            j = draw(source, i + 1)
            place[i], place[j] = place[j], place[i]
        if r:
            fold = place % folds
            per_repeat.append(sum(wrong(np.flatnonzero(fold != f), fold == f).sum() for f in range(folds)) / n)
    apparent = wrong(np.arange(n), np.arange(n)).mean()
    optimism, out_of_bag = [], [[] for _ in range(n)]
    for _ in range(resamples):
        index = np.array([draw(source, n) for _ in range(n)])
        error = wrong(index, np.arange(n))
        optimism.append(error.mean() - error[index].mean())
        for i in set(range(n)) - set(index.tolist()):
            out_of_bag[i].append(error[i])
    left_out = np.mean([np.mean(errors) for errors in out_of_bag])
    said = peer(learner).fit(x, y).predict(x).mean()
    chance = y.mean() * (1 - said) + (1 - y.mean()) * said
    plain = 0.368 * apparent + 0.632 * left_out
    return [
        per_repeat[0], np.mean(per_repeat), apparent + np.mean(optimism), left_out,
        plain, equation_32(apparent, left_out, chance, 0.632),
    ]  # fmt: skip


def equation_32(apparent, left_out, chance, out):
    """Efron & Tibshirani's own form of .632+, its plain .632 with the error as it is, not cut off at chance."""
    cut = min(left_out, chance)
    overfitting = (cut - apparent) / (chance - apparent) if left_out > apparent and chance > apparent else 0.0
    more = (cut - apparent) * (1 - out) * out * overfitting / (1 - (1 - out) * overfitting)
    return (1 - out) * apparent + out * left_out + more


@pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS)
@pytest.mark.parametrize("i", range(3))
def test_resampling_estimates_are_those_by_hand(learner, i):
    x, y = small(i, 24, every=3)  # classes of unequal size, or the no-information rate would be a half however wrong
    found = np.empty(len(ESTIMATORS))
    estimate(learner, x, y, 10, 2, 20, words(i), found)
    np.testing.assert_allclose(found[2:], by_hand(learner, x, y, 10, 2, 20, words(i)), atol=2e-4)


def test_plus_is_worked_by_hand():
    assert pytest.approx(0.632, abs=2e-4) == OUT
    # no overfitting: .632; an out-of-bag error at chance: all of it
    assert plus(0.2, 0.2, 0.5) == pytest.approx(0.2)
    assert plus(0.0, 0.5, 0.5) == pytest.approx(0.5)
    assert plus(0.3, 0.2, 0.5) == pytest.approx((1 - OUT) * 0.3 + OUT * 0.2)
    assert plus(0.1, 0.3, 0.5) > (1 - OUT) * 0.1 + OUT * 0.3 + 0.01  # a weight left at .632 would be seen
    # above chance: .632 keeps the error, .0368 + .5688 = .6056; more by .4 (.632) (.368) / .632 = .1472
    assert plus(0.1, 0.9, 0.5) == pytest.approx(0.7528, abs=1e-4)
    assert plus(0.6, 0.9, 0.5) == pytest.approx((1 - OUT) * 0.6 + OUT * 0.9)  # worse than chance already: .632


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_plus_is_equation_32_and_up_to_chance_a_weighted_mean(apparent, left_out, chance):
    found = plus(apparent, left_out, chance)
    assert found == pytest.approx(equation_32(apparent, left_out, chance, OUT), abs=1e-12)
    if apparent < left_out <= chance:
        weight = OUT / (1 - (1 - OUT) * (left_out - apparent) / (chance - apparent))
        assert found == pytest.approx((1 - weight) * apparent + weight * left_out, abs=1e-12)


def test_equal_differences_have_no_more_evidence_than_their_signs():
    assert _paired(np.full(6, 0.3))[3] == _paired(np.full(6, -0.1))[3] == 2**-5
    assert _paired(np.zeros(6))[3] == 1
    d = rng().normal(0.3, 1, 12)
    assert _paired(d)[3] == pytest.approx(stats.ttest_1samp(d, 0).pvalue)


def test_folds_are_even_and_every_row_is_left_out_once():
    """A classifier that knows the row by heart is wrong exactly on rows left out."""
    n = 23
    x, y = np.column_stack([np.arange(n), np.zeros(n)]).astype(float), np.arange(n) % 2
    wrong = np.empty(3, np.int64)
    out = np.empty(n, np.int64)
    _cross_validate(1, x, y, n, 3, words(), order_by_distance(x, x), np.empty(3), out, wrong)
    assert (wrong == n).all()  # the nearest other row always has the other label


def test_without_information_only_honest_estimates_are_unbiased(table):
    """The calibration: a label left out is independent of what was learned, so such errors average a half exactly."""
    found = table.xs("no information", level="setting").reset_index()
    honest = found[found["estimator"].isin(["leave-one-out", "10-fold CV", "repeated 10-fold CV", "out of bag"])]
    assert (abs(honest["bias"]) < 4 * honest["bias_mc_error"]).all()
    assert (honest["true_error"] == 0.5).all()
    memory = found[(found["learner"] == "1-NN") & (found["rows"] == 20)].set_index("estimator")
    assert memory.loc["apparent", "estimate"] == 0
    assert memory.loc[".632", "estimate"] == pytest.approx(OUT / 2, abs=0.02)
    assert memory.loc["optimism", "estimate"] == pytest.approx((1 - 1 / 20) ** 20 / 2, abs=0.01)
    assert memory.loc[".632+", "bias"] > memory.loc[".632", "bias"] + 0.05


def test_the_table_is_consistent(table):
    assert len(table) == len(cells(CONFIG)) * len(ESTIMATORS)
    n = CONFIG["replicates"]
    bases = {"mse_difference": "10-fold CV", "mse_difference_repeated": "repeated 10-fold CV"}
    for _, cell in table.groupby(level=[0, 1, 2]):
        cell = cell.droplevel([0, 1, 2])
        for column, base in bases.items():
            expected = cell["rmse"] ** 2 - cell.loc[base, "rmse"] ** 2
            np.testing.assert_allclose(cell[column], expected, atol=1e-12)
            assert cell.loc[base, f"{column}_low"] == cell.loc[base, f"{column}_high"] == 0
        np.testing.assert_allclose(cell["bias"], cell["estimate"] - cell["true_error"], atol=1e-12)
    assert (table["replicates"] == n).all()
    compared = table.xs(".632+", level="estimator")
    for p, difference in {"p": "mse_difference", "p_repeated": "mse_difference_repeated"}.items():
        assert set(table[table[p].notna()].index.get_level_values("estimator")) == {".632+"}
        # each family of comparisons has a correction of its own
        np.testing.assert_allclose(compared[f"{p}_holm"], multipletests(compared[p], method="holm")[1])
        outside = (compared[f"{difference}_low"] > 0) | (compared[f"{difference}_high"] < 0)
        np.testing.assert_array_equal(outside, compared[p] < 0.05)
    assert (compared["p"] != compared["p_repeated"]).any()


def test_training_sets_are_shared_and_have_their_law():
    x, y = training_sets("separated", 20, 1, 0)
    assert x.shape == (BLOCK, 20, 2) and y.mean() == pytest.approx(0.5, abs=0.02)
    assert x[y == 1, 0].mean() - x[y == 0, 0].mean() == pytest.approx(3, abs=0.06)


def test_a_training_set_does_not_depend_on_how_many_there_are():
    few, many = (simulate("overlapping", "LDA", 14, CONFIG | {"replicates": r}, 1)[0] for r in (5, 9))
    np.testing.assert_array_equal(few, many[:5])
