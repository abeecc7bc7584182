"""Put every validation image into the folder of its class: OUT/WNID/ILSVRC2012_val_XXXXXXXX.JPEG.

An image's label is looked up by the number in its name, never by its position in a listing. The tree is built in
`.OUT.partial` beside OUT, verified there, and becomes OUT by one rename, so OUT is either absent or complete. A killed
run leaves only the partial folder, which the next run removes.
"""

import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import groupby
from pathlib import Path

import pandas as pd

from hearsay.errors import HearsayError
from hearsay.imagenet.devkit import image_name
from hearsay.imagenet.images import Image, read_images
from hearsay.progress import log, progress
from hearsay.tables import Table

BATCH = 256 * 2**20  # bytes of images held in memory
WRITERS = 2  # threads that make files
HOW = ("copy", "hardlink", "symlink")

IMAGES = Table(
    "imagenet/images",
    "The validation images in their class folders",
    key=("file",),
    columns={
        "file": "official file name",
        "wnid": "WordNet ID of the image's class and name of its folder",
        "size": "bytes",
        "sha256": "SHA-256 of the bytes, hexadecimal",
    },
)


def relabel(wnids: Sequence[str], images: str | os.PathLike, out: str | os.PathLike, how: str = "copy") -> pd.DataFrame:
    """Make the tree OUT/WNID/FILE of the validation images and return its manifest.

    Parameters
    ----------
    wnids
        Labels, one an image: `wnids[i - 1]` belongs to image number i. As many images must be there.
    images
        The tar, or a folder with the extracted files; see `hearsay.imagenet.images.read_images`.
    out
        The new folder. It may be empty, or be this very tree, which is then compared byte by byte and left as it is.
    how
        "copy"; or, from a folder only, "hardlink" (no space, the same file system; both names are one file) or
        "symlink" (no space; each link holds the absolute path of its image with links in it resolved, so it still
        works where OUT is moved, and breaks when the images are).

    Returns
    -------
    pandas.DataFrame
        `IMAGES`, one row an image in the order of the numbers: the same for every source and `how`.

    Raises
    ------
    HearsayError
        Bad input, an OUT that holds something else, another run on the same OUT, or a disk that is full or read-only.
        OUT is then as it was. Data are not flushed to the disk, so what a power cut leaves must be compared by a
        second run.

    """
    images, out = Path(images), Path(os.path.realpath(out))
    folder = Path(os.path.realpath(images)) if images.is_dir() else None
    _check_request(wnids, images, folder, out, how)
    with _one_line_errors(out, how):
        if not occupied(out):
            with _stage(out) as tree:
                if not occupied(out):  # by a run that ended just before we held the stage
                    manifest = _build(wnids, images, folder, tree, how)
                    tree.rename(out)
                    return manifest
        manifest = _compare(wnids, images, folder, out, how)
        if _partial(out).exists():  # left by a run that was killed between its rename and its end
            with suppress(HearsayError), _stage(out):
                pass
        return manifest


def occupied(out: str | os.PathLike) -> bool:
    """Whether the folder `out` exists and holds anything. Raise HearsayError if it is no folder that can be read."""
    try:
        with os.scandir(out) as entries:
            return next(entries, None) is not None
    except FileNotFoundError:
        return False
    except OSError as error:
        raise HearsayError(f"{out}: {error.strerror}; name a new or an empty folder") from error


def _check_request(wnids: Sequence[str], images: Path, folder: Path | None, out: Path, how: str) -> None:
    if how not in HOW:
        raise HearsayError(f"how = {how!r}: expected one of {', '.join(HOW)}")
    for number, wnid in enumerate(wnids, 1):
        if not re.fullmatch("n[0-9]{8}", wnid):  # it names a folder, so it must be no path
            raise HearsayError(f"the label of image {number} is {wnid!r}; expected a WordNet ID such as n01440764")
    if folder is None and how != "copy":
        raise HearsayError(f"{images}: is no folder, so a {how} is impossible; use copy, or extract the images first")
    if folder is not None and (out.is_relative_to(folder) or folder.is_relative_to(out)):
        raise HearsayError(f"{out}: overlaps the images' own folder {images}; name a folder outside it")
    if os.path.ismount(out):
        raise HearsayError(f"{out}: is a mount point, which no folder can be renamed to; name a new folder inside it")


def _build(wnids: Sequence[str], images: Path, folder: Path | None, tree: Path, how: str) -> pd.DataFrame:
    """Fill the new folder `tree` and verify it."""
    tree.mkdir()
    root = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)

    made = set()

    def folder_of(path: str) -> None:
        # Only now, so that ext4 lays its files beside it: a fifth to two fifths faster than all folders first.
        wnid = path.partition("/")[0]
        if wnid not in made:
            os.mkdir(wnid, dir_fd=root)
            made.add(wnid)

    def copy(path: str, image: Image) -> None:
        folder_of(path)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=root)
        try:
            rest = image.data
            while rest:
                rest = rest[os.write(file, rest) :]
            size = os.lseek(file, 0, os.SEEK_END)  # much cheaper than asking for each file's size by its name
        finally:
            os.close(file)
        if size != len(image.data):
            raise HearsayError(f"{tree}: {path} came to {size} bytes, not {len(image.data)}; is that disk in order?")

    def hardlink(path: str, image: Image) -> None:
        folder_of(path)
        os.link(folder / image.name, path, dst_dir_fd=root, follow_symlinks=False)

    def symlink(path: str, image: Image) -> None:
        folder_of(path)
        os.symlink(folder / image.name, path, dir_fd=root)

    try:
        manifest = _each({"copy": copy, "hardlink": hardlink, "symlink": symlink}[how], wnids, images)
    finally:
        os.close(root)
    odd = _difference(tree, manifest.wnid, manifest.file)
    if odd:
        raise HearsayError(f"{tree / odd}: came or went while the tree was built; let nothing else write there")
    return manifest


