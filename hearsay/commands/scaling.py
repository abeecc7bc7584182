"""`hearsay scaling`: what more cores would do to a run."""

import argparse
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
        help="a size, such as config/paper.yaml, of which only some jobs have finished: the others count as those of "
        "their rule did in the mean",
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

    if args.measured and min(args.measured) <= 0:
        raise HearsayError("scaling: --measured wants a number of cores and of seconds, both above nought")
    jobs = _jobs(args)
    if args.save:
        scaling.write(jobs, args.save)
    _table(jobs)
    _sources(jobs)
    if args.measured:
        cores, seconds = args.measured
        print(
            f"\nMeasured on {cores:.0f} cores: {_time(seconds)}, against {_time(scaling.makespan(jobs, int(cores)))} "
            f"by the schedule. {1 - scaling.total(jobs) / (cores * seconds):.1%} of the cores' time went into no job."
        )
    return 0


def _jobs(args: argparse.Namespace) -> dict:
    from hearsay import scaling

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
    print(f"\n{len(jobs)} jobs, {_time(total)} of them in all; more than {scaling.enough(jobs)} cores are no faster.")
    longest = max(jobs, key=lambda name: jobs[name].seconds)
    print(
        f"The longest job is {longest}, {_time(jobs[longest].seconds)}. The longest chain of jobs, each of which needs"
    )
    print(f"which needs the one before, takes {_time(sum(jobs[name].seconds for name in path))}:")
    for name in path:
        print(f"  {_time(jobs[name].seconds):>8}  {name}")


def _sources(jobs: Mapping) -> None:
    """Print where the times of a planned run come from."""
    from hearsay.scaling import OF_NONE, OF_RULE, OF_SMALLER

    rules = {times: {} for times in (OF_RULE, OF_SMALLER, OF_NONE)}
    for _, job in sorted(jobs.items()):
        rules.get(job.times, {})[job.rule] = job.finished
    if mine := rules[OF_RULE]:
        several = [f"{n} of {rule}" for rule, n in mine.items() if n > 1]
        print(f"\nTimes are those of {sum(mine.values())} finished jobs of {len(mine)} rules")
        print(f"({', '.join([*several, 'one of each other'])}); a job that has not run counts as its rule's mean.")
    if smaller := rules[OF_SMALLER]:
        print(f"By a smaller size, and so too short: {', '.join(smaller)}.")
    if missing := rules[OF_NONE]:
        print(f"Not measured, and counted as nothing: {', '.join(missing)}.")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
