"""Claims: what is said, the endpoint and the rule that decide it, and the verdict that the tables lead to."""

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.files import write_text

HOLDS, FAILS, DEPENDS, UNDECIDED = VERDICTS = ("holds", "fails", "depends", "undecided")

# What `low` and `high` of a claim are: the words for it, and those where both are the estimate.
CONFIDENCE, RANGE, OPEN, NONE = "confidence", "range", "open", "none"
INTERVALS = {
    CONFIDENCE: ("confidence interval", "none, since there is one observation, or all are alike"),
    RANGE: ("from the least to the most of the cases; the estimate is their mean", "none, since all cases are alike"),
    OPEN: ("cases that stayed open, counted one way and the other", "none, since no case stayed open"),
    NONE: ("none, since it was counted or computed exactly",) * 2,
}
NOTHING_SEEN = "none, since nothing was observed"

CLAIMS = tables.Table(
    "claims",
    "Every claim and its verdict",
    ("study", "id"),
    {
        "study": "the study that judged it",
        "id": "name of the claim within its study",
        "statement": "what is claimed, in our words",
        "verdict": "holds, fails, depends, or undecided (the interval contains the threshold)",
        "condition": "on what it depends, or what limits the verdict",
        "estimate": "the endpoint, in `unit`",
        "low": "lower end of the interval, whose kind the study's claims.json names; the estimate where there is none",
        "high": "upper end",
        "unit": "unit of estimate, low and high",
        "n": "observations behind the estimate",
        "figure": "the figure or table that shows it, relative to the project",
    },
    text=("study", "id", "statement", "verdict", "condition", "unit", "figure"),
)


@dataclass(frozen=True)
class Judgement:
    """A verdict with its evidence, by the words of `CLAIMS`."""

    verdict: str
    estimate: float
    low: float
    high: float
    unit: str
    n: int
    figure: str
    condition: str = ""

    def __post_init__(self):
        """Refuse a verdict that is not one, an interval that does not hold its estimate, a `depends` on nothing."""
        if self.verdict not in VERDICTS:
            raise HearsayError(f"verdict {self.verdict!r}: expected one of {', '.join(VERDICTS)}")
        if not (math.isfinite(self.estimate) and self.low <= self.estimate <= self.high):
            raise HearsayError(f"judgement: the estimate {self.estimate} lies outside [{self.low}, {self.high}]")
        if self.verdict == DEPENDS and not self.condition:
            raise HearsayError("judgement: `depends` must say on what, in its condition")


@dataclass(frozen=True)
class Claim:
    """A claim with the endpoint and the rule fixed before the results; `judge` maps the study's tables to a verdict.

    `statement`, `endpoint` and `rule` hold no numbers: `{key}` stands for a number of the study or of its config.
    `can_be` lists every verdict that `judge` can give; a claim that can give one only is a defect. `interval` names by
    `INTERVALS` what the ends are that `judge` gives.
    """

    id: str
    thread: str
    statement: str
    endpoint: str
    rule: str
    judge: Callable[[Mapping], Judgement]
    can_be: tuple[str, ...]
    interval: str

    def __post_init__(self):
        """Refuse a claim that cannot fail, and an interval of no known kind."""
        if FAILS not in self.can_be or not set(self.can_be) <= set(VERDICTS):
            raise HearsayError(f"claim {self.id}: it must be able to fail, and give only {', '.join(VERDICTS)}")
        if self.interval not in INTERVALS:
            raise HearsayError(f"claim {self.id}: interval {self.interval!r}: expected one of {', '.join(INTERVALS)}")

    def judged(self, evidence: Mapping) -> Judgement:
        """Judge; refuse a verdict that is not declared, and two ends where no interval is."""
        judgement = self.judge(evidence)
        if judgement.verdict not in self.can_be:
            raise HearsayError(f"claim {self.id}: its judge gave {judgement.verdict}, undeclared")
        if self.interval == NONE and judgement.n and judgement.low != judgement.high:
            raise HearsayError(f"claim {self.id}: its judge gave an interval, and it is declared to have none")
        return judgement


def decide(low: float, high: float, threshold: float) -> str:
    """Return `holds` if [low, high] lies above `threshold`, `fails` if below, `undecided` if it contains it."""
    if low > threshold:
        return HOLDS
    return FAILS if high < threshold else UNDECIDED


def between(interval: str, low: str, high: str) -> str:
    """Return two ends as they are printed behind an estimate: those of a confidence interval in brackets of their own.

    Nothing that is no confidence interval may be taken for one; `report/template.typ` prints both the same way.
    """
    return f"[{low}, {high}]" if interval == CONFIDENCE else f"({low} to {high})"


def interval_is(interval: str, judgement: Judgement) -> str:
    """Return what the ends of a judgement are, in words."""
    if not judgement.n:
        return NOTHING_SEEN
    apart, alike = INTERVALS[interval]
    return alike if judgement.low == judgement.high else apart


def judge_all(study: str, claims: Sequence[Claim], evidence: Mapping, numbers: Mapping[str, str]) -> list[dict]:
    """Judge the claims of a study; `numbers` (key -> text) fills the `{key}` places of statements and rules."""
    rows = []
    for claim in claims:
        texts = {name: _filled(getattr(claim, name), numbers, claim.id) for name in ("statement", "endpoint", "rule")}
        named = {"study": study, "id": claim.id, "thread": claim.thread, **texts, "interval": claim.interval}
        judgement = claim.judged(evidence)
        rows.append({**named, "interval_is": interval_is(claim.interval, judgement), **asdict(judgement)})
    return rows


def _filled(text: str, numbers: Mapping[str, str], claim: str) -> str:
    try:
        return text.format_map(numbers)
    except KeyError as key:
        raise HearsayError(f"claim {claim}: no number is called {key}; known: {', '.join(sorted(numbers))}") from None


def write_claims(rows: Sequence[dict], path: str | os.PathLike) -> None:
    """Write a study's judged claims as JSON, in the order of their declaration."""
    write_text(path, json.dumps(rows, indent=2, ensure_ascii=False) + "\n")


def gather(paths: Sequence[str | os.PathLike], path: str | os.PathLike) -> None:
    """Gather the studies' `claims.json` into one `CLAIMS` table."""
    rows = [row for source in paths for row in json.loads(Path(source).read_text(encoding="utf-8"))]
    tables.write(pd.DataFrame(rows)[list(CLAIMS.columns)], CLAIMS, path)


assert {f.name for f in fields(Judgement)} <= set(CLAIMS.columns)
