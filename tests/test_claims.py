"""Verdicts: what a judgement must carry, and that the gathered table is whole."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.claims import (
    CONFIDENCE,
    DEPENDS,
    FAILS,
    HOLDS,
    INTERVALS,
    NONE,
    NOTHING_SEEN,
    OPEN,
    RANGE,
    UNDECIDED,
    Claim,
    Judgement,
    between,
    decide,
    gather,
    interval_is,
    judge_all,
    write_claims,
)
from hearsay.config import studies
from hearsay.errors import HearsayError

ROOT = Path(__file__).parents[1]


def judgement(verdict=HOLDS, estimate=1.0, low=0.5, high=2.0, condition="", n=10):
    return Judgement(verdict, estimate, low, high, "share", n, "results/s/figures/f.svg", condition)


def claim(judge=lambda evidence: judgement(), can_be=(HOLDS, FAILS), statement="All {n} do it", interval=CONFIDENCE):
    return Claim("all", "somewhere", statement, "share", "holds if all", judge, can_be, interval)


@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9))
def test_decide(a, b, threshold):
    low, high = sorted((a, b))
    verdict = decide(low, high, threshold)
    assert (verdict == UNDECIDED) == (low <= threshold <= high)
    assert (verdict == HOLDS) == (low > threshold)


@pytest.mark.parametrize(
    "bad",
    [
        {"verdict": "maybe"},
        {"estimate": 3.0},
        {"estimate": float("nan")},
        {"verdict": DEPENDS},
    ],
)
def test_refuses_a_judgement_without_its_evidence(bad):
    with pytest.raises(HearsayError):
        judgement(**bad)


def test_refuses_a_claim_that_cannot_fail():
    with pytest.raises(HearsayError, match="able to fail"):
        claim(can_be=(HOLDS, UNDECIDED))


def test_refuses_an_interval_of_no_known_kind():
    with pytest.raises(HearsayError, match=r"^claim all: interval 'usual': expected one of confidence, range, [^\n]*$"):
        claim(interval="usual")


def test_refuses_an_interval_where_none_is_declared():
    def judged(**ends):
        return judge_all("s", [claim(lambda e: judgement(**ends), interval=NONE)], {}, {"n": "2"})

    with pytest.raises(HearsayError, match="claim all: its judge gave an interval"):
        judged()
    assert judged(low=1.0, high=1.0)[0]["interval"] == NONE
    assert judged(n=0)[0]["high"] == 2  # nothing was seen: it may be anything


def test_only_a_confidence_interval_looks_like_one():
    assert between(CONFIDENCE, "1", "2") == "[1, 2]"
    assert {between(kind, "1", "2") for kind in INTERVALS if kind != CONFIDENCE} == {"(1 to 2)"}


def test_an_interval_is_said_in_words():
    ends = [judgement(high=2.0), judgement(low=np.float64(1), high=1.0), judgement(n=0)]
    for kind, words in INTERVALS.items():
        assert [interval_is(kind, each) for each in ends] == [*words, NOTHING_SEEN]


def published(study):
    """Return (declared claim, its published row) of a study."""
    rows = json.loads((ROOT / f"reference/{study}/claims.json").read_text(encoding="utf-8"))
    return list(zip(importlib.import_module(f"hearsay.{study}.claims").CLAIMS, rows, strict=True))


@pytest.mark.parametrize("study", studies())
def test_published_ends_are_such_as_the_declared_interval_has(study):
    for declared, row in published(study):
        estimate, low, high, n = (row[name] for name in ("estimate", "low", "high", "n"))
        assert declared.id == row["id"] and n > 0
        if declared.interval == CONFIDENCE:
            assert low < high, declared.id
        if declared.interval == NONE:
            assert low == estimate == high, declared.id
        if declared.interval == OPEN:  # a whole number of cases stayed open
            cases = (high - low) * (n if row["unit"].startswith("share") else 1)
            assert cases == pytest.approx(round(cases), abs=1e-6), declared.id
        if declared.interval == RANGE:
            assert "mean and range over" in row["endpoint"], declared.id


@pytest.mark.parametrize("study", studies())
def test_published_claims_name_the_declared_interval(study):
    for declared, row in published(study):
        assert row["interval"] == declared.interval, declared.id


def test_refuses_an_undeclared_verdict():
    with pytest.raises(HearsayError, match="undeclared"):
        judge_all("s", [claim(judge=lambda e: judgement(UNDECIDED))], {}, {"n": "1,000"})


def test_numbers_in_statements_are_looked_up():
    assert judge_all("s", [claim()], {}, {"n": "1,000"})[0]["statement"] == "All 1,000 do it"
    with pytest.raises(HearsayError, match="no number is called 'n'"):
        judge_all("s", [claim()], {}, {"m": "1"})


def test_judges_see_the_evidence_and_the_table_gathers_all(tmp_path):
    def judge(evidence):
        return judgement(HOLDS if evidence["x"] > 0 else FAILS)

    for study, x in (("b", 1), ("a", -1)):
        write_claims(judge_all(study, [claim(judge)], {"x": x}, {"n": "2"}), tmp_path / f"{study}.json")
    gather([tmp_path / "b.json", tmp_path / "a.json"], tmp_path / "claims.csv")
    lines = (tmp_path / "claims.csv").read_text().splitlines()
    assert lines[0] == "study,id,statement,verdict,condition,estimate,low,high,unit,n,figure"
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["a", "all", "All 2 do it", "fails"],
        ["b", "all", "All 2 do it", "holds"],
    ]
    assert json.loads((tmp_path / "a.json").read_text())[0]["rule"] == "holds if all"
