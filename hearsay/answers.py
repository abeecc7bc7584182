"""The answers: each study's, in a few sentences whose words follow the verdicts and whose numbers are looked up.

`report/chapters/STUDY.yaml` holds the words, with a place `{key}` for each number of the study. Filled by a run they
are `results/answers.json`, which the page, the README and the paper print; the words themselves hold no result.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hearsay import numbers, text
from hearsay.claims import UNDECIDED, VERDICTS, between
from hearsay.errors import HearsayError
from hearsay.files import write_text

Words = Field(None, min_length=1)
UNIT = re.compile(r"(?<=\d) (?=(?:ms|points|times|rows|steps)\b)")  # where no line should break


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sentence(_Part):
    """One sentence and the claim that it rests on, worded for each verdict; or `says`, which defines and rests on none.

    Where there are no words for the verdict that came out, the claim's own statement and the verdict speak. Where space
    is short, only what is `brief` is said.
    """

    brief: bool = False
    claim: str | None = Words
    holds: str | None = Words
    fails: str | None = Words
    depends: str | None = Words
    undecided: str | None = Words
    says: str | None = Words

    @model_validator(mode="after")
    def _rests_on_a_claim_or_defines(self):
        worded = any(getattr(self, verdict) for verdict in VERDICTS)
        if not (worded if self.claim else self.says) or (self.says and (self.claim or worded)):
            raise ValueError(f"expected a claim with words for {', '.join(VERDICTS)}, or `says` alone")
        return self


class Headline(_Part):
    """The claim whose estimate is shown beside the answer, and what that number measures."""

    claim: str
    measures: str


class Figure(_Part):
    """The one figure that shows the answer, by the name of its file, and what is drawn in it for who cannot see it."""

    name: str
    alt: str


class Check(_Part):
    """What readers run on their own work: the tool's name, a command or lines of Python, and what it says."""

    tool: str
    run: str
    says: str


class Answer(_Part):
    """The file of one study: the question as people ask it, the answer, and how far it goes."""

    title: str
    question: str
    answer: tuple[Sentence, ...] = Field(min_length=2, max_length=4, strict=False)
    headline: Headline
    limits: str
    figure: Figure
    check: Check

    @model_validator(mode="after")
    def _says_something_in_brief(self):
        if not self.answer[0].brief:
            raise ValueError("answer.0: the first sentence must be `brief: true`")
        return self


def read(path: str | os.PathLike, allowed: Sequence[str] = ()) -> Answer:
    """Read a study's words and hold them against the text policy; `allowed`: phrases that may hold a number.

    Raises HearsayError with one line a fault, each naming file and key.
    """
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        answer = Answer.model_validate(found)
    except (OSError, yaml.YAMLError) as error:
        raise HearsayError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        raise HearsayError("\n".join(_fault(path, problem) for problem in error.errors())) from None
    strings = dict(_strings(answer.model_dump(exclude_none=True)))
    code = strings.pop("check.run")
    text.check_places(strings, str(path), allowed=allowed)
    if typed := text.bare_numbers(code, allowed):
        raise HearsayError(f"{path}: check.run: bare number {typed[0][1]!r}: name it instead")
    return answer


def _fault(path: str | os.PathLike, problem: Mapping[str, Any]) -> str:
    said = problem["msg"].removeprefix("Value error, ")
    key = ".".join(map(str, problem["loc"])) or "the whole file"
    return f"{path}: {key}: {said[0].lower()}{said[1:]}"


def _strings(value: Any, key: str = "") -> Iterable[tuple[str, str]]:
    """Yield (dotted key, text) of every string below `value`."""
    if isinstance(value, str):
        yield key, value
    elif not isinstance(value, bool):
        for name, below in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _strings(below, f"{key}.{name}".lstrip("."))


