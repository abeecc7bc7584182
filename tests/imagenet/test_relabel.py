"""Relabelling: one tree whatever the source and mode, all or nothing."""

import errno
import fcntl
import hashlib
import io
import multiprocessing
import os
import random
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.files import sha256
from hearsay.imagenet import relabel as module
from hearsay.imagenet.devkit import image_name
from hearsay.imagenet.relabel import HOW, IMAGES, relabel

COUNT = 30
WNIDS = [f"n{i * 7919 % 4:08d}" for i in range(COUNT)]


def content(number):
    return bytes([number % 256]) * (number * 100)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "extracted"
    path.mkdir()
    for i in range(1, COUNT + 1):
        (path / image_name(i)).write_bytes(content(i))
    return path


@pytest.fixture
def tar(tmp_path, folder):
    """In an order of its own: labels go by the number, not by the place."""
    with tarfile.open(tmp_path / "images.tar", "w") as tar:
        for i in random.Random(0).sample(range(1, COUNT + 1), COUNT):
            tar.add(folder / image_name(i), image_name(i))
    return tmp_path / "images.tar"


def refused(*arguments, words):
    with pytest.raises(HearsayError) as error:
        relabel(*arguments)
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def hidden(path):
    return [p.name for p in path.iterdir() if p.name.startswith(".")]


def slow_reference(folder, out):
    for number, wnid in enumerate(WNIDS, 1):
        (out / wnid).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / image_name(number), out / wnid)


def test_every_source_and_mode_gives_the_same_tree_and_manifest(tmp_path, folder, tar):
    slow_reference(folder, tmp_path / "reference")
    nested = tmp_path / "nested"
    slow_reference(folder, nested)
    manifests = []
    for source, how in [(tar, "copy"), *((f, h) for f in (folder, nested) for h in HOW)]:
        out = tmp_path / f"{source.name}-{how}"
        manifests.append(relabel(WNIDS, source, out, how))
        assert sha256(out) == sha256(tmp_path / "reference")
        assert sorted(p.name for p in out.iterdir()) == sorted(set(WNIDS))
    for manifest in manifests:
        assert manifest.equals(manifests[0])
    for i, row in enumerate(manifests[0].itertuples(), 1):
        assert (row.file, row.wnid, row.size) == (image_name(i), WNIDS[i - 1], i * 100)
        assert row.sha256 == hashlib.sha256(content(i)).hexdigest()
    tables.write(manifests[0], IMAGES, tmp_path / "images.csv")
    assert tables.read(tmp_path / "images.csv", IMAGES, text=("file", "wnid", "sha256")).equals(manifests[0])
    assert hidden(tmp_path) == []


def test_what_the_modes_make(tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alias").symlink_to(folder)
    for how in HOW:
        relabel(WNIDS, "alias", how, how)
    name = f"{WNIDS[0]}/{image_name(1)}"
    assert not (tmp_path / "copy" / name).samefile(folder / image_name(1))
    assert (tmp_path / "hardlink" / name).samefile(folder / image_name(1))
    assert not (tmp_path / "hardlink" / name).is_symlink()
    assert (tmp_path / "symlink" / name).readlink() == folder.resolve() / image_name(1)
    (tmp_path / "symlink").rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / name).read_bytes() == content(1)


@pytest.mark.parametrize("how", HOW)
def test_a_second_run_changes_nothing(tmp_path, folder, how):
    out = tmp_path / "out"
    first = relabel(WNIDS, folder, out, how)
    before = {p: p.lstat() for p in out.rglob("*")}
    assert relabel(WNIDS, folder, out, how).equals(first)
    assert {p: p.lstat() for p in out.rglob("*")}.keys() == before.keys()
    assert all(p.lstat().st_mtime_ns == before[p].st_mtime_ns for p in before)
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("made", HOW)
@pytest.mark.parametrize("asked", HOW)
def test_a_tree_made_another_way_is_not_the_one_asked_for(tmp_path, folder, made, asked):
    relabel(WNIDS, folder, tmp_path / "out", made)
    if made != asked:
        refused(WNIDS, folder, tmp_path / "out", asked, words=["already holds something else", f"not made by {asked}"])


