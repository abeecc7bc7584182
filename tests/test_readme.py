"""The README's opening is what the published run gives, and says so where it is not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hearsay import readme
from hearsay.config import studies
from hearsay.errors import HearsayError

ROOT = Path(__file__).parents[1]


def test_the_readme_is_what_the_published_run_says():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text == readme.written(text, readme.opening(ROOT)), "run: hearsay readme"


def test_every_question_has_a_row_and_a_figure_that_is_there():
    opening = readme.opening(ROOT)
    rows = [line for line in opening.splitlines() if re.match(r"\| [^|]+\? \|", line)]
    assert len(rows) == len(studies())
    assert all(len(re.split(r"(?<!\\)\|", row)) == 6 for row in rows)
    figures = re.findall(r"\[!\[([^\]]{40,})\]\(([^)]+\.svg)\)\]\(\2\)", opening)
    assert len(figures) == len(studies())
    assert all((ROOT / path).is_file() for _, path in figures)


def test_markdown_keeps_the_text_and_the_table():
    assert readme.markdown("a*b | [c] `d|e_f` <g>") == r"a\*b \| \[c\] `d\|e_f` \<g\>"


def test_only_what_stands_between_the_marks_is_written():
    text = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n"
    assert readme.written(text, "new") == f"before\n{readme.BEGIN}\n\nnew\n\n{readme.END}\nafter\n"
    for broken in ("", f"{readme.END}\n{readme.BEGIN}", text + readme.END):
        with pytest.raises(HearsayError, match=r"README\.md: expected one line"):
            readme.written(broken, "new")


def test_without_a_published_run_nothing_is_written(tmp_path):
    with pytest.raises(HearsayError, match="holds no published study"):
        readme.opening(tmp_path)


def test_check_shows_what_drifted_and_the_command_mends_it(tmp_path):
    for name in ("README.md", "report/numbers-allowed.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "report/chapters", tmp_path / "report/chapters")
    for study in studies():
        for name in ("claims.json", "tables/numbers.csv"):
            target = tmp_path / "reference" / study / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "reference" / study / name, target)
    claims = tmp_path / "reference/imagenet/claims.json"
    claims.write_text(claims.read_text().replace('"n": 150000', '"n": 150001'))

    def run(*arguments):
        command = [sys.executable, "-m", "hearsay.cli", "readme", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    drifted = run("--check")
    assert (drifted.returncode, drifted.stderr) == (1, "")
    assert "150,001" in drifted.stdout
    assert "150,001" not in (tmp_path / "README.md").read_text()
    assert run().returncode == 0
    assert "150,001" in (tmp_path / "README.md").read_text()
    mended = run("--check")
    assert (mended.returncode, mended.stdout) == (0, "")
