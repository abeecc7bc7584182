"""Every verdict of every judge, from planted tables."""

import numpy as np
import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, judge_all
from hearsay.triplet.analysis import COMPARISONS, LOG, LOSSES, PRIMARY, SUMMARY
from hearsay.triplet.claims import CLAIMS, spoken
from hearsay.triplet.evaluation import ACROSS, APARTNESS, BOTH, DOMAINS, PARAMETERS
from hearsay.triplet.exact import ADDED, DROPOUT, OLD_NAME
from hearsay.triplet.runs import LOSS
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, SHIFTED
from hearsay.triplet.training import PER_BRANCH
from hearsay.triplet.written import BOTH_APART, FIRST, LOSSES_BOTH, START, TRAINING_MODE

CONFIG = {"judging": {"alpha": 0.05, "harm": 0.02, "factor": 2.0}}
JUDGES = {claim.id: claim for claim in CLAIMS}


def steps(*discrepancies, statistics=PARAMETERS):
    """Discrepancies before and after the first step, a training each."""
    rows = [
        (distribution, statistics, step, k, value)
        for k, pair in enumerate(discrepancies)
        for step, value in enumerate(pair)
        for distribution in (IID, SHIFTED)
    ]
    columns = ["distribution", "statistics", "step", "replicate", "discrepancy"]
    return {"steps": pd.DataFrame(rows, columns=columns)}


def compared(*across, domains=()):
    """Differences (low, high) of own statistics less shared ones, by distribution; and across domains."""
    rows = [(ACROSS, kind, *ends) for kind, ends in zip(DISTRIBUTIONS, across, strict=False)]
    rows += [(DOMAINS, SHIFTED, *ends) for ends in domains]
    frame = pd.DataFrame(rows, columns=["outcome", "distribution", "low", "high"])
    frame = frame.assign(family=PRIMARY, statistics=PARAMETERS, training=PER_BRANCH, other_training=PER_BRANCH)
    frame = frame.assign(other_statistics=BOTH, n=5, difference=(frame["low"] + frame["high"]) / 2)
    return {"comparisons": frame.reindex(columns=list(COMPARISONS.columns))}


def losses(*ratios, least=(0.5, 0.5), most=(0.6, 0.6), both=(0, 0)):
    """Ratios (low, high) of discrepancies, a loss each; least and most discrepancy with the base and the first loss.

    both: the cases of four in which branches differ with both statistics shared, with the base and with other losses.
    """
    names = [f"{LOSS}{k}" for k in range(len(ratios))]
    frame = pd.DataFrame(np.log2(np.array(ratios, float)), columns=["low", "high"])
    frame = frame.assign(family=LOSSES, outcome=LOG + APARTNESS, distribution=IID, training=names, n=5)
    frame = frame.assign(statistics=PARAMETERS, difference=(frame["low"] + frame["high"]) / 2)
    values = [*zip(least, most, strict=True)] + [(least[0], most[0])] * len(ratios)
    rows = [
        (name, IID, statistics, APARTNESS, *(ends if statistics == PARAMETERS else (0.0, 0.0)))
        for name, ends in zip((PER_BRANCH, *names), values, strict=False)
        for statistics in (PARAMETERS, BOTH)
    ]
    summary = pd.DataFrame(rows, columns=[*SUMMARY.key, "least", "most"])
    elsewhere = pd.DataFrame([("GroupNorm", IID, PARAMETERS, APARTNESS, 0.0, 0.0)], columns=summary.columns)
    summary = pd.concat([summary, elsewhere], ignore_index=True)
    tried = [(name, 4, true, 0.1) for name, true in zip((BOTH_APART, LOSSES_BOTH), both, strict=True)]
    exact = pd.DataFrame(tried, columns=["sentence", "cases", "true", "largest"])
    return {"summary": summary, "exact": exact, "comparisons": frame.reindex(columns=list(COMPARISONS.columns))}


def tried(sentence, true, cases=4, largest=0.0):
    return {"exact": pd.DataFrame([(sentence, cases, true, largest)], columns=["sentence", "cases", "true", "largest"])}


def differ(*discrepancies, in_training):
    """Discrepancies at the end, and the cases of four in which there is one in training mode."""
    layers = [
        (PARAMETERS, place, layer, k, value * (place > 0))
        for place, layer in enumerate(("Conv2d", "BatchNorm2d", "Linear"))
        for k, value in enumerate(discrepancies)
    ]
    columns = ["statistics", "place", "layer", "replicate", "discrepancy"]
    layers = {"layers": pd.DataFrame(layers, columns=columns)}
    return steps(*((0, value) for value in discrepancies)) | layers | tried(TRAINING_MODE, in_training)


def at_first(*after, before_written=0, after_written=4):
    """Discrepancies after the first step, and the cases of four where branches written out differ before and then."""
    rows = [(START, 4, before_written, 0.1), (FIRST, 4, after_written, 0.1)]
    exact = pd.DataFrame(rows, columns=["sentence", "cases", "true", "largest"])
    return steps(*((0, value) for value in after)) | {"exact": exact}


def solved(written):
    """The cases of four in which branches written out differ with both shared."""
    return tried(BOTH_APART, written, largest=0.3 if written else 0.0)


