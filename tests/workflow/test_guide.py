"""docs/add-a-question.md, followed to the letter: files written, commands run, the study judged and published."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hearsay import reference, tables
from hearsay.claims import CLAIMS, FAILS
from hearsay.provenance import read_record
from tests.workflow.conftest import ROOT

pytestmark = pytest.mark.workflow

STUDY = "spread"
GUIDE = (ROOT / "docs/add-a-question.md").read_text(encoding="utf-8")
# Commands, each with what it prints; or below a line that names it a file, or what is put into one that is there.
STEP = re.compile(r"^(?:`(\S+)`(?:, (at its end|below `.+`))?:\n\n)?```(\w+)\n((?:.*\n)*?)```$", re.M)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
SHARED = re.findall(r"^- `(\S+)`", re.search(r"^## The shared files.*?^## ", GUIDE, re.M | re.S)[0], re.M)
PRINTED = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WHO = {"GIT_CONFIG_COUNT": "2"}
WHO |= {f"GIT_CONFIG_{key}_{i}": text for i, pair in enumerate([("user.name", "newcomer"), ("user.email", "a@b")])
        for key, text in zip(("KEY", "VALUE"), pair, strict=True)}  # fmt: skip


class Newcomer:
    """Somebody who does in a checkout what the guide says, with the environment active."""

    def __init__(self, folder: Path):
        self.folder, self.wrote = folder, set()
        self.run("git init --quiet && git add --all && git commit --quiet --message 'As it was'")
        self.start = self.run("git rev-parse HEAD").strip()

    def write(self, path: str, where: str, text: str) -> None:
        """Write a file that is not there, or put text into one that is."""
        file = self.folder / path
        if where:
            before = file.read_text(encoding="utf-8")
            line = before.splitlines()[-1] if where == "at its end" else re.fullmatch("below `(.+)`", where)[1]
            assert before.splitlines().count(line) == 1
            text = before.replace(f"{line}\n", f"{line}\n{text}")
        else:
            assert not file.exists()
            file.parent.mkdir(parents=True, exist_ok=True)
            self.wrote.add(path)
        file.write_text(text, encoding="utf-8")

    def run(self, command: str) -> str:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {**os.environ, **WHO, "PATH": path, "PYTHONPATH": str(self.folder), "COLUMNS": "100"}
        env.pop("SNAKEMAKE_PROFILE", None)
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=env, text=True, check=False, **both)
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}"
        return done.stdout

    def changed(self, kind: str) -> set[str]:
        """Return the files that were added (A), modified (M) or deleted (D) by the newcomer's commits."""
        return set(self.run(f"git diff --name-only --no-renames --diff-filter={kind} {self.start} HEAD").split())

    def of_others(self) -> dict[Path, int]:
        """Return when each job of another study wrote its record."""
        records = (self.folder / "results/provenance").glob("*/*.json")
        return {path: path.stat().st_mtime_ns for path in records if path.parent.name not in (STUDY, "report")}


def test_a_newcomer_gets_from_a_question_to_a_published_verdict(clone):
    newcomer = Newcomer(clone.folder)
    others, paper = newcomer.of_others(), (clone.folder / "results/paper.pdf").read_bytes()
    steps = STEP.findall(GUIDE)
    assert len(steps) == len(re.findall("^```", GUIDE, re.M)) / 2
    for path, where, kind, text in steps:
        if path:
            newcomer.write(path, where, text)
            continue
        assert kind == "console"
        for command, printed in COMMAND.findall(text):
            said = newcomer.run(command)
            assert doctest.OutputChecker().check_output(printed, said, PRINTED), f"{command}\n{said[-4000:]}"

    # The verdict is in the table, and nothing of another study ran for it.
    claims = tables.read(clone.folder / "results/claims.csv", CLAIMS)
    assert claims.loc[claims["study"] == STUDY, "verdict"].tolist() == [FAILS]
    assert others
    assert newcomer.of_others() == others
    # The paper has the chapter.
    record = read_record(clone.folder / "results/provenance/report/paper.json")
    assert STUDY in record["params"]["studies"]
    assert f"report/chapters/{STUDY}.typ" in record["inputs"]
    assert (clone.folder / "results/paper.pdf").read_bytes() != paper
    # What the guide names was edited, and no other shared file.
    assert not newcomer.run("git status --porcelain")
    modified = newcomer.changed("M")
    assert {path for path in modified if not path.startswith("reference/")} == set(SHARED)
    assert {path for path in modified if path.startswith("reference/")} == {
        f"reference/{name}" for name in ("COMMIT", *reference.WHOLE)
    }
    published = {path for path in newcomer.changed("A") if path.startswith(f"reference/{STUDY}/")}
    assert {f"reference/{STUDY}/claims.json", f"reference/{STUDY}/COMMIT"} <= published
    assert newcomer.changed("A") - published == newcomer.wrote
    assert all(STUDY in path for path in newcomer.wrote)
    assert not newcomer.changed("D")
