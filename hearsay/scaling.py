"""How long the whole takes on more cores: from how long each job took here, and which job needs which.

Times are those of Snakemake's benchmark files, needs are those of the jobs' records, or for a run of which only some
jobs have finished those of Snakemake's plan. A job counts as one core. The schedule that is simulated starts, whenever
a core is free, the ready job with the longest way to the end (Graham 1969: at most twice the best one's length); it
knows no submission, no queue and no start of a container.
"""

import csv
import heapq
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import mean
from types import MappingProxyType

import pandas as pd

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.provenance import read_record

WITHIN = 0.05  # share of the time that more cores must gain to count
ITS_OWN, OF_RULE, OF_SMALLER, OF_NONE = "its own", "its rule", "its rule at a smaller size", "not measured"
JOBS = tables.Table(
    "jobs",
    "The jobs of a run, and how long each takes",
    ("job",),
    {
        "job": "its name",
        "rule": "Snakemake's rule that it is a job of",
        "needs": "the jobs whose outputs it reads, separated by spaces",
        "seconds": "wall time, s",
        "times": f"what that is: {ITS_OWN}, or the mean of {OF_RULE}, or {OF_SMALLER}; {OF_NONE}: counted as no time",
        "finished": "of how many finished jobs",
    },
    text=("job", "rule", "needs", "times"),
)


@dataclass(frozen=True)
class Job:
    """A job: its wall time in seconds, and the jobs whose outputs it reads.

    rule: its rule; times: whose the seconds are, `ITS_OWN` or of how many others the mean.
    """

    seconds: float
    needs: frozenset[str]
    rule: str = ""
    times: str = ITS_OWN
    finished: int = 1


def read_jobs(results: Path) -> dict[str, Job]:
    """Return the jobs of a finished run, by name (`STUDY/JOB`).

    Raises HearsayError where there is none, or a job has no benchmark file that can be read.
    """
    paths = sorted((results / "provenance").rglob("*.json"))
    if not paths:
        raise HearsayError(f"scaling: {results}/ holds no finished run; `make report` makes one")
    records = {path.relative_to(results / "provenance").with_suffix("").as_posix(): read_record(path) for path in paths}
    maker = {output: name for name, entry in records.items() for output in entry["outputs"]}
    return {
        name: Job(
            _seconds(results / "benchmarks/rules" / f"{name.replace('/', '-')}.tsv"),
            frozenset(maker[read] for read in entry["inputs"] if read in maker),
            entry["rule"],
        )
        for name, entry in records.items()
    }


def _seconds(path: Path) -> float:
    if not path.exists():
        raise HearsayError(f"scaling: {path} is missing; delete the job's results and run again")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    try:
        return float(rows[0]["s"])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        message = f"scaling: {path} is no benchmark file of Snakemake's; delete the job's results and run again"
        raise HearsayError(message) from error


def read_rules(results: Path) -> dict[str, list[float]]:
    """Return the seconds of the finished jobs of each rule; the run need not have come to its end.

    Raises HearsayError where there is no such folder.
    """
    if not results.is_dir():
        raise HearsayError(f"scaling: {results} is no folder of results")
    # Those that look at all results leave no record.
    checks = (results / "benchmarks/rules").glob("report-*.tsv")
    found = {path.stem.removeprefix("report-"): [_seconds(path)] for path in checks}
    for path in sorted((results / "provenance").rglob("*.json")):
        name = path.relative_to(results / "provenance").with_suffix("").as_posix().replace("/", "-")
        file = results / "benchmarks/rules" / f"{name}.tsv"
        if not name.startswith("report-") and file.exists():  # Snakemake writes it after the job wrote its record
            found.setdefault(read_record(path)["rule"], []).append(_seconds(file))
    return found


def snakemakes_plan(configfile: str | None) -> dict:
    """Return the graph of a whole run at the size of `configfile`, as Snakemake's `--d3dag` gives it."""
    size = ["--configfile", configfile] if configfile else []
    command = [sys.executable, "-m", "snakemake", "--d3dag", "--forceall", "--cores", "1", *size]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HearsayError(f"scaling: snakemake cannot plan the run: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def plan(
    graph: Mapping, measured: Mapping[str, list[float]], smaller: Mapping[str, list[float]] = MappingProxyType({})
) -> dict[str, Job]:
    """Return the jobs of a planned run, each as long as the measured ones of its rule are in the mean.

    graph: from `snakemakes_plan`; measured: from `read_rules`; smaller: the same of a smaller size, for rules of which
    no job was measured. Raises HearsayError where no rule of the plan was measured.
    """
    rule = {node["id"]: node["value"]["rule"] for node in graph["nodes"]}
    rule = {node: name for node, name in rule.items() if name != "all"}  # which runs nothing
    needs: dict[int, set[str]] = {node: set() for node in rule}
    for edge in graph["edges"]:
        if edge["v"] in rule:
            needs[edge["v"]].add(_planned(edge["u"], rule))
    jobs = {}
    for node, name in rule.items():
        kinds = ((OF_RULE, measured.get(name)), (OF_SMALLER, smaller.get(name)), (OF_NONE, [0.0]))
        times, found = next((kind, found) for kind, found in kinds if found)
        jobs[_planned(node, rule)] = Job(mean(found), frozenset(needs[node]), name, times, len(found))
    if not total(jobs):
        raise HearsayError("scaling: no job of this plan has finished, so there are no times; start the run first")
    return jobs


