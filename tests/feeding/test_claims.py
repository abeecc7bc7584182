"""Every verdict of every judge, from planted tables."""

import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, judge_all
from hearsay.feeding.claims import CLAIMS, GRAPHS, UNFED, spoken
from hearsay.feeding.claims_speed import SAME_SHAPE
from hearsay.feeding.graph_feeding import CONSTANT_UNFED, DEFAULT_UNFED, EAGER, FUNCTION, PLACEHOLDER
from hearsay.feeding.outcomes import ASKED, EXPORT, NO, NOT_RUN, TENSORFLOW, WORKS, YES
from hearsay.feeding.outcomes import FAILS as FAILED
from hearsay.feeding.ratios import COPY, LOADERS, PIPELINES, VARIABLE

CONFIG = {"judging": {"alpha": 0.05, "within": 0.05, "grown": 0.9}}
JUDGES = {claim.id: claim for claim in CLAIMS}
ROUNDS = 20


def matrix(**ways):
    """A matrix of the same ways in every tool, as letters y and n in the order of what is asked; `_` for a space."""
    return tools(dict.fromkeys(GRAPHS, ways))


def tools(by_tool):
    rows = [
        (tool, way.replace("_", " "), asked, {"y": YES, "n": NO, "-": NOT_RUN}[letter])
        for tool, ways in by_tool.items()
        for way, letters in ways.items()
        for asked, letter in zip(ASKED, letters, strict=True)
    ]
    return {"matrix": pd.DataFrame(rows, columns=["tool", "way", "asked", "can"])}


def demonstrations(rows):
    """Rows (tool, name, outcome, value)."""
    columns = ["tool", "demonstration", "outcome", "value"]
    return {"demonstrations": pd.DataFrame([(*row, "")[:4] for row in rows], columns=columns)}


def unfed(failing):
    """The unfed placeholders, of which the first `failing` fail."""
    return demonstrations([(*key, FAILED if k < failing else WORKS) for k, key in enumerate(UNFED)])


def programs(*beyond, outcome=WORKS):
    rows = [(f"program {k}", outcome, lines) for k, lines in enumerate(beyond)]
    return {"complication": pd.DataFrame(rows, columns=["program", "outcome", "beyond"])}


def unknown(value, shape):
    """Outcomes of ways without a placeholder, and one way with one that always works."""
    rows = [(TENSORFLOW, f"unknown value, way {k}", outcome) for k, outcome in enumerate(value)]
    rows += [(TENSORFLOW, f"unknown shape, way {k}", outcome) for k, outcome in enumerate(shape)]
    return demonstrations(
        [*rows, *((TENSORFLOW, f"unknown {what}, placeholder", WORKS) for what in ("value", "shape"))]
    )


def constants(graph="1.000", archive="1.0 bytes a byte of data", limit=FAILED, can="nnnnnn"):
    rows = [
        (TENSORFLOW, "data set as a constant, size", WORKS, graph),
        (EXPORT, "archive, data inside", WORKS, archive),
        (TENSORFLOW, "data set as a constant, at the limit", limit),
    ]
    return demonstrations(rows) | tools({TENSORFLOW: {"constant": can}})


def saved(*outcomes):
    names = [f"graph with {what}, saved" for what in ("a placeholder", "a constant", "a pipeline")]
    return demonstrations(
        [(TENSORFLOW, name, outcome) for name, outcome in zip(names, outcomes, strict=True)]
        + [(TENSORFLOW, "eager function, pickled", FAILED)]
    )


def times(**speeds):
    """Timings in TensorFlow: steps/s by way (its place in `WAYS`) and what the initialising pass takes, in steps."""
    rows = [
        (model, way, 2, k, WORKS, 1 / speed * (1 + 0.001 * ((7 * k) % 5)), initialise)
        for model in ("softmax regression", "small conv")
        for way, (speed, initialise) in speeds.items()
        for k in range(ROUNDS)
    ]
    columns = ["model", "way", "pool", "repeat", "outcome", "wall", "initialise"]
    return {"graph_times": pd.DataFrame(rows, columns=columns)}


def default(*same, speed=1.0, spread=0.0):
    """Whether each thing compared is the same, and how fast an unfed default placeholder is beside a constant."""
    rows = []
    for (first, other), alike in zip(SAME_SHAPE.values(), same, strict=True):
        rows += [(TENSORFLOW, other, WORKS, first if alike else "else"), (TENSORFLOW, first, WORKS, first)]
    frame = demonstrations(rows)["demonstrations"].drop_duplicates("demonstration", keep="first")
    found = times(**{CONSTANT_UNFED: (1.0, 0), DEFAULT_UNFED: (speed, 0)})
    noisy = found["graph_times"]
    wild = (noisy["way"] == DEFAULT_UNFED) & (noisy["repeat"] % 2 == 0)
    noisy.loc[wild, "wall"] *= 1 + spread
    return {"demonstrations": frame} | found


