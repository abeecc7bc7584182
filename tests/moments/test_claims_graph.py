"""Every verdict of every judge on TensorFlow's tables, planted; and every name that they look for is there."""

import numpy as np
import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED
from hearsay.moments import graph, graph_optimiser
from hearsay.moments.claims_graph import AGREE, CLAIMS, SECOND_FLAG, SEPARATE, UNUSED_FLAG
from hearsay.moments.graph import ABSENT, GRAPH, OPTIMISER, RAN, SAME
from hearsay.moments.graph_arms import REFUSED
from hearsay.moments.graph_nets import IN_PLACE, INSIDE, NOT_RUN, ONE, OUTSIDE

JUDGES = {claim.id: claim for claim in CLAIMS}


def framed(rows, table):
    return pd.DataFrame(rows, columns=list(table.columns))


def arms(inside, outside, status=RAN):
    """Two replicates of the thread's code; whether evaluation moves the statistics."""
    rows = [
        {"arm": arm, "form": form, "updates": IN_PLACE, "status": status, "replicate": k, "moved_training": 1,
         "moved_evaluation": moved if status == RAN else np.nan}
        for arm, form, moves in (("inside", INSIDE, inside), ("before", OUTSIDE, outside))
        for k, moved in enumerate(moves)
    ]  # fmt: skip
    others = {"status": RAN, "moved_training": 1, "moved_evaluation": 1, "replicate": 0}
    rows += [{"arm": "one", "form": ONE, "updates": IN_PLACE} | others]
    rows += [{"arm": "no", "form": INSIDE, "updates": NOT_RUN} | others]
    return {"graph": framed(rows, GRAPH)}


def same(names, apart=(), status=RAN, field="outputs"):
    """Comparisons of two replicates; `apart`: those that differ in one field."""
    rows = [
        dict.fromkeys(AGREE, 1) | {"comparison": name, "replicate": k, "status": status}
        | ({field: 0} if name in apart else {})
        for name in names
        for k in range(2)
    ]  # fmt: skip
    rows += [dict.fromkeys(AGREE, 0) | {"comparison": "another", "replicate": 0, "status": RAN}]
    return {"graph_same": framed(rows, SAME)}


def works(*right, status=RAN):
    rows = [
        {"case": f"case {k}", "rule": rule, "replicate": 0, "status": status, "right": value if rule == follows else 0}
        for follows in (graph_optimiser.FOLLOWS,)
        for rule in graph_optimiser.RULES
        for k, value in enumerate(right)
    ]
    return {"graph_optimiser": framed(rows, OPTIMISER)}


CASES = [
    ("thread-never-updates", HOLDS, arms((0, 0), (0, 0))),
    ("thread-never-updates", DEPENDS, arms((0, 0), (1, 1))),
    ("thread-never-updates", FAILS, arms((1, 1), (1, 1))),
    ("thread-never-updates", UNDECIDED, arms((0, 0), (0, 0), ABSENT)),
    ("flag-follows-optimiser", HOLDS, works(1, 1)),
    ("flag-follows-optimiser", DEPENDS, works(1, 0)),
    ("flag-follows-optimiser", FAILS, works(0, 0)),
    ("flag-follows-optimiser", UNDECIDED, works(1, 1, status=ABSENT)),
]
COMPARED = {
    "second-flag-redundant": SECOND_FLAG,
    "unused-flag-harmless": UNUSED_FLAG,
    "separate-graphs-agree": SEPARATE,
}
for claim, names in COMPARED.items():
    CASES += [
        (claim, HOLDS, same(names)),
        *((claim, DEPENDS, same(names, names[:1], field=field)) for field in AGREE),
        (claim, FAILS, same(names, names)),
        (claim, UNDECIDED, same(names, status=ABSENT)),
    ]


@pytest.mark.parametrize(("claim", "verdict", "evidence"), CASES)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    found = JUDGES[claim].judged(evidence)
    assert found.verdict == verdict
    assert (found.condition != "") == (verdict in (DEPENDS, UNDECIDED))


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in CASES}
    assert planted == {(claim.id, verdict) for claim in CLAIMS for verdict in claim.can_be}


def test_conditions_say_what_each_case_says():
    found = JUDGES["thread-never-updates"].judge(arms((0, 0), (0, 1)))
    assert found.condition == "never: “inside”; not the same in all runs: “before”" and found.estimate == 0.75
    assert JUDGES["thread-never-updates"].judge(arms((0, 0), (0, 0), ABSENT)).condition == ABSENT
    evidence = same(SEPARATE, SEPARATE[2:])
    rows = evidence["graph_same"]
    rows.loc[rows["comparison"] == SEPARATE[0], "status"] = REFUSED
    found = JUDGES["separate-graphs-agree"].judge(evidence)
    assert found.condition == f"same: “{SEPARATE[1]}”; apart: “{SEPARATE[2]}”; did not run: “{SEPARATE[0]}”"
    assert (found.estimate, found.low, found.high, found.n) == (0.5, 0.5, 0.5, 4)


def test_statistics_that_training_left_alone_are_no_evidence():
    evidence = arms((0, 0), (0, 0))
    evidence["graph"]["moved_training"] = 0
    assert JUDGES["thread-never-updates"].judge(evidence).verdict == FAILS


def test_every_name_that_is_looked_for_is_there():
    assert {*SECOND_FLAG, *UNUSED_FLAG, *SEPARATE} <= set(graph.COMPARISONS)
    forms = {(arm.way.form, arm.way.updates) for arm in graph.ARMS.values()}
    assert {(INSIDE, IN_PLACE), (OUTSIDE, IN_PLACE)} <= forms
    assert set(AGREE) <= set(SAME.columns)
