import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier

from hearsay import tables
from hearsay.duplication import distribution
from hearsay.duplication.distribution import DISTRIBUTION, gather, is_random, lighter, measure
from hearsay.duplication.random_verdicts import CHANGED, RANDOM, RESTORED, SAME, UNDECIDED, judge, verdicts
from hearsay.duplication.roster import roster, seeded
from hearsay.errors import HearsayError

CONFIG = {"seeds": 8, "copies": 3, "rows": 60, "permutations": 9999, "shards": 1, "equivalence": 0.5}
ARMS = ("original", "again", "copied")
ENTRIES = {entry.name: entry for entry in roster()}


@pytest.fixture(scope="module")
def measured():
    names = {"ExtraTreeClassifier", "DecisionTreeRegressor(min_samples_leaf=5)", "SGDRegressor", "LinearRegression"}
    names |= {"SVC", "Ridge"}  # with a random state that nothing uses
    return gather([measure(CONFIG | {"seeds": 40}, 0.95, 1, only=names)])


def test_the_table_is_as_declared(measured, tmp_path):
    tables.write(measured, DISTRIBUTION, tmp_path / "arms.csv")
    pd.testing.assert_frame_equal(
        tables.read(tmp_path / "arms.csv", DISTRIBUTION),
        measured.sort_values(list(DISTRIBUTION.key)).reset_index(drop=True),
    )


def test_fits_that_do_not_depend_on_the_seed_have_no_arms(measured):
    assert not {"LinearRegression", "SVC", "Ridge"} & set(measured["name"])


def test_every_arm_is_there_and_every_remedy(measured):
    arms = measured[measured["name"] == "SGDRegressor"]
    assert set(arms["arm"]) == {"original", "again", "permuted", "weighted", "copied", "remedy"}
    assert any("max_iter / k" in name for name in arms["remedy"])
    assert (measured["seeds"] + measured["failed"] == 40).all()
    assert measured.loc[measured["arm"] == "original", "p"].isna().all()
    assert measured.loc[measured["arm"] != "original", "p_holm"].notna().all()


def test_the_floor_is_not_told_apart(measured):
    assert (measured.loc[measured["arm"] == "again", "p_holm"] > 0.05).all()


def test_a_leaf_counted_in_rows_is_changed_and_its_multiple_restores_it(measured):
    found = verdicts(measured, 0.6, 0.95).set_index("name").loc["DecisionTreeRegressor(min_samples_leaf=5)"]
    assert found["p_copies"] < 0.05
    assert found["verdict"] in (RESTORED, UNDECIDED)
    assert found["p_after"] > 0.05
    assert found["tried"].startswith("min_samples_leaf * k")


def test_the_law_of_one_random_tree_is_not_shown_to_change(measured):
    assert verdicts(measured, 0.5, 0.95).set_index("name").loc["ExtraTreeClassifier", "verdict"] != CHANGED


def test_shards_and_their_order_do_not_matter():
    names = {"ExtraTreeClassifier", "ExtraTreeRegressor"}
    whole = gather([measure(CONFIG, 0.95, 1, only=names)])
    parts = [measure(CONFIG | {"shards": 2}, 0.95, 1, shard, only=names) for shard in (1, 0)]
    key = list(DISTRIBUTION.key)
    pd.testing.assert_frame_equal(
        gather(parts).sort_values(key).reset_index(drop=True), whole.sort_values(key).reset_index(drop=True)
    )


def test_smaller_settings_never_touch_what_an_entry_sets():
    for entry in ENTRIES.values():
        smaller = lighter(entry)
        entry.build(0).set_params(**smaller)
        assert not any(f"{name}=" in entry.setting for name in smaller)
    assert lighter(ENTRIES["RandomForestClassifier(max_samples=60)"]) == {"n_estimators": 5}
    assert lighter(ENTRIES["GradientBoostingClassifier(n_iter_no_change=5)"]) == {"n_estimators": 20}


