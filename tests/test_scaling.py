"""The simulated schedule: known ones, and what holds of every one."""

import json
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.cli import main
from hearsay.errors import HearsayError
from hearsay.files import write_text
from hearsay.scaling import (
    OF_NONE,
    OF_RULE,
    OF_SMALLER,
    Job,
    critical_path,
    enough,
    makespan,
    plan,
    read,
    read_jobs,
    read_rules,
    total,
    write,
)

ROOT = Path(__file__).parents[1]
NOTE = ROOT / "docs/scaling.md"
FORK = {
    "data": Job(2.0, frozenset()),
    "a": Job(5.0, frozenset(["data"])),
    "b": Job(3.0, frozenset(["data"])),
    "c": Job(3.0, frozenset(["data"])),
    "end": Job(1.0, frozenset(["a", "b", "c"])),
}


@st.composite
def dags(draw):
    count = draw(st.integers(1, 12))
    return {
        f"j{i}": Job(
            draw(st.floats(0.1, 50)),
            frozenset(f"j{k}" for k in draw(st.sets(st.integers(0, i - 1), max_size=3))) if i else frozenset(),
        )
        for i in range(count)
    }


@pytest.mark.parametrize(("cores", "seconds"), [(1, 14.0), (2, 9.0), (3, 8.0), (1000, 8.0)])
def test_a_fork_takes_what_one_reckons_by_hand(cores, seconds):
    assert makespan(FORK, cores) == seconds


def test_the_longest_chain_is_named():
    assert critical_path(FORK) == ["data", "a", "end"]
    assert total(FORK) == 14.0
    assert enough(FORK) == 3
    assert enough(FORK, within=0.2) == 2  # 9 s instead of 8 s


@given(dags(), st.integers(1, 5))
def test_no_schedule_beats_its_bounds_or_is_twice_as_long(jobs, cores):
    chain = sum(jobs[name].seconds for name in critical_path(jobs))
    found = makespan(jobs, cores)
    assert found >= max(chain, total(jobs) / cores) - 1e-9
    assert found <= total(jobs) / cores + chain + 1e-9  # Graham's bound
    assert makespan(jobs, len(jobs)) == pytest.approx(chain)
    assert makespan(jobs, 1) == pytest.approx(total(jobs))


def finished(folder):
    for name, seconds, inputs in (("s/data", 2, []), ("s/end", 1, ["results/s/data.csv", "config.yaml"])):
        record = {
            "rule": name.replace("/", "_"),
            "inputs": dict.fromkeys(inputs, "0"),
            "outputs": {f"results/{name}.csv": "0"},
        }
        write_text(folder / f"provenance/{name}.json", json.dumps(record))
        write_text(folder / f"benchmarks/rules/{name.replace('/', '-')}.tsv", f"s\tcpu_time\n{seconds}\t1\n")


def test_jobs_are_read_from_records_and_benchmarks(tmp_path, capsys):
    finished(tmp_path)
    assert read_jobs(tmp_path) == {
        "s/data": Job(2.0, frozenset(), "s_data"),
        "s/end": Job(1.0, frozenset(["s/data"]), "s_end"),
    }
    assert main(["scaling", "--results", str(tmp_path), "--measured", "2", "6"]) == 0
    said = capsys.readouterr().out
    assert "75.0% of the cores' time went into no job" in said
    assert "2 jobs, 0:03 of them in all. More than 1 cores gain less than 5 %" in said
    assert "Times are those of" not in said


