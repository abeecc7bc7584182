"""Every verdict of every judge, from planted tables."""

import numpy as np
import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED
from hearsay.triplet.analysis import ACROSS, COMPARISONS, DOMAINS, PRIMARY, SUMMARY
from hearsay.triplet.claims import CLAIMS, spoken
from hearsay.triplet.evaluation import BOTH, PARAMETERS
from hearsay.triplet.exact import ADDED, DROPOUT, OLD_NAME
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, SHIFTED
from hearsay.triplet.training import PER_BRANCH

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


def losses(*means, error=0.01, base=1.0):
    """Mean discrepancies of other losses, parameters shared, beside that of Hoffer's ratio."""
    names = [PER_BRANCH, *(f"loss: {k}" for k in range(len(means)))]
    rows = [
        (name, IID, PARAMETERS, "discrepancy", 5, mean, error) for name, mean in zip(names, (base, *means), strict=True)
    ]
    rows += [(name, IID, BOTH, "discrepancy", 5, 0.0, 0.0) for name in names]
    frame = pd.DataFrame(rows, columns=[*SUMMARY.key, "n", "mean", "error"])
    return {"summary": frame.assign(low=np.nan, high=np.nan)}


def tried(sentence, true, cases=4):
    return {"exact": pd.DataFrame([(sentence, cases, true, 0.0)], columns=["sentence", "cases", "true", "largest"])}


CASES = [
    ("equal-at-first", HOLDS, steps((0, 0.1), (0, 0.2))),
    ("equal-at-first", DEPENDS, steps((0, 0.1), (0, 0))),
    ("equal-at-first", FAILS, steps((0.1, 0.1), (0, 0))),
    ("parameters-alone", HOLDS, compared((-0.5, -0.1), (-0.3, -0.03), (-0.9, -0.8))),
    ("parameters-alone", DEPENDS, compared((-0.01, 0.01), (-0.01, 0.01), (-0.9, -0.8))),
    ("parameters-alone", FAILS, compared((-0.01, 0.01), (0, 0), (0.1, 0.2))),
    ("parameters-alone", UNDECIDED, compared((-0.05, 0.01), (-0.9, -0.1), (-0.9, -0.8))),
    ("both-solve", HOLDS, steps((0, 0), (0, 0), statistics=BOTH)),
    ("both-solve", DEPENDS, steps((0, 0), (0, 0.1), statistics=BOTH)),
    ("both-solve", FAILS, steps((0.1, 0.2), statistics=BOTH)),
    ("old-name", HOLDS, tried(OLD_NAME, 0)),
    ("old-name", DEPENDS, tried(OLD_NAME, 1)),
    ("old-name", FAILS, tried(OLD_NAME, 4)),
    ("adding-cancels", HOLDS, tried(ADDED, 4)),
    ("adding-cancels", DEPENDS, tried(ADDED, 3)),
    ("adding-cancels", FAILS, tried(ADDED, 0)),
    ("no-dropout", HOLDS, tried(DROPOUT, 0)),
    ("no-dropout", DEPENDS, tried(DROPOUT, 3)),
    ("no-dropout", FAILS, tried(DROPOUT, 4)),
    ("any-loss", HOLDS, losses(1.2, 0.8)),
    ("any-loss", DEPENDS, losses(1.2, 5.0)),
    ("any-loss", FAILS, losses(0.0, 1.0)),
    ("any-loss", FAILS, losses(5.0, 0.1)),
    ("any-loss", UNDECIDED, losses(1.2, 2.0, error=0.3)),
    ("own-statistics", HOLDS, compared((0.1, 0.2), (0.1, 0.2), (0.03, 0.2), domains=[(0.3, 0.4)])),
    ("own-statistics", DEPENDS, compared((-0.01, 0.01), (-0.01, 0.01), (-0.9, -0.8), domains=[(0.3, 0.4)])),
    ("own-statistics", FAILS, compared((-0.1, 0.01), (-0.1, 0.01), (-0.9, -0.8), domains=[(-0.3, 0.0)])),
    ("own-statistics", UNDECIDED, compared((-0.1, 0.05), (-0.1, 0.05), (-0.9, 0.8), domains=[(0.3, 0.4)])),
]


@pytest.mark.parametrize(("claim", "verdict", "evidence"), CASES)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    found = JUDGES[claim].judge({**evidence, "config": CONFIG})
    assert found.verdict == verdict
    assert (found.condition != "") == (verdict in (DEPENDS, UNDECIDED))


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in CASES}
    assert planted == {(claim.id, verdict) for claim in CLAIMS for verdict in claim.can_be}


def test_the_condition_says_what_each_case_says():
    found = JUDGES["own-statistics"].judge({**CASES[-3][2], "config": CONFIG})
    assert "across shifted domains: better" in found.condition and f"{IID}: not better by the bound" in found.condition
    assert (found.estimate, found.n) == (pytest.approx(-0.85), 5)


def test_rules_name_only_what_is_known():
    words = spoken(CONFIG["judging"], {})
    for claim in CLAIMS:
        for text in (claim.statement, claim.endpoint, claim.rule):
            text.format(**words)