def test_randomness_is_seen_by_fitting():
    split = distribution.data.split(distribution.data.load("wine"), 60, np.random.default_rng(0))
    assert is_random(lambda state: seeded(DummyClassifier(strategy="stratified"), state), split)
    assert not is_random(lambda state: seeded(DummyClassifier(), state), split)
    assert is_random(lambda state: seeded(DecisionTreeClassifier(max_features=1), state), split)


def test_scores_of_a_random_code_book_are_comparable():
    split = distribution.data.split(distribution.data.load("wine"), 60, np.random.default_rng(0))
    fits = [ENTRIES["OutputCodeClassifier"].build(state).fit(split.x, split.y) for state in range(6)]
    shapes = {distribution.comparable(fit, split.x_test).shape for fit in fits}
    assert shapes == {(len(split.y_test), 3)}


def test_fits_that_raise_are_counted():
    split = distribution.data.split(distribution.data.load("wine"), 60, np.random.default_rng(0))
    calls = iter([ValueError("once"), None, None])

    def fit(draw):
        error = next(calls)
        if error:
            raise error
        return DummyClassifier().fit(split.x, split.y)

    found = distribution._sample(fit, iter([None] * 3), split)
    assert (len(found.held_out), found.failed) == (2, 1)


def planted(p_copied, shift_copied, *tried, failed=0, permuted=0.9, least=1e-4, lighter=""):
    """A table of one entry: Holm's p and the shift of copies, then of each setting tried; intervals of +-0.2."""
    arms = [("original", 0, np.nan, 0.0), ("again", 0, 0.9, 0.0), ("permuted", 0, permuted, 0.0)]
    arms += [("copied", 0, p_copied, shift_copied)]
    arms += [("remedy", i, p, shift) for i, (p, shift) in enumerate(tried, 1)]
    rows = []
    for arm, order, p, shift in arms:
        row = dict.fromkeys(DISTRIBUTION.columns, 0.0) | dict.fromkeys(DISTRIBUTION.text, "")
        row |= {"name": "A", "kind": "regression", "arm": arm, "order": order, "remedy": f"r{order}" if order else ""}
        row |= {"p": p, "p_holm": p, "shift": shift, "shift_low": max(0, shift - 0.2), "shift_high": shift + 0.2}
        row |= {"p_least": least if order or arm != "original" else np.nan, "lighter": lighter}
        rows.append(row | {"seeds": 200 - failed, "failed": failed})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("table", "verdict", "remedy"),
    [
        (planted(0.5, 0.1), SAME, ""),
        (planted(0.5, 0.4), UNDECIDED, ""),
        (planted(0.001, 2.0), CHANGED, ""),
        (planted(0.001, 0.0), CHANGED, ""),
        (planted(0.001, 2.0, (0.5, 0.1)), RESTORED, "r1"),
        (planted(0.001, 2.0, (0.01, 0.1), (0.3, 0.0)), RESTORED, "r2"),
        (planted(0.001, 2.0, (0.5, 0.4)), UNDECIDED, ""),
        (planted(0.001, 2.0, (0.02, 0.1), (0.01, 0.0)), CHANGED, ""),
        (planted(np.nan, 0.0), UNDECIDED, ""),
    ],
)
def test_the_rule(table, verdict, remedy):
    found = verdicts(table, 0.5, 0.95)
    tables.Table.check(RANDOM, found)
    assert tuple(found.loc[0, ["verdict", "remedy"]]) == (verdict, remedy)


def test_notes_say_what_else_differs():
    note = verdicts(planted(0.5, 0.1, failed=3, permuted=0.01), 0.5, 0.95).loc[0, "note"]
    assert "copied: 3 fits failed" in note
    assert "permuted: differs from the originals" in note


