"""Real Snakemake calls, always on copies of the repository: the reader's results are never touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from hearsay import verify

ROOT = Path(__file__).parents[2]


class Checkout:
    """A copy of the repository in a folder of its own, and the commands that a reader would run there."""

    def __init__(self, folder: Path):
        self.folder = folder
        if not folder.exists():
            verify.copy(ROOT, folder)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        """Run a Python module's command line in the copy; the copy's own library comes first."""
        env = {**os.environ, "PYTHONPATH": str(self.folder), **environment}
        env.pop("SNAKEMAKE_PROFILE", None)
        return subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )

    def snakemake(self, *arguments: str, cores: int = 2, **environment: str) -> subprocess.CompletedProcess:
        """Run Snakemake at smoke size in the copy."""
        # Options first: Snakemake would take a target that follows --configfile for another file.
        where = ["--directory", str(self.folder), "--snakefile", str(self.folder / "Snakefile")]
        size = [] if "--configfile" in arguments else ["--configfile", str(self.folder / "config/smoke.yaml")]
        return self.run("snakemake", *where, "--cores", str(cores), *arguments, *size, **environment)

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of every result that is compared by bytes: all but this machine's timings."""
        return verify.hashes(self.folder / "results")


@pytest.fixture(scope="session")
def verified(shared) -> tuple[Path, SimpleNamespace]:
    """The folder in which `hearsay verify` ran the smoke size twice, once for all workers, and what it said.

    It stays there after the tests, for those on a cluster to compare with.
    """
    kept = shared / "verified.json"
    with FileLock(shared / "verified.lock"):
        if not kept.exists():
            command = [sys.executable, "-m", "hearsay.cli", "verify", "--only", "bytes"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            kept.write_text(json.dumps({key: getattr(done, key) for key in ("returncode", "stdout", "stderr")}))
    done = SimpleNamespace(**json.loads(kept.read_text()))
    assert (ROOT / "build/verify/cores 2/results/paper.pdf").exists(), done.stderr[-4000:]
    return ROOT / "build/verify", done


@pytest.fixture(scope="session")
def finished(verified) -> Checkout:
    """A copy in which the smoke size has run to its end on two cores."""
    return Checkout(verified[0] / "cores 2")


@pytest.fixture
def clone(finished, tmp_path) -> Checkout:
    """A fresh copy of the repository with the results and the metadata of the finished run copied in."""
    checkout = Checkout(tmp_path / "clone")
    for name in ("results", ".snakemake"):
        shutil.copytree(
            finished.folder / name, checkout.folder / name, dirs_exist_ok=True, ignore=_bulk, copy_function=_copy
        )
    return checkout


def _bulk(folder: str, names: list[str]) -> set[str]:
    """Leave what Snakemake needs no more out of a copy of `.snakemake`."""
    return {name for name in names if Path(folder).name == ".snakemake" and name in ("scripts", "shadow", "log")}


def _copy(source: str, target: str) -> None:
    """Copy a file; link the images, which no test writes to."""
    (os.link if source.endswith(".JPEG") else shutil.copy2)(source, target)
