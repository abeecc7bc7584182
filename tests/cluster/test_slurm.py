"""The smoke size through `profiles/slurm` on a real Slurm, and what goes wrong on clusters."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hearsay import verify
from tests.cluster import slurm
from tests.workflow.conftest import ROOT, Checkout

pytestmark = pytest.mark.cluster

# What this site has to say beyond the profile: no accounting, and no patience.
SITE = ["--slurm-no-account", "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"]
SITE += ["--seconds-between-status-checks", "2", "--latency-wait", "5"]
SLOW = Path(__file__).with_name("slow.smk")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    if reason := slurm.refusal():
        pytest.fail(f"no cluster was started: {reason}")
    slurm.install()
    found = slurm.Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        found.start()
        yield found
    finally:
        found.stop()


def submitted(folder: Path, *arguments: str) -> subprocess.Popen:
    """Start Snakemake in `folder` through the profile."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--profile", str(ROOT / "profiles/slurm"), *SITE]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen) -> str:
    """Return what a run said that ended well."""
    said = process.communicate()[0]
    assert process.returncode == 0, said[-6000:]
    return said


def running(cluster, comment: str) -> dict[str, str]:
    """Wait until a job with this comment runs; return what Slurm says of it."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        for job in cluster.jobs():
            if job["JobState"] == "RUNNING" and comment in job.get("Comment", ""):
                return job
        time.sleep(0.5)
    raise AssertionError(f"no job {comment} runs")


@pytest.fixture(scope="session")
def over_time(cluster, tmp_path_factory):
    """A run of one job that is over its time limit at first; it sleeps while the other tests work."""
    folder = tmp_path_factory.mktemp("slow")
    process = submitted(folder, "slow.txt", "--snakefile", str(SLOW))
    yield folder, process
    process.kill()  # where a test failed before it ended
    process.wait()


def test_the_smoke_size_gives_the_local_runs_bytes(cluster, over_time, tmp_path):
    local = ROOT / "build/verify/cores 2"
    verify.copy(ROOT, local)
    verify.run(local, 2)  # computes nothing where `make test` came before
    checkout = Checkout(tmp_path / "submitted")
    started = time.monotonic()
    ended(submitted(checkout.folder, "--configfile", "config/smoke.yaml"))
    print(f"{time.monotonic() - started:.0f} s")
    assert verify.differing(checkout.hashes(), verify.hashes(local / "results")) == []
    jobs = cluster.jobs()
    ours = [job for job in jobs if job["WorkDir"] == str(checkout.folder)]
    assert {job["NodeList"] for job in ours} == set(slurm.NODES)
    assert any("ArrayJobId" in job for job in ours)  # the sharded rules
    assert {job["JobState"] for job in ours} == {"COMPLETED"}
    done = checkout.snakemake("--dry-run")
    assert "Nothing to be done" in done.stdout + done.stderr  # one machine goes on where the cluster stopped


def test_a_job_over_its_time_is_sent_again_with_more(cluster, over_time):
    folder, process = over_time
    said = ended(process)
    assert (folder / "slow.txt").exists()
    ours = [job for job in cluster.jobs() if job["WorkDir"] == str(folder)]
    assert [job["JobState"] for job in ours] == ["TIMEOUT", "COMPLETED"]
    assert [job["TimeLimit"] for job in ours] == ["00:01:00", "00:03:00"]
    assert "SLURM status is: 'TIMEOUT'" in said


def test_a_cancelled_job_is_sent_again(cluster, tmp_path):
    process = submitted(tmp_path, "short.txt", "--snakefile", str(SLOW))
    job = running(cluster, "rule_short")
    cluster("scancel", job["JobId"])
    said = ended(process)
    assert f"SLURM-job '{job['JobId']}' failed, SLURM status is: 'CANCELLED'" in said
    assert (tmp_path / "short.txt").exists()


def test_without_a_retry_it_fails_cleanly_and_rerunning_completes(cluster, tmp_path):
    process = submitted(tmp_path, "short.txt", "--snakefile", str(SLOW), "--retries", "0")
    cluster("scancel", running(cluster, "rule_short")["JobId"])
    said = process.communicate()[0]
    assert process.returncode != 0
    assert "Error in rule short" in said
    assert "Traceback" not in said
    assert not (tmp_path / "short.txt").exists()
    ended(submitted(tmp_path, "short.txt", "--snakefile", str(SLOW), "--retries", "0"))
    assert (tmp_path / "short.txt").exists()


def test_a_job_of_a_node_that_goes_down_runs_on_the_other(cluster, tmp_path):
    process = submitted(tmp_path, "short.txt", "--snakefile", str(SLOW))
    node = running(cluster, "rule_short")["NodeList"]
    try:
        cluster("scontrol", "update", f"nodename={node}", "state=down", "reason=tested")
        ended(process)
        (other,) = set(slurm.NODES) - {node}
        assert (tmp_path / "short.txt").read_text().strip() == other
    finally:
        cluster("scontrol", "update", f"nodename={node}", "state=resume")


def test_a_drained_node_gets_nothing_more(cluster, tmp_path):
    cluster("scontrol", "update", "nodename=one", "state=drain", "reason=tested")
    try:
        ended(submitted(tmp_path, "short.txt", "--snakefile", str(SLOW)))
        assert (tmp_path / "short.txt").read_text().strip() == "two"
    finally:
        cluster("scontrol", "update", "nodename=one", "state=resume")
