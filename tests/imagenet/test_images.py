"""Reading the validation images: every image once, everything else refused."""

import gzip
import io
import itertools
import os
import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.imagenet import images
from hearsay.imagenet.devkit import image_name
from hearsay.imagenet.images import read_images

COUNT = 5
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def content(number):
    return bytes([number]) * (number * 300)


def member(name, data=b"x", kind=tarfile.REGTYPE, **fields):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def good():
    return [member(image_name(i), content(i)) for i in range(1, COUNT + 1)]


def write_tar(path, members, **options):
    with tarfile.open(path, "w", **options) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if info.size else None)
    return path


def by_tarfile(path):
    """The slow reference: what tarfile itself reads."""
    with tarfile.open(path, "r:") as tar:
        return [(int(m.name[-13:-5]), tar.extractfile(m).read()) for m in tar if m.isfile()]


def read(path, count=COUNT):
    return [(image.number, image.data) for image in read_images(path, count)]


def refused(path, *words, count=COUNT):
    with pytest.raises(HearsayError) as error:
        read(path, count)
    message = str(error.value)
    assert "\n" not in message
    assert str(path) in message
    for word in words:
        assert word in message
    return message


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("prefix", ["", "./", "val/", "./ILSVRC/Data/val/", "d" * 99 + "/", "long/" * 40, "bilder-ö/"])
def test_tar_in_every_format_and_subfolder_is_read_as_tarfile_reads_it(tmp_path, format, prefix):
    folders = [member(prefix, b"", tarfile.DIRTYPE)] if prefix else []
    files = [member(prefix + image_name(i), content(i)) for i in (3, 1, 5, 2, 4)]
    path = write_tar(tmp_path / "t.tar", folders + files, format=format)
    assert read(path) == by_tarfile(path)
    assert sorted(read(path)) == [(i, content(i)) for i in range(1, COUNT + 1)]


def test_folder_flat_or_one_deep_comes_in_the_order_of_the_numbers(tmp_path):
    for i in range(1, COUNT + 1):
        folder = tmp_path / ("" if i % 2 else f"n{i:08d}")
        folder.mkdir(exist_ok=True)
        (folder / image_name(i)).write_bytes(content(i))
    (tmp_path / "empty").mkdir()
    assert read(tmp_path) == [(i, content(i)) for i in range(1, COUNT + 1)]


def test_pax_headers_that_speak_for_files_are_obeyed(tmp_path):
    """A header for all files, or for one, may change its name; reading the plain header alone would miss that."""
    path = write_tar(tmp_path / "all.tar", good(), format=tarfile.PAX_FORMAT, pax_headers={"comment": "hello"})
    assert read(path) == by_tarfile(path)
    path = write_tar(tmp_path / "name.tar", good(), format=tarfile.PAX_FORMAT, pax_headers={"path": "elsewhere"})
    refused(path, "'elsewhere'")
    away = member(image_name(1), pax_headers={"path": "../" + image_name(1)})
    path = write_tar(tmp_path / "one.tar", [away], format=tarfile.PAX_FORMAT)
    refused(path, "points outside")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_tar_is_read_as_tarfile_reads_it_or_refused(tmp_path, data):
    format = data.draw(st.sampled_from(FORMATS))
    prefix = data.draw(st.sampled_from(["", "val/", "v" * 120 + "/"]))
    path = write_tar(tmp_path / "t.tar", [member(prefix + image_name(i), b"jpeg") for i in (1, 2, 3)], format=format)
    raw = bytearray(path.read_bytes())
    used = 512 * (6 if len(prefix) < 100 else 16)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, used))] = data.draw(st.sampled_from([*b"\x00 0157\xff/.", *range(256)]))
    path.write_bytes(raw)
    try:
        mine = read(path, 3)
    except HearsayError as error:
        assert "\n" not in str(error)
    else:
        assert mine == by_tarfile(path)


@pytest.mark.parametrize("format", FORMATS)
def test_every_truncation_is_noticed(tmp_path, format):
    path = write_tar(tmp_path / "t.tar", [member(image_name(i), content(i)) for i in (1, 2)], format=format)
    raw = path.read_bytes()
    end = len(raw.rstrip(b"\0")) // 512 * 512 + 512  # where the end mark begins
    for length in (*range(0, end, 100), end, end + 511):
        path.write_bytes(raw[:length])
        message = refused(path, count=2)
        assert "truncated" in message or length < 512
    path.write_bytes(raw[: end + 512])
    assert len(read(path, 2)) == 2


def test_corrupt_header_is_named_by_its_place(tmp_path):
    path = write_tar(tmp_path / "t.tar", good())
    raw = bytearray(path.read_bytes())
    raw[1024 + 3] ^= 1  # the second header's name
    path.write_bytes(raw)
    refused(path, "corrupt header at byte 1,024")


