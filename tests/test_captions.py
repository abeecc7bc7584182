"""What `snakemake --report` says about each result: every caption used, short, and without a typed result."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CAPTIONS = ROOT / "report/captions"
RULES = "".join(path.read_text() for path in sorted([ROOT / "Snakefile", *ROOT.glob("rules/*.smk")]))
FOLDERS = dict(re.findall(r'^([A-Z]T) = "(results/\w+/tables)"$', RULES, re.M))
SHOWN = {
    re.sub(r"{(\w+)}", lambda match: FOLDERS[match[1]], path): label
    for path, label in re.findall(r'shown\(\s*f?"([^"]+)",\s*"([^"]+)"\s*\)', RULES)
}
FILES = sorted(path.relative_to(CAPTIONS).as_posix() for path in CAPTIONS.rglob("*") if path.is_file())


def test_every_shown_result_has_its_caption_and_no_caption_is_unused():
    captions = {f"{Path(path).relative_to('results').with_suffix('')}.rst" for path in SHOWN}
    assert captions | {"workflow.rst"} == set(FILES)
    assert 'report: "report/captions/workflow.rst"' in RULES


def test_the_results_that_a_reader_wants_are_shown():
    from hearsay.config import studies

    assert {"results/answers.html", "results/claims.csv", "results/paper.pdf"} <= set(SHOWN)
    assert set(re.findall(r'"(results/\w+/figures/[\w-]+\.svg)"', RULES)) <= set(SHOWN)
    for study in studies():
        assert f"results/{study}/claims.json" in SHOWN
        assert any(path.startswith(f"results/{study}/figures/") for path in SHOWN)
        assert 1 <= sum(path.startswith(f"results/{study}/tables/") for path in SHOWN) <= 4


def test_a_label_names_one_result_of_its_list():
    lists = [(str(Path(path).parent), label) for path, label in SHOWN.items()]
    assert len(set(lists)) == len(lists)


@pytest.mark.parametrize("name", FILES)
def test_a_caption_is_a_few_sentences_without_numbers(name):
    text = (CAPTIONS / name).read_text(encoding="utf-8")
    assert len(text) > 40
    assert max(map(len, text.splitlines())) <= 120
    assert not re.search(r"(?<![A-Za-z])\d", text)
    for paragraph in text.strip().split("\n\n"):
        assert paragraph.endswith(".")
        assert 1 <= len(re.findall(r"[.?](?=\s|$)", paragraph)) <= 3
