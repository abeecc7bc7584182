"""`hearsay scaling`: what more cores would do to a finished run."""

import argparse
from pathlib import Path

NAME = "scaling"
HELP = "say how long a run takes on more cores, and what limits it, from the times of finished jobs"
CORES = (1, 2, 16, 128, 1000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --results, --configfile, --otherwise and --measured."""
    parser.add_argument(
        "--results", type=Path, default=Path("results"), help="folder of the results (default: results)"
    )
    parser.add_argument(
        "--otherwise",
        type=Path,
        help="with --configfile: results of a smaller size, whose times stand for rules of which no job has finished",
    )
    parser.add_argument(
        "--configfile",
        help="a size, such as config/paper.yaml, of which only some jobs have finished: the others count as those of "
        "their rule did in the mean",
    )
    parser.add_argument(
        "--measured",
        nargs=2,
        type=float,
        metavar=("CORES", "SECONDS"),
        help="what the whole run really took on so many cores, to say what Snakemake itself took",
    )


def run(args: argparse.Namespace) -> int:
    """Print the note."""
    from hearsay import scaling

    if args.configfile:
        measured = scaling.read_rules(args.results)
        smaller = scaling.read_rules(args.otherwise) if args.otherwise else {}
        jobs, missing = scaling.plan(scaling.snakemakes_plan(args.configfile), smaller | measured)
        _table(jobs)
        _sources(measured, smaller.keys() - measured.keys(), missing)
    else:
        _table(jobs := scaling.read_jobs(args.results))
    if args.measured:
        cores, seconds = args.measured
        print(
            f"\nMeasured on {cores:.0f} cores: {_time(seconds)}, against {_time(scaling.makespan(jobs, int(cores)))} "
            f"by the schedule. {1 - scaling.total(jobs) / (cores * seconds):.1%} of the cores' time went into no job."
        )
    return 0


def _table(jobs) -> None:
    """Print the time on each number of cores, and the longest chain."""
    from tabulate import tabulate

    from hearsay import scaling

    total, path = scaling.total(jobs), scaling.critical_path(jobs)
    rows = [(f"{cores:,}", _time(time := scaling.makespan(jobs, cores)), f"{total / time:.1f}") for cores in CORES]
    print(tabulate(rows, headers=["cores", "time", "times as fast as one"], disable_numparse=True, stralign="right"))
    print(f"\n{len(jobs)} jobs, {_time(total)} of them in all; more than {scaling.enough(jobs)} cores are no faster.")
    longest = max(jobs.values(), key=lambda job: job.seconds)
    print(f"The longest chain takes {_time(sum(jobs[name].seconds for name in path))}, its longest job being")
    print(f"{max(path, key=lambda name: jobs[name].seconds)}; the longest job of all takes {_time(longest.seconds)}:")
    for name in path:
        print(f"  {_time(jobs[name].seconds):>8}  {name}")


def _sources(measured, borrowed, missing) -> None:
    """Print where the times of a planned run come from."""
    several = [f"{len(times)} of {rule}" for rule, times in sorted(measured.items()) if len(times) > 1]
    print(f"\nTimes are those of {sum(map(len, measured.values()))} finished jobs of {len(measured)} rules")
    print(f"({', '.join(several)}, one of each other); a job that has not run counts as its rule's mean.")
    if borrowed:
        print(f"By a smaller size, and so too short: {', '.join(sorted(borrowed))}.")
    if missing:
        print(
            f"Not measured, and counted as nothing: {', '.join(f'{n} {rule}' for rule, n in sorted(missing.items()))}."
        )


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
