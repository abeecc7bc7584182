"""Every verdict of every judge, from planted tables."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED
from hearsay.moments.analysis import COMPARISONS, EVALUATION, REPLACED, SLOW, WITHOUT
from hearsay.moments.claims import CLAIMS, spoken
from hearsay.moments.claims_graph import CLAIMS as GRAPH_CLAIMS
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.evaluation import CLEAN, SHIFTS, SHUFFLED, SORTED
from hearsay.moments.runs import BASE, TRAINING
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, FIXED, OWN, UPDATING

CONFIG = {"decays": [0.9, 0.999], "judging": {"alpha": 0.05, "broken": 0.1, "harm": 0.02, "within": 0.01}}
JUDGES = {claim.id: claim for claim in CLAIMS}


def compared(rows, factor=1.5, **fixed):
    """Comparisons from dicts with `ends`, (low, high): each case's own; the corrected ones are by a factor wider."""
    low, high = np.array([row["ends"] for row in rows]).T
    mean, half = (low + high) / 2, (high - low) / 2
    frame = pd.DataFrame(rows).assign(difference=mean, n=5, error=half / stats.t.isf(0.025, 4))
    frame = frame.assign(low=mean - factor * half, high=mean + factor * half, **fixed)
    return {"comparisons": frame.reindex(columns=list(COMPARISONS.columns))}


def without(*pairs):
    """Intervals of never updated and of training mode, a training each."""
    rows = [
        {"training": training, "condition": condition, "ends": ends}
        for training, pair in zip((BASE, "depth 1", "scale 10"), pairs, strict=False)
        for condition, ends in zip((NEVER, TRAINING), pair, strict=True)
    ]
    return compared(rows, family=WITHOUT, other_condition=REESTIMATED, outcome=ACCURACY)


def evaluations(**ends):
    """Intervals by shift; `all` for the others."""
    rows = [
        {"outcome": outcome, "condition": way, "shift": shift, "order": order, "batch": batch,
         "ends": ends.get(outcome.replace(" ", "_"), ends.get(shift, ends["all"]))}
        for outcome, way in ((ACCURACY, UPDATING), (ACCURACY, OWN), (AFTERWARDS, UPDATING))
        for shift in SHIFTS
        for order in (SHUFFLED, SORTED)
        for batch in (4, 64)
    ]  # fmt: skip
    return compared(rows, family=EVALUATION, other_condition=FIXED)


def slow(*looks):
    """Intervals of the slowest decay less re-estimated, at steps 10, 100, 1000 ..."""
    rows = [{"step": 10**power, "ends": ends} for power, ends in enumerate(looks, 1)]
    return compared(rows, family=SLOW, condition="decay 0.999", other_condition=REESTIMATED)


def replaced(*ends):
    rows = [{"training": f"{k}", "condition": REESTIMATED, "ends": pair} for k, pair in enumerate(ends)]
    return compared(rows, family=REPLACED, other_condition="decay 0.9")


BROKEN, FINE, OPEN = (-0.8, -0.5), (-0.01, 0.03), (-0.3, 0.1)
HARM, GAIN, NOTHING = (-0.3, -0.1), (0.1, 0.3), (-0.01, 0.01)
NARROWLY = (-0.9, -0.12)  # broken by its own interval, open once corrected
SAFE, WORSE, UNCLEAR = (-0.005, 0.005), (-0.4, -0.2), (-0.2, 0.1)
CASES = [
    ("without-update", HOLDS, without((BROKEN, FINE), (BROKEN, FINE), (BROKEN, (0.1, 0.2)))),
    ("without-update", HOLDS, without((BROKEN, FINE), (NARROWLY, FINE))),
    ("without-update", DEPENDS, without((BROKEN, FINE), (FINE, FINE))),
    ("without-update", DEPENDS, without((BROKEN, FINE), (BROKEN, BROKEN), (OPEN, FINE))),
    ("without-update", FAILS, without((FINE, FINE), (BROKEN, BROKEN))),
    ("without-update", UNDECIDED, without((BROKEN, FINE), (OPEN, FINE))),
    ("without-update", UNDECIDED, without((NARROWLY, FINE), (FINE, FINE))),
    ("without-update", UNDECIDED, without((BROKEN, FINE), (BROKEN, OPEN))),
    ("never-in-evaluation", HOLDS, evaluations(all=HARM)),
    ("never-in-evaluation", DEPENDS, evaluations(all=HARM, noise=GAIN)),
    ("never-in-evaluation", DEPENDS, evaluations(all=NOTHING, accuracy_afterwards=HARM)),
    ("never-in-evaluation", FAILS, evaluations(all=NOTHING, noise=GAIN)),
    ("never-in-evaluation", UNDECIDED, evaluations(all=HARM, noise=OPEN)),
    ("slow-decay-safe", HOLDS, slow(SAFE, SAFE, SAFE)),
    ("slow-decay-safe", DEPENDS, slow(WORSE, UNCLEAR, SAFE)),
    ("slow-decay-safe", FAILS, slow(SAFE, WORSE, WORSE)),
    ("slow-decay-safe", UNDECIDED, slow(WORSE, WORSE, UNCLEAR)),
    ("slow-decay-safe", UNDECIDED, slow(UNCLEAR, SAFE, SAFE)),
    ("re-estimating-replaces", HOLDS, replaced(SAFE, (0.1, 0.2))),
    ("re-estimating-replaces", DEPENDS, replaced(SAFE, WORSE)),
    ("re-estimating-replaces", FAILS, replaced((-0.03, -0.02), WORSE)),
    ("re-estimating-replaces", UNDECIDED, replaced(SAFE, UNCLEAR)),
]


