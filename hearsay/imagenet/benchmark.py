"""Time the relabelling of the validation tar beside torchvision's, and beside the least that any program must do."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from hearsay.errors import HearsayError
from hearsay.files import sha256
from hearsay.imagenet.devkit import read_devkit
from hearsay.imagenet.relabel import WRITERS, relabel
from hearsay.peers import PEERS, row
from hearsay.progress import log
from hearsay.tables import Table

TOOLS = ("torchvision", "hearsay", "ceiling")

TIMINGS = Table(
    "benchmarks/imagenet-relabel",
    "Relabelling the validation tar, every run",
    key=("repeat", "tool"),
    columns={
        "repeat": "number of the round in which each tool ran once, from 0",
        "tool": "torchvision (parse_val_archive), hearsay (relabel, copy), or ceiling (only the folders and files)",
        "version": "version of the peer; empty for what is ours",
        "wall": "elapsed time, seconds",
        "cpu": "processor time, user and system, seconds",
    },
)


def compare(
    devkit: str | os.PathLike, tar: str | os.PathLike, scratch: str | os.PathLike, repeats: int
) -> pd.DataFrame:
    """Time the tools in turn on the same tar in the same folder; return `TIMINGS`, raw.

    Parameters
    ----------
    devkit, tar
        The official devkit archive and the validation images' tar, or a stand-in of it.
    scratch
        Folder to work in, on the file system that is to be measured. It needs `repeats` times three times the tar's
        size; what is written there is deleted at the end.
    repeats
        Rounds. Each round runs every tool once; the order rotates from round to round.

    Notes
    -----
    The tar is read before the first run, so every tool finds it in the page cache, and pending writes are flushed
    before each run. Trees are deleted only at the end: ext4 is reluctant to reuse inodes that were freed in the last
    minutes, and searching past them makes the next tool up to ten times slower.

    torchvision's functions are the real ones. It hashes the archive and holds that against the official MD5; only the
    expected value is replaced, by this tar's own, so the hashing itself stays in what is timed. Neither
    parses the devkit in that time: torchvision has done so before, into the file that `parse_val_archive` reads.

    Raises
    ------
    HearsayError
        The two trees differ: not the same bytes under the same names in the same class folders.

    """
    from hearsay.torchvision_cpu import import_torchvision

    imagenet = import_torchvision().datasets.imagenet
    versions = {"torchvision": version("torchvision")}
    devkit, tar, scratch = Path(devkit).resolve(), Path(tar).resolve(), Path(scratch).resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="relabel-benchmark-", dir=scratch))
    rows = []
    try:
        imagenet.parse_devkit_archive(str(work), file=str(devkit))
        wnids = read_devkit(devkit).wnids
        with _expected_md5(imagenet, tar):
            manifest = relabel(wnids, tar, work / "first")  # also warms the page cache
            runs = {
                "torchvision": lambda name: imagenet.parse_val_archive(str(work), file=str(tar), folder=name),
                "hearsay": lambda name: relabel(wnids, tar, work / name),
                "ceiling": lambda name: _create_files(manifest, work / name),
            }
            for repeat in range(repeats):
                for i in range(len(TOOLS)):
                    tool = TOOLS[(repeat + i) % len(TOOLS)]
                    os.sync()
                    wall, cpu = time.perf_counter(), time.process_time()
                    runs[tool](f"{tool}-{repeat}")
                    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                    rows.append((repeat, tool, versions.get(tool, ""), wall, cpu))
                    log.info("relabel, round %d of %d: %s %.2f s", repeat + 1, repeats, tool, wall)
        if sha256(work / "torchvision-0") != sha256(work / "hearsay-0"):
            raise HearsayError(
                f"{tar}: torchvision and hearsay made different trees of it; one of them mislabels images"
            )
    finally:
        shutil.rmtree(work)
    return pd.DataFrame(rows, columns=list(TIMINGS.columns)).sort_values(list(TIMINGS.key), ignore_index=True)


def peers(raw: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sum up the wall seconds of `TIMINGS` as one row of `hearsay.peers.PEERS`."""
    task = "put the validation images of the tar into class folders"
    peer = "torchvision " + raw.loc[raw["tool"] == "torchvision", "version"].iloc[0] + " parse_val_archive"
    wall = raw.pivot(index="repeat", columns="tool", values="wall")
    return pd.DataFrame([row("imagenet", task, peer, "s", wall, "torchvision", seed)], columns=list(PEERS.columns))


@contextmanager
def _expected_md5(imagenet, tar: Path) -> Iterator[None]:
    """Let torchvision expect this tar's MD5 instead of the official archive's."""
    official = imagenet.ARCHIVE_META["val"]
    with tar.open("rb") as file:
        imagenet.ARCHIVE_META["val"] = (official[0], hashlib.file_digest(file, "md5").hexdigest())
    try:
        yield
    finally:
        imagenet.ARCHIVE_META["val"] = official


def _create_files(manifest: pd.DataFrame, out: Path) -> None:
    """Make the same folders, and files of the same sizes, and nothing else: no reading, parsing, hashing, checks."""
    data = os.urandom(manifest["size"].max())
    classes = [
        (out / wnid, list(zip(images["file"], images["size"].tolist(), strict=True)))
        for wnid, images in manifest.groupby("wnid")
    ]

    def create(part: list[tuple[Path, list[tuple[str, int]]]]) -> None:
        for path, images in part:
            path.mkdir()
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            for name, size in images:
                file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
                os.write(file, data[:size])
                os.close(file)
            os.close(folder)

    out.mkdir()
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(create, [classes[k::WRITERS] for k in range(WRITERS)]))
