"""`hearsay relabel`, as a newcomer calls it."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import hearsay
from hearsay import cli
from hearsay.files import sha256
from hearsay.imagenet import devkit
from hearsay.imagenet.devkit import image_name
from hearsay.imagenet.standin import write_standin

WNIDS = [f"n{i % 3:08d}" for i in range(9)]


@pytest.fixture
def images(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(devkit, "read_devkit", lambda _: SimpleNamespace(wnids=WNIDS))
    write_standin("images.tar", len(WNIDS))
    return "images.tar"


def call(*extra):
    return cli.main(["relabel", "--devkit", "kit.tar.gz", "--out", "val", *extra])


def test_it_says_what_it_made_and_when_there_was_nothing_to_do(images, capsys):
    assert call("--images", images) == 0
    assert capsys.readouterr().out == "9 images in 3 class folders, named by WordNet ID: val\n"
    before = sha256("val")
    assert call("--images", images) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert sha256("val") == before


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_from_its_own_tree(images, how, capsys):
    call("--images", images)
    Path("val").rename("first")
    assert call("--images", "first", "--how", how) == 0
    assert sha256("val") == sha256("first")


def test_bad_input_is_one_line_and_status_2(images, capsys):
    (Path("val") / "mine").mkdir(parents=True)
    for arguments in (["--images", images], ["--images", "absent"], ["--images", images, "--how", "symlink"]):
        assert call(*arguments) == 2
        streams = capsys.readouterr()
        assert streams.out == ""
        assert streams.err.startswith("hearsay: ")
        assert streams.err.count("\n") == 1
    for arguments in (["--images", images, "--how", "move"], []):
        with pytest.raises(SystemExit) as exit_:
            call(*arguments)
        assert exit_.value.code == 2


def test_the_official_devkit_through_the_command(tmp_path, devkit_archive):
    """The labels come from the archive; a set that is not complete is refused and leaves nothing."""
    write_standin(tmp_path / "images.tar", 20)
    command = [sys.executable, "-m", "hearsay.cli", "relabel", "--devkit", str(devkit_archive)]
    command += ["--images", "images.tar", "--out", "val"]
    environment = {**os.environ, "PYTHONPATH": str(Path(hearsay.__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        f"hearsay: images.tar: 49,980 images are missing, the first is {image_name(21)}; "
        "expected all of 1 to 50,000; get a complete copy\n"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["images.tar"]