def fill(study: str, answer: Answer, claims: Sequence[Mapping], known: Mapping[str, str]) -> dict[str, Any]:
    """Return a study's answer in the words of its verdicts, with its numbers in their places, as plain data.

    claims: the rows of the study's `claims.json`; known: key -> printed text of its numbers. Texts are plain, with
    `code` between backticks; the figure's path is relative to the folder of the results.
    """
    judged = {claim["id"]: claim for claim in claims}
    texts = {key: unbroken(value) for key, value in known.items()}

    def row(claim: str) -> Mapping:
        if claim not in judged:
            raise HearsayError(f"answer of {study}: no claim is called {claim}; there are {', '.join(judged)}")
        return judged[claim]

    def filled(words: str) -> str:
        try:
            return UNIT.sub("\u00a0", words.strip().format_map(texts))
        except KeyError as key:
            raise HearsayError(f"answer of {study}: no number is called {key}; see its tables/numbers.csv") from None

    def sentence(said: Sentence) -> dict[str, str | bool | None]:
        if said.claim is None:
            return {"claim": None, "verdict": None, "text": filled(said.says), "brief": said.brief}
        claim = row(said.claim)
        words = getattr(said, claim["verdict"])
        spoken = filled(words) if words else _plainly(claim)
        return {"claim": said.claim, "verdict": claim["verdict"], "text": spoken, "brief": said.brief}

    claim = row(answer.headline.claim)
    estimate, unit, interval = shown(claim)
    counts = Counter(claim["verdict"] for claim in claims)
    return {
        "title": filled(answer.title),
        "question": filled(answer.question),
        "sentences": [sentence(said) for said in answer.answer],
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "headline": {
            "claim": claim["id"],
            "statement": claim["statement"],
            "verdict": claim["verdict"],
            "measures": filled(answer.headline.measures),
            "estimate": unbroken(estimate),
            "unit": unit,
            "interval": unbroken(interval),
            "n": f"{claim['n']:,}",
        },
        "limits": filled(answer.limits),
        "figure": {"path": f"{study}/figures/{answer.figure.name}.svg", "alt": filled(answer.figure.alt)},
        "check": {
            "tool": filled(answer.check.tool),
            "run": answer.check.run.strip(),
            "says": filled(answer.check.says),
        },
    }


def _plainly(claim: Mapping) -> str:
    """Return statement and verdict, for which there are no other words."""
    verdict = "stays undecided" if claim["verdict"] == UNDECIDED else claim["verdict"]
    condition = f" ({claim['condition'].rstrip('.')})" if claim["condition"] else ""
    return f"The statement “{claim['statement'].rstrip('.')}” {verdict}{condition}."


def shown(claim: Mapping) -> tuple[str, str, str]:
    """Return estimate, unit and interval of a judged claim as people read them.

    The interval, printed by its kind, is empty where its ends are one. Of shares, the unit says of what.
    """
    kind, _, what = claim["unit"].partition(" ")
    kind, unit = (kind, what) if kind == "share" else (claim["unit"], claim["unit"])
    estimate, low, high = (numbers.text(claim[name], kind) for name in ("estimate", "low", "high"))
    return estimate, unit, "" if claim["low"] == claim["high"] else between(claim["interval"], low, high)


def unbroken(number: str) -> str:
    """Return a number as it may stand in running text, without a place to break the line."""
    return number.replace(" ", "\u00a0")


def collect(chapters: Path, results: Path, studies: Iterable[str], allowed: Path) -> dict[str, dict[str, Any]]:
    """Return study -> its filled answer, in the order of the names.

    chapters: the folder of the words; results: that of the studies' claims and numbers, a run's or the published one's;
    allowed: the allow-list of the text policy.
    """
    phrases, answers = text.read_allowed(Path(allowed)), {}
    for study in sorted(studies):
        words = read(chapters / f"{study}.yaml", phrases)
        claims = json.loads((results / study / "claims.json").read_text(encoding="utf-8"))
        answers[study] = fill(study, words, claims, numbers.texts(results / study / "tables/numbers.csv"))
    return answers


def build(chapters: Path, results: Path, out: str | os.PathLike, *, studies: Iterable[str], allowed: Path) -> None:
    """Write what `collect` gives as JSON."""
    answers = collect(chapters, results, studies, allowed)
    write_text(out, json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
