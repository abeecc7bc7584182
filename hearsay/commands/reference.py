"""`hearsay reference`: make the published run."""

import argparse

NAME = "reference"
HELP = "run the paper size and the benchmarks on the committed code, and replace reference/ with what they give"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --study, --no-timings, --redraw and --cores."""
    parser.add_argument("--study", action="append", help="replace this study only (may be given again; default: all)")
    parser.add_argument(
        "--no-timings", action="store_true", help="keep the published timings: they want a quiet machine"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="run nothing; draw, judge and typeset anew from the published tables"
    )
    parser.add_argument("--cores", default="all", help="cores for snakemake (default: all)")


def run(args: argparse.Namespace) -> int:
    """Run and replace; the paper and what else all studies lead to is made of the tables of all of them."""
    from hearsay import config, published, reference
    from hearsay.lock import one_run

    names = config.known_studies(args.study)
    with one_run(reference.LOCK, NAME):
        if not args.redraw:
            reference.run(names, args.cores, timings=not args.no_timings)
        with one_run(published.LOCK, NAME):
            reference.redraw(names if args.redraw else [], args.cores)
    return 0