def _planned(node: int, rule: Mapping[int, str]) -> str:
    return f"{rule[node]}/{node}"


def write(jobs: Mapping[str, Job], path: str | os.PathLike) -> None:
    """Write jobs as a `JOBS` table."""
    rows = [
        (name, job.rule, " ".join(sorted(job.needs)), job.seconds, job.times, job.finished)
        for name, job in jobs.items()
    ]
    tables.write(pd.DataFrame(rows, columns=list(JOBS.columns)), JOBS, path)


def read(path: str | os.PathLike) -> dict[str, Job]:
    """Read what `write` wrote. Raises HearsayError where the file does not hold jobs that can be run."""
    if not Path(path).is_file():
        raise HearsayError(f"scaling: {path} is no file; `hearsay scaling --save` writes one")
    try:
        frame = tables.read(path, JOBS)
        frame["seconds"] = frame["seconds"].astype(float)
    except (HearsayError, ValueError) as error:
        raise HearsayError(f"scaling: {path}: {' '.join(str(error).split())}") from error
    rows = frame.itertuples()
    jobs = {row.job: Job(row.seconds, frozenset(row.needs.split()), row.rule, row.times, row.finished) for row in rows}
    if wrong := _wrong(jobs):
        raise HearsayError(f"scaling: {path}: {wrong}")
    return jobs


def _wrong(jobs: Mapping[str, Job]) -> str:
    """Return why these jobs cannot be run, or nothing."""
    for name, job in jobs.items():
        if not 0 <= job.seconds < math.inf:
            return f"{name}: seconds: expected nought or more; got {job.seconds}"
        for need in sorted(job.needs - set(jobs)):
            return f"{name} needs {need}, which is not in it"
    try:
        TopologicalSorter({name: job.needs for name, job in jobs.items()}).prepare()
    except CycleError as error:
        return f"jobs need each other: {', '.join(error.args[1])}"
    return "" if total(jobs) else "it holds no job that took any time"


def total(jobs: Mapping[str, Job]) -> float:
    """Return the seconds of all jobs, one after the other."""
    return sum(job.seconds for job in jobs.values())


def critical_path(jobs: Mapping[str, Job]) -> list[str]:
    """Return the chain of jobs, each needing the one before, that takes longest: no number of cores is faster."""
    way = _ways(jobs)
    path = [max(jobs, key=lambda name: (way[name], name))] if jobs else []
    followers = _followers(jobs)
    while path and followers[path[-1]]:
        path.append(max(followers[path[-1]], key=lambda name: (way[name], name)))
    return path


def makespan(jobs: Mapping[str, Job], cores: int) -> float:
    """Return the seconds that the simulated schedule takes on `cores` cores."""
    way, followers = _ways(jobs), _followers(jobs)
    missing = {name: len(job.needs) for name, job in jobs.items()}
    ready = [(-way[name], name) for name, needs in missing.items() if not needs]
    heapq.heapify(ready)
    running: list[tuple[float, str]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < cores:
            _, name = heapq.heappop(ready)
            heapq.heappush(running, (now + jobs[name].seconds, name))
        now, done = heapq.heappop(running)
        for name in followers[done]:
            missing[name] -= 1
            if not missing[name]:
                heapq.heappush(ready, (-way[name], name))
    return now


def enough(jobs: Mapping[str, Job], within: float = WITHIN) -> int:
    """Return the smallest number of cores with which the schedule is as fast as with any more, up to a share."""
    best = makespan(jobs, len(jobs))
    return next(cores for cores in range(1, len(jobs) + 1) if makespan(jobs, cores) <= best * (1 + within))


def _followers(jobs: Mapping[str, Job]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in jobs}
    for name in sorted(jobs):
        for need in jobs[name].needs:
            found[need].append(name)
    return found


def _ways(jobs: Mapping[str, Job]) -> dict[str, float]:
    """Return the seconds from the start of each job to the end, along the longest chain that it begins."""
    followers = _followers(jobs)

    @cache
    def way(name: str) -> float:
        return jobs[name].seconds + max(map(way, followers[name]), default=0.0)

    return {name: way(name) for name in jobs}
