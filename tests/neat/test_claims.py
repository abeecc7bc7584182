"""Every judge on planted tables, once for each verdict that it can give, and on tables as sparse as a small run's."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import t

from hearsay import numbers as printed
from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, judge_all
from hearsay.neat import numbers
from hearsay.neat.alignment import ANY, COMPILED, MATES, MERGE, PYTHON
from hearsay.neat.alignment import KEPT as KEPT_PAIRS
from hearsay.neat.analysis import AGAINST_MAIN, ALL, PLACES, PRIMARY, SECONDARY
from hearsay.neat.arms import D1, D3, GRID, KEPT, LOTTERY, MAIN, NONE, PARITY, POLES, XOR, A, B, C
from hearsay.neat.claims import CLAIMS, spoken
from hearsay.neat.collisions import LINK, NODE
from hearsay.neat.config import Config
from hearsay.neat.identities import CHRONOLOGY, PARTITION, POWER
from tests.neat.planted_tables import (
    BETTER,
    FASTER,
    SAME,
    SLOWER,
    UNCLEAR,
    WITHIN,
    compared,
    in_runs,
    table,
    tiny,
    together,
)
from tests.neat.planted_tables import happened as means

CONFIG = Config().model_dump()
JUDGES = {claim.id: claim for claim in CLAIMS}
CROSSED = f"no crossover, {AGAINST_MAIN}"


def schemes(arm, xor, poles, family=PRIMARY):
    cases = [(family, XOR, MAIN, arm, B, xor), (family, POLES, MAIN, arm, B, poles)]
    if arm == D3:
        cases.append((family, POLES, "no speciation", arm, B, poles))
    return compared(*cases)


def without_crossover(xor, poles):
    cases = ((XOR, xor), (POLES, poles))
    return compared(*((SECONDARY, task, CROSSED, f"{B}, no crossover", B, outcome) for task, outcome in cases))


def places(*outcomes):
    return compared(*((PLACES, XOR, f"{GRID}: place {k}", C, B, outcome) for k, outcome in enumerate(outcomes)))


def collided(kind, b, c):
    """Collisions of one and of two tasks; b, c: pairs with several numbers in either."""
    rows = [
        {"task": task, "arm": arm, "several": n, "share": n / 100, "share_error": n / 1000}
        for arm, several in ((B, b), (C, c))
        for task, n in zip((XOR, POLES), several, strict=True)
    ]
    other = {LINK: NODE, NODE: LINK}[kind]
    rows = [row | {"kind": kind} for row in rows] + [{"kind": other, "task": XOR, "arm": C, "several": 9, "share": 0.9}]
    rows.append({"kind": kind, "task": XOR, "arm": A, "several": 9, "share": 0.9})  # not judged
    return {"collisions": table("collisions", rows, group=MAIN, runs=10, pairs=100)}


def scattered(*same, power=0):
    """Pairs of runs that are the same, of 4 each, by scheme; and of those where the order may matter."""
    rows = [{"check": CHRONOLOGY, "scheme": str(k), "same": n} for k, n in enumerate(same)]
    rows += [{"check": POWER, "scheme": "x", "same": power}, {"check": PARTITION, "scheme": "x", "same": 1}]
    return {"identities": table("identities", rows, runs=4)}


def share(quantity, *cases, arms=(A,), group=MAIN):
    """One quantity of runs, of cases (mean, error[, runs]); tasks first, then arms."""
    where = [(task, arm) for arm in arms for task in (XOR, POLES, PARITY)]
    return in_runs(quantity, *((*at, *case) for at, case in zip(where, cases, strict=False)), group=group)


def equal(*cases):
    rows = [(task, B, *case) for task, case in zip((XOR, POLES), cases, strict=True)]
    return {"shares": means("shares", "equal", *rows, (XOR, A, 0.9, 0.001))}


def doubled(kept, main):
    """Genomes of scheme a with doubled connections, where ties keep the genes of both and where of the smaller."""
    return together(
        share("doubled_genomes", (kept, kept / 10), (kept / 2, kept / 10), group=KEPT),
        share("doubled_genomes", (main, main / 10), (0.0, 0.0)),
    )


def networks(*rows):
    """Networks with doubled connections: (task, networks, not finite, cycles, cycles once[, apart])."""
    names = ("task", "networks", "not_finite", "cycles", "cycles_once", "apart")
    rows = [{"apart": 0} | dict(zip(names, row, strict=False)) for row in rows]
    return {"harmless": table("harmless", rows, runs=2)}


def paired(doubles, *twins):
    """Pairs: genomes with doubled connections; and those with parallel paths, of d1 and of c, a task each."""
    tasks = (XOR, POLES, PARITY)
    rows = [(task, D1, *one) for task, (one, _) in zip(tasks, twins, strict=False)]
    rows += [(task, C, *other) for task, (_, other) in reversed(list(zip(tasks, twins, strict=False)))]
    return together(
        share("doubled_genomes", (doubles, 0.0), (0.0, 0.0), arms=(D1,), group=KEPT),
        in_runs("twin_nodes_genomes", *rows, group=KEPT),
    )


def species(*changes):
    """Species of a task each, in the generation that counts: (mean for one generation, mean for ever, error)."""
    tasks = (XOR, POLES, PARITY)
    rows = [(task, B, one, error) for task, (one, _, error) in zip(tasks, changes, strict=False)]
    rows += [(task, C, ever, error) for task, (_, ever, error) in zip(tasks, changes, strict=False)]
    names = ("task", "arm", "mean", "error")
    generation = CONFIG["judging"]["generation"]
    rows = [dict(zip(names, row, strict=True)) | {"generation": generation} for row in rows]
    rows += [row | {"generation": other, "mean": row["mean"] * (2 if row["arm"] == C else 1)} for row in rows
             for other in (1, generation + 10)]  # fmt: skip
    return {"mechanism": table("mechanism", rows, group=MAIN, quantity="species", runs=1000)}


def left(*cases):
    """Versions of (lead of the first number, its error)."""
    names = ("lead", "lead_error")
    where = [{"task": task, "arm": arm} for arm in (A, B) for task in (XOR, POLES)]
    rows = [at | dict(zip(names, case, strict=True)) for at, case in zip(where, cases, strict=False)]
    other = {"lead": -0.1, "lead_error": 0.0}  # of another arm and another group: not judged
    rows += [other | {"task": XOR, "arm": C}, other | {"task": XOR, "arm": A, "group": KEPT}]
    return {"versions": table("versions", rows, group=MAIN, runs=10, pairs=50, left=40)}


def aligned(*cases):
    """Ratios (median, low, high), by size of the genomes; the merge itself and any pairs are not judged."""
    rows = [
        {"genes": k, "language": (COMPILED, PYTHON)[k % 2], "ratio": ratio, "ratio_low": low, "ratio_high": high}
        for k, (ratio, low, high) in enumerate(cases)
    ]
    rows = [row | {"way": KEPT_PAIRS, "pairs": MATES} for row in rows] + [
        rows[0] | {"way": way, "pairs": pairs, "ratio": 0.01, "ratio_low": 0.01, "ratio_high": 0.01}
        for way, pairs in ((MERGE, MATES), (KEPT_PAIRS, ANY))
    ]
    return {"alignment": table("alignment", rows, rounds=9)}


def lost(*cases):
    """Genes that a champion's children lack, first where ties are the smaller parent's, then where a lottery."""
    half = (len(cases) + 1) // 2
    main, lottery = (share("champion_lost", *part, arms=(A, B, C), group=group)
                     for part, group in ((cases[:half], MAIN), (cases[half:], LOTTERY)))  # fmt: skip
    return together(main, lottery, share("champion_lost", *[OPEN_] * 3, group=KEPT))


MANY, FEW, OPEN_, NEVER = (0.5, 0.01), (0.001, 0.0001), (0.01, 0.005), (0.0, 0.0)

PLANTED = [
    ("memory-same", HOLDS, schemes(C, SAME, WITHIN)),
    ("memory-same", FAILS, schemes(C, SLOWER, FASTER)),
    ("memory-same", DEPENDS, schemes(C, SAME, SLOWER)),
    ("memory-same", UNDECIDED, schemes(C, SAME, UNCLEAR)),
    ("memory-same", UNDECIDED, schemes(C, SLOWER, UNCLEAR)),
    ("counter-slower", HOLDS, schemes(A, SLOWER, SLOWER)),
    ("counter-slower", FAILS, schemes(A, WITHIN, FASTER)),
    ("counter-slower", DEPENDS, schemes(A, SLOWER, SAME)),
    ("counter-slower", DEPENDS, schemes(A, FASTER, SLOWER)),
    ("counter-slower", UNDECIDED, schemes(A, SLOWER, UNCLEAR)),
    *[
        row
        for claim, arm in (("pair-as-well", D1), ("positions-as-well", D3))
        for row in (
            (claim, HOLDS, schemes(arm, SAME, FASTER, SECONDARY)),
            (claim, HOLDS, schemes(arm, BETTER, WITHIN, SECONDARY)),
            (claim, FAILS, schemes(arm, SLOWER, SLOWER, SECONDARY)),
            (claim, DEPENDS, schemes(arm, SLOWER, WITHIN, SECONDARY)),
            (claim, UNDECIDED, schemes(arm, SAME, UNCLEAR, SECONDARY)),
        )
    ],
    ("alignment-needed", HOLDS, schemes(NONE, SLOWER, SLOWER, SECONDARY)),
    ("alignment-needed", FAILS, schemes(NONE, BETTER, SAME, SECONDARY)),
    ("alignment-needed", DEPENDS, schemes(NONE, SLOWER, FASTER, SECONDARY)),
    ("alignment-needed", UNDECIDED, schemes(NONE, SLOWER, UNCLEAR, SECONDARY)),
    ("ever-helps-somewhere", HOLDS, places(SLOWER, UNCLEAR, FASTER)),
    ("ever-helps-somewhere", FAILS, places(SAME, WITHIN, SLOWER)),
    ("ever-helps-somewhere", UNDECIDED, places(SAME, UNCLEAR)),
    ("crossover-unnecessary", HOLDS, without_crossover(SAME, BETTER)),
    ("crossover-unnecessary", FAILS, without_crossover(SLOWER, SLOWER)),
    ("crossover-unnecessary", DEPENDS, without_crossover(SAME, SLOWER)),
    ("crossover-unnecessary", UNDECIDED, without_crossover(UNCLEAR, SLOWER)),
    *[
        row
        for claim, kind in (("pair-is-number", LINK), ("pair-names-node", NODE))
        for row in (
            (claim, HOLDS, collided(kind, (0, 0), (0, 0))),
            (claim, DEPENDS, collided(kind, (0, 1), (0, 0))),
            (claim, FAILS, collided(kind, (5, 1), (0, 1))),
            (claim, FAILS, collided(kind, (0, 0), (1, 0))),
        )
    ],
    ("chronology", HOLDS, scattered(0, 0)),
    ("chronology", FAILS, scattered(4, 4)),
    ("chronology", DEPENDS, scattered(4, 3)),
    ("chronology", UNDECIDED, scattered(4, 4, power=4)),
    ("counter-apart", HOLDS, share("networks_apart", MANY, (0.2, 0.01))),
    ("counter-apart", FAILS, share("networks_apart", FEW, NEVER)),
    ("counter-apart", DEPENDS, share("networks_apart", MANY, FEW, OPEN_)),
    ("counter-apart", UNDECIDED, share("networks_apart", MANY, OPEN_)),
    ("doubled-children", HOLDS, doubled(0.2, 0.1)),
    ("doubled-children", DEPENDS, doubled(0.2, 0.0)),
    ("doubled-children", DEPENDS, doubled(0.0, 0.1)),
    ("doubled-children", FAILS, doubled(0.0, 0.0)),
    ("doubled-children", UNDECIDED, share("doubled_genomes", (0.5, 0.1))),
    ("equal-rare", HOLDS, equal(FEW, NEVER)),
    ("equal-rare", FAILS, equal(MANY, MANY)),
    ("equal-rare", DEPENDS, equal(MANY, FEW)),
    ("equal-rare", UNDECIDED, equal(FEW, OPEN_)),
    ("doubled-crash", HOLDS, networks((XOR, 5, 0, 5, 0), (POLES, 1, 1, 1, 1))),
    ("doubled-crash", DEPENDS, networks((XOR, 5, 0, 5, 5, 1), (POLES, 1, 0, 0, 0))),
    ("doubled-crash", FAILS, networks((XOR, 5, 0, 5, 5), (POLES, 1, 0, 0, 0))),
    ("doubled-crash", DEPENDS, networks((XOR, 5, 0, 5, 5), (POLES, 1, 1, 0, 0))),
    ("doubled-crash", UNDECIDED, networks((XOR, 0, 0, 0, 0))),
    ("number-means-ancestor", HOLDS, share("independent_new_any", *[FEW] * 6, arms=(B, C))),
    ("number-means-ancestor", FAILS, share("independent_new_any", *[MANY] * 6, arms=(B, C))),
    ("number-means-ancestor", DEPENDS, share("independent_new_any", *[FEW] * 5, MANY, arms=(B, C))),
    ("number-means-ancestor", UNDECIDED, share("independent_new_any", *[FEW] * 5, OPEN_, arms=(B, C))),
    ("pairing-avoids", HOLDS, paired(0.0, (FEW, NEVER), ((0.5, 0.001), (0.5, 0.001)))),
    ("pairing-avoids", HOLDS, paired(0.0, (FEW, MANY))),  # fewer paths
    ("pairing-avoids", FAILS, paired(0.001, (FEW, FEW))),
    ("pairing-avoids", DEPENDS, paired(0.0, (FEW, FEW), (MANY, FEW))),
    ("pairing-avoids", UNDECIDED, paired(0.0, (FEW, FEW), (MANY, (0.48, 0.05)))),
    ("several-rare", HOLDS, share("networks_apart", FEW, NEVER, arms=(B,))),
    ("several-rare", FAILS, share("networks_apart", MANY, MANY, arms=(B,))),
    ("several-rare", DEPENDS, share("networks_apart", MANY, FEW, arms=(B,))),
    ("several-rare", UNDECIDED, share("networks_apart", FEW, OPEN_, arms=(B,))),
    ("fewer-species", HOLDS, species((10, 8, 0.1), (20, 15, 0.1))),
    ("fewer-species", FAILS, species((10, 10, 0.01), (10, 12, 0.1))),
    ("fewer-species", DEPENDS, species((10, 8, 0.1), (10, 12, 0.1))),
    ("fewer-species", UNDECIDED, species((10, 8, 0.1), (10, 9, 2.0))),
    ("first-wins", HOLDS, left((0.3, 0.01), (0.1, 0.01), (0.2, 0.0))),
    ("first-wins", FAILS, left((-0.3, 0.01), (-0.1, 0.01))),
    ("first-wins", DEPENDS, left((0.3, 0.01), (-0.1, 0.01))),
    ("first-wins", UNDECIDED, left((0.3, 0.01), (0.01, 0.01))),
    ("first-wins", UNDECIDED, left()),
    ("champion-loses", HOLDS, lost(*[MANY] * 18)),
    ("champion-loses", FAILS, lost(*[FEW] * 18)),
    ("champion-loses", DEPENDS, lost(*[FEW] * 9, *[MANY] * 9)),
    ("champion-loses", UNDECIDED, lost(*[MANY] * 17, OPEN_)),
    ("spares-comparing", HOLDS, aligned((3.0, 2.0, 4.0), (1.2, 1.1, 1.3))),
    ("spares-comparing", FAILS, aligned((0.5, 0.4, 0.6), (0.9, 0.8, 0.99))),
    ("spares-comparing", DEPENDS, aligned((3.0, 2.0, 4.0), (0.9, 0.8, 0.99))),
    ("spares-comparing", UNDECIDED, aligned((3.0, 2.0, 4.0), (1.0, 0.9, 1.1))),
]


def judge(claim, evidence, **config):
    return JUDGES[claim].judged({**evidence, "config": CONFIG | config})


@pytest.mark.parametrize(("claim", "verdict", "evidence"), PLANTED)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    judgement = judge(claim, evidence)
    assert judgement.verdict == verdict
    assert judgement.low <= judgement.estimate <= judgement.high
    assert "nan" not in judgement.condition
    if verdict == DEPENDS:
        assert judgement.condition
    assert judgement.unit and judgement.figure.endswith((".svg", ".csv"))


def test_every_verdict_of_every_judge_is_planted():
    assert {(claim, verdict) for claim, verdict, _ in PLANTED} == {(c.id, v) for c in CLAIMS for v in c.can_be}
    assert len(JUDGES) == len(CLAIMS) == 21


def test_the_order_of_rows_does_not_matter():
    for claim, _, evidence in PLANTED:
        turned = {name: frame.iloc[::-1] for name, frame in evidence.items()}
        one, other = judge(claim, evidence), judge(claim, turned)
        assert (one.verdict, one.estimate, one.low) == (other.verdict, other.estimate, other.low), claim


# Comparisons


def test_the_condition_says_what_each_task_says():
    assert judge("memory-same", schemes(C, SAME, SLOWER)).condition == "XOR: the same; double poles: slower"
    found = judge("memory-same", schemes(C, SAME, UNCLEAR))
    assert found.condition == "XOR: the same; double poles: open"
    found = judge("ever-helps-somewhere", places(FASTER, UNCLEAR, FASTER, SLOWER))
    parts = found.condition.split("; ")
    assert parts[:2] == ["faster in 2 of 4 places (place 0 and place 2)", "slower in 1 of 4 places (place 3)"]
    assert parts[2] == "open in 1 of 4 places"
    assert (found.estimate, found.n) == (0.4, 100)


def test_the_estimate_is_the_task_farthest_from_one_half():
    found = judge("memory-same", schemes(C, SAME, SLOWER))
    assert (found.estimate, found.low, found.high, found.n) == (0.6, 0.55, 0.65, 90)


def test_a_difference_within_the_bounds_is_none():
    """A comparison that shows a difference and that it is negligible helps nowhere, but is the same."""
    assert judge("ever-helps-somewhere", places(WITHIN)).verdict == FAILS
    assert judge("counter-slower", schemes(A, WITHIN, SLOWER)).verdict == DEPENDS


def test_only_the_primary_family_decides_the_primary_contrasts():
    other = compared((ALL, XOR, MAIN, C, B, SLOWER), (ALL, POLES, MAIN, C, B, SLOWER))
    assert judge("memory-same", together(other, schemes(C, SAME, SAME))).verdict == HOLDS
    both = together(
        *(schemes(D1, SLOWER, SLOWER, family) for family in (PRIMARY, ALL)), schemes(D1, SAME, SAME, SECONDARY)
    )
    assert judge("pair-as-well", both).verdict == HOLDS
    assert judge("memory-same", schemes(C, SAME, SLOWER), primary=["XOR"]).verdict == HOLDS


def test_other_places_arms_and_groups_are_not_judged():
    noise = compared(
        (ALL, XOR, f"{GRID}: place 0", A, B, FASTER),
        (ALL, XOR, "ten species", C, B, FASTER),
        (PRIMARY, XOR, MAIN, C, B, FASTER),
    )
    assert judge("ever-helps-somewhere", together(noise, places(SAME))).verdict == FAILS


# Runs


def test_intervals_are_corrected_for_the_number_of_cases():
    """What one case shows at its own level is not shown where several may show it by chance."""
    one = (0.012, 0.001)  # 1.96 errors leave .01 out, 2.24 do not; Student's of many runs is all but normal
    assert judge("counter-apart", share("networks_apart", one)).verdict == HOLDS
    assert judge("counter-apart", share("networks_apart", one, MANY)).verdict == UNDECIDED
    found = judge("counter-apart", share("networks_apart", one))
    assert (found.low, found.high) == pytest.approx((0.012 - 1.962341 * 0.001, 0.012 + 1.962341 * 0.001))
    low = judge("fewer-species", species((10, 8, 0.1), (10, 8.1, 0.1))).low
    error = 0.81 * np.hypot(0.1 / 8.1, 0.1 / 10)
    assert low == pytest.approx(0.81 - 1 - t.isf(0.0125, 999) * error)
    few = judge("counter-apart", share("networks_apart", (0.5, 0.01, 4)))
    assert few.high - few.low == pytest.approx(2 * t.isf(0.025, 3) * 0.01)


def test_a_single_run_decides_nothing():
    for claim, quantity, arm in (("counter-apart", "networks_apart", A), ("several-rare", "networks_apart", B)):
        found = judge(claim, share(quantity, (0.5, np.nan, 1), arms=(arm,)))
        assert (found.verdict, found.low, found.high) == (UNDECIDED, 0, 1)
    assert judge("equal-rare", equal((0.0, np.nan, 1), (0.5, np.nan, 1))).verdict == UNDECIDED
    assert judge("fewer-species", species((10, 8, np.nan), (10, 8, np.nan))).verdict == UNDECIDED
    assert judge("first-wins", left((1.0, np.nan))).verdict == UNDECIDED


def test_what_never_happened_in_few_runs_is_not_shown_to_be_rare():
    """Of n runs without any, a share of 1 - .05^(1/n) would as soon as not stay unseen."""
    found = judge("several-rare", share("networks_apart", (0.0, 0.0, 2), arms=(B,)))
    assert (found.verdict, found.estimate, found.low) == (UNDECIDED, 0, 0)
    assert found.high == pytest.approx(1 - 0.05**0.5)
    assert judge("several-rare", share("networks_apart", (0.0, 0.0, 500), arms=(B,))).verdict == HOLDS
    assert judge("counter-apart", share("networks_apart", (1.0, 0.0, 2))).low == pytest.approx(0.05**0.5)


def test_the_worst_case_is_the_estimate():
    found = judge("equal-rare", equal((0.002, 0.0001), (0.004, 0.0001)))
    assert found.estimate == 0.004
    assert judge("counter-apart", share("networks_apart", MANY, (0.2, 0.001))).estimate == 0.2
    assert judge("champion-loses", lost(*[FEW] * 17, (0.2, 0.001))).estimate == 0.2
    assert judge("fewer-species", species((10, 8, 0.1), (10, 5, 0.1))).estimate == pytest.approx(-0.2)


def test_only_the_arms_and_groups_of_the_claim_are_judged():
    noise = share("networks_apart", *[FEW] * 9, arms=(B, C, D1)), share("networks_apart", *[FEW] * 3, group=KEPT)
    assert judge("counter-apart", together(*noise, share("networks_apart", MANY))).verdict == HOLDS
    noise = share("doubled_genomes", MANY, arms=(B,), group=KEPT)
    assert judge("doubled-children", together(noise, doubled(0.0, 0.0))).verdict == FAILS
    assert judge("pairing-avoids", together(doubled(0.2, 0.1), paired(0.0, (FEW, FEW)))).verdict == HOLDS


def test_a_task_that_shows_both_is_no_dependence():
    """Fewer species are shown, but fewer by little: with an open task beside it nothing is decided."""
    assert judge("fewer-species", species((10, 9.8, 0.01), (10, 9, 2.0))).verdict == UNDECIDED
    assert judge("fewer-species", species((10, 9.8, 0.01), (10, 5, 0.1))).verdict == HOLDS


def test_a_network_that_fails_twice_is_one():
    found = judge("doubled-crash", networks((XOR, 1, 1, 1, 0)))
    assert (found.verdict, found.estimate) == (HOLDS, 1)


def test_where_doubles_come_from_is_said():
    assert judge("doubled-children", doubled(0.2, 0.0)).condition.endswith("genes of both parents")
    assert judge("doubled-children", doubled(0.0, 0.1)).condition.endswith("those of the smaller parent")


# Sparse tables

RARELY = st.sampled_from([0.0, 0.001, 0.0099, 0.01, 0.0101, 0.3, 0.5, 0.7, 1.0])
ERRORS = st.sampled_from([0.0, 1e-6, 1e-3, 0.1, np.nan])
CASE = st.tuples(RARELY, ERRORS)
QUANTITY = {
    "counter-apart": ("networks_apart", (A,), MAIN),
    "number-means-ancestor": ("independent_new_any", (B, C), MAIN),
    "several-rare": ("networks_apart", (B,), MAIN),
    "champion-loses": ("champion_lost", (A, B, C), MAIN),
}


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize("claim", [*QUANTITY, "equal-rare", "pairing-avoids", "doubled-children"])
def test_judges_of_shares_take_any_table(claim, data):
    """Judgement itself refuses an interval without its estimate and a dependence on nothing."""
    if claim in QUANTITY:
        name, arms, group = QUANTITY[claim]
        evidence = share(name, *data.draw(st.lists(CASE, max_size=9)), arms=arms, group=group)
    elif claim == "equal-rare":
        evidence = equal(data.draw(CASE), data.draw(CASE))
    elif claim == "pairing-avoids":
        evidence = paired(data.draw(RARELY), *data.draw(st.lists(st.tuples(CASE, CASE), max_size=3)))
    else:
        evidence = doubled(data.draw(RARELY), data.draw(RARELY))
    assert judge(claim, evidence).verdict in JUDGES[claim].can_be


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(*[st.sampled_from([1.0, 5.0, 5.1, 30.0])] * 2, ERRORS), max_size=3))
def test_the_judge_of_species_takes_any_table(changes):
    assert judge("fewer-species", species(*changes)).verdict in JUDGES["fewer-species"].can_be


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([-0.5, -0.1, 0.0, 0.1, 0.5]), ERRORS), max_size=4))
def test_the_judge_of_versions_takes_any_table(cases):
    assert judge("first-wins", left(*cases)).verdict in JUDGES["first-wins"].can_be


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=3))
def test_the_judge_of_crashes_takes_any_table(cases):
    rows = [(task, max(row), min(row), max(row[1:3]), min(row[1:3])) for task, row in zip("xyz", cases, strict=False)]
    found = judge("doubled-crash", networks(*rows))
    assert found.verdict in JUDGES["doubled-crash"].can_be
    assert found.estimate <= 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([SAME, WITHIN, SLOWER, FASTER, BETTER, UNCLEAR]), min_size=2, max_size=2))
@pytest.mark.parametrize("claim", [claim.id for claim in CLAIMS[:7]])
def test_judges_of_comparisons_give_what_they_declare(claim, outcomes):
    every = {
        "ever-helps-somewhere": lambda one, other: places(one, other),
        "crossover-unnecessary": without_crossover,
        "memory-same": lambda *both: schemes(C, *both),
        "counter-slower": lambda *both: schemes(A, *both),
        "pair-as-well": lambda *both: schemes(D1, *both, SECONDARY),
        "positions-as-well": lambda *both: schemes(D3, *both, SECONDARY),
        "alignment-needed": lambda *both: schemes(NONE, *both, SECONDARY),
    }
    assert judge(claim, every[claim](*outcomes)).verdict in JUDGES[claim].can_be


def test_no_case_at_all_decides_nothing():
    """A quantity that no watched run had, as where all end before the second look."""
    cases = QUANTITY | {"doubled-children": ("doubled_genomes", (A,), KEPT)}
    for claim, (name, arms, group) in cases.items():
        empty = share(name, arms=arms, group=group)
        found = judge(claim, empty | {"mechanism_runs": empty["mechanism_runs"].astype({"mean": float})})
        assert (found.verdict, found.low, found.high, found.n) == (UNDECIDED, 0, 1, 0)


@pytest.fixture(scope="module")
def small():
    """The study's own tables, from runs of a tiny size."""
    return tiny()


