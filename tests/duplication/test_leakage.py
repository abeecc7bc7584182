import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from hearsay.duplication.leakage import (
    CV,
    LEAKAGE,
    LEARNERS,
    cells,
    coin_flips,
    copy_in_training,
    grouped_early_stopping,
    leakage,
    nearest_neighbour_law,
)
from hearsay.errors import HearsayError

CONFIG = {"rows": 40, "columns": 5, "copies": [1, 3], "folds": 5, "slow_folds": 1, "trees": 5, "replicates": 3}


def shuffles(copies, rows, folds, times=80):
    """Share of test rows with another copy in training, and accuracy of 1-NN, in each of many random splits."""
    found, hits = [], []
    for r in range(times):
        x, y = coin_flips(rows, 3, np.random.default_rng(r))
        groups = np.tile(np.arange(rows), copies)
        for train, test in StratifiedKFold(folds, shuffle=True, random_state=r).split(x[groups], y[groups]):
            found.append(np.isin(groups[test], groups[train]).mean())
            fit = KNeighborsClassifier(1).fit(x[groups[train]], y[groups[train]])
            hits.append(fit.score(x[groups[test]], y[groups[test]]))
    return (np.reshape(v, (times, folds)).mean(1) for v in (found, hits))


@pytest.mark.parametrize(("copies", "rows", "folds"), [(1, 40, 5), (2, 40, 5), (3, 20, 2)])
def test_the_closed_form_agrees_with_random_splits(copies, rows, folds):
    found, hits = shuffles(copies, rows, folds)
    error = [v.std() / np.sqrt(len(v)) for v in (found, hits)]
    assert abs(found.mean() - copy_in_training(copies, rows, folds)) <= 4 * error[0]
    assert abs(hits.mean() - nearest_neighbour_law(copies, rows, folds)) <= 4 * error[1]


def test_folds_and_copies_swapped_are_caught():
    found, hits = shuffles(2, 40, 5)
    assert abs(found.mean() - copy_in_training(5, 40, 2)) > 8 * found.std() / np.sqrt(len(found))
    assert abs(hits.mean() - nearest_neighbour_law(5, 40, 2)) > 4 * hits.std() / np.sqrt(len(hits))


@given(st.integers(2, 12), st.integers(2, 10), st.integers(2, 40))
def test_the_chance_of_a_copy_tends_to_its_simple_form(copies, folds, half_fold):
    rows = 2 * folds * half_fold
    exact = copy_in_training(copies, rows, folds)
    assert exact >= 1 - folds ** (1.0 - copies) - 1e-9  # dealt without replacement, copies spread out
    assert copy_in_training(copies, 10_000 * folds, folds) == pytest.approx(1 - folds ** (1.0 - copies), abs=2e-3)
    assert copy_in_training(1, rows, folds) == 0
    assert nearest_neighbour_law(1, rows, folds) == pytest.approx(0.5, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 10))
def test_grouped_folds_are_balanced_so_that_chance_is_a_half(seed, copies):
    x, y = coin_flips(40, 2, np.random.default_rng(seed))
    groups = np.tile(np.arange(40), copies)
    splits = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(x[groups], y[groups], groups)
    for train, test in splits:
        assert not np.intersect1d(groups[train], groups[test]).size
        assert (np.bincount(y[groups[test]]) == 4 * copies).all()


def test_labels_that_are_not_balanced_let_stratified_folds_leak_their_share():
    """Why the coins are exact halves."""
    y = np.repeat([0, 1], [60, 40])
    assert cross_val_score(DummyClassifier(), np.zeros((100, 1)), y, cv=StratifiedKFold(10)).mean() == pytest.approx(
        0.6
    )


def test_shards_make_the_whole():
    config = CONFIG | {"replicates": 2, "copies": [2], "trees": 25}
    whole = leakage(config, 1)
    LEAKAGE.check(whole)
    assert set(whole["learner"]) == set(LEARNERS)
    parts = pd.concat([leakage(config, 1, shard, 4) for shard in range(4)])
    keys = list(LEAKAGE.key)
    pd.testing.assert_frame_equal(
        whole.sort_values(keys, ignore_index=True), parts.sort_values(keys, ignore_index=True)
    )


def cell(learner, copies, **changes):
    config = CONFIG | {"copies": [copies]} | changes
    place = cells(config).index((learner, copies))
    return leakage(config, 3, place, len(cells(config))).set_index(["measure", "folds"])


def test_without_copies_rows_and_groups_agree_and_with_copies_only_grouped_folds_stay_at_chance():
    one = cell("1-NN", 1, replicates=30)
    difference = one.loc[(CV, "rows"), "accuracy"] - one.loc[(CV, "grouped"), "accuracy"]
    assert abs(difference) <= 4 * np.hypot(*one["mc_error"])
    three = cell("1-NN", 3, replicates=30)
    for kind in ("rows", "grouped"):
        row = three.loc[(CV, kind)]
        assert abs(row["accuracy"] - row["law"]) <= 4 * row["mc_error"], kind
    assert three.loc[(CV, "rows"), "accuracy"] > 0.9


def test_the_forest_s_out_of_bag_score_is_fooled_and_distinct_rows_mend_it():
    five = cell("random forest", 5, replicates=6, trees=25)
    assert five.loc[("out of bag", "rows"), "accuracy"] > 0.95
    assert five.loc[("out of bag", "grouped"), "high"] < 0.8


def test_early_stopping_is_fooled_and_a_grouped_validation_part_mends_it():
    x, y = coin_flips(100, 20, np.random.default_rng(5))
    groups = np.tile(np.arange(100), 10)
    fooled = [
        MLPClassifier(early_stopping=True, random_state=r).fit(x[groups], y[groups]).best_validation_score_
        for r in range(3)
    ]
    mended = [grouped_early_stopping(x[groups], y[groups], groups, r) for r in range(3)]
    assert np.mean(fooled) > 0.9
    assert np.mean(mended) < 0.8


def test_the_rule_of_early_stopping_is_scikit_learn_s():
    """On the same split and draws, one fit and the loop over epochs see the same validation scores."""
    x, y = coin_flips(60, 3, np.random.default_rng(0))
    y = (x[:, 0] > 0).astype(int)  # learnable, so that scores move
    scores = [
        (
            MLPClassifier(early_stopping=True, random_state=r).fit(x, y).best_validation_score_,
            grouped_early_stopping(x, y, np.arange(60), r),
        )
        for r in range(8)
    ]
    theirs, ours = np.array(scores).T
    assert abs(np.mean(theirs - ours)) <= 4 * np.std(theirs - ours) / np.sqrt(len(scores))


def test_rows_that_cannot_be_balanced_are_refused():
    with pytest.raises(HearsayError, match="multiple of 10"):
        leakage(CONFIG | {"rows": 42}, 1)
