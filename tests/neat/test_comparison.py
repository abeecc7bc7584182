"""Pairs of arms: corrections against Holm by hand, verdicts against planted effects, and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.neat.a12 import power_of_equivalence
from hearsay.neat.comparison import COMPARISONS, SUMMARY, TESTS, VERDICTS, compare, correct, pair, summarise, verdict

BUDGET = 20_000


def arm(name, n, mean, seed, task="XOR", group="paper", budget=BUDGET):
    times = np.ceil(np.random.default_rng(seed).exponential(mean, n))
    return pd.DataFrame(
        {
            "task": task,
            "group": group,
            "arm": name,
            "replicate": range(n),
            "evaluations": np.minimum(times, budget),
            "solved": times <= budget,
            "budget": budget,
        }
    )


def runs(n=40, task="XOR", group="paper", **means):
    means = means or {"a": 5000, "b": 6000, "c": 5000}
    return pd.concat([arm(name, n, mean, [ord(name), n], task, group) for name, mean in means.items()])


PAIRS = [("b", "c"), ("b", "a"), ("a", "c")]


# Verdicts


def test_a_large_difference_is_found():
    (row,) = compare(runs(300, b=5000, c=10_000), [("b", "c")], "main", 500, 1).to_dict("records")
    assert row["verdict"] == "different"
    assert row["a12_high"] < 0.5  # the first arm is the faster one, by every measure
    assert row["hazard_ratio_low"] > 1
    assert row["restricted_mean_difference_high"] < 0
    assert row["success_difference_low"] > 0


def test_equal_arms_of_many_runs_are_equivalent_and_of_few_undecided():
    many = compare(runs(6000, b=5000, c=5000), [("b", "c")], "main", 200, 1).iloc[0]
    few = compare(runs(100, b=5000, c=5000), [("b", "c")], "main", 200, 1).iloc[0]
    assert many["verdict"] == "equivalent"
    assert many["equivalence_power"] > 0.99
    assert few["verdict"] == "undecided"
    assert few["equivalence_power"] == 0


def test_a_small_difference_of_many_runs_is_different_within_the_bounds():
    found = compare(runs(30_000, b=5000, c=5250), [("b", "c")], "main", 20, 1).iloc[0]
    assert found["verdict"] == "different within the bounds"


def test_hazards_that_cross_hand_the_question_of_time_to_the_restricted_mean():
    rng = np.random.default_rng(5)
    crossing = arm("c", 500, 1, 0).assign(evaluations=np.minimum(np.ceil(5000 * rng.weibull(0.5, 500)), BUDGET))
    crossing["solved"] = crossing["evaluations"] < BUDGET
    found = compare(pd.concat([arm("b", 500, 5000, 7), crossing]), [("b", "c")], "main", 50, 1).iloc[0]
    assert found["time_test"] == "restricted mean"
    assert found["hazard_ratio_early"] < 1 < found["hazard_ratio_late"]


@given(p=st.floats(0, 1), q=st.floats(0, 1))
def test_the_rule(p, q):
    assert VERDICTS.index(verdict(p, q)) == {(1, 0): 0, (0, 1): 1, (1, 1): 2, (0, 0): 3}[p <= 0.05, q <= 0.05]


# Correction


def holm(ps):
    """Holm's correction, step by step."""
    corrected, largest = {}, 0.0
    for k, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        largest = max(largest, min(1.0, (len(ps) - k) * ps[i]))
        corrected[i] = largest
    return [corrected[i] for i in range(len(ps))]


@pytest.fixture(scope="module")
def raw():
    """Comparisons of two tasks, in two families."""
    whole = pd.concat([runs(), runs(50, task="parity", a=9000, b=15_000, c=30_000)])
    return pd.concat([compare(whole, PAIRS, "all", 50, 1), compare(whole, PAIRS[:1], "primary", 50, 1)])


def test_corrections_are_holms(raw):
    for family, n in (("all", 6), ("primary", 2)):
        part = raw[raw["family"] == family]
        assert len(part) == n
        for test in TESTS:
            assert part[f"{test}_p_holm"].tolist() == pytest.approx(holm(part[f"{test}_p"].tolist()))
        assert part["equivalence_p_holm"].tolist() == pytest.approx(holm(part["equivalence_p"].tolist()))
        pooled = holm(part[[f"{test}_p" for test in TESTS]].to_numpy().ravel().tolist())
        assert part[[f"{test}_p_holm_all" for test in TESTS]].to_numpy().ravel().tolist() == pytest.approx(pooled)


def test_verdict_and_power_are_those_of_the_whole_family(raw):
    part = raw[raw["family"] == "all"].assign(a12_p=0.02, equivalence_p=[0.001] + [0.02] * 5, n_arm=3000, n_other=3000)
    found = correct(part)  # .02 alone would do; six times it does not
    assert sorted(found["verdict"]) == ["equivalent"] + ["undecided"] * 5
    assert found["equivalence_power"].tolist() == pytest.approx([power_of_equivalence(3000, 3000, 0.03, 0.05 / 6)] * 6)