CASES = [
    ("equal-at-first", HOLDS, at_first(0.1, 0.2)),
    ("equal-at-first", DEPENDS, at_first(0.1, 0)),
    ("equal-at-first", DEPENDS, at_first(0.1, 0.2, before_written=1)),
    ("equal-at-first", DEPENDS, at_first(0.1, 0.2, after_written=0)),
    ("equal-at-first", FAILS, at_first(0.1, 0.2, before_written=4)),
    ("equal-at-first", FAILS, at_first(0, 0, after_written=0)),
    ("parameters-differ", HOLDS, differ(0.1, 0.2, in_training=4)),
    ("parameters-differ", DEPENDS, differ(0.1, 0.2, in_training=0)),
    ("parameters-differ", DEPENDS, differ(0.0, 0.2, in_training=4)),
    ("parameters-differ", FAILS, differ(0.0, 0.0, in_training=0)),
    ("parameters-alone", HOLDS, compared((-0.5, -0.1), (-0.3, -0.03), (-0.9, -0.8))),
    ("parameters-alone", DEPENDS, compared((-0.01, 0.01), (-0.01, 0.01), (-0.9, -0.8))),
    ("parameters-alone", FAILS, compared((-0.01, 0.01), (0, 0), (0.1, 0.2))),
    ("parameters-alone", UNDECIDED, compared((-0.05, 0.01), (-0.9, -0.1), (-0.9, -0.8))),
    ("both-solve", HOLDS, solved(0)),
    ("both-solve", DEPENDS, solved(1)),
    ("both-solve", FAILS, solved(4)),
    ("old-name", HOLDS, tried(OLD_NAME, 0)),
    ("old-name", DEPENDS, tried(OLD_NAME, 1)),
    ("old-name", FAILS, tried(OLD_NAME, 4)),
    ("adding-cancels", HOLDS, tried(ADDED, 4)),
    ("adding-cancels", DEPENDS, tried(ADDED, 3)),
    ("adding-cancels", FAILS, tried(ADDED, 0)),
    ("no-dropout", HOLDS, tried(DROPOUT, 0)),
    ("no-dropout", DEPENDS, tried(DROPOUT, 3)),
    ("no-dropout", FAILS, tried(DROPOUT, 4)),
    ("any-loss", HOLDS, losses((0.8, 1.2), (0.6, 1.9))),
    ("any-loss", HOLDS, losses((0.8, 1.2), least=(0.0, 0.0), most=(0.0, 0.0))),
    ("any-loss", DEPENDS, losses((0.8, 1.2), (3.0, 5.0))),
    ("any-loss", FAILS, losses((0.8, 1.2), least=(0.5, 0.0), most=(0.6, 0.0))),
    ("any-loss", FAILS, losses((0.8, 1.2), least=(0.5, 0.0), most=(0.6, 0.6))),
    ("any-loss", FAILS, losses((3.0, 5.0), (0.1, 0.4))),
    ("any-loss", FAILS, losses((0.8, 1.2), both=(0, 1))),
    ("any-loss", HOLDS, losses((0.8, 1.2), both=(4, 4))),
    ("any-loss", UNDECIDED, losses((0.8, 1.2), (0.5, 4.0))),
    ("own-statistics", HOLDS, compared((0.1, 0.2), (0.1, 0.2), (0.03, 0.2), domains=[(0.3, 0.4)])),
    ("own-statistics", DEPENDS, compared((-0.01, 0.01), (-0.01, 0.01), (-0.9, -0.8), domains=[(0.3, 0.4)])),
    ("own-statistics", FAILS, compared((-0.1, 0.01), (-0.1, 0.01), (-0.9, -0.8), domains=[(-0.3, 0.0)])),
    ("own-statistics", UNDECIDED, compared((-0.1, 0.05), (-0.1, 0.05), (-0.9, 0.8), domains=[(0.3, 0.4)])),
]


@pytest.mark.parametrize(("claim", "verdict", "evidence"), CASES)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    found = JUDGES[claim].judged({**evidence, "config": CONFIG})
    assert found.verdict == verdict
    assert (found.condition != "") == (verdict in (DEPENDS, UNDECIDED))


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in CASES}
    assert planted == {(claim.id, verdict) for claim in CLAIMS for verdict in claim.can_be}


def test_the_condition_says_what_each_case_says():
    found = JUDGES["own-statistics"].judge({**CASES[-3][2], "config": CONFIG})
    assert "across shifted domains: better" in found.condition and f"{IID}: not better by the bound" in found.condition
    assert (found.estimate, found.n) == (pytest.approx(-85), 5)  # points


def test_where_the_difference_shows_is_said():
    found = JUDGES["parameters-differ"].judge({**differ(0.1, 0.3, in_training=0), "config": CONFIG})
    assert found.condition == (
        "in evaluation mode in 4 of 4 trainings, from the first BatchNorm2d on; in training mode in 0 of 4"
    )
    assert (found.estimate, found.low, found.high) == (pytest.approx(0.2), 0.1, 0.3)


def test_the_ratio_farthest_from_one_is_the_estimate_and_losses_beyond_are_named():
    found = JUDGES["any-loss"].judge({**losses((0.8, 1.2), (4.0, 16.0)), "config": CONFIG})
    assert (found.estimate, found.low, found.high, found.n) == (pytest.approx(8), 4, 16, 5)
    assert found.condition.endswith("the size does not for 1")


def test_claims_of_a_run_are_judged(tables):
    rows = judge_all("triplet", CLAIMS, tables | {"config": CONFIG}, spoken(CONFIG["judging"], {}))
    found = {row["id"]: row["verdict"] for row in rows}
    assert found["equal-at-first"] == found["both-solve"] == HOLDS
    assert found["parameters-differ"] == DEPENDS and found["adding-cancels"] == FAILS
    assert found["old-name"] == found["no-dropout"] == HOLDS


def test_rules_name_only_what_is_known():
    words = spoken(CONFIG["judging"], {})
    for claim in CLAIMS:
        for text in (claim.statement, claim.endpoint, claim.rule):
            text.format(**words)
