"""The command line: every study's commands are found, errors are one line, help is light."""

import subprocess
import sys

import pytest

from hearsay import cli
from hearsay.claims import Claim, Judgement, gather, judge_all, write_claims


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "hearsay.cli", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_finds_the_houses_and_the_studies_commands():
    assert {"check", "verdicts", "reference", "relabel", "audit-labels"} <= {c.NAME for c in cli.commands()}


@pytest.mark.parametrize("name", [command.NAME for command in cli.commands()])
def test_every_command_has_help(name):
    done = run(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: hearsay {name}")


def test_bad_usage_is_status_two():
    assert run("relable").returncode == 2
    assert run().returncode == 2


def test_starting_is_light():
    """No command pays for another's libraries."""
    code = "import sys, hearsay.cli; hearsay.cli.parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "scipy", "matplotlib", "snakemake", "typst"} & set(loaded)


def test_verdicts_print_the_table(tmp_path):
    claim = Claim("c", "t", "All hens lay", "share", "rule", lambda e: HELD, ("holds", "fails"), "open")
    write_claims(judge_all("s", [claim], {}, {}), tmp_path / "s/claims.json")
    gather([tmp_path / "s/claims.json"], tmp_path / "claims.csv")
    done = run("verdicts", "--results", str(tmp_path))
    assert done.returncode == 0
    for part in (
        "holds",
        "All hens lay",
        "75 % of hens",
        "(50 % to 90 %)",
        "1,200",
        "answers.html",
        "paper.pdf",
        "on the weather",
    ):
        assert part in done.stdout


HELD = Judgement("holds", 0.75, 0.5, 0.9, "share of hens", 1200, "f.svg", "on the weather")


def test_no_verdicts_yet_is_one_line(tmp_path):
    done = run("verdicts", "--results", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hearsay: ")
    assert done.stderr.count("\n") == 1
    assert "make report" in done.stderr


def test_check_without_results_is_content(tmp_path):
    assert run("check", cwd=tmp_path).returncode == 0
