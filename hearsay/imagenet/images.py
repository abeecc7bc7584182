"""Read the ILSVRC2012 validation images, from their tar or from an extracted folder: each image once, by its number.

The archive and the folder are untrusted. No name in them is ever used as a path to write to; what is not a plain image
under its official name is refused, never skipped, because a skipped one is how labels come to be shifted.
"""

import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import adler32

from hearsay.errors import HearsayError
from hearsay.imagenet.devkit import image_name

BLOCK = 512
ZEROS = bytes(BLOCK)
MAX_BYTES = 64 << 20  # one image is held in memory; the largest official ones are a few MB
COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
BROKEN = (tarfile.TarError, ValueError, ArithmeticError, LookupError)  # what tarfile raises on hostile headers

_FILE = re.compile(r"ILSVRC2012_val_([0-9]{8})\.JPEG")
# A regular file's header as tar writes it, without extensions: (name, size, checksum). tarfile reads every other one.
# It spends a second on 50,000 headers, a third of the whole relabelling; this takes a quarter of that.
_PLAIN = re.compile(
    rb"(?=([A-Za-z0-9_./-]{1,99})\0).{124}([0-7]{11})[\0 ].{12}([0-7]{6})\0 0.{100}ustar(?:\x0000|  \0).{80}\0.{166}",
    re.DOTALL,
)


class Image(NamedTuple):
    """One validation image: its number (1 is the first), its name in the archive or folder, and its bytes."""

    number: int
    name: str
    data: bytes


def read_images(source: str | os.PathLike, count: int) -> Iterator[Image]:
    """Yield the validation images 1..`count`, each exactly once.

    Parameters
    ----------
    source
        The uncompressed tar, whose members may lie in subfolders and come in the tar's order; or a folder that holds
        the files, flat or one level deep, which come in the order of their numbers.
    count
        How many images there must be; 50,000 in the official set.

    Raises
    ------
    HearsayError
        The source is not one of these, is truncated or corrupt, or holds anything but these images: one missing, extra,
        twice, empty, over 64 MiB, under another name, an unsafe path, a link or a device. A tar can show most of this
        only when its last image has been yielded, so nothing may be kept before this iterator ends.

    """
    source = Path(source)
    roll = _Roll(source, count)
    try:
        if source.is_dir():
            yield from _folder(source, roll)
        elif source.is_file():
            yield from _tar(source, roll)
        elif source.exists():
            raise HearsayError(f"{source}: neither a tar nor a folder; name the validation images' tar or folder")
        else:
            raise HearsayError(f"{source}: no such file or folder; name the validation images' tar or folder")
    except OSError as error:
        raise HearsayError(f"{error.filename or source}: cannot be read: {error.strerror}") from error


class _Roll:
    """Calls the roll: which of the numbers 1..count have been seen, and under which name."""

    def __init__(self, source: Path, count: int):
        self.source, self.count, self.names = source, count, {}

    def number(self, name: str) -> int:
        """Tick off the image that goes under `name`; return its number."""
        match = _FILE.fullmatch(name.rpartition("/")[2])
        if match is None:
            raise HearsayError(
                f"{self.source}: {name!r} is no name of a validation image; expected "
                f"ILSVRC2012_val_XXXXXXXX.JPEG and nothing else; is this the validation set?"
            )
        number = int(match[1])
        if not 1 <= number <= self.count:
            raise HearsayError(
                f"{self.source}: {name!r} is one too many; expected numbers 1 to {self.count:,}; remove it"
            )
        if number in self.names:
            first = self.names[number]
            raise HearsayError(f"{self.source}: image {number} comes twice: {first!r} and {name!r}; keep the right one")
        self.names[number] = name
        return number

    def close(self) -> None:
        """Refuse a set in which a number is missing."""
        missing = self.count - len(self.names)
        if missing:
            first = next(number for number in range(1, self.count + 1) if number not in self.names)
            what = "1 image is missing:" if missing == 1 else f"{missing:,} images are missing, the first is"
            raise HearsayError(
                f"{self.source}: {what} {image_name(first)}; expected all of 1 to {self.count:,}; get a complete copy"
            )

    def check_size(self, name: str, size: int) -> None:
        """Refuse an image that is empty or too large to be one."""
        if size == 0:
            raise HearsayError(f"{self.source}: {name!r} is empty; get a complete copy")
        if size > MAX_BYTES:
            raise HearsayError(
                f"{self.source}: {name!r} has {size:,} bytes; expected an image of at most {MAX_BYTES:,}"
            )


