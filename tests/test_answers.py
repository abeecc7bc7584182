"""The answers: words for every verdict, numbers only from the results, faults in one line that names file and key."""

import importlib
import json
import string
from pathlib import Path

import pytest
import yaml

from hearsay import answers, numbers, text
from hearsay.answers import fill, read, shown
from hearsay.claims import VERDICTS
from hearsay.config import studies
from hearsay.errors import HearsayError

ROOT = Path(__file__).parents[1]
ALLOWED = text.read_allowed(ROOT / "report/numbers-allowed.txt")
WORDS = {
    "title": "Hens",
    "question": "Do hens lay?",
    "answer": [
        {"claim": "lay", "brief": True, "holds": "They do, {share} of them.", "fails": "They do not."},
        {"says": "A hen is a bird, and `egg` a key."},
    ],
    "headline": {"claim": "lay", "measures": "hens that lay"},
    "limits": "One farm.",
    "figure": {"name": "eggs", "alt": "A basket."},
    "check": {"tool": "`hearsay hens`", "run": "hearsay hens my.csv\n", "says": "Counts them."},
}
ROW = {
    "study": "s",
    "id": "lay",
    "thread": "t",
    "statement": "All hens lay.",
    "endpoint": "share",
    "rule": "r",
    "interval": "confidence",
    "verdict": "holds",
    "estimate": 0.75,
    "low": 0.5,
    "high": 0.9,
    "unit": "share of hens",
    "n": 1200,
    "figure": "results/s/figures/eggs.svg",
    "condition": "on the weather",
}


def written(tmp_path, **changed):
    path = tmp_path / "s.yaml"
    path.write_text(yaml.safe_dump({**WORDS, **changed}))
    return path


def filled(tmp_path, **changed):
    return fill("s", read(written(tmp_path)), [{**ROW, **changed}], {"share": "−75 %"})


@pytest.mark.parametrize("study", studies())
def test_words_are_of_claims_verdicts_and_numbers_that_there_are(study):
    words = read(ROOT / f"report/chapters/{study}.yaml", ALLOWED)
    claims = {claim.id: claim for claim in importlib.import_module(f"hearsay.{study}.claims").CLAIMS}
    known = numbers.texts(ROOT / f"reference/{study}/tables/numbers.csv")
    assert words.headline.claim in claims
    for sentence in words.answer:
        if sentence.claim:
            worded = {verdict for verdict in VERDICTS if getattr(sentence, verdict)}
            assert worded <= set(claims[sentence.claim].can_be), sentence.claim
    for key, said in answers._strings(words.model_dump(exclude={"check": {"run"}}, exclude_none=True)):
        assert {field for _, field, *_ in string.Formatter().parse(said) if field} <= set(known), key
    assert (ROOT / f"report/captions/{study}/figures/{words.figure.name}.rst").is_file()


@pytest.mark.parametrize("study", studies())
def test_every_verdict_that_can_come_out_can_be_said(study):
    words = read(ROOT / f"report/chapters/{study}.yaml", ALLOWED)
    claims = importlib.import_module(f"hearsay.{study}.claims").CLAIMS
    known = numbers.texts(ROOT / f"reference/{study}/tables/numbers.csv")
    rows = json.loads((ROOT / f"reference/{study}/claims.json").read_text())
    for verdict in VERDICTS:
        can_be = {claim.id: claim.can_be for claim in claims}
        judged = [{**row, "verdict": verdict if verdict in can_be[row["id"]] else row["verdict"]} for row in rows]
        answer = fill(study, words, judged, known)
        assert sum(answer["counts"].values()) == len(rows)
        for sentence in answer["sentences"]:
            assert sentence["text"].endswith(".")
            assert "{" not in sentence["text"]


