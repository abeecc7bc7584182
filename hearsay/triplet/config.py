"""Section `triplet` of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from hearsay.config import Section


class Judging(Section):
    """The bounds that decide the claims."""

    alpha: float = Field(0.05, gt=0, lt=1, description="size of the tests, corrected for their number")
    harm: float = Field(0.02, gt=0, lt=1, description="difference of accuracies that counts as harm, or as gain")
    factor: float = Field(2.0, gt=1, description="factor within which sizes of discrepancies count as alike")


class Hoffer(Section):
    """The shortened run of Hoffer and Ailon's net, on the digits whatever `data.source` is."""

    steps: int = Field(4, ge=1, le=500, description="steps of 128 triplets")
    seeds: int = Field(2, ge=1, description="runs of each net, with and without normalisation")
    gallery: int = Field(300, ge=10, description="training images that the classifiers know")
    queries: int = Field(300, ge=10, description="test images that they are asked for")


class Config(Section):
    """Section `triplet`."""

    replicates: int = Field(5, ge=2, description="trainings of each kind, paired by number")
    steps: int = Field(30, ge=2, description="steps of a training")
    batch: int = Field(16, ge=2, description="triplets of a step")
    batches: list[int] = Field([4, 32], min_length=1, description="other batches that are tried")
    rate: float = Field(0.01, gt=0, le=100, description="step size of SGD")
    adam_rate: float = Field(0.002, gt=0, le=100, description="step size of Adam")
    momentum: float = Field(0.1, gt=0, lt=1, description="momentum of the running statistics")
    maps: list[int] = Field([8, 16], min_length=1, description="maps of the asker's net, layer by layer")
    embedding: int = Field(16, ge=2, description="dimensions of its embedding")
    hoffer_maps: list[int] = Field(
        [4, 8, 8, 8], max_length=4, description="maps of Hoffer and Ailon's net; none: it is not tried"
    )
    frozen: float = Field(0.3, gt=0, lt=1, description="share of the steps, at the end, with statistics frozen")
    tested: int | None = Field(600, ge=20, description="test images that are used; null: all")
    device: Literal["cpu", "cuda"] = Field("cpu", description="where the trainings run; only cpu gives the same bytes")
    cases: int = Field(3, ge=1, description="cases in which each exact sentence is tried")
    shards: int = Field(2, ge=1, description="jobs that the trainings are spread over; their number changes no result")
    hoffer: Hoffer = Field(default_factory=Hoffer)
    judging: Judging = Field(default_factory=Judging)
    benchmark_repeats: int = Field(5, ge=1, description="interleaved repetitions of the benchmark")
    benchmark_steps: int = Field(50, ge=1, description="steps of a timed training")

    @model_validator(mode="after")
    def _maps(self) -> "Config":
        if len(self.hoffer_maps) not in (0, 4):
            raise ValueError(f"hoffer_maps: {self.hoffer_maps} are not four, one a layer; [] leaves the net out")
        for name, values in (("maps", self.maps), ("hoffer_maps", self.hoffer_maps), ("batches", self.batches)):
            if any(value < 1 for value in values):
                raise ValueError(f"{name}: take numbers from 1 on")
        if not set(self.batches) - {self.batch}:
            raise ValueError(f"batches: name another than batch, {self.batch}")
        return self