def variables(longer, alone=FAILED, wide=0.0):
    """Steps that the initialising pass of a variable takes longer than with a placeholder."""
    found = times(**{PLACEHOLDER: (1.0, 0.5), VARIABLE: (1.0, 0.5 + longer)})
    frame = found["graph_times"]
    frame.loc[(frame["way"] == VARIABLE) & (frame["repeat"] % 2 == 0), "initialise"] += wide
    return demonstrations([(TENSORFLOW, "variable, not initialised", alone)]) | found


def pipelines(graph, torch, spread=0.0):
    """Speeds of pipelines over a placeholder's, and of workers over copying."""
    found = times(**{PLACEHOLDER: (1.0, 0)} | dict.fromkeys(PIPELINES, (graph, 0)))
    rows = [
        (
            "linear",
            mode,
            64,
            k,
            "training",
            "cpu",
            1 / speed * (1 + (mode != COPY) * spread * (k % 2) + 0.001 * ((7 * k) % 5)),
        )
        for mode, speed in ({COPY: 1.0} | dict.fromkeys(LOADERS, torch)).items()
        for k in range(ROUNDS)
    ]
    columns = ["model", "mode", "batch", "repeat", "what", "device", "wall"]
    return found | {"modes": pd.DataFrame(rows, columns=columns)}


def graphs(session, function, spread=0.0):
    found = times(**{EAGER: (1.0, 0), PLACEHOLDER: (session, 0), FUNCTION: (function, 0)})
    frame = found["graph_times"]
    frame.loc[(frame["way"] != EAGER) & (frame["repeat"] % 2 == 0), "wall"] *= 1 + spread
    return found


NO_TIMES = {"graph_times": pd.DataFrame([("a", "b", 2, 0, NOT_RUN, 1.0, 1.0)], columns=list(times()["graph_times"]))}
CASES = [
    ("best-practice", HOLDS, matrix(placeholder="yyyyyy", constant="yyynny")),
    ("best-practice", DEPENDS, tools({tool: {"placeholder": "yyyyyy", "tf.data": "yyyyyn"} for tool in GRAPHS}
                                     | {EXPORT: {"placeholder": "yyyyyy", "constant": "yyyyyy"}})),
    ("best-practice", FAILS, matrix(placeholder="nyyyyy", constant="yyynny")),
    ("best-practice", UNDECIDED, matrix(placeholder="------", constant="------")),
    ("necessary", HOLDS, matrix(placeholder="yyyyyy", default_placeholder="yyynny", constant="yyynny")),
    ("necessary", DEPENDS, tools({tool: {"placeholder": "yyyyyy", "tf.data": "yyyyyn"} for tool in GRAPHS}
                                 | {EXPORT: {"placeholder": "yyyyyy", "constant": "yyyyyy"}})),
    ("necessary", FAILS, matrix(placeholder="yyyyyy", constant="yyynny", variable="nnnyyn")),
    ("necessary", UNDECIDED, matrix(placeholder="------", constant="------")),
    ("intent-clear", HOLDS, unfed(len(UNFED))),
    ("intent-clear", DEPENDS, unfed(2)),
    ("intent-clear", FAILS, unfed(0)),
    ("intent-clear", UNDECIDED, demonstrations([(*key, NOT_RUN) for key in UNFED])),
    ("complicate", HOLDS, programs(2, 1)),
    ("complicate", DEPENDS, programs(2, 0)),
    ("complicate", FAILS, programs(0, 0)),
    ("complicate", UNDECIDED, programs(2, 1, outcome=NOT_RUN)),
    ("unknown-values", HOLDS, unknown([FAILED], [FAILED, FAILED])),
    ("unknown-values", DEPENDS, unknown([FAILED, WORKS], [FAILED])),
    ("unknown-values", FAILS, unknown([FAILED, WORKS], [WORKS])),
    ("unknown-values", UNDECIDED, unknown([NOT_RUN], [NOT_RUN])),
    ("constants-drawback", HOLDS, constants()),
    ("constants-drawback", DEPENDS, constants(can="nynnnn")),
    ("constants-drawback", FAILS, constants("0.001", "0.0 bytes a byte of data", WORKS, "yyyyyy")),
    ("constants-drawback", UNDECIDED, constants(limit=NOT_RUN)),
    ("most-flexible", HOLDS, tools({TENSORFLOW: {"placeholder": "yyyyyy", "tf.data": "yyyyny"}})),
    ("most-flexible", DEPENDS, tools({TENSORFLOW: {"placeholder": "yyynyy", "tf.data": "yyyyny"}})),
    ("most-flexible", FAILS, tools({TENSORFLOW: {"placeholder": "ynnnyy", "tf.data": "yyyyny"}})),
    ("most-flexible", UNDECIDED, tools({TENSORFLOW: {"placeholder": "------", "tf.data": "------"}})),
    ("graphs-portable", HOLDS, saved(WORKS, WORKS, WORKS)),
    ("graphs-portable", DEPENDS, saved(WORKS, WORKS, FAILED)),
    ("graphs-portable", FAILS, saved(FAILED, FAILED, FAILED)),
    ("graphs-portable", UNDECIDED, saved(NOT_RUN, NOT_RUN, NOT_RUN)),
    ("default-same", HOLDS, default(True, True, True, True, True)),
    ("default-same", DEPENDS, default(True, True, False, False, True)),
    ("default-same", DEPENDS, default(True, True, True, True, True, speed=2.0)),
    ("default-same", FAILS, default(False, False, False, False, False, speed=0.5)),
    ("default-same", UNDECIDED, default(True, True, True, True, True, spread=0.2)),
    ("variables-cost", HOLDS, variables(20.0)),
    ("variables-cost", DEPENDS, variables(0.3)),
    ("variables-cost", FAILS, variables(20.0, alone=WORKS)),
    ("variables-cost", UNDECIDED, variables(0.5, wide=1.0)),
    ("pipelines-faster", HOLDS, pipelines(2.0, 3.0)),
    ("pipelines-faster", DEPENDS, pipelines(2.0, 0.5)),
    ("pipelines-faster", FAILS, pipelines(0.5, 0.5)),
    ("pipelines-faster", UNDECIDED, pipelines(2.0, 1.1, spread=0.3)),
    ("graphs-fast", HOLDS, graphs(2.0, 3.0)),
    ("graphs-fast", DEPENDS, graphs(2.0, 0.5)),
    ("graphs-fast", FAILS, graphs(0.5, 0.5)),
    ("graphs-fast", UNDECIDED, graphs(2.0, 1.0, spread=0.1)),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "verdict", "evidence"), CASES)
