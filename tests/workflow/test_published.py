"""The published run comes out of its tables again by the code as it is: figures, numbers, verdicts, the same bytes."""

import pytest

from hearsay import config, published
from tests.workflow.conftest import ROOT

pytestmark = pytest.mark.workflow


def test_figures_numbers_and_verdicts_come_out_again(tmp_path):
    studies = config.studies()
    published.lay_out(ROOT, tmp_path / "published", studies, anew=studies)
    published.make(tmp_path / "published", [*published.rules_of(studies), *published.OF_ALL], cores="1")
    results, reference = tmp_path / "published/results", ROOT / "reference"
    figures = sorted(path.relative_to(reference) for path in reference.glob("*/figures/*.svg"))
    assert {path.parts[0] for path in figures} == set(studies)
    made = [*figures, *(f"{study}/{name}" for study in studies for name in ("claims.json", "tables/numbers.csv"))]
    assert [name for name in made if (results / name).read_bytes() != (reference / name).read_bytes()] == []
    for name in ("claims.csv", "answers.html"):
        assert (results / name).read_bytes() == (reference / name).read_bytes(), f"{name}: hearsay reference --redraw"
    assert (results / "paper.pdf").read_bytes().startswith(b"%PDF")
    assert "These are the published numbers." in (results / "answers.html").read_text(encoding="utf-8")
