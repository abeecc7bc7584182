"""Section `moments` of the configuration."""

from pydantic import Field, model_validator

from hearsay.config import Section


class Judging(Section):
    """The bounds that decide the claims, in shares of right answers."""

    alpha: float = Field(0.05, gt=0, lt=1, description="size of the tests, corrected for their number")
    broken: float = Field(0.1, gt=0, lt=1, description="loss of accuracy from which evaluation counts as broken")
    harm: float = Field(0.02, gt=0, lt=1, description="loss of accuracy that counts as harm")
    within: float = Field(0.01, gt=0, lt=1, description="loss of accuracy that counts as none")


class Forgotten(Section):
    """The forgotten update, written in torch and passed through its compilers."""

    inductor: bool = Field(False, description="whether to compile by inductor too, which needs a C++ compiler")


class Graph(Section):
    """The arms in TensorFlow itself."""

    replicates: int = Field(2, ge=2, description="trainings of each arm")
    steps: int = Field(100, ge=2, description="steps of a training")
    batch: int = Field(32, ge=2, description="images of a step")
    maps: int = Field(8, ge=1, description="maps of the convolution")
    decay: float = Field(0.9, gt=0, lt=1, description="decay of the moving average")
    rate: float = Field(0.05, gt=0, le=100, description="step size")
    tested: int = Field(500, ge=10, description="test images that are used")
    full: int = Field(1000, ge=10, description="training images that statistics are re-estimated from")
    tune: int = Field(30, ge=1, description="steps of what comes after a training: another head, and the like")


class Config(Section):
    """Section `moments`."""

    replicates: int = Field(5, ge=2, description="trainings of each kind, paired by number")
    pixels: int | None = Field(None, ge=8, description="largest height and width of the images; null: as data.pixels")
    steps: int = Field(300, ge=10, description="steps of the base training")
    short: int = Field(100, ge=10, description="steps of the other trainings")
    batch: int = Field(64, ge=2, description="images of a step")
    batches: list[int] = Field([4, 16], description="other batches that are tried")
    depths: list[int] = Field([1, 4], description="other numbers of normalised layers that are tried")
    scales: list[float] = Field([0.25, 4.0], description="factors on the images that are tried")
    rate: float = Field(0.05, gt=0, le=100, description="step size of SGD")
    maps: int = Field(16, ge=1, description="maps of each layer")
    decays: list[float] = Field([0.9, 0.99, 0.999], min_length=2, description="decays of the moving average")
    usual: list[float] = Field(
        [0.9, 0.99], min_length=1, description="those of them that re-estimated statistics are held against"
    )
    tail: float = Field(0.25, gt=0, lt=1, description="share of the steps, at the end, in which one average is frozen")
    full: int = Field(1000, ge=10, description="training images that statistics are re-estimated from")
    samples: list[int] = Field(
        [100, 300], min_length=1, description="other numbers of images that they are re-estimated from"
    )
    tested: int = Field(500, ge=10, description="test images that are used")
    test_batches: list[int] = Field(
        [8, 128], min_length=2, description="test batches, where evaluation depends on them"
    )
    test_momentum: float = Field(0.1, gt=0, lt=1, description="weight of a test batch where evaluation updates")
    cases: int = Field(5, ge=1, description="cases in which each exact sentence is tried")
    shards: int = Field(2, ge=1, description="jobs that the trainings are spread over; their number changes no result")
    forgotten: Forgotten = Field(default_factory=Forgotten)
    graph: Graph = Field(default_factory=Graph)
    judging: Judging = Field(default_factory=Judging)

    @model_validator(mode="after")
    def _known(self) -> "Config":
        if not all(0 < decay < 1 for decay in self.decays):
            raise ValueError("decays: take numbers between 0 and 1")
        if unknown := sorted(set(self.usual) - set(self.decays)):
            raise ValueError(f"usual: {unknown[0]:g} is not among decays")
        if self.short > self.steps:
            raise ValueError(f"short: {self.short} steps exceed those of the base training, steps: {self.steps}")
        for name in ("batches", "depths", "scales", "samples", "test_batches"):
            if any(value <= 0 for value in getattr(self, name)):
                raise ValueError(f"{name}: take numbers above 0")
        return self