@pytest.mark.parametrize(("claim", "verdict", "evidence"), CASES)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    mixed = {"comparisons": evidence["comparisons"].sample(frac=1, random_state=1)}
    found = JUDGES[claim].judged({**mixed, "config": CONFIG})
    assert found.verdict == verdict
    assert (found.condition != "") == (verdict in (DEPENDS, UNDECIDED))


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in CASES}
    mine = [claim for claim in CLAIMS if claim not in GRAPH_CLAIMS]
    assert planted == {(claim.id, verdict) for claim in mine for verdict in claim.can_be}


def judged(claim, evidence):
    return JUDGES[claim].judge({**evidence, "config": CONFIG})


def test_conditions_say_what_each_case_says():
    said = judged("without-update", without((BROKEN, FINE), (FINE, FINE), (OPEN, FINE))).condition
    assert said == "broken, and not seen: base; not: depth 1; open: scale 10"
    said = judged("never-in-evaluation", evaluations(all=HARM, noise=GAIN, clean=OPEN)).condition
    assert f"in training mode: {CLEAN} open, lower contrast harmful, noise better" in said
    said = judged("slow-decay-safe", slow(WORSE, WORSE, SAFE, SAFE)).condition
    assert said == "worse by more than the bound at steps up to 100; safe from 1,000 on: steps x (1 - decay) of 1"
    said = judged("re-estimating-replaces", replaced(SAFE, WORSE)).condition
    assert said == "as good: re-estimated in 0 against decay 0.9; worse: re-estimated in 1 against decay 0.9"


def test_estimates_are_those_that_the_endpoints_name():
    found = judged("without-update", without((BROKEN, FINE), ((-0.9, -0.8), FINE)))
    assert (found.low, found.high, found.n) == (*(pytest.approx(100 * end) for end in BROKEN), 5)  # the base training's
    worst = judged("never-in-evaluation", evaluations(all=GAIN, noise=HARM))
    assert (worst.low, worst.estimate, worst.high) == pytest.approx((-35, -20, -5))  # corrected
    last = judged("slow-decay-safe", slow(WORSE, UNCLEAR, SAFE))
    assert (last.low, last.high) == pytest.approx(tuple(100 * end for end in SAFE))


def test_safety_is_a_fixed_sequence_from_the_last_look_on():
    """A look that is not safe ends the sequence, whatever comes before it; its intervals need no correction."""
    narrow = (-0.009, 0.009)
    found = judged("slow-decay-safe", slow(SAFE, UNCLEAR, narrow, SAFE))
    assert found.verdict == UNDECIDED and found.condition == "safe from 1,000 on: steps x (1 - decay) of 1"


def test_a_single_replicate_decides_nothing():
    whole = [case for case in CASES if case[1] in (HOLDS, FAILS)]
    for claim, _, evidence in whole:
        frame = evidence["comparisons"].assign(low=-np.inf, high=np.inf, error=np.nan, n=1)
        assert JUDGES[claim].judge({"comparisons": frame, "config": CONFIG}).verdict == UNDECIDED


def test_rules_name_only_what_is_known():
    words = spoken(CONFIG, {})
    for claim in CLAIMS:
        for text in (claim.statement, claim.endpoint, claim.rule):
            text.format(**words)
    assert words["slowest"] == "0.999"
