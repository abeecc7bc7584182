"""`profiles/generic` with a scheduler of five lines: what is submitted, what it asks for, and the same bytes."""

import pytest

from tests.workflow.conftest import ROOT, Checkout

pytestmark = pytest.mark.workflow

SUBMIT = ROOT / "tests/workflow/submit.sh"
TARGETS = ["results/imagenet/tables/audit.csv", "results/moments/tables/graph-same.csv"]


def test_any_scheduler_gives_the_same_bytes_and_is_asked_by_the_one_table(finished, tmp_path):
    checkout = Checkout(tmp_path / "generic")
    asked = f"{SUBMIT} {{rule}} {{resources.mem_mb}} {{resources.runtime}}"
    command = ["--profile", "profiles/generic", "--cluster-generic-submit-cmd", asked, "--latency-wait", "5"]
    done = checkout.snakemake(*TARGETS, *command)
    assert done.returncode == 0, done.stderr[-4000:]
    for target in TARGETS:
        assert (checkout.folder / target).read_bytes() == (finished.folder / target).read_bytes()
    submitted = (checkout.folder / "submitted.txt").read_text().splitlines()
    assert {"imagenet_audit 2000 30", "moments_graph 4000 30"} <= set(submitted)
    assert len(submitted) == len(set(submitted))  # no retry was needed
