"""Which arms are compared, in which families; corrections by hand; survival beside lifelines."""

import gc

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from statsmodels.stats.proportion import proportion_confint

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.neat import analysis, calibration, claims_schemes
from hearsay.neat.analysis import AGAINST_MAIN, ALL, CONTRASTS, PLACES, PRIMARY, SECONDARY, SURVIVAL
from hearsay.neat.arms import (
    ABLATION,
    ABLATIONS,
    AGAIN,
    COPIED,
    D1,
    D3,
    GRID,
    GROUPS,
    K5,
    K20,
    KEPT,
    MAIN,
    NONE,
    PARITY,
    POLES,
    WITHOUT,
    XOR,
    A,
    B,
    C,
)
from hearsay.neat.comparison import COMPARISONS
from hearsay.neat.comparison import RUNS as NEEDED
from tests.neat.planted_tables import SEED, TINY, planted_runs
from tests.neat.test_arms import SIZES

SMOKE = SIZES["smoke"]
KEY = ["task", "group", "arm", "other"]


@pytest.fixture(scope="module", autouse=True)
def little_garbage():
    """Leave what is there alone: statsmodels' corrections collect garbage in every call."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def frame():
    """Runs of the smoke size, drawn and not evolved."""
    return planted_runs(SMOKE)


@pytest.fixture(scope="module")
def found(frame):
    return analysis.comparisons(frame, SMOKE, SEED)


def least(frame):
    """The runs without which nothing can be compared."""
    arm, poles = frame["arm"], frame["task"] == POLES
    there = (frame["group"] == MAIN) & frame["task"].isin([XOR, POLES]) & arm.isin([A, B, C, D1, D3, NONE])
    there |= (frame["group"] == "no crossover") & arm.isin([B, C])
    there |= (frame["group"] == "no speciation") & poles & arm.isin([B, D3])
    return frame[there | frame["group"].str.startswith(f"{GRID}: structure x 1")].copy()


def holm(ps):
    """Holm's correction, step by step."""
    order, corrected, largest = np.argsort(ps, kind="stable"), np.empty(len(ps)), 0.0
    for k, i in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - k) * ps[i]))
        corrected[i] = largest
    return corrected


UNDER = {
    "no crossover": (A, B, C, D1, D3),
    "no speciation": (A, B, C, D1, D3, NONE),
    "ten species": (A, B, C, D1, D3, NONE),
    KEPT: (A, B, C, D1),
    COPIED: (B, C),
}


def expected():
    """Every pair of the experiment, as the study's plan lists them: (task, group, arm, other)."""
    every = (A, K5, K20, C, D1, D3, NONE)
    main = {XOR: (*every, AGAIN), POLES: every, PARITY: (A, C, D1), WITHOUT: (A, C)}
    for task, arms in main.items():
        yield from ((task, MAIN, arm, B) for arm in arms)
        yield task, MAIN, A, C
    for task in (XOR, POLES):
        for group in set(GROUPS) - {MAIN}:
            arms = UNDER.get(group, (A, B, C))
            yield from ((task, group, arm, B) for arm in arms if arm != B)
            yield from ((task, f"{group}, {AGAINST_MAIN}", f"{arm}, {group}", arm) for arm in arms)
    for structure in ("1", "3"):
        yield from ((XOR, f"{GRID}: structure x {structure}, population 50", arm, B) for arm in (A, K5, K20, C))
    yield from ((POLES, ABLATION, arm, "full") for arm in ABLATIONS if arm != "full")


def test_the_primary_family_is_the_two_contrasts_on_the_primary_tasks(found):
    primary = found[found["family"] == PRIMARY]
    pairs = set(primary[KEY].itertuples(index=False, name=None))
    assert pairs == {(task, MAIN, arm, B) for task in (XOR, POLES) for arm in (A, C)}
    assert len(primary) == 4
    assert set(CONTRASTS) == {(C, B), (A, B)}


def test_every_pair_stands_once_in_the_family_of_all(found):
    everything = found[found["family"] == ALL]
    pairs = list(everything[KEY].itertuples(index=False, name=None))
    assert len(set(pairs)) == len(pairs)
    assert len({(task, group, frozenset(pair)) for task, group, *pair in pairs}) == len(pairs)
    assert set(pairs) == set(expected())
    assert set(found["family"]) == {ALL, PRIMARY, SECONDARY, PLACES}
    COMPARISONS.check(found)