def test_something_behind_the_end_mark_is_refused(tmp_path):
    path = write_tar(tmp_path / "t.tar", good())
    path.write_bytes(path.read_bytes() * 2)
    refused(path, "follows its end mark")


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (gzip.compress(b"x" * 9999, mtime=0), "gzip-compressed"),
        (b"BZh9" + b"x" * 999, "bzip2-compressed"),
        (b"\xfd7zXZ\0" + b"x" * 999, "xz-compressed"),
        (b"PK\x03\x04" + b"x" * 999, "zip-compressed"),
        (b"\xff\xd8\xff\xe0" + b"x" * 9999, "not a tar archive"),
        (b"", "not a tar archive"),
        (bytes(10240), "5 images are missing"),
    ],
)
def test_what_is_no_tar_is_named(tmp_path, raw, word):
    path = tmp_path / "t.tar"
    path.write_bytes(raw)
    refused(path, word)


def test_no_such_file_and_no_plain_file(tmp_path):
    refused(tmp_path / "absent", "no such file or folder")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "neither a tar nor a folder")


FAULTS = {
    "one missing": (lambda m: m[:2] + m[3:], ["1 image is missing", image_name(3)]),
    "two missing": (lambda m: m[2:], ["2 images are missing", image_name(1)]),
    "one extra": (lambda m: [*m, member(image_name(COUNT + 1))], [image_name(COUNT + 1), "one too many"]),
    "number zero": (lambda m: [member(image_name(0)), *m], [image_name(0), "one too many"]),
    "duplicate": (lambda m: [*m, member("again/" + image_name(2))], ["comes twice", "again/" + image_name(2)]),
    "another file": (lambda m: [*m, member("README.txt")], ["'README.txt'", "no name of a validation image"]),
    "other case": (lambda m: [*m, member("ilsvrc2012_val_00000001.jpeg")], ["no name of a validation image"]),
    "other digits": (lambda m: [*m, member("ILSVRC2012_val_0000000١.JPEG")], ["no name of a validation image"]),
    "a line in a name": (lambda m: [*m, member("a\nb")], [r"'a\nb'"]),
    "test set": (lambda m: [member("ILSVRC2012_test_00000001.JPEG")], ["is this the validation set?"]),
    "empty": (lambda m: [member(image_name(1), b""), *m[1:]], [image_name(1), "is empty"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_the_set_in_a_tar(tmp_path, fault):
    plant, words = FAULTS[fault]
    refused(write_tar(tmp_path / "t.tar", plant(good())), *words)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_the_set_in_a_folder(tmp_path, fault):
    plant, words = FAULTS[fault]
    for info, data in plant(good()):
        path = tmp_path / info.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    refused(tmp_path, *words)


SPECIAL = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"S")


@pytest.mark.parametrize(("kind", "format"), list(itertools.product(SPECIAL, FORMATS)))
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind, format):
    odd = member(image_name(1), b"", kind, linkname=image_name(2))
    refused(
        write_tar(tmp_path / "t.tar", [odd, *good()[1:]], format=format), image_name(1), "expected plain files only"
    )


@pytest.mark.parametrize("prefix", ["/", "/tmp/", "../", "val/../../", "./../"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE])
def test_paths_that_leave_are_refused(tmp_path, prefix, kind):
    data = b"x" if kind == tarfile.REGTYPE else b""
    refused(write_tar(tmp_path / "t.tar", [member(prefix + image_name(1), data, kind)]), prefix[:-1], "points outside")


def test_an_image_larger_than_any_is_refused_before_it_is_read(tmp_path):
    info, _ = member(image_name(1))
    info.size = 1 << 40
    (tmp_path / "t.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    refused(tmp_path / "t.tar", f"{1 << 40:,} bytes")
    with (tmp_path / image_name(1)).open("wb") as sparse:
        sparse.truncate(images.MAX_BYTES + 1)
    (tmp_path / "t.tar").unlink()
    refused(tmp_path, "bytes", count=1)


def test_links_devices_and_depth_in_a_folder_are_refused(tmp_path):
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / image_name(1)).symlink_to("/etc/hostname")
    refused(tmp_path / "link", image_name(1), "is a link")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / image_name(1))
    refused(tmp_path / "pipe", image_name(1), "device, pipe or socket")
    (tmp_path / "deep" / "a" / "b").mkdir(parents=True)
    refused(tmp_path / "deep", "'a/b'", "too deep")


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    (tmp_path / image_name(1)).write_bytes(b"x")

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(images.os, "read", fail)
    refused(tmp_path, "Input/output error", count=1)
