"""Verdicts: what a judgement must carry, and that the gathered table is whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Claim, Judgement, decide, gather, judge_all, write_claims
from hearsay.errors import HearsayError


def judgement(verdict=HOLDS, estimate=1.0, low=0.5, high=2.0, condition=""):
    return Judgement(verdict, estimate, low, high, "share", 10, "results/s/figures/f.svg", condition)


def claim(judge=lambda evidence: judgement(), can_be=(HOLDS, FAILS), statement="All {n} do it"):
    return Claim("all", "somewhere", statement, "share", "holds if all", judge, can_be)


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