@pytest.mark.parametrize(
    ("cores", "seconds", "said"),
    [
        ("0", "6", "a whole number of cores"),
        ("0.5", "6", "a whole number of cores"),
        ("nan", "6", "a whole number of cores"),
        ("inf", "6", "a whole number of cores"),
        ("2", "0", "seconds above nought"),
        ("2", "nan", "seconds above nought"),
        ("2", "inf", "seconds above nought"),
        ("2", "1.4", "the jobs alone take 3 s"),
    ],
)
def test_what_cannot_have_been_measured_is_refused(tmp_path, capsys, cores, seconds, said):
    finished(tmp_path)
    assert main(["scaling", "--results", str(tmp_path), "--measured", cores, seconds]) == 2
    printed = capsys.readouterr()
    assert said in printed.err and printed.err.count("\n") == 1 and not printed.out


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no job that took any time"),
        (["a,a,,0,its own,1"], "no job that took any time"),
        (["a,a,,-1,its own,1"], "a: seconds"),
        (["a,a,,,its own,1"], "a: seconds"),
        (["a,a,,inf,its own,1"], "a: seconds"),
        (["a,a,,soon,its own,1"], "soon"),
        (["a,a,b,1,its own,1"], "a needs b, which is not in it"),
        (["a,a,b,1,its own,1", "b,b,a,1,its own,1"], "need each other"),
        (["a,a,,1,its own,1", "a,a,,1,its own,1"], "more than one row"),
    ],
)
def test_a_damaged_table_of_jobs_is_one_line(tmp_path, capsys, rows, said):
    path = tmp_path / "jobs.csv"
    write_text(path, "\n".join(["job,rule,needs,seconds,times,finished", *rows]) + "\n")
    assert main(["scaling", "--jobs", str(path)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err and printed.err.count("\n") == 1 and str(path) in printed.err and not printed.out


@pytest.mark.parametrize("options", [["--otherwise", "r"], ["--jobs", "j.csv", "--configfile", "config/paper.yaml"]])
def test_options_that_would_do_nothing_are_refused(capsys, options):
    assert main(["scaling", *options]) == 2
    assert re.fullmatch("hearsay: scaling: --(otherwise goes with|jobs has its times).*\n", capsys.readouterr().err)


def test_the_note_says_how_much_longer_the_longest_takes():
    """A mean over the jobs of a rule hides it."""
    times = [
        job.seconds for job in read(ROOT / "reference/benchmarks/jobs-desk.csv").values() if job.rule == "neat_runs"
    ]
    assert len(times) == 3 and round(1 / (max(times) / (sum(times) / 3) - 1)) == 5
    assert "of three `neat_runs` at the desk size, the longest took a fifth more" in NOTE.read_text(encoding="utf-8")


def test_a_missing_table_or_folder_is_one_line(tmp_path):
    with pytest.raises(HearsayError, match=r"jobs\.csv is no file"):
        read(tmp_path / "jobs.csv")
    with pytest.raises(HearsayError, match="is no folder of results"):
        read_rules(tmp_path / "typo")


def test_no_run_and_a_missing_time_are_one_line(tmp_path):
    with pytest.raises(HearsayError, match="holds no finished run"):
        read_jobs(tmp_path)
    finished(tmp_path)
    (tmp_path / "benchmarks/rules/s-end.tsv").unlink()
    with pytest.raises(HearsayError, match=r"s-end\.tsv is missing"):
        read_jobs(tmp_path)
    for damaged in ("", "s\tcpu_time\n", "s\tcpu_time\n-\t1\n", "cpu_time\n1\n"):
        write_text(tmp_path / "benchmarks/rules/s-end.tsv", damaged)
        with pytest.raises(HearsayError, match=r"s-end\.tsv is no benchmark file"):
            read_jobs(tmp_path)


def test_a_planned_run_takes_the_means_of_its_rules(tmp_path, capsys):
    finished(tmp_path)
    write_text(tmp_path / "benchmarks/rules/report-crate.tsv", "s\tcpu_time\n0.5\t1\n")
    record = {"rule": "crate", "inputs": {}, "outputs": {}}
    write_text(tmp_path / "provenance/report/crate.json", json.dumps(record))  # counts once
    assert read_rules(tmp_path) == {"s_data": [2.0], "s_end": [1.0], "crate": [0.5]}
    write_text(tmp_path / "provenance/s/ending.json", json.dumps({"rule": "s_ending", "inputs": {}, "outputs": {}}))
    assert "s_ending" not in read_rules(tmp_path)
    rules = ["s_data", "s_data", "s_end", "all", "s_more"]
    graph = {
        "nodes": [{"id": i, "value": {"rule": rule}} for i, rule in enumerate(rules)],
        "edges": [{"u": 0, "v": 2}, {"u": 1, "v": 2}, {"u": 2, "v": 3}, {"u": 4, "v": 3}],
    }
    jobs = plan(graph, {"s_data": [2.0, 4.0]}, {"s_end": [1.0], "s_data": [9.0]})
    assert (makespan(jobs, 1), makespan(jobs, 2)) == (7.0, 4.0)
    assert critical_path(jobs)[-1] == "s_end/2"
    assert [(job.times, job.finished) for job in jobs.values()] == [
        (OF_RULE, 2), (OF_RULE, 2), (OF_SMALLER, 1), (OF_NONE, 1),
    ]  # fmt: skip
    write(jobs, tmp_path / "jobs.csv")
    assert read(tmp_path / "jobs.csv") == jobs
    assert main(["scaling", "--jobs", str(tmp_path / "jobs.csv")]) == 0
    said = capsys.readouterr().out
    assert "2 finished jobs of 1 rules (2 of s_data" in said
    assert "and so too short, 0:01 in all: s_end.\n\nNot measured, and counted as nothing: s_more." in said
    with pytest.raises(HearsayError, match="no job of this plan has finished"):
        plan(graph, {})


def test_the_note_prints_what_the_saved_jobs_give(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    note = NOTE.read_text(encoding="utf-8")
    blocks = re.findall(r"^\$ hearsay (.*)\n((?:(?!```).*\n)*)", note, re.M)
    assert len(blocks) == 2
    for command, printed in blocks:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out == printed


def test_the_note_says_in_words_what_the_saved_jobs_give():
    jobs, words = read(ROOT / "reference/benchmarks/jobs-paper.csv"), {3: "three", 6: "six", 7: "seven", 90: "ninety"}
    note = " ".join(NOTE.read_text(encoding="utf-8").split())
    hours, minutes = (lambda s: round(s / 3600)), (lambda s: round(s / 60))
    assert f"is {words[hours(total(jobs))]} hours of work for one core" in note
    assert f"Two cores take {words[hours(makespan(jobs, 2))]} hours" in note
    assert f"sixteen take {minutes(makespan(jobs, 16))} minutes" in note
    assert f"some {words[round(enough(jobs), -1)]} are as good as a thousand" in note
    assert f"a thousand, {words[minutes(makespan(jobs, 1000))]} minutes" in note