def test_resamples_of_two_settings_are_drawn_apart():
    twice = pd.concat([runs(), runs(group="no crossover")])
    one, other = compare(twice, PAIRS[:1], "main", 50, 1).to_dict("records")
    assert one["a12"] == other["a12"]
    assert (one["a12_low"], one["a12_high"]) != (other["a12_low"], other["a12_high"])


def test_a_family_made_in_parts_is_corrected_as_a_whole(raw):
    whole = raw[raw["family"] == "all"].reset_index(drop=True)
    part = correct(whole[whole["task"] == "XOR"])
    assert (part["a12_p_holm"].to_numpy() < whole.loc[whole["task"] == "XOR", "a12_p_holm"].to_numpy()).any()
    parts = pd.concat([whole[whole["task"] != "XOR"], part]).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(correct(parts), whole)


@pytest.mark.parametrize("ps", [[0, 0, 1, 1, 0.5, 0.5], [0.001, 0.01, 0.02, 0.03, 0.04, 0.05]])
def test_a_larger_family_never_lowers_a_p(raw, ps):
    found = correct(raw[raw["family"] == "all"].assign(a12_p=ps))
    assert (found["a12_p_holm"] >= ps).all()
    assert (found["a12_p_holm_all"] >= found["a12_p_holm"] - 1e-12).all()


def test_a_p_that_is_none_is_refused(raw):
    with pytest.raises(HearsayError, match="p-value"):
        correct(raw.assign(logrank_p=np.nan))


# What a comparison rests on


def test_neither_the_order_of_runs_nor_the_other_pairs_matter(raw):
    whole = pd.concat([runs(), runs(50, task="parity", a=9000, b=15_000, c=30_000)])
    again = compare(whole.sample(frac=1, random_state=2), PAIRS[::-1], "all", 50, 1)
    one = compare(whole[whole["task"] == "XOR"], PAIRS[1:2], "all", 50, 1)
    columns = [column for column in COMPARISONS.columns if not column.endswith(("_holm", "_all", "_power", "verdict"))]
    first = raw[raw["family"] == "all"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, first)
    alone = first[(first["task"] == "XOR") & (first["arm"] == "b") & (first["other"] == "a")].reset_index(drop=True)
    pd.testing.assert_frame_equal(one[columns], alone[columns])


def test_swapped_pairs_say_the_same():
    first, second = ((f["evaluations"].to_numpy(), f["solved"].to_numpy()) for f in (runs(a=5000), runs(b=6000)))
    one, other = (pair(*arms, 50, np.random.default_rng(1)) for arms in ((first, second), (second, first)))
    assert one["a12"] == pytest.approx(1 - other["a12"])
    for name in ("a12_p", "equivalence_p", "logrank_p", "restricted_mean_p", "success_p", "proportional_p"):
        assert one[name] == pytest.approx(other[name])


def test_arms_with_shared_seeds_are_told():
    twins = pd.concat([runs(b=5000), runs(b=5000).assign(arm="b again")])
    found = compare(twins, [("b", "b again")], "main", 50, 1).iloc[0]
    assert found["coincide"] == runs(b=5000)["solved"].sum()
    assert compare(runs(), PAIRS[:1], "main", 50, 1).iloc[0]["coincide"] < 3


def test_tables_survive_a_file(raw, tmp_path):
    nothing = runs().assign(evaluations=BUDGET, solved=False, group="no growth")
    whole = correct(pd.concat([raw, compare(nothing, PAIRS, "all", 50, 1)]))
    tables.write(whole, COMPARISONS, tmp_path / "c.csv")
    pd.testing.assert_frame_equal(tables.read(tmp_path / "c.csv", COMPARISONS), whole)
    summary = summarise(pd.concat([runs(), nothing]))
    assert list(summary["n"]) == [40] * 6
    tables.write(summary, SUMMARY, tmp_path / "s.csv")
    pd.testing.assert_frame_equal(tables.read(tmp_path / "s.csv", SUMMARY), summary, check_dtype=False)


# Refusals


@pytest.mark.parametrize(
    ("change", "pairs", "message"),
    [
        (lambda f: f, [("a", "z")], "no arm 'z'; it has a, b, c"),
        (lambda f: f, [("a", "a")], "two different arms"),
        (lambda f: f, [("a", "b"), ("b", "a")], "each pair once"),
        (lambda f: f, [], "pairs"),
        (lambda f: f.drop(columns="budget"), PAIRS, "missing: .'budget'"),
        (lambda f: pd.concat([f, f.head(1)]), PAIRS, "more than one row"),
        (lambda f: pd.concat([f[f["arm"] != "c"], arm("c", 9, 5000, 1, budget=9000)]), PAIRS, "budgets"),
        (lambda f: f.assign(evaluations=f["evaluations"] + BUDGET), PAIRS, "XOR, paper, arm b: run 0"),
        (lambda f: f[f["replicate"] == 0], PAIRS, "at least 2"),
    ],
)
def test_runs_and_pairs_that_do_not_compare_are_refused(change, pairs, message):
    with pytest.raises(HearsayError, match=message):
        compare(change(runs()), pairs, "main", 50, 1)
