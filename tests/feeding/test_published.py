"""What was published: every row ran, and the verdicts are those of the rules."""

import json
from pathlib import Path

import pytest

from hearsay.feeding.claims import CLAIMS
from hearsay.feeding.config import Judging
from hearsay.feeding.evidence import TABLES, read_evidence
from hearsay.feeding.outcomes import NOT_RUN

REFERENCE = Path(__file__).parents[2] / "reference"
PATHS = [
    (REFERENCE / "benchmarks" if name.startswith("feeding-") else REFERENCE / "feeding/tables") / f"{name}.csv"
    for name in TABLES
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_row_says_that_it_was_not_run(path):
    assert NOT_RUN not in path.read_text(encoding="utf-8")


def test_the_verdicts_follow_from_the_published_tables():
    evidence = read_evidence(PATHS) | {"config": {"judging": Judging().model_dump()}}
    published = json.loads((REFERENCE / "feeding/claims.json").read_text(encoding="utf-8"))
    for claim, row in zip(CLAIMS, published, strict=True):
        found = claim.judge(evidence)
        assert (row["id"], row["verdict"], row["condition"]) == (claim.id, found.verdict, found.condition)
        assert row["estimate"] == pytest.approx(found.estimate, rel=1e-4)
