"""From labels to a training in one DAG: the images that one study labels are those that the others train on."""

import numpy as np
import pytest
import yaml
from PIL import Image

from hearsay.vision.data import read

pytestmark = pytest.mark.workflow

CLASSES, SIDE = 4, 12


def test_labels_feed_the_trainings(clone):
    smoke = yaml.safe_load((clone.folder / "config/smoke.yaml").read_text())
    mine = smoke | {"data": {"source": "imagenet", "classes": CLASSES, "pixels": SIDE}}
    (clone.folder / "my.yaml").write_text(yaml.safe_dump(mine))
    digits = (clone.folder / "results/triplet/claims.json").read_text()
    targets = ["results/triplet/claims.json", "results/moments/tables/summary.csv"]
    done = clone.snakemake(*targets, "--configfile", "my.yaml")
    assert done.returncode == 0, done.stderr[-4000:]

    images = read(clone.folder / "results/vision/images.npz")
    folders = sorted(path for path in (clone.folder / "results/imagenet/val").iterdir() if path.is_dir())[:CLASSES]
    whole = np.concatenate([part.labels for part in images])
    assert {label: int((whole == label).sum()) for label in range(CLASSES)} == {
        label: len(list(folder.iterdir())) for label, folder in enumerate(folders)
    }
    # an image of the second class, as the trainings have it
    path = sorted(folders[1].iterdir())[0]
    with Image.open(path) as image:
        small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    ours = np.concatenate([part.pixels[part.labels == 1] for part in images])
    assert (ours == small).all(axis=(1, 2, 3)).any()
    assert (clone.folder / "results/triplet/claims.json").read_text() != digits

    # what the labels rest on runs again before the trainings do
    (clone.folder / "hearsay/imagenet/relabel.py").write_text("# another\n")
    plan = clone.snakemake(*targets, "--configfile", "my.yaml", "--dry-run", "--quiet", "rules").stdout
    assert {"imagenet_relabel", "vision_images", "triplet_runs", "moments_runs"} <= set(plan.split())


@pytest.mark.parametrize("broken", [b"", b"\xff\xd8 no picture"])
def test_an_unreadable_image_is_one_line(clone, broken):
    (clone.folder / "my.yaml").write_text("data: {source: imagenet, classes: 4}")
    path = sorted((clone.folder / "results/imagenet/val/n01440764").iterdir())[0]
    path.unlink()  # it is a link to the other copy's
    path.write_bytes(broken)
    done = clone.snakemake("results/vision/images.npz", "--configfile", "my.yaml", "--allowed-rules", "vision_images")
    assert done.returncode != 0
    assert f"{path.name}: cannot be read as an image" in done.stderr
    assert "replace or delete it" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