def _folder(source: Path, roll: _Roll) -> Iterator[Image]:
    names = {roll.number(name): name for name in _files(source)}
    roll.close()
    root = os.open(source, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for number in sorted(names):
            file = os.open(names[number], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=root)
            try:
                size = os.fstat(file).st_size
                roll.check_size(names[number], size)
                data = os.read(file, size + 1)
            finally:
                os.close(file)
            if len(data) != size:
                raise HearsayError(f"{source}: {names[number]!r} changed while it was read; let nothing write there")
            yield Image(number, names[number], data)
    finally:
        os.close(root)


def _files(source: Path) -> Iterator[str]:
    """Names, relative to `source`, of the files in it and in its subfolders."""
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            inner = sorted(os.scandir(entry), key=lambda entry: entry.name)
        else:
            inner = [entry]
        for file in inner:
            name = os.path.relpath(file.path, source)
            if file.is_symlink():
                raise HearsayError(f"{source}: {name!r} is a link; name the folder that holds the images themselves")
            if file.is_dir():
                raise HearsayError(f"{source}: {name!r} lies too deep; expected the images or one level of folders")
            if not file.is_file():
                raise HearsayError(f"{source}: {name!r} is a device, pipe or socket; expected plain files only")
            yield name


def _tar(source: Path, roll: _Roll) -> Iterator[Image]:
    with source.open("rb", buffering=1 << 20) as file:
        for name, size in _members(source, file):
            number = roll.number(name)
            roll.check_size(name, size)
            # Here `file` stands at the member's data.
            padded = -(-size // BLOCK) * BLOCK
            data = file.read(padded)
            if len(data) < padded:
                raise HearsayError(f"{source}: truncated within {name!r}; get a complete copy of the archive")
            yield Image(number, name, data[:size])
    roll.close()


def _members(source: Path, file) -> Iterator[tuple[str, int]]:
    """Name and size of each file of the tar; `file` stands at its data, and must stand behind it for the next one."""
    start = file.read(8)
    for magic, kind in COMPRESSED.items():
        if start.startswith(magic):
            raise HearsayError(f"{source}: is {kind}-compressed; expected the plain tar; decompress it first")
    try:
        file.seek(0)
        tar = tarfile.TarFile(fileobj=file)
    except BROKEN as error:
        raise HearsayError(f"{source}: is not a tar archive ({error}); expected the validation images' tar") from error
    offset = 0
    file.seek(0)
    while (header := file.read(BLOCK)) != ZEROS:
        if len(header) < BLOCK:
            raise HearsayError(f"{source}: truncated, its end mark is missing; get a complete copy of the archive")
        # A global header changes what later ones mean, so behind one tarfile reads them all.
        plain = None if tar.pax_headers else _PLAIN.fullmatch(header)
        if plain and _checksum(header) == int(plain[3], 8):
            name, size, offset = plain[1].decode("ascii"), int(plain[2], 8), offset + BLOCK
        else:
            file.seek(offset)
            try:
                info = tarfile.TarInfo.fromtarfile(tar)
            except (tarfile.TruncatedHeaderError, tarfile.EmptyHeaderError) as error:
                raise HearsayError(f"{source}: truncated at byte {offset:,}; get a complete copy") from error
            except BROKEN as error:
                raise HearsayError(f"{source}: corrupt header at byte {offset:,} ({error}); get a good copy") from error
            name, size = info.name, info.size
            if info.isdir():
                _check_path(source, name)
                offset = tar.offset
                file.seek(offset)
                continue
            _check_kind(source, info)
            offset = info.offset_data
            file.seek(offset)
        _check_path(source, name)
        yield name, size
        offset += -(-size // BLOCK) * BLOCK
    while rest := file.read(1 << 20):
        if rest.strip(b"\0"):
            raise HearsayError(f"{source}: something follows its end mark; expected one tar archive; get a good copy")


def _checksum(header: bytes) -> int | None:
    """Sum of a header's bytes, with the eight of the checksum itself taken as blanks; None where some are not ASCII.

    The low half of Adler-32 is 1 + the sum modulo 65521, which 512 ASCII bytes do not reach; `sum` takes ten times as
    long, half the time of reading an image.
    """
    if not header.isascii():
        return None
    return (adler32(header) & 0xFFFF) - 1 - sum(header[148:156]) + 8 * ord(" ")


def _check_path(source: Path, name: str) -> None:
    if name.startswith("/") or ".." in name.split("/"):
        raise HearsayError(f"{source}: {name!r} points outside its folder; do not trust this archive")


def _check_kind(source: Path, info: tarfile.TarInfo) -> None:
    if info.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not info.issparse():
        return
    if info.issym() or info.islnk():
        kind = "a link"
    elif info.isdev():
        kind = "a device or pipe"
    else:
        kind = "a member of an unusual kind"
    raise HearsayError(f"{source}: {info.name!r} is {kind}; expected plain files only; do not trust this archive")