CHANGES = {
    "a file missing": lambda out: (out / WNIDS[0] / image_name(1)).unlink(),
    "a file more": lambda out: (out / WNIDS[0] / "notes.txt").write_text("x"),
    "a file on top": lambda out: (out / "notes.txt").write_text("x"),
    "a class more": lambda out: (out / "n99999999").mkdir(),
    "a file in another class": lambda out: (out / WNIDS[0] / image_name(1)).rename(out / WNIDS[1] / image_name(1)),
    "other bytes": lambda out: (out / WNIDS[0] / image_name(1)).write_bytes(b"x" * 100),
    "fewer bytes": lambda out: (out / WNIDS[0] / image_name(1)).write_bytes(b""),
    "a folder for a file": lambda out: [
        (out / WNIDS[0] / image_name(1)).unlink(),
        (out / WNIDS[0] / image_name(1)).mkdir(),
    ],
    "another link": lambda out: [
        (out / WNIDS[0] / image_name(1)).unlink(),
        (out / WNIDS[0] / image_name(1)).symlink_to("gone"),
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path, tar, change):
    out = tmp_path / "out"
    relabel(WNIDS, tar, out)
    CHANGES[change](out)
    before = sorted(out.rglob("*"))
    refused(WNIDS, tar, out, words=[str(out), "already holds something else"])
    assert sorted(out.rglob("*")) == before
    assert hidden(tmp_path) == []


def test_an_empty_folder_is_fine_and_a_file_is_not(tmp_path, tar):
    (tmp_path / "empty").mkdir()
    assert len(relabel(WNIDS, tar, tmp_path / "empty")) == COUNT
    (tmp_path / "file").write_text("x")
    refused(WNIDS, tar, tmp_path / "file", words=["Not a directory"])
    refused(WNIDS, tar, tmp_path / "file" / "out", words=["Not a directory"])
    assert len(relabel(WNIDS, tar, tmp_path / "new" / "deeper" / "out")) == COUNT


def test_bad_requests(tmp_path, folder, tar):
    out = tmp_path / "out"
    refused(WNIDS, tar, out, "hardlink", words=[str(tar), "hardlink is impossible"])
    refused(WNIDS, folder, out, "move", words=["'move'", "copy, hardlink, symlink"])
    refused(["../../x", *WNIDS[1:]], folder, out, words=["image 1", "'../../x'"])
    for inside in (folder, folder / "out", tmp_path):
        refused(WNIDS, folder, inside, words=["overlaps"])
    refused(WNIDS, folder, "/proc", words=["mount point"])
    refused(WNIDS[:-1], folder, out, words=["one too many"])
    refused([*WNIDS, WNIDS[0]], folder, out, words=["1 image is missing", image_name(COUNT + 1)])
    assert not out.exists()
    assert hidden(tmp_path) == []


def test_a_fault_found_at_the_end_leaves_nothing(tmp_path, tar):
    tar.write_bytes(tar.read_bytes()[:30_000])
    refused(WNIDS, tar, tmp_path / "out", words=[str(tar), "truncated"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["extracted", "images.tar"]


SYSTEM = {errno.ENOSPC: "disk is full", errno.EDQUOT: "disk is full", errno.EROFS: "not permitted", errno.EIO: "error"}


@pytest.mark.parametrize("call", ["mkdir", "open", "write", "close", "rename"])
@pytest.mark.parametrize("number", SYSTEM)
def test_errors_of_the_system_are_one_line_and_leave_nothing(tmp_path, folder, monkeypatch, call, number):
    """The first or the tenth such call on the new tree fails."""
    new = set()  # file descriptors of new files; the images' own must not fail here
    calls = iter(range(1000))
    real = {name: getattr(os, name) for name in ("open", "write", "close")}

    def fail(after):
        if next(calls) >= after:
            raise OSError(number, os.strerror(number), "x")

    def open_(path, flags, mode=0o777, *, dir_fd=None):
        making = flags & os.O_EXCL
        if call == "open" and making:
            fail(10)
        file = real["open"](path, flags, mode, dir_fd=dir_fd)
        if making:
            new.add(file)
        return file

    def write(file, data):
        if call == "write" and file in new:
            fail(10)
        return real["write"](file, data)

    def close(file):
        real["close"](file)
        if file in new:
            new.remove(file)
            if call == "close":
                fail(10)

    with monkeypatch.context() as patch:
        for name, fake in (("open", open_), ("write", write), ("close", close)):
            patch.setattr(module.os, name, fake)
        if call in ("mkdir", "rename"):
            patch.setattr(Path, call, lambda *_, **__: fail(0))
        refused(WNIDS, folder, tmp_path / "out", words=[SYSTEM[number]])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["extracted"]
    assert len(relabel(WNIDS, folder, tmp_path / "out")) == COUNT


def test_a_short_write_is_carried_on(tmp_path, folder, monkeypatch):
    real = os.write
    monkeypatch.setattr(module.os, "write", lambda file, data: real(file, data[:70]))
    relabel(WNIDS, folder, tmp_path / "out")
    assert (tmp_path / "out" / WNIDS[-1] / image_name(COUNT)).read_bytes() == content(COUNT)


def test_what_was_written_is_verified(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(module.os, "write", lambda file, data: len(data))
    refused(WNIDS, folder, tmp_path / "out", words=["came to 0 bytes, not 100"])
    monkeypatch.undo()
    real = module._each

    def intrude(act, wnids, images):
        result = real(act, wnids, images)
        (tmp_path / ".out.partial" / "tree" / "stray").mkdir()
        return result

    monkeypatch.setattr(module, "_each", intrude)
    refused(WNIDS, folder, tmp_path / "out", words=["stray", "came or went"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["extracted"]


def test_hard_links_across_file_systems(tmp_path, folder):
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev or not os.access(other, os.W_OK):
        pytest.skip("no second file system to write to")
    out = other / f"hearsay-test-{os.getpid()}"
    refused(WNIDS, folder, out, "hardlink", words=["another file system", "use copy or symlink"])
    assert not out.exists()


@pytest.fixture
def mount(tmp_path):
    """Mount a tmpfs of a given size, where the tests run as root."""
    mounted = []

    def at(options):
        path = tmp_path / "disk"
        path.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True)
        if done.returncode:
            pytest.skip("may not mount")
        mounted.append(path)
        return path

    if os.geteuid():
        pytest.skip("only root may mount")
    if shutil.which("mount") is None:
        pytest.skip("no mount command")
    yield at
    for path in mounted:
        subprocess.run(["umount", str(path)], check=True)


def test_a_disk_that_fills_up(tmp_path, tar, mount):
    disk = mount("size=40k")
    refused(WNIDS, tar, disk / "out", words=["disk is full"])
    assert list(disk.iterdir()) == []
    subprocess.run(["mount", "-o", "remount,size=10m", str(disk)], check=True)
    assert len(relabel(WNIDS, tar, disk / "out")) == COUNT


def test_a_read_only_disk(tmp_path, tar, mount):
    disk = mount("size=1m")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    refused(WNIDS, tar, disk / "out", words=["not permitted"])
    refused(WNIDS, tar, disk, words=["mount point"])


def test_a_second_run_at_the_same_time_is_refused(tmp_path, folder, tar):
    partial = tmp_path / ".out.partial"
    partial.mkdir()
    with (partial / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(WNIDS, tar, tmp_path / "out", words=["another run is making it"])
        assert partial.exists()
    relabel(WNIDS, tar, tmp_path / "out")
    assert hidden(tmp_path) == []


def test_a_run_that_ended_while_we_waited_for_the_stage(tmp_path, folder, tar, monkeypatch):
    """Its tree is compared, not built a second time."""
    relabel(WNIDS, tar, tmp_path / "out")
    answers = iter([False, True])
    monkeypatch.setattr(module, "occupied", lambda out: next(answers))
    assert len(relabel(WNIDS, tar, tmp_path / "out")) == COUNT


def test_what_a_killed_run_left_is_removed(tmp_path, tar):
    tree = tmp_path / ".out.partial" / "tree"
    (tree / "n00000000").mkdir(parents=True)
    (tree / "n00000000" / image_name(1)).write_bytes(b"half")
    (tree.parent / "lock").touch()
    relabel(WNIDS, tar, tmp_path / "out")
    assert hidden(tmp_path) == []
    tree.parent.mkdir()
    (tree.parent / "lock").touch()  # killed between the rename and the end
    relabel(WNIDS, tar, tmp_path / "out")
    assert hidden(tmp_path) == []


def test_a_folder_that_only_looks_like_a_partial_run_is_left_alone(tmp_path, tar):
    partial = tmp_path / ".out.partial"
    partial.mkdir()
    (partial / "thesis.tex").write_text("x")
    refused(WNIDS, tar, tmp_path / "out", words=["not a partial run"])
    assert (partial / "thesis.tex").exists()
    shutil.rmtree(partial)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "tree").mkdir()
    partial.symlink_to(tmp_path / "victim")
    refused(WNIDS, tar, tmp_path / "out", words=["not a partial run"])
    partial.unlink()
    partial.write_text("x")
    refused(WNIDS, tar, tmp_path / "out", words=["not a partial run"])
    assert (tmp_path / "victim" / "tree").is_dir()


def test_a_kill_at_any_moment_and_the_same_command_again(tmp_path, monkeypatch):
    """SIGKILL at random moments of a real process: OUT is absent or whole, and a further run completes it."""
    monkeypatch.chdir(tmp_path)
    n = 600
    wnids = [f"n{i % 50:08d}" for i in range(n)]
    with tarfile.open("images.tar", "w") as tar:
        for i in range(1, n + 1):
            info = tarfile.TarInfo(image_name(i))
            info.size = 300 + i
            tar.addfile(info, io.BytesIO(i.to_bytes(4, "big") * 1000))
    began = time.monotonic()
    expected = relabel(wnids, "images.tar", "whole")
    duration = time.monotonic() - began
    tree = sha256("whole")
    moments, left = random.Random(1), 0
    for kill in range(16):
        child = multiprocessing.get_context("fork").Process(target=relabel, args=(wnids, "images.tar", "out"))
        child.start()
        time.sleep(moments.uniform(0, duration))
        child.kill()
        child.join()
        if Path("out").exists():
            assert sha256("out") == tree
        left += Path(".out.partial", "tree").exists()
        if kill % 4 == 3:  # in between, the next killed run finds what this one left
            assert relabel(wnids, "images.tar", "out").equals(expected)
            assert sha256("out") == tree
            assert hidden(tmp_path) == []
            shutil.rmtree("out")
    assert left, "no kill came while the tree was being built"
