"""`profiles/generic` with a `qsub` of five lines: what is submitted, what it asks for, and the same bytes."""

import os

import pytest

from tests.workflow.conftest import ROOT, Checkout

pytestmark = pytest.mark.workflow

QSUB = ROOT / "tests/workflow/bin"
TARGETS = ["results/imagenet/tables/audit.csv", "results/moments/tables/graph-same.csv"]


def test_any_scheduler_gives_the_same_bytes_and_is_asked_by_the_one_table(finished, tmp_path):
    checkout = Checkout(tmp_path / "generic")
    path = f"{QSUB}:{os.environ['PATH']}"
    done = checkout.snakemake(*TARGETS, "--profile", "profiles/generic", "--latency-wait", "5", PATH=path)
    assert done.returncode == 0, done.stderr[-4000:]
    for target in TARGETS:
        assert (checkout.folder / target).read_bytes() == (finished.folder / target).read_bytes()
    submitted = (checkout.folder / "submitted.txt").read_text().splitlines()
    assert "-terse -cwd -V -S /bin/bash -pe smp 1 -l h_vmem=2000M,h_rt=1800" in submitted
    assert "-terse -cwd -V -S /bin/bash -pe smp 1 -l h_vmem=4000M,h_rt=1800" in submitted  # TensorFlow's
    assert not [line for line in submitted if "h_vmem=8000M" in line]  # no retry was needed
