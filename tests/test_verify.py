"""Whether a difference between two runs is found, named and weighed."""

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay import verify
from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, VERDICTS
from hearsay.cli import main
from hearsay.errors import HearsayError
from hearsay.files import write_text


def row(id="c", verdict=HOLDS, low=1.0, high=2.0, unit="points", n=10, interval="confidence"):
    return {"study": "s", "id": id, "verdict": verdict, "unit": unit, "n": n, "interval": interval} | {
        "estimate": (low + high) / 2,
        "low": low,
        "high": high,
    }


def test_a_copy_holds_what_git_knows_or_would_add(tmp_path):
    source = tmp_path / "source"
    subprocess.run(["git", "init", "-q", str(source)], check=True)
    for name in ("known", "new/file", "results/ignored"):
        write_text(source / name, name)
    write_text(source / ".gitignore", "results/\n")
    subprocess.run(["git", "add", "known"], cwd=source, check=True)
    verify.copy(source, tmp_path / "copy")
    found = {
        path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*") if path.is_file()
    }
    assert found == {"known", "new/file", ".gitignore"}


def test_a_folder_without_git_is_one_line(tmp_path):
    with pytest.raises(HearsayError, match=r"^/.*git does not say .*\(fatal: not a git repository.*work in a clone"):
        verify.copy(tmp_path, tmp_path / "copy")


def test_every_result_but_timings_is_compared(tmp_path):
    apart = ("benchmarks/peers.csv", "report.html", "a/val/.snakemake_timestamp")
    for name in ("a/tables/t.csv", "paper.pdf", *apart):
        write_text(tmp_path / name, name)
    assert set(verify.hashes(tmp_path)) == {"a/tables/t.csv", "paper.pdf"}


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xy")), st.data())
def test_a_planted_fault_is_the_one_that_is_named(files, data):
    assert verify.differing(files, dict(files)) == []
    name = data.draw(st.sampled_from("abcd"))
    other = dict(files) | {name: "z"}
    assert verify.differing(files, other) == verify.differing(other, files) == [name]
    other.pop(name)
    assert verify.differing(files, other) == ([name] if name in files else [])


@pytest.mark.parametrize(
    ("ours", "published", "said", "contradicts"),
    [
        (row(verdict=HOLDS), row(verdict=FAILS), "holds here, fails as published", True),
        (row(verdict=FAILS), row(verdict=HOLDS), "fails here, holds as published", True),
        (row(verdict=UNDECIDED), row(verdict=HOLDS), "undecided here; otherwise holds", False),
        (row(verdict=FAILS), row(verdict=UNDECIDED), "undecided as published; otherwise fails", False),
        (row(verdict=DEPENDS), row(verdict=HOLDS), "depends here, holds as published", False),
        (row(unit="points"), row(unit="steps"), "estimated in points here, in steps as published", False),
        (
            row(low=3, high=4),
            row(low=1, high=2, interval="range"),
            "the same verdict; estimates apart: 3.5 [3, 4] points, n 10 here, 1.5 (1 to 2) points, n 10",
            False,
        ),
    ],
)
def test_what_differs_is_said_and_weighed(ours, published, said, contradicts):
    assert verify.compare([ours], [published]) == [verify.Difference("s.c", said, contradicts)]


def test_estimates_are_apart_whichever_is_larger():
    for ours, published in ((row(low=3, high=4), row()), (row(), row(low=3, high=4))):
        (found,) = verify.compare([ours], [published])
        assert "estimates apart" in found.what


@given(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS))
def test_only_holds_against_fails_contradicts(ours, published):
    found = verify.compare([row(verdict=ours)], [row(verdict=published)])
    assert any(difference.contradicts for difference in found) == ({ours, published} == {HOLDS, FAILS})
    assert bool(found) == (ours != published)


def test_intervals_that_meet_are_no_difference():
    assert verify.compare([row(low=1, high=2)], [row(low=2, high=3)]) == []


def test_counts_of_everything_may_differ_by_rounding():
    assert verify.compare([row(low=1, high=1)], [row(low=1 + 1e-14, high=1 + 1e-14)]) == []
    assert verify.compare([row(low=2e-13, high=2e-13)], [row(low=3e-13, high=3e-13)]) == []  # is itself rounding
    assert len(verify.compare([row(low=1, high=1)], [row(low=1.01, high=1.01)])) == 1


def test_a_claim_that_only_one_run_has_contradicts():
    found = verify.compare([row("new"), row("both")], [row("both"), row("gone")])
    assert [(difference.claim, difference.contradicts) for difference in found] == [("s.gone", True), ("s.new", True)]


@pytest.mark.parametrize(
    ("verdict", "status", "said"), [(HOLDS, 0, "1 claims: 0 contradict"), (FAILS, 1, "1 contradict")]
)
def test_the_command_says_and_ends_so(tmp_path, monkeypatch, capsys, verdict, status, said):
    monkeypatch.chdir(tmp_path)
    write_text("results/s/claims.json", json.dumps([row(verdict=verdict)]))
    write_text("reference/s/claims.json", json.dumps([row(verdict=HOLDS)]))
    write_text("results/provenance/report/numbers.json", json.dumps({"params": {"size": "desk"}}))
    assert main(["verify", "--only", "verdicts"]) == status
    assert said in capsys.readouterr().out


def test_a_run_that_fails_leaves_nothing_of_an_earlier_one(tmp_path, monkeypatch):
    for cores in verify.CORES:
        write_text(tmp_path / f"out/cores {cores}/results/paper.pdf", "old")

    def fail(folder, cores):
        raise HearsayError("the run failed")

    monkeypatch.setattr(verify, "copy", lambda source, target: None)
    monkeypatch.setattr(verify, "run", fail)
    with pytest.raises(HearsayError, match="the run failed"):
        verify.twice(tmp_path, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(("size", "said"), [("smoke", "a run of size smoke"), (None, "no finished run")])
def test_there_must_be_a_desk_run_to_compare(tmp_path, monkeypatch, capsys, size, said):
    monkeypatch.chdir(tmp_path)
    if size:
        write_text("results/provenance/report/numbers.json", json.dumps({"params": {"size": size}}))
    assert main(["verify", "--only", "verdicts"]) == 2
    assert said in capsys.readouterr().err