def test_a_tiny_run_gives_every_claim_a_verdict(small):
    texts = {key: printed.text(value, unit) for key, (value, unit, _) in numbers.numbers(small, CONFIG).items()}
    rows = judge_all("neat", CLAIMS, {**small, "config": CONFIG}, spoken(CONFIG["judging"], texts))
    assert [row["id"] for row in rows] == list(JUDGES)
    for row in rows:
        assert not re.search(r"[{}]|\bnan\b", row["rule"] + row["statement"] + row["endpoint"] + row["condition"])
        assert row["low"] <= row["estimate"] <= row["high"]


@pytest.mark.parametrize("missing", ["versions", "harmless", "shares", "mechanism", "one run"])
def test_a_run_in_which_little_happened(small, missing):
    if missing == "one run":
        one = {name: small[name].assign(error=np.nan, runs=1) for name in ("mechanism", "mechanism_runs")}
        sparse = {**small, **one, "collisions": small["collisions"].assign(share_error=np.nan, runs=1)}
    elif missing == "harmless":
        none = dict.fromkeys(("networks", "not_finite", "cycles", "cycles_once", "apart"), 0)
        sparse = {**small, "harmless": small["harmless"].assign(**none)}
    elif missing == "mechanism":  # runs of one arm have all ended by the generation that counts
        rows = small["mechanism"]
        sparse = {**small, missing: rows[(rows["arm"] != C) | (rows["generation"] < 11)]}
    else:
        sparse = {**small, missing: small[missing][:0]}
    for claim in CLAIMS:
        judgement = claim.judge({**sparse, "config": CONFIG})
        assert judgement.verdict in claim.can_be
        assert isinstance(judgement.n, int)


def test_rules_name_only_what_is_known():
    named = {key for claim in CLAIMS for key in re.findall(r"{(\w+)}", claim.statement + claim.endpoint + claim.rule)}
    assert named and named <= set(spoken(CONFIG["judging"], {}))
    assert spoken(CONFIG["judging"], {"x": "1"})["x"] == "1"
    assert isinstance(spoken(CONFIG["judging"], {})["margin"], str)


def test_no_claim_is_judged_by_a_frame_of_another_shape():
    """What the judges read is what the declared tables have: a renamed column would go unnoticed until a run."""
    with pytest.raises(KeyError):
        judge("equal-rare", {"shares": pd.DataFrame({"quantity": [], "arm": []})})
