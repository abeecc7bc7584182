"""`hearsay verdicts`: the verdict table in the terminal."""

import argparse
import shutil
import textwrap
from pathlib import Path

from hearsay.errors import HearsayError

NAME = "verdicts"
HELP = "print the verdict on every claim, and where the paper lies"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --results."""
    parser.add_argument("--results", default="results", type=Path, help="folder of the results (default: results)")


def run(args: argparse.Namespace) -> int:
    """Print one row a claim."""
    from tabulate import tabulate

    from hearsay import tables
    from hearsay.claims import CLAIMS

    path = args.results / "claims.csv"
    if not path.is_file():
        raise HearsayError(f"{path}: no verdicts yet; `make report` makes them")
    claims = tables.read(path, CLAIMS)
    width = max(40, shutil.get_terminal_size((100, 24)).columns - 58)
    rows = [
        (
            row.verdict,
            row.study,
            textwrap.fill(row.statement + (f" [{row.condition}]" if row.condition else ""), width),
            _interval(row),
            f"{row.n:,}",
        )
        for row in claims.itertuples()
    ]
    print(tabulate(rows, headers=["verdict", "study", "claim", "estimate", "n"], disable_numparse=True))
    print(f"\nThe paper: {args.results / 'paper.pdf'}")
    return 0


def _interval(row) -> str:
    from hearsay.numbers import text

    kind, _, what = row.unit.partition(" ")
    unit, rest = ("share", what) if kind == "share" else (row.unit, row.unit)
    interval = "" if row.low == row.high else f"\n[{text(row.low, unit)}, {text(row.high, unit)}]"
    return f"{text(row.estimate, unit)} {rest}{interval}"
