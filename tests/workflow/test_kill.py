"""Killed, crowded and starved runs: `make report` goes on, and says in one line where it cannot."""

import base64
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hearsay import scaling
from tests.workflow.conftest import Checkout

pytestmark = pytest.mark.workflow

KILLS = 10
SOONEST = 4.0  # seconds after the start: before the first job


def report(checkout: Checkout) -> subprocess.Popen:
    """Start `make report` at smoke size in a process group of its own, as a terminal would."""
    # -o: this test's own environment serves; nothing is installed.
    command = ["make", "-o", ".venv/.installed", f"BIN={Path(sys.executable).parent}", "report"]
    return subprocess.Popen(
        [*command, "CORES=2", "CONFIG=config/smoke.yaml"],
        cwd=checkout.folder,
        env={**os.environ, "PYTHONPATH": str(checkout.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen) -> str:
    """Return what a run said that ended well."""
    said = process.communicate()[0]
    assert process.returncode == 0, said[-4000:]
    return said


def kill(process: subprocess.Popen) -> str:
    os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def finished_jobs(checkout: Checkout) -> dict[Path, int]:
    """Return the records of jobs that Snakemake knows to be finished, with the time at which they were written."""
    marks = (checkout.folder / ".snakemake/incomplete").rglob("*")
    unfinished = {base64.b64decode(path.name, altchars=b"_-").decode() for path in marks if path.is_file()}
    return {
        path: path.stat().st_mtime_ns
        for path in (checkout.folder / "results/provenance").rglob("*.json")
        if path.relative_to(checkout.folder).as_posix() not in unfinished
    }


def test_killed_ten_times_it_goes_on_each_time_and_ends_with_the_same_bytes(finished, tmp_path):
    checkout = Checkout(tmp_path / "killed")
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    moments = random.Random(seed)
    # At the latest several jobs later, but so that ten runs together do not get to the end.
    latest = SOONEST + 0.12 * scaling.total(scaling.read_jobs(finished.folder / "results")) / 2
    known, went_on = {}, 0
    for kills in range(KILLS):
        process = report(checkout)
        time.sleep(moments.uniform(SOONEST, latest))
        if process.poll() is not None:  # faster than the run that the moments were measured by
            assert kills >= KILLS / 2, ended(process)
            break
        went_on += "it goes on from what it had finished" in kill(process)
        now = finished_jobs(checkout)
        assert {path: now.get(path) for path in known} == known, "a finished job ran again"
        known = now
    assert known
    assert went_on  # some kill left Snakemake's lock
    said = ended(report(checkout))
    assert "The paper: results/paper.pdf" in said
    now = finished_jobs(checkout)
    assert {path: now.get(path) for path in known} == known, "a finished job ran again"
    assert checkout.hashes() == finished.hashes()
    assert "of 1 steps" not in ended(report(checkout))


def test_a_second_report_is_refused_with_one_line(clone):
    (clone.folder / "results/paper.pdf").unlink()
    first = report(clone)
    while not (clone.folder / ".snakemake/hearsay.lock").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = report(clone)
    said = second.communicate()[0]
    assert second.returncode != 0
    (line,) = [line for line in said.splitlines() if line.startswith("hearsay: ")]
    assert "report: another run goes on in this folder (process " in line
    ended(first)


def test_a_plain_snakemake_is_not_disturbed(clone):
    target = "results/imagenet/tables/audit.csv"
    (clone.folder / target).unlink()
    where = ["--directory", str(clone.folder), "--snakefile", str(clone.folder / "Snakefile")]
    plain = subprocess.Popen(
        [sys.executable, "-m", "snakemake", target, *where, "--cores", "1", "--configfile", "config/smoke.yaml"],
        cwd=clone.folder,
        env={**os.environ, "PYTHONPATH": str(clone.folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any((clone.folder / ".snakemake/locks").glob("*")):
        assert plain.poll() is None
        time.sleep(0.05)
    other = report(clone)
    assert f"snakemake runs in this folder (process {plain.pid})" in other.communicate()[0]
    assert other.returncode != 0
    said = plain.communicate()[1]
    assert plain.returncode == 0, said[-3000:]


@pytest.fixture
def mount():
    """Mount something on a folder for the test; needs root."""
    if os.geteuid():
        pytest.skip("only root can mount")
    mounted = []

    def mount(*arguments: str, on: Path) -> None:
        done = subprocess.run(["mount", *arguments, str(on)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no mounting here: {done.stderr.strip()}")
        mounted.append(on)

    yield mount
    for folder in reversed(mounted):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_read_only_results_folder_is_one_line(clone, mount):
    results = clone.folder / "results"
    (results / "paper.pdf").unlink()
    mount("--bind", str(results), on=results)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(results)], check=True)
    process = report(clone)
    said = process.communicate()[0]
    assert process.returncode != 0
    (line,) = [line for line in said.splitlines() if line.startswith("hearsay: ")]
    assert line == "hearsay: report: results/ cannot be written; results go there, so make it writable"
    assert "Traceback" not in said


def test_a_full_disk_is_named_and_the_same_command_goes_on(finished, tmp_path, mount):
    checkout = Checkout(tmp_path / "full")
    target = "results/vision/digits.npz"
    folder = checkout.folder / "results/vision"
    folder.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", on=folder)
    done = checkout.snakemake(target)
    assert done.returncode != 0
    assert "vision_digits: OSError: [Errno 28] No space left on device" in done.stderr
    assert not [path for path in folder.iterdir() if path.is_file()]
    subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
    assert checkout.snakemake(target).returncode == 0
    assert (checkout.folder / target).read_bytes() == (finished.folder / target).read_bytes()