def test_the_other_families_are_what_decides_claims(found):
    pairs = {family: set(part[KEY].itertuples(index=False, name=None)) for family, part in found.groupby("family")}
    assert pairs[SECONDARY] == {
        *((task, MAIN, arm, B) for task in (XOR, POLES) for arm in (D1, D3, NONE)),
        *((task, f"no crossover, {AGAINST_MAIN}", "b, no crossover", B) for task in (XOR, POLES)),
        (POLES, "no speciation", D3, B),
    }
    assert pairs[PLACES] == {(XOR, f"{GRID}: structure x {k}, population 50", C, B) for k in (1, 3)}
    assert not pairs[PRIMARY] & pairs[SECONDARY]
    assert pairs[PRIMARY] | pairs[SECONDARY] | pairs[PLACES] <= pairs[ALL]


def test_every_comparison_that_a_claim_asks_for_is_there(found):
    evidence = {"comparisons": found, "config": SMOKE}
    for judge in ("memory_same", "counter_slower", "pair_as_well", "positions_as_well", "alignment_needed"):
        judgement = getattr(claims_schemes, judge)(evidence)
        assert judgement.n in (10, 20)
    assert claims_schemes.crossover_unnecessary(evidence).n == claims_schemes.ever_helps_somewhere(evidence).n == 10


def test_corrections_are_holms_over_the_family(found):
    for family, n in ((PRIMARY, 4), (SECONDARY, 9), (PLACES, 2), (ALL, len(list(expected())))):
        part = found[found["family"] == family]
        assert len(part) == n
        for test in ("a12", "logrank", "restricted_mean", "success", "equivalence", "not_slower"):
            np.testing.assert_allclose(part[f"{test}_p_holm"], holm(part[f"{test}_p"].to_numpy()))


def test_a_primary_contrast_has_the_same_effect_in_both_families(found):
    first, again = (found[found["family"] == family].set_index(KEY) for family in (PRIMARY, ALL))
    again = again.loc[first.index]
    for column in ("a12", "a12_low", "a12_high", "a12_p", "logrank_p", "n_arm"):
        pd.testing.assert_series_equal(first[column], again[column])
    assert (first["a12_p_holm"] <= again["a12_p_holm"]).all()  # fewer comparisons, less to correct


def test_what_is_compared_with_main_is(frame, found):
    """The first arm has the setting, the second is main's, on the same task."""
    row = found.set_index(KEY).sort_index().loc[(POLES, f"no crossover, {AGAINST_MAIN}", "b, no crossover", B)].iloc[0]
    here = frame[(frame["task"] == POLES) & (frame["arm"] == B)]
    first, other = (here.loc[here["group"] == group, "evaluations"].to_numpy() for group in ("no crossover", MAIN))
    assert (row["n_arm"], row["n_other"]) == (len(first), len(other)) == (10, 20)
    more = (first[:, None] > other).mean() + (first[:, None] == other).mean() / 2
    assert row["a12"] == pytest.approx(more)


def test_a_planted_effect_is_found_where_it_was_planted(frame):
    slower = least(frame)
    here = (slower["task"] == XOR) & (slower["group"] == MAIN) & (slower["arm"] == A)
    slower.loc[here, ["evaluations", "solved"]] = [SMOKE["budgets"]["xor"], False]
    found = analysis.comparisons(slower, SMOKE, SEED).set_index(["family", *KEY])
    assert found.loc[(PRIMARY, XOR, MAIN, A, B), "verdict"] == "different"
    assert found.loc[(PRIMARY, XOR, MAIN, A, B), "a12"] > 0.8
    assert found.loc[(PRIMARY, POLES, MAIN, A, B), "verdict"] == "undecided"


def test_neither_the_order_of_runs_nor_the_other_groups_matter(frame, found):
    part = least(frame)
    again = analysis.comparisons(part.sample(frac=1, random_state=1), SMOKE, SEED)
    key = ["family", *KEY]
    again, first = (rows.set_index(key).sort_index() for rows in (again, found))
    for column in ("a12", "a12_low", "a12_high", "a12_p", "equivalence_p", "logrank_p", "coincide"):
        pd.testing.assert_series_equal(again[column], first.loc[again.index, column])


