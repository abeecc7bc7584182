"""`hearsay report`: what `make report` does, from any state to the verdicts."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

NAME = "report"
HELP = "run the desk size, print the verdicts, name the paper; goes on where a killed run stopped"
SNAKEMAKE = [sys.executable, "-m", "snakemake"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --cores and --configfile."""
    parser.add_argument("--cores", default="all", help="cores for snakemake (default: all)")
    parser.add_argument("--configfile", help="another size or your own options, such as config/paper.yaml")


def run(args: argparse.Namespace) -> int:
    """Hold the results against their records, run Snakemake, print the verdicts. One run at a time."""
    from hearsay.commands import check, verdicts
    from hearsay.lock import left_locked, one_run

    _refuse_read_only(Path("results"))
    with one_run() as lock:
        locked = left_locked()  # before the results are read: a plain run may be writing them
        if status := check.run(args):
            return status
        if locked:
            print("A run was killed here; it goes on from what it had finished.")
            subprocess.run([*SNAKEMAKE, "--unlock", "--cores", "1", "--quiet", "all"], check=False)
        size = ["--configfile", args.configfile] if args.configfile else []
        # An interrupt is Snakemake's to handle: it ends its jobs, takes its lock away, and then we end as well.
        signal.signal(signal.SIGINT, lambda *_: None)
        # The lock goes along: where this process alone is killed, Snakemake still holds it.
        command = [*SNAKEMAKE, "--cores", args.cores, "--quiet", "host", "reason", *size]
        if status := subprocess.run(command, pass_fds=(lock,), check=False).returncode:
            return status
    return verdicts.run(argparse.Namespace(results=Path("results")))


def _refuse_read_only(folder: Path) -> None:
    """Say it before anything runs, not in the first job's log."""
    from hearsay.errors import HearsayError

    if folder.exists() and not os.access(folder, os.W_OK):
        raise HearsayError(f"report: {folder}/ cannot be written; results go there, so make it writable")
