"""The published run: the paper size of committed code, copied into `reference/` with the commit that made it.

It runs in a checkout of its own (`build/reference`), so that the reader's results stay, and goes on where an
interrupted run stopped.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hearsay import peers
from hearsay.errors import HearsayError
from hearsay.files import write_text

CHECKOUT = Path("build/reference")
TARGET = Path("reference")
PUBLISHED = ("claims.json", "provenance.json", "tables", "figures")
LARGEST = 1_000_000  # bytes; what is larger (labels of every image) is named by its hash in provenance.json only


def run(studies: Sequence[str], cores: str) -> None:
    """Run the paper size and the benchmarks of `studies` and replace what `reference/` holds of them."""
    commit = _commit()
    _checkout(commit)
    _snakemake(cores, *(f"{study}_timings" for study in studies))
    for study in studies:
        _replace_timings(CHECKOUT / TARGET / "benchmarks", study)
    _snakemake(cores, *studies)
    for study in studies:
        publish(CHECKOUT / "results" / study, TARGET / study, commit)
        _replace_timings(TARGET / "benchmarks", study)


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
    if _git("status", "--porcelain", "--", ".", ":!reference"):
        raise HearsayError("reference: some changes are not committed; commit them, so that the run has a name")
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
