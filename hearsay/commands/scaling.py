"""`hearsay scaling`: what more cores would do to a run."""

import argparse
import textwrap
from collections.abc import Mapping
from pathlib import Path

NAME = "scaling"
HELP = "say how long a run takes on more cores, and what limits it, from the times of finished jobs"
CORES = (1, 2, 16, 128, 1000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --results, --jobs, --configfile, --otherwise, --measured and --save."""
    parser.add_argument(
        "--results", type=Path, default=Path("results"), help="folder of the results (default: results)"
    )
    parser.add_argument("--jobs", type=Path, help="what --save wrote, in place of results")
    parser.add_argument(
        "--configfile",
        help="a size, such as config/paper.yaml, of which only some jobs have finished: every job counts as the "
        "finished ones of its rule in the mean",
    )
    parser.add_argument(
        "--otherwise",
        type=Path,
        help="with --configfile: results of a smaller size, whose times stand for rules of which no job has finished",
    )
    parser.add_argument(
        "--measured",
        nargs=2,
        type=float,
        metavar=("CORES", "SECONDS"),
        help="what the whole run really took on so many cores, to say what Snakemake itself took",
    )
    parser.add_argument("--save", type=Path, help="write the jobs, their times and needs to this CSV file")


def run(args: argparse.Namespace) -> int:
    """Print the note."""
    from hearsay import scaling
    from hearsay.errors import HearsayError

    jobs = _jobs(args)
    if args.measured:
        cores, seconds = args.measured
        if not (cores >= 1 and cores.is_integer() and 0 < seconds < float("inf")):
            raise HearsayError("scaling: --measured wants a whole number of cores, and seconds above nought")
        if (alone := scaling.total(jobs)) > cores * seconds:
            raise HearsayError(
                f"scaling: --measured: the jobs alone take {alone:,.0f} s of a core, and there were fewer"
            )
    if args.save:
        scaling.write(jobs, args.save)
    _table(jobs)
    _sources(jobs)
    if args.measured:
        print(
            f"\nMeasured on {cores:.0f} cores: {_time(seconds)}, against {_time(scaling.makespan(jobs, int(cores)))} "
            f"by the schedule. {1 - scaling.total(jobs) / (cores * seconds):.1%} of the cores' time went into no job."
        )
    return 0


def _jobs(args: argparse.Namespace) -> dict:
    from hearsay import scaling
    from hearsay.errors import HearsayError

    if args.otherwise and not args.configfile:
        raise HearsayError("scaling: --otherwise goes with --configfile")
    if args.jobs and args.configfile:
        raise HearsayError("scaling: --jobs has its times, and takes no --configfile")
    if args.jobs:
        return scaling.read(args.jobs)
    if not args.configfile:
        return scaling.read_jobs(args.results)
    smaller = scaling.read_rules(args.otherwise) if args.otherwise else {}
    return scaling.plan(scaling.snakemakes_plan(args.configfile), scaling.read_rules(args.results), smaller)


def _table(jobs: Mapping) -> None:
    """Print the time on each number of cores, and the longest chain."""
    from tabulate import tabulate

    from hearsay import scaling

    total, path = scaling.total(jobs), scaling.critical_path(jobs)
    rows = [(f"{cores:,}", _time(time := scaling.makespan(jobs, cores)), f"{total / time:.1f}") for cores in CORES]
    print(tabulate(rows, headers=["cores", "time", "times as fast as one"], disable_numparse=True, stralign="right"))
    longest = max(jobs, key=lambda name: (jobs[name].seconds, name in path))
    chain = sum(jobs[name].seconds for name in path)
    print(f"\n{len(jobs)} jobs, {_time(total)} of them in all.", end=" ")
    print(f"More than {scaling.enough(jobs)} cores gain less than {100 * scaling.WITHIN:g} %.")
    print(f"The longest job is {longest}, {_time(jobs[longest].seconds)}.", end=" ")
    print("No number of cores is faster than the longest")
    print(f"chain of jobs, each of which needs the one before, {_time(chain)}:")
    for name in path:
        print(f"  {_time(jobs[name].seconds):>8}  {name}")


def _sources(jobs: Mapping) -> None:
    """Print where the times of a planned run come from."""
    from hearsay.scaling import OF_NONE, OF_RULE, OF_SMALLER

    rules, counted = {times: {} for times in (OF_RULE, OF_SMALLER, OF_NONE)}, 0.0
    for _, job in sorted(jobs.items()):
        rules.get(job.times, {})[job.rule] = job.finished
        counted += job.seconds if job.times == OF_SMALLER else 0
    said = []
    if mine := rules[OF_RULE]:
        several = [f"{n} of {rule}" for rule, n in mine.items() if n > 1]
        said.append(
            f"Times are those of {sum(mine.values())} finished jobs of {len(mine)} rules "
            f"({', '.join([*several, 'one of each other'])}); every job counts as the mean of its rule."
        )
    if smaller := rules[OF_SMALLER]:
        said.append(f"By a smaller size, and so too short, {_time(counted)} in all: {', '.join(smaller)}.")
    if missing := rules[OF_NONE]:
        said.append(f"Not measured, and counted as nothing: {', '.join(missing)}.")
    for text in said:
        print(f"\n{textwrap.fill(text, 100)}")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