def test_collects_the_published_run():
    found = answers.collect(
        ROOT / "report/chapters", ROOT / "reference", studies(), ROOT / "report/numbers-allowed.txt"
    )
    assert list(found) == studies()
    for answer in found.values():
        assert (ROOT / "reference" / answer["figure"]["path"]).is_file()


def test_the_words_follow_the_verdict(tmp_path):
    assert [s["text"] for s in filled(tmp_path)["sentences"]] == [
        "They do, −75\u00a0% of them.",
        "A hen is a bird, and `egg` a key.",
    ]
    assert filled(tmp_path, verdict="fails")["sentences"][0]["text"] == "They do not."
    assert filled(tmp_path)["headline"]["n"] == "1,200"
    assert filled(tmp_path)["check"]["run"] == "hearsay hens my.csv"


def test_where_there_are_no_words_the_claim_speaks(tmp_path):
    said = filled(tmp_path, verdict="depends")["sentences"][0]
    assert said == {
        "claim": "lay",
        "verdict": "depends",
        "text": "The statement “All hens lay” depends (on the weather).",
        "brief": True,
    }
    said = filled(tmp_path, verdict="undecided", condition="")["sentences"][0]["text"]
    assert said == "The statement “All hens lay” stays undecided."


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, ("75 %", "of hens", "[50 %, 90 %]")),
        ({"low": 0.75, "high": 0.75}, ("75 %", "of hens", "")),
        ({"unit": "points", "estimate": -3.25, "low": -4, "high": 0}, ("−3.25", "points", "[−4, 0]")),
        ({"unit": "share"}, ("75 %", "", "[50 %, 90 %]")),
        ({"interval": "open"}, ("75 %", "of hens", "(50 % to 90 %)")),
        ({"interval": "range", "unit": "", "estimate": -1, "low": -2, "high": 1}, ("−1", "", "(−2 to 1)")),
        ({"unit": "", "estimate": 2, "low": 1.99999, "high": 2.00001}, ("2", "", "[2, 2]")),
    ],
)
def test_shown(row, expected):
    assert shown({**ROW, **row}) == expected


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"titel": "Hens"}, "titel: extra inputs"),
        ({"limits": 3}, "limits: input should be a valid string"),
        ({"answer": WORDS["answer"][:1]}, "answer: "),
        ({"answer": [{"claim": "lay"}, *WORDS["answer"]]}, "answer.0: expected a claim with words"),
        ({"answer": [{"claim": "lay", "holds": "x", "says": "y"}, *WORDS["answer"]]}, "answer.0: expected a claim"),
        ({"answer": [{"holds": "x"}, *WORDS["answer"]]}, "answer.0: expected a claim"),
        ({"answer": WORDS["answer"][::-1]}, "the whole file: answer.0: the first sentence must be `brief: true`"),
        ({"limits": "On 12 farms."}, "limits: bare number '12': look it up"),
        ({"limits": "On a dozen farms."}, "limits: bare number 'dozen'"),
        ({"limits": "On {farms."}, "limits: "),
        ({"check": {**WORDS["check"], "run": "hearsay hens --batch 64"}}, "check.run: bare number '64'"),
    ],
)
def test_a_fault_is_one_line_with_file_and_key(tmp_path, changed, said):
    path = written(tmp_path, **changed)
    with pytest.raises(HearsayError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_an_unreadable_file_is_one_line(tmp_path):
    (tmp_path / "s.yaml").write_text("title: [")
    for name in ("s.yaml", "none.yaml"):
        with pytest.raises(HearsayError, match=rf"{name}: cannot be read \([^\n]*\)$"):
            read(tmp_path / name)


def test_unknown_claims_and_numbers_are_named(tmp_path):
    words = read(written(tmp_path))
    with pytest.raises(HearsayError, match="answer of s: no claim is called lay; there are other"):
        fill("s", words, [{**ROW, "id": "other"}], {"share": "1"})
    with pytest.raises(HearsayError, match="answer of s: no number is called 'share'"):
        fill("s", words, [ROW], {})
