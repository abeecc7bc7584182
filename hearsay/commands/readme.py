"""`hearsay readme`: the answers in README.md, from the published run."""

import argparse
import difflib
from pathlib import Path

NAME = "readme"
HELP = "write the answers of the published run, reference/, into README.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --check."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say what differs, and exit 1 if anything does"
    )


def run(args: argparse.Namespace) -> int:
    """Write the opening, or show the difference to what stands there."""
    from hearsay.errors import HearsayError
    from hearsay.files import write_text
    from hearsay.readme import opening, written

    path = Path("README.md")
    if not path.is_file():
        raise HearsayError("readme: there is no README.md here; go to the project's folder")
    there = path.read_text(encoding="utf-8")
    due = written(there, opening(Path()))
    if not args.check:
        write_text(path, due)
        return 0
    difference = difflib.unified_diff(there.splitlines(), due.splitlines(), "README.md", "reference/", lineterm="", n=0)
    for line in difference:
        print(line)
    return int(there != due)
