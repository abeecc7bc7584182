"""How long the whole takes on more cores: from how long each job took here, and which job needs which.

Times are those of Snakemake's benchmark files, needs are those of the jobs' records. A job counts as one core. The
schedule that is simulated starts, whenever a core is free, the ready job with the longest way to the end (Graham 1969:
at most twice the best one's length); it knows no submission, no queue and no start of a container.
"""

import csv
import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hearsay.errors import HearsayError
from hearsay.provenance import read_record


@dataclass(frozen=True)
class Job:
    """A finished job: its wall time in seconds, and the jobs whose outputs it reads."""

    seconds: float
    needs: frozenset[str]


def read_jobs(results: Path) -> dict[str, Job]:
    """Return the jobs of a finished run, by name (`STUDY/JOB`).

    Raises HearsayError where there is none, or a job has no benchmark file.
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
        )
        for name, entry in records.items()
    }


def _seconds(path: Path) -> float:
    if not path.exists():
        raise HearsayError(f"scaling: {path} is missing; delete the job's results and run again")
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    return float(row["s"])


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


def enough(jobs: Mapping[str, Job], within: float = 0.05) -> int:
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
