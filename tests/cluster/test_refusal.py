"""No cluster is started on a machine that is somebody's own, and `make test-cluster` says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import slurm

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A machine on which a cluster may be started; changed by the tests."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(slurm.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(slurm, "CONF", tmp_path / "slurm.conf")
    assert slurm.refusal() == ""


@pytest.mark.parametrize("value", ["", None])
def test_only_in_ci(ours, monkeypatch, value):
    monkeypatch.delenv("CI") if value is None else monkeypatch.setenv("CI", value)
    assert "CI is not set" in slurm.refusal()


def test_only_as_root(ours, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "only root" in slurm.refusal()


def test_only_where_slurm_is_not_configured_by_somebody_else(ours):
    slurm.CONF.write_text("ClusterName=theirs\n")
    assert "is somebody's own" in slurm.refusal()
    slurm.CONF.write_text(slurm.configuration(slurm.CONF.parent))  # left by a killed test
    assert slurm.refusal() == ""


def test_only_where_it_can_be_installed(ours, monkeypatch):
    monkeypatch.setattr(slurm.shutil, "which", lambda name: None)
    assert "no apt-get" in slurm.refusal()


def made(folder):
    command = ["make", "-o", ".venv/.installed", f"BIN={folder}", "test-cluster"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "CI": ""}, capture_output=True, text=True, check=False)


def test_make_says_that_it_did_not_run_and_why(tmp_path):
    done = made(Path(sys.executable).parent)
    assert done.returncode == 0
    assert "test-cluster DID NOT RUN: CI is not set" in done.stderr
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    assert made(tmp_path).returncode != 0  # a fault in the tests is no reason not to run them
