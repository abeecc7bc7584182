"""The devkit: the real one says what is known of it, and each planted fault gets its own line."""

import io
import tarfile

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from hearsay.errors import HearsayError
from hearsay.files import sha256
from hearsay.imagenet import devkit as dk
from hearsay.imagenet.audit import shipped_classes


def archive(path, **members):
    """Write a devkit archive with the given members (name -> bytes) in its `data` folder."""
    with tarfile.open(path, "w:gz") as out:
        for name, data in members.items():
            info = tarfile.TarInfo(f"ILSVRC2012_devkit_t12/data/{name}")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(scope="module")
def parts(devkit_archive):
    with tarfile.open(devkit_archive) as whole:
        return {
            name.rpartition("/")[2]: whole.extractfile(f"ILSVRC2012_devkit_t12/{name}").read()
            for name in (dk.META, dk.GROUND_TRUTH)
        }


@pytest.fixture(scope="module")
def kit(devkit_archive):
    return dk.read_devkit(devkit_archive)


def test_the_official_kit(kit, devkit_archive):
    assert sha256(devkit_archive) == dk.OFFICIAL_SHA256
    assert len(kit.synsets) == 1860
    assert (kit.synsets["num_children"] == 0).sum() == 1000
    assert np.bincount(kit.ground_truth)[1:].tolist() == [50] * 1000
    assert kit.ground_truth[0] == 490
    assert kit.wnids[0] == "n01751748"


def test_classes_under_every_name(kit):
    classes = dk.class_table(kit)
    assert classes["wnid"].is_monotonic_increasing
    assert classes["sorted_index"].tolist() == list(range(1000))
    named = classes.set_index("ilsvrc2012_id")
    assert (named.loc[1, "first_lemma"], named.loc[1, "sorted_index"]) == ("kit fox", 278)
    assert (named.loc[449, "first_lemma"], named.loc[449, "sorted_index"]) == ("tench", 0)
    assert named.loc[[429, 545], "unique_name"].tolist() == ["crane (wading bird)", "crane (lifting device)"]
    assert not classes["unique_name"].str.casefold().duplicated().any()
    unambiguous = ~classes["first_lemma"].str.casefold().duplicated(keep=False)
    assert (classes["unique_name"] == classes["first_lemma"])[unambiguous].all()
    assert unambiguous.sum() == 994


def test_the_shipped_table_is_the_devkits(kit):
    assert shipped_classes().to_dict("list") == dk.class_table(kit).to_dict("list")


def test_validation_labels(kit):
    classes = dk.class_table(kit)
    plain = dk.validation_table(kit, classes)
    assert plain["wnid"].tolist() == kit.wnids
    assert set(plain["blacklisted"]) == set(plain["reassessed"]) == {"unknown"}
    assert plain["file"].iloc[[0, -1]].tolist() == ["ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00050000.JPEG"]
    known = dk.validation_table(kit, classes, [2, 50_000], [[65, 3]] + [[]] * 49_999)
    assert known.index[known["blacklisted"] == "yes"].tolist() == [1, 49_999]
    assert known["reassessed"].iloc[:2].tolist() == ["65 3", ""]


def altered(meta: bytes, **change) -> bytes:
    """Return a meta.mat with fields of the first synset changed, or dropped from all where the value is None."""
    synsets = loadmat(io.BytesIO(meta), squeeze_me=True)["synsets"]
    keep = [name for name in synsets.dtype.names if change.get(name, 0) is not None]
    synsets = synsets[keep].copy()
    for name, value in change.items():
        if value is not None:
            synsets[name][0] = value
    out = io.BytesIO()
    savemat(out, {"synsets": synsets.astype([(name, object) for name in keep])})
    return out.getvalue()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda m, g: {"meta.mat": m}, "holds no data/ILSVRC2012_validation_ground_truth.txt"),
        (lambda m, g: {"ILSVRC2012_validation_ground_truth.txt": g}, "holds no data/meta.mat"),
        (
            lambda m, g: {"meta.mat": m[:5000], "ILSVRC2012_validation_ground_truth.txt": g},
            "cannot be read as a MATLAB",
        ),
        (lambda m, g: {"meta.mat": b"", "ILSVRC2012_validation_ground_truth.txt": g}, "cannot be read as a MATLAB"),
        (
            lambda m, g: {"meta.mat": altered(m, WNID=None), "ILSVRC2012_validation_ground_truth.txt": g},
            "lacks the field WNID; expected ILSVRC2012_ID, WNID",
        ),
        (
            lambda m, g: {"meta.mat": altered(m, num_children=3), "ILSVRC2012_validation_ground_truth.txt": g},
            "its leaves are not the IDs 1 to 1000",
        ),
        (
            lambda m, g: {"meta.mat": altered(m, WNID="n02100735"), "ILSVRC2012_validation_ground_truth.txt": g},
            "WNID n02100735 stands twice",
        ),
        (
            lambda m, g: {"meta.mat": m, "ILSVRC2012_validation_ground_truth.txt": g.rstrip().rpartition(b"\n")[0]},
            "has 49999 labels; expected 50000",
        ),
        (
            lambda m, g: {"meta.mat": m, "ILSVRC2012_validation_ground_truth.txt": b"1001" + g[3:]},
            "line 1: '1001' is not a class ID from 1 to 1000",
        ),
        (
            lambda m, g: {"meta.mat": m, "ILSVRC2012_validation_ground_truth.txt": g.replace(b"\n361\n", b"\n0\n", 1)},
            "line 2: '0' is not a class ID",
        ),
        (
            lambda m, g: {"meta.mat": m, "ILSVRC2012_validation_ground_truth.txt": g.replace(b"\n361\n", b"\nx\n", 1)},
            "line 2: 'x' is not a class ID",
        ),
    ],
)
def test_each_fault_has_its_own_line(tmp_path, parts, fault, said):
    path = archive(tmp_path / "kit.tar.gz", **fault(parts["meta.mat"], parts[dk.GROUND_TRUTH.rpartition("/")[2]]))
    with pytest.raises(HearsayError) as error:
        dk.read_devkit(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("cut", [0, 10, 1000, 2_000_000])
def test_a_truncated_archive(tmp_path, devkit_archive, cut):
    path = tmp_path / "kit.tar.gz"
    path.write_bytes(devkit_archive.read_bytes()[:cut])
    with pytest.raises(HearsayError, match=r"not a whole gzipped tar archive|holds no data"):
        dk.read_devkit(path)


def test_what_is_no_archive(tmp_path):
    (tmp_path / "kit.tar.gz").write_text("<html>Not found</html>")
    with pytest.raises(HearsayError, match="not a whole gzipped tar archive"):
        dk.read_devkit(tmp_path / "kit.tar.gz")
    with pytest.raises(HearsayError, match="no such file"):
        dk.read_devkit(tmp_path / "nowhere.tar.gz")
    with pytest.raises(HearsayError, match="not a whole gzipped tar archive"):
        dk.read_devkit(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [("12\nx\n", "line 2: 'x'"), ("0\n", "line 1: '0'"), ("50001", "'50001'"), ("7\n7\n", "stands twice")],
)
def test_bad_blacklists(tmp_path, text, said):
    (tmp_path / "b.txt").write_text(text)
    with pytest.raises(HearsayError, match=said):
        dk.read_blacklist(tmp_path / "b.txt")


def test_a_blacklist(tmp_path):
    (tmp_path / "b.txt").write_text("36\n50\n")
    assert dk.read_blacklist(tmp_path / "b.txt") == [36, 50]
