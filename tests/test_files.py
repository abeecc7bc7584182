"""Staged writing leaves either the whole file or nothing."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.files import sha256, staged, write_text


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), staged(target) as stage:
        stage.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_makes_the_folder(tmp_path):
    write_text(tmp_path / "x" / "y" / "a.txt", "é\n")
    assert (tmp_path / "x" / "y" / "a.txt").read_bytes() == "é\n".encode()


@given(st.binary())
def test_sha256_of_a_file(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("f") / "a"
    path.write_bytes(data)
    assert sha256(path) == hashlib.sha256(data).hexdigest()


def test_sha256_of_a_folder_sees_names_bytes_and_nothing_else(tmp_path):
    def folder(name, **files):
        for file, text in files.items():
            write_text(tmp_path / name / file, text)
        return sha256(tmp_path / name)

    same = folder("a", x="1", y="2")
    assert folder("b", y="2", x="1") == same
    assert len({same, folder("c", x="1"), folder("d", x="1", z="2"), folder("e", x="2", y="1")}) == 4
