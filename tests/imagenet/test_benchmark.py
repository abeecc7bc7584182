"""The benchmark measures the real torchvision on the same tar, and its summary is right on planted timings."""

import hashlib
import io
import tarfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.imagenet import benchmark
from hearsay.imagenet.benchmark import TIMINGS, TOOLS, compare, peers
from hearsay.imagenet.devkit import read_devkit
from hearsay.imagenet.standin import write_standin
from hearsay.peers import PEERS
from hearsay.torchvision_cpu import import_torchvision

COUNT = 40
LABELS = [i * 7 % 5 + 1 for i in range(COUNT)]
WNIDS = [f"n{label:08d}" for label in LABELS]


@pytest.fixture
def imagenet():
    return import_torchvision().datasets.imagenet


@pytest.fixture
def material(tmp_path, monkeypatch, imagenet):
    """A devkit of five classes that torchvision takes for the official one, and its tar of images."""
    rows = [(i, f"n{i:08d}", f"name {i}, other {i}", "gloss", 0) for i in range(1, 6)]
    fields = ("ILSVRC2012_ID", "WNID", "words", "gloss", "num_children")
    synsets = np.array(rows, dtype=[(field, object) for field in fields])
    meta = io.BytesIO()
    savemat(meta, {"synsets": synsets.reshape(-1, 1)})
    truth = "".join(f"{label}\n" for label in LABELS).encode()
    devkit = tmp_path / "devkit.tar.gz"
    with tarfile.open(devkit, "w:gz") as tar:
        for name, data in (("meta.mat", meta.getvalue()), ("ILSVRC2012_validation_ground_truth.txt", truth)):
            info = tarfile.TarInfo(f"ILSVRC2012_devkit_t12/data/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    md5 = hashlib.md5(devkit.read_bytes()).hexdigest()
    monkeypatch.setitem(imagenet.ARCHIVE_META, "devkit", (devkit.name, md5))
    monkeypatch.setattr(benchmark, "read_devkit", lambda _: SimpleNamespace(wnids=WNIDS))
    write_standin(tmp_path / "images.tar", COUNT)
    return devkit, tmp_path / "images.tar"


def test_every_tool_runs_once_a_round_and_nothing_is_left(tmp_path, material, imagenet):
    official = imagenet.ARCHIVE_META["val"]
    raw = compare(*material, tmp_path / "scratch", repeats=3)
    assert imagenet.ARCHIVE_META["val"] == official
    assert raw.groupby("repeat")["tool"].apply(set).tolist() == [set(TOOLS)] * 3
    assert (raw[["wall", "cpu"]] > 0).all(axis=None)
    assert list((tmp_path / "scratch").iterdir()) == []
    tables.write(raw, TIMINGS, tmp_path / "raw.csv")
    again = tables.read(tmp_path / "raw.csv", TIMINGS, text=("tool", "version"))
    tables.write(peers(again), PEERS, tmp_path / "peers.csv")
    pd.testing.assert_frame_equal(peers(again), peers(raw))


def test_trees_that_differ_are_noticed(tmp_path, material, monkeypatch):
    monkeypatch.setattr(benchmark, "read_devkit", lambda _: SimpleNamespace(wnids=WNIDS[::-1]))
    with pytest.raises(HearsayError, match="different trees"):
        compare(*material, tmp_path / "scratch", repeats=1)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_torchvision_reads_the_same_labels_from_the_official_devkit(tmp_path, devkit_archive, imagenet):
    imagenet.parse_devkit_archive(str(tmp_path), file=str(devkit_archive))
    assert imagenet.load_meta_file(str(tmp_path))[1] == read_devkit(devkit_archive).wnids


def planted(ours, theirs, ceiling):
    rows = [
        (repeat, tool, "1.0" if tool == "torchvision" else "", wall, wall)
        for repeat, walls in enumerate(zip(ours, theirs, ceiling, strict=True))
        for tool, wall in zip(("hearsay", "torchvision", "ceiling"), walls, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(TIMINGS.columns))


def test_the_summary_of_planted_timings():
    row = peers(planted([1, 2, 4], [3, 6, 12], [0.5, 1, 1.5])).iloc[0]
    assert (row.ours, row.theirs, row.ceiling) == (2, 6, 1)
    assert (row.ratio, row.ratio_low, row.ratio_high) == (3, 3, 3)
    assert row.peer == "torchvision 1.0 parse_val_archive"
    row = peers(planted([1] * 5, [2, 3, 4, 5, 6], [1] * 5)).iloc[0]
    assert row.ratio == 4
    assert 2 <= row.ratio_low < 4 < row.ratio_high <= 6


def test_the_interval_covers_as_often_as_it_says():
    """A/A: where both tools are equally fast the interval holds 1 in most of many planted runs."""
    random = np.random.default_rng(0)
    held = 0
    for _ in range(60):
        row = peers(planted(*np.exp(random.normal(0, 0.1, (3, 9))))).iloc[0]
        held += row.ratio_low <= 1 <= row.ratio_high
    assert held >= 51
