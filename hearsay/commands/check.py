"""`hearsay check`: whether the results are still what the jobs wrote."""

import argparse
import sys

from hearsay import provenance

NAME = "check"
HELP = "name every file in results/ that was changed by hand after its job wrote it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Return 1 where a result was edited."""
    records = sorted(provenance.RECORDS.rglob("*.json"))
    if not records:
        print("no results here yet")
    lines = provenance.edited(records)
    for line in lines:
        print(f"hearsay: {line}", file=sys.stderr)
    return 1 if lines else 0
