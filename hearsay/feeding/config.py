"""Section `feeding` of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from hearsay.config import Section


class Judging(Section):
    """The bounds that decide the claims."""

    alpha: float = Field(0.05, gt=0, lt=1, description="size of the tests, corrected for their number")
    within: float = Field(0.05, gt=0, lt=1, description="difference of speeds that counts as none, as a share")
    grown: float = Field(0.9, gt=0, description="bytes a byte of data from which a file is said to grow by the data")
    share: float = Field(0.05, gt=0, lt=1, description="share of the speed that counts as costing hardly anything")


class Graph(Section):
    """The arms in TensorFlow itself."""

    examples: int = Field(512, ge=2, description="images of the data set")
    side: int = Field(14, ge=2, description="pixels of an image's side")
    steps: int = Field(40, ge=1, description="steps of the trainings whose losses are compared")
    batch: int = Field(32, ge=1, description="images of a step")
    rate: float = Field(0.1, gt=0, le=100, description="step size")
    timed_steps: int = Field(40, ge=1, description="steps of a training that is timed, beside its first")
    repeats: int = Field(5, ge=1, description="rounds of timing, in each of which every way runs")
    models: list[Literal["softmax regression", "one hidden layer", "small conv", "larger conv"]] = Field(
        ["softmax regression", "small conv"], min_length=1, description="models that are timed"
    )
    pools: list[int] = Field([2], min_length=1, description="threads of a session; -1 for the caller's own alone")
    peak: bool = Field(False, description="whether memory is measured too, in processes of their own")


class Torch(Section):
    """The ways of feeding in PyTorch."""

    device: Literal["cpu", "cuda"] = Field("cpu", description="where it is timed; cuda needs a GPU")
    examples: int = Field(2048, ge=2, description="images of the data set")
    side: int = Field(14, ge=2, description="pixels of an image's side")
    batches: list[int] = Field([64], min_length=1, description="images of a step")
    rate: float = Field(0.1, gt=0, le=100, description="step size")
    training_steps: int = Field(20, ge=1, description="steps of the trainings whose weights are compared")
    steps: int = Field(40, ge=6, description="steps of an epoch that is timed")
    repeats: int = Field(5, ge=1, description="rounds of timing, in each of which everything runs")
    modes: list[str] | None = Field(
        [
            "resident slices",
            "resident gather",
            "from_numpy",
            "copy",
            "DataLoader, no workers",
            "DataLoader, two workers",
        ],
        description="ways of feeding that are timed; null for all that the device has",
    )
    models: list[Literal["linear", "small conv", "larger conv"]] = Field(
        ["linear", "small conv", "larger conv"], min_length=1, description="models that are timed"
    )
    peak: bool = Field(False, description="whether memory is measured too, in processes of their own")


class Planted(Section):
    """Fetches and steps of planted lengths, which tell when workers pay."""

    seconds: list[float] = Field([0.0005, 0.004], min_length=1, description="seconds of fetches, and of steps")
    workers: list[int] = Field([0, 2], min_length=2, description="processes that fetch; 0, the loop itself, is needed")
    kinds: list[Literal["waits", "computes"]] = Field(
        ["waits", "computes"], min_length=1, description="whether a fetch and a step sleep or compute"
    )
    repeats: int = Field(3, ge=1, description="rounds of timing, in each of which every pair is tried")


class Config(Section):
    """When placeholders are necessary, and how data should be fed."""

    judging: Judging = Field(default_factory=Judging)
    graph: Graph = Field(default_factory=Graph)
    torch: Torch = Field(default_factory=Torch)
    planted: Planted = Field(default_factory=Planted)

    @model_validator(mode="after")
    def _batches_fit(self):
        if max(self.torch.batches) > self.torch.examples:
            raise ValueError(f"torch.batches: {max(self.torch.batches)} images are more than torch.examples has")
        if self.graph.batch > self.graph.examples:
            raise ValueError(f"graph.batch: {self.graph.batch} images are more than graph.examples has")
        return self