def test_an_infinite_shift_is_never_the_same():
    row = pd.Series({"p_holm": 0.9, "shift_low": 0.0, "shift_high": np.inf, "testable": True})
    assert judge(row, 0.5, 0.05) == "open"
    assert judge(pd.concat([row.drop("shift_high"), pd.Series({"shift_high": np.nan})]), 0.5, 0.05) == "open"


def test_what_was_made_smaller_is_noted():
    assert verdicts(planted(0.5, 0.1, lighter="n_estimators=5"), 0.5, 0.95).loc[0, "note"] == "with n_estimators=5"


def several(entries, **planted_as):
    tables_ = [planted(0.5, 0.1, **planted_as).assign(name=f"A{i}") for i in range(entries)]
    return pd.concat(tables_, ignore_index=True)


@pytest.mark.parametrize(("entries", "least", "verdict"), [(4, 0.01, SAME), (6, 0.01, UNDECIDED), (6, 1e-4, SAME)])
def test_tests_that_cannot_reject_decide_nothing(entries, least, verdict):
    """Six entries at a level of 0.05 need p-values below 0.01."""
    found = verdicts(several(entries, least=least), 0.5, 0.95)
    assert set(found["verdict"]) == {verdict}
    assert found["note"].eq("too few permutations to reject").all() == (verdict == UNDECIDED)


def test_settings_that_cannot_be_told_from_the_originals_restore_nothing():
    table = planted(0.001, 2.0, (0.5, 0.1))
    table.loc[table["arm"] == "remedy", "p_least"] = 0.06
    found = verdicts(table, 0.5, 0.95).loc[0]
    assert (found["verdict"], found["remedy"]) == (UNDECIDED, "")


def test_holm_counts_each_family_of_arms_by_itself():
    table = several(3).drop(columns="p_holm").assign(p=0.01)
    table.loc[table["arm"] == "original", "p"] = np.nan
    found = gather([table, planted(0.01, 0, (0.01, 0)).assign(name="B")])
    largest = found.groupby("arm")["p_holm"].max()
    assert largest["copied"] == pytest.approx(0.04)
    assert largest["remedy"] == pytest.approx(0.01)


def sampled(scores):
    return distribution.Sample(scores, np.ones(len(scores)), 0)  # every held-out row is right at every seed


def test_an_arm_whose_scores_move_behind_a_constant_accuracy_is_not_the_same():
    rng = np.random.default_rng(0)
    samples = {(arm, 0): sampled(rng.uniform(0.80, 0.95, size=(200, 10))) for arm in ("original", "again", "copied")}
    samples["moved", 0] = sampled(rng.uniform(0.84, 0.99, size=(200, 10)))
    judged = {}
    for arm in ("again", "copied", "moved"):
        row = distribution._compare(samples, arm, samples[arm, 0], 0.05, 999, "A", 0, 1)
        judged[arm] = judge(pd.Series(row | {"p_holm": 0.9, "testable": True}), 0.5, 0.05)  # whatever the test says
        assert row["score_sd"] == 0
    assert judged == {"again": "same", "copied": "same", "moved": "open"}


def test_the_smallest_p_value_knows_the_number_of_seeds():
    samples = {(arm, 0): sampled(np.random.default_rng(i).normal(size=(3, 4))) for i, arm in enumerate(ARMS)}
    few, many = (
        distribution._compare(samples, arm, samples[arm, 0], 0.05, 9999, "A", 0, 1)["p_least"] for arm in ARMS[1:]
    )
    assert (few, many) == pytest.approx((1 / 20, 1 / 84))


def test_scores_of_another_shape_are_an_error():
    a = distribution.Sample(np.zeros((3, 4)), np.zeros(3), 0)
    b = distribution.Sample(np.zeros((3, 5)), np.zeros(3), 0)
    with pytest.raises(HearsayError, match="another shape"):
        distribution._compare({("original", 0): a, ("again", 0): a}, "copied", b, 0.05, 99, "A", 0, 1)