def _compare(wnids: Sequence[str], images: Path, folder: Path | None, out: Path, how: str) -> pd.DataFrame:
    """Refuse `out` unless it is exactly what would be made."""

    def refuse(path: str, why: str) -> HearsayError:
        return HearsayError(f"{out}: already holds something else ({path} {why}); name a new or an empty folder")

    def same(path: str, image: Image) -> None:
        target, source = out / path, folder and folder / image.name
        link = target.is_symlink()
        one_file = source is not None and not link and target.samefile(source)
        made = {"copy": not link and not one_file, "hardlink": one_file, "symlink": link}[how]
        if not made:
            raise refuse(path, f"was not made by {how}")
        if link and target.readlink() != source:
            raise refuse(path, "links to another file")
        if target.stat().st_size != len(image.data) or target.read_bytes() != image.data:
            raise refuse(path, "has other content")

    odd = _difference(out, wnids, [image_name(i) for i in range(1, len(wnids) + 1)])
    if odd:
        raise refuse(odd, "is " + ("not part of the tree" if os.path.lexists(out / odd) else "missing"))
    return _each(same, wnids, images)


def _each(act: Callable[[str, Image], None], wnids: Sequence[str], images: Path) -> pd.DataFrame:
    """Call `act` with the path WNID/FILE and the image, for each image, in `WRITERS` threads; return the manifest."""
    files = [image_name(i) for i in range(1, len(wnids) + 1)]
    sizes, hashes = [0] * len(wnids), [""] * len(wnids)

    def act_on(part: list[Image]) -> None:
        for image in part:
            i = image.number - 1
            act(f"{wnids[i]}/{files[i]}", image)
            sizes[i], hashes[i] = len(image.data), hashlib.sha256(image.data).hexdigest()

    found = progress(read_images(images, len(wnids)), "relabel", total=len(wnids))
    # Making a file is work of the kernel's, which two threads share without waiting for Python's lock.
    with ThreadPoolExecutor(WRITERS) as writers:
        for batch in _batches(found):
            batch.sort(key=lambda image: (wnids[image.number - 1], image.number))
            parts = [[] for _ in range(WRITERS)]
            for k, (_, of_class) in enumerate(groupby(batch, key=lambda image: wnids[image.number - 1])):
                parts[k % WRITERS].extend(of_class)
            list(writers.map(act_on, parts))
    return pd.DataFrame({"file": files, "wnid": list(wnids), "size": sizes, "sha256": hashes})


def _batches(images: Iterable[Image]) -> Iterator[list[Image]]:
    """Yield the images in lists of about `BATCH` bytes, so that files of one class can be made together."""
    batch, size = [], 0
    for image in images:
        batch.append(image)
        size += len(image.data)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _difference(tree: Path, wnids: Iterable[str], files: Iterable[str]) -> str | None:
    """First path that is in one of the two only: `tree`, down to WNID/FILE, and what it ought to hold."""
    expected = {f"{wnid}/{file}" for wnid, file in zip(wnids, files, strict=True)} | set(wnids)
    found = set()
    for top in os.scandir(tree):
        found.add(top.name)
        if top.is_dir(follow_symlinks=False):
            found.update(f"{top.name}/{entry.name}" for entry in os.scandir(top))
    return min(found ^ expected, default=None)


def _partial(out: Path) -> Path:
    return out.with_name(f".{out.name}.partial")


@contextmanager
def _stage(out: Path) -> Iterator[Path]:
    """Yield the path at which to build the tree, in a neighbour of `out` that this run alone holds, and clear it.

    The lock is a file of its own, since network file systems lock no folders.
    """
    partial = _partial(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(partial, out)
    tree = partial / "tree"
    try:
        if tree.exists():
            log.info("removing what a killed run left in %s", partial)
            shutil.rmtree(tree)
        yield tree
    finally:
        shutil.rmtree(tree, ignore_errors=True)
        with suppress(OSError):
            (partial / "lock").unlink()
            partial.rmdir()
        os.close(lock)


def _lock(partial: Path, out: Path) -> int:
    """Make `partial` and hold its lock; return the lock's file descriptor."""
    while True:
        with suppress(FileExistsError):
            partial.mkdir()
        # Where a file vanishes in between, the run that held it has just ended: look again.
        with suppress(FileNotFoundError), ExitStack() as closing:
            if not stat.S_ISDIR(partial.lstat().st_mode) or {p.name for p in partial.iterdir()} - {"lock", "tree"}:
                raise HearsayError(f"{partial}: is not a partial run of ours; move it away, or make another than {out}")
            lock = os.open(partial / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
            closing.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HearsayError(f"{out}: another run is making it; wait for that one to end") from None
            if os.path.samestat(os.fstat(lock), (partial / "lock").lstat()):
                closing.pop_all()
                return lock


@contextmanager
def _one_line_errors(out: Path, how: str) -> Iterator[None]:
    """Turn what the system says about writing into one line. Errors of reading the images have theirs already."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = "the disk is full; make room or name a folder on another disk"
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            what = f"not permitted here ({error.strerror}); name a folder that you may write to"
            if how == "hardlink":
                what += ", or use copy"
        elif error.errno == errno.EXDEV and how == "hardlink":
            what = "lies on another file system than the images, so they cannot be hard links; use copy or symlink"
        elif error.errno in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            what = f"its file system does not support this ({error.strerror}); name a folder on another one"
        else:
            what = f"cannot be made: {error.strerror or error} ({error.filename})"
        raise HearsayError(f"{out}: {what}; nothing was left behind") from error