def test_the_table_survives_a_file(found, tmp_path):
    tables.write(found, COMPARISONS, tmp_path / "c.csv")
    pd.testing.assert_frame_equal(
        tables.read(tmp_path / "c.csv", COMPARISONS), found.sort_values(list(COMPARISONS.key), ignore_index=True)
    )


def test_blocks_are_as_large_as_the_runs_allow(frame):
    found = analysis.false_positives(frame, SMOKE, SEED)
    calibration.FALSE_POSITIVES.check(found)
    assert set(found["size"]) == {20 // (2 * SMOKE["judging"]["blocks"])}
    assert set(found["task"]) == set(SMOKE["primary"]) and set(found["group"]) == {MAIN}
    assert set(found.loc[found["task"] == XOR, "arm"]) == {A, B, C, K5, K20, D1, D3, AGAIN}
    assert (found["pairs"] <= SMOKE["judging"]["blocks"]).all()


def test_too_many_blocks_are_refused(frame):
    with pytest.raises(HearsayError, match="blocks"):
        analysis.false_positives(frame, SMOKE | {"judging": SMOKE["judging"] | {"blocks": 11}}, SEED)


def test_survival_is_kaplan_meiers(frame, tmp_path):
    found = analysis.survival(frame)
    SURVIVAL.check(found)
    arms = 0
    for (task, _, arm), part in found.groupby(["task", "group", "arm"]):
        here = frame[(frame["task"] == task) & (frame["group"] == MAIN) & (frame["arm"] == arm)]
        fitted = KaplanMeierFitter().fit(here["evaluations"], here["solved"])
        np.testing.assert_allclose(part["unsolved"], fitted.predict(part["evaluations"].to_numpy()), atol=1e-12)
        low, high = proportion_confint(np.round(part["unsolved"] * len(here)), len(here), method="wilson")
        np.testing.assert_allclose(part["low"], low, atol=1e-12)
        np.testing.assert_allclose(part["high"], high, atol=1e-12)
        assert part["unsolved"].is_monotonic_decreasing
        assert part["evaluations"].iloc[-1] == here["budget"].iloc[0] and set(part["n"]) == {len(here)}
        assert part["unsolved"].iloc[-1] == pytest.approx(1 - here["solved"].mean())
        arms += 1
    assert arms == 9 + 8 + 4 + 3
    tables.write(found, SURVIVAL, tmp_path / "s.csv")


@pytest.mark.parametrize("solved", [False, True])
def test_survival_of_runs_that_all_end_alike(frame, solved):
    budget = frame["budget"]
    found = analysis.survival(frame.assign(solved=solved, evaluations=budget if not solved else 1))
    assert (found["unsolved"] == (0.0 if solved else 1.0)).all()


def test_a_solution_at_the_budget_is_one(frame):
    part = frame[(frame["task"] == XOR) & (frame["group"] == MAIN) & (frame["arm"] == B)]
    found = analysis.survival(part.assign(solved=True, evaluations=part["budget"]))
    assert found["unsolved"].tolist() == [1.0] * (len(found) - 1) + [0.0]


@pytest.mark.parametrize("size", ["config", "paper"])
def test_the_pairs_of_other_sizes_exist(size):
    """Every pair has its two arms, without a comparison being made."""
    few = SIZES[size] | {"runs": dict.fromkeys(SIZES[size]["runs"], 2)}
    seen = 0
    for part, pairs in analysis._pairs(planted_runs(few)[list(NEEDED)]):
        assert part["task"].nunique() == part["group"].nunique() == part["budget"].nunique() == 1
        assert {arm for pair in pairs for arm in pair} <= set(part["arm"])
        seen += len(pairs)
    places = len(few["grid"]["structure"]) * len(few["grid"]["population"])
    assert seen == len(list(expected())) + 4 * (places - 2)


def test_runs_that_solve_nothing_are_compared(frame):
    """They tie, and that is no equivalence: which is slower stays open."""
    nothing = least(frame).assign(solved=False, evaluations=frame["budget"])
    found = analysis.comparisons(nothing, TINY | {"primary": [XOR]}, SEED)
    assert found.loc[found["family"] == PRIMARY, "task"].tolist() == [XOR, XOR]
    assert set(found["verdict"]) == {"undecided"} and (found["not_slower_p"] == 1).all()
    assert (found["a12"] == 0.5).all() and (found["a12_p"] == 1).all()
    assert claims_schemes.memory_same({"comparisons": found, "config": TINY | {"primary": [XOR]}}).low < 0.5
