"""`hearsay verify`: whether this machine gives the same results, and the published verdicts."""

import argparse
from pathlib import Path

NAME = "verify"
HELP = "run the smoke size twice and compare the bytes; hold the desk run's verdicts against the published ones"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --only and --folder."""
    parser.add_argument("--only", choices=["bytes", "verdicts"], help="one of the two comparisons (default: both)")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/verify"), help="where the smoke size runs (default: build/verify)"
    )


def run(args: argparse.Namespace) -> int:
    """Return 1 where bytes differ or a verdict contradicts the published one."""
    bad = False
    if args.only != "verdicts":
        bad |= _bytes(args.folder)
    if args.only != "bytes":
        bad |= _verdicts(Path("results"), Path("reference"))
    return int(bad)


def _bytes(folder: Path) -> bool:
    from hearsay import verify
    from hearsay.lock import one_run

    with one_run(folder.with_name(f"{folder.name}.lock"), NAME):
        names = verify.twice(Path(), folder)
    for name in names:
        print(f"results/{name}: other bytes on {verify.CORES[0]} core than on {verify.CORES[1]}")
    count = len(verify.hashes(folder / f"cores {verify.CORES[0]}/results"))
    print(f"{len(names)} of {count:,} results differ." if names else f"{count:,} results, run twice: the same bytes.")
    return bool(names)


def _verdicts(results: Path, published: Path) -> bool:
    from hearsay import verify
    from hearsay.errors import HearsayError
    from hearsay.provenance import read_record

    record = results / "provenance/report/numbers.json"
    size = read_record(record)["params"]["size"] if record.exists() else None
    if size not in ("desk", "paper"):
        found = f"a run of size {size}" if size else "no finished run"
        raise HearsayError(f"verify: {results}/ holds {found}; `make report` makes the desk run that is compared")
    ours = verify.read_claims(results)
    differences = verify.compare(ours, verify.read_claims(published))
    for difference in differences:
        print(f"{'CONTRADICTED  ' if difference.contradicts else ''}{difference.claim}: {difference.what}")
    bad = sum(difference.contradicts for difference in differences)
    print(f"{len(ours)} claims: {bad} contradict the published run, {len(differences) - bad} differ otherwise.")
    return bool(bad)
