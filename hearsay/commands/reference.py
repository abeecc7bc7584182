"""`hearsay reference`: make the published run."""

import argparse

NAME = "reference"
HELP = "run the paper size and the benchmarks on the committed code, and replace reference/ with what they give"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --study and --cores."""
    parser.add_argument("--study", action="append", help="replace this study only (may be given again; default: all)")
    parser.add_argument("--cores", default="all", help="cores for snakemake (default: all)")


def run(args: argparse.Namespace) -> int:
    """Run and replace."""
    from hearsay import config, reference
    from hearsay.errors import HearsayError

    for study in args.study or []:
        if study not in config.studies():
            raise HearsayError(f"reference: no study is called {study}; there are {', '.join(config.studies())}")
    reference.run(args.study or config.studies(), args.cores)
    return 0
