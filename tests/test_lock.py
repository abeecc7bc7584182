"""One run at a time, and what a killed one left."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hearsay import lock
from hearsay.cli import main
from hearsay.errors import HearsayError
from hearsay.files import write_text

HOLD = """
import sys, time
from hearsay.lock import one_run
with one_run():
    print("held", flush=True)
    time.sleep(60)
"""
# Starts a child that inherits the lock, and waits.
HAND_ON = """
import subprocess, sys, time
from hearsay.lock import one_run
with one_run() as held:
    subprocess.Popen([sys.executable, "-c", "import time; print('held', flush=True); time.sleep(4)"], pass_fds=(held,))
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def started(code):
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_with_who_runs():
    first = started(HOLD)
    said = rf"another run goes on in this folder \(process {first.pid} on \S+\)"
    with pytest.raises(HearsayError, match=said), lock.one_run():
        pass
    first.kill()
    first.wait()
    with lock.one_run():  # the kernel let go
        pass


@pytest.mark.parametrize(
    ("command", "held"),
    [
        (["figures"], "build/published.lock"),
        (["reference"], "build/reference.lock"),
        (["reference", "--redraw"], "build/published.lock"),
        (["verify", "--only", "bytes"], "build/verify.lock"),
    ],
)
def test_two_at_once_do_not_empty_each_others_folder(capsys, command, held):
    with lock.one_run(Path(held)):
        assert main(command) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"hearsay: {command[0]}: another run goes on in this folder (process {os.getpid()} on ")
    assert len(said.splitlines()) == 1


def test_who_computes_still_holds_it_when_who_started_it_is_killed():
    first = started(HAND_ON)
    first.kill()
    first.wait()
    with pytest.raises(HearsayError, match="another run"), lock.one_run():
        pass
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with lock.one_run():
                return
        except HearsayError:
            time.sleep(0.2)
    raise AssertionError("still held by nobody")


@pytest.mark.parametrize("full", [False, True])
def test_where_nothing_can_be_written_it_is_one_line(full):
    path = Path("folder/lock")
    if full:
        path.parent.mkdir()
        path.symlink_to("/dev/full")
    else:
        path.parent.touch()
    with (
        pytest.raises(HearsayError, match=r"^verify: folder/lock cannot be written: .+$"),
        lock.one_run(path, "verify"),
    ):
        pass


def test_nothing_is_locked_where_nothing_ran():
    assert not lock.left_locked()


def test_a_lock_that_nobody_works_under_was_left():
    lock.SNAKEMAKES.mkdir(parents=True)
    (lock.SNAKEMAKES / "0.output.lock").write_text("results/x\n")
    assert lock.left_locked()


def test_a_plain_snakemake_is_waited_for():
    lock.SNAKEMAKES.mkdir(parents=True)
    (lock.SNAKEMAKES / "0.output.lock").write_text("results/x\n")
    Path("snakemake").write_text("import time; print('held', flush=True); time.sleep(60)")
    process = subprocess.Popen([sys.executable, "snakemake", "--cores", "1"], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(HearsayError, match=f"snakemake runs in this folder \\(process {process.pid}\\)"):
        lock.left_locked()
    other = Path("elsewhere")
    other.mkdir()
    (other / lock.SNAKEMAKES).mkdir(parents=True)
    (other / lock.SNAKEMAKES / "0.output.lock").write_text("results/x\n")
    os.chdir(other)
    assert lock.left_locked()  # that one works in another folder
    process.kill()
    process.wait()


@pytest.mark.parametrize("shadow", ["", ".snakemake/shadow/tmp1"])
def test_a_job_that_outlived_its_snakemake_is_waited_for(shadow):
    lock.SNAKEMAKES.mkdir(parents=True)
    (lock.SNAKEMAKES / "0.output.lock").write_text("results/x\n")
    script = Path(shadow, ".snakemake/scripts/tmp2.audit.py").absolute()
    script.parent.mkdir(parents=True)
    script.write_text("import time; print('held', flush=True); time.sleep(60)")
    process = subprocess.Popen([sys.executable, str(script)], cwd=Path(shadow), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(HearsayError, match=rf"\(process {process.pid}\), or a job of it"):
            lock.left_locked()
    finally:
        process.kill()
        process.wait()
    assert lock.left_locked()


@pytest.mark.parametrize("left", [False, True])
def test_report_ends_as_snakemake_ends_and_unlocks_only_what_was_left(left):
    Path("snakemake.py").write_text(
        "import sys\n"
        "open('calls', 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "sys.exit(0 if '--unlock' in sys.argv else 3)\n"
    )
    if left:
        lock.SNAKEMAKES.mkdir(parents=True)
        (lock.SNAKEMAKES / "0.output.lock").write_text("results/x\n")
    command = [sys.executable, "-m", "hearsay.cli", "report", "--cores", "2", "--configfile", "my.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    calls = Path("calls").read_text().splitlines()
    assert ["--unlock" in call for call in calls] == ([True, False] if left else [False])
    assert calls[-1] == "--cores 2 --quiet host reason --configfile my.yaml"


def test_snakemake_holds_the_lock_of_a_report_that_was_killed():
    Path("snakemake.py").write_text("import time\nprint('held', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "hearsay.cli", "report"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert "held\n" in iter(first.stdout.readline, "")
        first.kill()
        first.wait()
        with pytest.raises(HearsayError, match=rf"another run .*process {first.pid} "), lock.one_run():
            pass
    finally:
        os.killpg(first.pid, signal.SIGKILL)


def test_report_runs_nothing_on_a_result_that_was_edited():
    Path("snakemake.py").write_text("open('called', 'w')\n")
    write_text("results/x.csv", "edited")
    write_text("results/provenance/x.json", json.dumps({"rule": "x", "outputs": {"results/x.csv": "0"}}))
    done = subprocess.run([sys.executable, "-m", "hearsay.cli", "report"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "results/x.csv: changed by hand after rule x wrote it" in done.stderr
    assert not Path("called").exists()
