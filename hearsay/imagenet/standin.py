"""A stand-in for the validation images' tar, which only an account with its owner can fetch.

Tiny pictures of noise under the official names. They serve to move files about, not to be looked at; whoever uses them
says that they are stand-ins.
"""

import io
import os
import tarfile

from hearsay.files import staged
from hearsay.imagenet.devkit import image_name
from hearsay.progress import progress

SIDE = 36  # pixels; about 1.5 KB as JPEG
BATCH = 1000


def write_standin(path: str | os.PathLike, n: int = 50_000, seed: int = 0) -> None:
    """Write the tar of `n` distinct valid JPEGs named ILSVRC2012_val_00000001.JPEG onwards, in that order, to `path`.

    Each is 36 x 36 pixels of uniform RGB noise drawn from `seed`, about 1.5 KB. The bytes depend on `n`, `seed` and
    the installed Pillow alone.
    """
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(seed)
    with staged(path) as stage, tarfile.open(stage, "w", format=tarfile.USTAR_FORMAT) as tar:
        for number in progress(range(1, n + 1), "stand-in images", total=n):
            row = (number - 1) % BATCH
            if row == 0:
                pixels = random.integers(0, 256, (BATCH, SIDE, SIDE, 3), dtype=np.uint8)
            jpeg = io.BytesIO()
            Image.fromarray(pixels[row]).save(jpeg, "JPEG", quality=75)
            member = tarfile.TarInfo(image_name(number))
            member.size = jpeg.tell()
            jpeg.seek(0)
            tar.addfile(member, jpeg)
            tar.members.clear()  # tarfile remembers every member it has written