def test_each_judge_on_planted_tables(claim, verdict, evidence):
    found = JUDGES[claim].judged({**evidence, "config": CONFIG})
    assert found.verdict == verdict
    assert (found.condition != "") == (verdict in (DEPENDS, UNDECIDED)) or claim == "necessary"


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in CASES}
    assert planted == {(claim.id, verdict) for claim in CLAIMS for verdict in claim.can_be}


def test_what_only_a_placeholder_can_is_named():
    found = JUDGES["necessary"].judge(matrix(placeholder="yyyyyy", default_placeholder="yyynny", constant="yyynny"))
    assert found.condition.startswith(f"{TENSORFLOW}: fail when never supplied, fail when forgotten; ")
    assert (found.estimate, found.n) == (2, 3)


def test_what_the_initialising_pass_costs_is_said_by_threads_and_model():
    slow, fast = variables(20.0), variables(0.3)
    both = [slow["graph_times"].assign(pool=-1), fast["graph_times"].assign(pool=2)]
    found = JUDGES["variables-cost"].judge({**slow, "graph_times": pd.concat(both), "config": CONFIG})
    models = ", ".join(sorted(set(slow["graph_times"]["model"])))
    assert found.condition == (
        f"the pass is needed; beside a step longer: on the caller's thread ({models}); "
        f"shorter: in a pool of 2 ({models})"
    )


def test_without_timings_the_claims_about_speed_are_undecided():
    rows = demonstrations([(TENSORFLOW, name, NOT_RUN) for pair in SAME_SHAPE.values() for name in pair])
    rows["demonstrations"] = rows["demonstrations"].drop_duplicates("demonstration")
    evidence = {**rows, **NO_TIMES, "modes": pipelines(1, 1)["modes"], "config": CONFIG}
    for claim in ("default-same", "pipelines-faster", "graphs-fast"):
        found = JUDGES[claim].judge(evidence)
        assert (found.verdict, found.n) == (UNDECIDED, 0)


def test_texts_name_bounds_only():
    judged = {}
    for claim, _, evidence in CASES:
        judged.setdefault(claim, {}).update(evidence)
    rows = [
        judge_all("feeding", [JUDGES[claim]], {**evidence, "config": CONFIG}, spoken(CONFIG["judging"], {}))[0]
        for claim, evidence in judged.items()
    ]
    assert len(rows) == len(CLAIMS) and not any("{" in row["rule"] + row["endpoint"] for row in rows)
