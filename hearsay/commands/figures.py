"""`hearsay figures`: the published run's figures, drawn again from its tables."""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

NAME = "figures"
HELP = "draw every published figure again from the tables in reference/, in seconds, with the code as it is now"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --study, --out and --cores."""
    parser.add_argument("--study", action="append", help="draw this study's only (may be given again; default: all)")
    parser.add_argument(
        "--out", type=Path, default=Path("build/figures"), help="where they go (default: build/figures)"
    )
    parser.add_argument("--cores", default="all", help="cores for snakemake (default: all)")


def run(args: argparse.Namespace) -> int:
    """Draw, and name the figures that differ from the published ones: there are none before the code is edited."""
    from hearsay import config, published
    from hearsay.lock import one_run

    studies = config.known_studies(args.study)
    with one_run(published.LOCK, NAME):
        return _draw(studies, args.out, args.cores)


def _draw(studies: Sequence[str], out: Path, cores: str) -> int:
    from hearsay import published

    published.lay_out(Path(), published.FOLDER, studies, anew=studies)
    published.make(published.FOLDER, published.rules_of(studies, ["figures"]), cores)
    drawn = [path for study in studies for path in sorted((published.FOLDER / "results" / study / "figures").iterdir())]
    changed = []
    for path in drawn:
        name = Path(path.parts[-3], path.name)
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / name)
        old = published.REFERENCE / name.parent / "figures" / name.name
        if not old.is_file() or old.read_bytes() != path.read_bytes():
            changed.append(out / name)
    for path in changed:
        print(f"{path}: not as published")
    print(f"{len(drawn)} figures in {out}; {len(drawn) - len(changed)} of them as published, byte for byte.")
    return 0
