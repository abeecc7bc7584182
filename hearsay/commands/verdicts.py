"""`hearsay verdicts`: the verdict table in the terminal."""

import argparse
import json
import shutil
import textwrap
from pathlib import Path

from hearsay.errors import HearsayError

NAME = "verdicts"
HELP = "print the verdict on every claim, and where the answers and the paper lie"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --results."""
    parser.add_argument("--results", default="results", type=Path, help="folder of the results (default: results)")


def run(args: argparse.Namespace) -> int:
    """Print one row a claim."""
    from tabulate import tabulate

    from hearsay.answers import shown

    studies = sorted(args.results.glob("*/claims.json"))
    if not studies or not (args.results / "claims.csv").is_file():
        raise HearsayError(f"{args.results / 'claims.csv'}: no verdicts yet; `make report` makes them")
    claims = [claim for path in studies for claim in json.loads(path.read_text(encoding="utf-8"))]
    width = max(40, shutil.get_terminal_size((100, 24)).columns - 58)
    rows = [
        (
            claim["verdict"],
            claim["study"],
            textwrap.fill(claim["statement"] + (f" [{claim['condition']}]" if claim["condition"] else ""), width),
            "\n".join(filter(None, [f"{estimate} {unit}", interval])),
            f"{claim['n']:,}",
        )
        for claim in claims
        for estimate, unit, interval in [shown(claim)]
    ]
    print(tabulate(rows, headers=["verdict", "study", "claim", "estimate", "n"], disable_numparse=True))
    print(f"\nThe answers: {args.results / 'answers.html'}\nThe paper: {args.results / 'paper.pdf'}")
    return 0
