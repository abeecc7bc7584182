"""The published run: the paper size of committed code, copied into `reference/` with the commit that made it.

It runs in a checkout of its own (`build/reference`), so that the reader's results stay, and goes on where an
interrupted run stopped.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hearsay import peers, published
from hearsay.config import studies
from hearsay.errors import HearsayError
from hearsay.files import write_text
from hearsay.provenance import read_record
from hearsay.readme import opening, written

CHECKOUT = Path("build/reference")
LOCK = Path("build/reference.lock")  # held by who replaces what is published
TARGET = Path("reference")
README = Path("README.md")
UPSTREAM = "reference/upstream"
PUBLISHED = ("claims.json", "provenance.json", "tables", "figures")
LARGEST = 4_000_000  # bytes; what is larger (a hash of every image) is named by its own hash in provenance.json only
WHOLE = ("answers.html", "claims.csv", "paper.pdf")  # what all studies lead to


def run(names: Sequence[str], cores: str, timings: bool = True) -> None:
    """Run the paper size of the studies `names`, and their benchmarks, and replace what `reference/` holds of them."""
    commit = _commit()
    _checkout(commit)
    if timings:
        _snakemake(cores, *(f"{study}_timings" for study in names))
        for study in names:
            _replace_timings(CHECKOUT / TARGET / "benchmarks", study)
    _snakemake(cores, *names)
    for study in names:
        publish(CHECKOUT / "results" / study, TARGET / study, commit)
        if timings:
            _replace_timings(TARGET / "benchmarks", study)


def redraw(anew: Sequence[str], cores: str) -> None:
    """Make of the published tables what all studies lead to, and of those in `anew` numbers, verdicts and figures too.

    Replaces what comes of it in `reference/`, and the answers in the README.
    """
    commit = _commit()
    folder = published.FOLDER
    published.lay_out(Path(), folder, studies(), anew)
    published.make(folder, published.rules_of(anew) + list(published.OF_ALL), cores)
    for study in anew:
        _renew(folder / "results", study, TARGET / study)
    for name in WHOLE:
        shutil.copyfile(folder / "results" / name, TARGET / name)
    write_text(TARGET / "COMMIT", commit + "\n")
    write_text(README, written(README.read_text(encoding="utf-8"), opening(Path())))


def _renew(results: Path, study: str, target: Path) -> None:
    """Replace a published study's numbers, claims and figures, and what its provenance says of them."""
    file = target / "provenance.json"
    entries = json.loads(file.read_text(encoding="utf-8"))
    shutil.rmtree(target / "figures", ignore_errors=True)
    for kind in published.OF_A_STUDY:
        entry = read_record(results / f"provenance/{study}/{kind}.json")
        outputs = entry.pop("outputs")
        entries = {path: old for path, old in entries.items() if old["rule"] != entry["rule"]}
        entries |= {path: {"sha256": sha, **entry} for path, sha in outputs.items()}
        for path in outputs:
            copy = target / Path(path).relative_to(f"results/{study}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(results.parent / path, copy)
    write_text(file, json.dumps(entries, indent=1, sort_keys=True) + "\n")


def publish(results: Path, target: Path, commit: str) -> None:
    """Replace `target` with the claims, tables, figures and provenance of one study's results."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(results.rglob("*")):
        kind = path.relative_to(results).parts[0]
        if path.is_file() and kind in PUBLISHED and path.stat().st_size <= LARGEST:
            copy = target / path.relative_to(results)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    write_text(target / "COMMIT", commit + "\n")


def _replace_timings(target: Path, study: str) -> None:
    for path in sorted((CHECKOUT / "results/benchmarks").glob(f"{study}*.csv")):
        shutil.copyfile(path, target / path.name)
    peers.gather(sorted(target.glob("*-peers.csv")), target / "peers.csv")


def _commit() -> str:
    # Of reference/ only what others should fix is written by hand.
    if _git("status", "--porcelain", "--", ".", ":!reference") or _git("status", "--porcelain", "--", UPSTREAM):
        raise HearsayError(
            "reference: some changes are not committed; commit them (such as the answers that a publication wrote "
            "into README.md), so that the run has a name"
        )
    return _git("rev-parse", "HEAD")


def _checkout(commit: str) -> None:
    if (CHECKOUT / ".git").exists():
        _git("checkout", "--quiet", "--force", "--detach", commit, folder=CHECKOUT)
    else:
        _git("worktree", "prune")
        _git("worktree", "add", "--quiet", "--force", "--detach", str(CHECKOUT), commit)


def _git(*arguments: str, folder: Path = Path()) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HearsayError(f"reference: git {arguments[0]} failed: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.strip()


def _snakemake(cores: str, *targets: str) -> None:
    # The targets first: Snakemake would take one that follows --configfile for another file.
    command = [sys.executable, "-m", "snakemake", *targets, "--cores", cores, "--configfile", "config/paper.yaml"]
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
        raise HearsayError(f"reference: the run in {CHECKOUT} failed, see above; the same command goes on from there")
