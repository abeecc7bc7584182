"""The stand-in tar: valid, distinct, deterministic images under the official names."""

import io
import tarfile

from PIL import Image

from hearsay.files import sha256
from hearsay.imagenet.devkit import image_name
from hearsay.imagenet.images import read_images
from hearsay.imagenet.standin import BATCH, SIDE, write_standin

N = BATCH + 50


def test_images_are_valid_distinct_and_small(tmp_path):
    write_standin(tmp_path / "t.tar", N)
    images = list(read_images(tmp_path / "t.tar", N))
    assert [image.name for image in images] == [image_name(i) for i in range(1, N + 1)]
    assert len({image.data for image in images}) == N
    assert all(1000 < len(image.data) < 2500 for image in images)
    for image in images[:: N // 20]:
        with Image.open(io.BytesIO(image.data)) as picture:
            picture.load()
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (SIDE, SIDE))
    with tarfile.open(tmp_path / "t.tar") as tar:
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in tar} == {(0, 0, 0, "", "")}
    assert [p.name for p in tmp_path.iterdir()] == ["t.tar"]


def test_bytes_depend_on_the_seed_alone(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_standin(tmp_path / name, 20, seed)
    assert sha256(tmp_path / "a") == sha256(tmp_path / "b") != sha256(tmp_path / "c")
