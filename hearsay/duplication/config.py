"""The options of this study, one group an experiment, its deciding bounds among them."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from hearsay.config import Section

FEWEST_ROWS = 20  # of a bootstrapped data set: below, resamples without a fit would no longer be rare
USUAL = 0.95  # the level at which intervals are printed and drawn


def _ascending(values: list) -> list:
    if sorted(set(values)) != values:
        raise ValueError("write them each once and in ascending order")
    return values


def _with_baseline(copies: list[int]) -> list[int]:
    if copies and min(copies) < 1:
        raise ValueError("take numbers of 1 or more: the row itself is counted")
    if 1 not in copies:
        raise ValueError("1 is missing; everything is held against the data as they are")
    if max(copies) < 2:
        raise ValueError("a number above 1 is missing; without copies there is nothing to compare")
    return _ascending(copies)


class Coverage(Section):
    """The law and the curve."""

    replicates: int = Field(1000, ge=2, description="simulated data sets a model and size")
    sizes: list[int] = Field([200, 2000], description="rows of a data set before copying")
    copies: list[int] = Field([1, 2, 3, 5, 10], description="copies of every row, the row itself counted")
    levels: list[float] = Field([0.90, 0.95, 0.99], description="nominal levels of the intervals")
    bootstrap_replicates: int = Field(100, ge=2, description="data sets whose intervals are bootstrapped")
    resamples: int = Field(199, ge=19, description="bootstrap resamples a data set")
    distance_replicates: int = Field(
        200, ge=2, description="samples whose distance from their distribution is measured, a size"
    )
    shards: int = Field(2, ge=1, description="jobs that models and sizes are spread over")
    jitter: float = Field(
        0.1, gt=0, description="standard deviation of the noise on jittered copies, in those of the column"
    )

    _copies = field_validator("copies")(_with_baseline)

    @field_validator("sizes")
    @classmethod
    def _large_enough(cls, sizes: list[int]) -> list[int]:
        if not sizes:
            raise ValueError("a size is missing")
        if min(sizes) < FEWEST_ROWS:
            raise ValueError(f"take sizes of {FEWEST_ROWS} or more: smaller ones have too many resamples without a fit")
        return _ascending(sizes)

    @field_validator("levels")
    @classmethod
    def _with_the_usual_one(cls, levels: list[float]) -> list[float]:
        if not all(0 < level < 1 for level in levels):
            raise ValueError("take levels between 0 and 1")
        if USUAL not in levels:
            raise ValueError(f"{USUAL} is missing; intervals are printed and drawn at that level")
        return _ascending(levels)


class Census(Section):
    """The fit when every row is copied."""

    data: list[Literal["breast_cancer", "wine", "digits", "diabetes", "autompg"]] = Field(
        ["wine", "diabetes"], description="data sets, each for the estimators of its kind"
    )
    copies: list[int] = Field([3], description="copies of every row, the row itself counted")
    rows: int = Field(60, ge=20, description="training rows of a data set, at most")
    shards: int = Field(3, ge=1, description="jobs that the estimators are spread over")
    invariant: float = Field(
        1e-8, gt=0, description="largest relative difference of scores that counts as the same fit"
    )
    tightened: float = Field(1e-6, gt=0, description="the same for iterative solvers with their tolerance tightened")


class Distribution(Section):
    """Random fits, compared in distribution."""

    seeds: int = Field(6, ge=2, description="seeds an arm")
    copies: int = Field(3, ge=2, description="copies of every row, the row itself counted")
    rows: int = Field(100, ge=20, description="training rows, at most")
    permutations: int = Field(
        9999, ge=19, description="permutations of the two-sample test; 1000 are too few for that many tests"
    )
    shards: int = Field(2, ge=1, description="jobs that the estimators are spread over")
    equivalence: float = Field(
        0.5,
        gt=0,
        description="largest root mean square shift of the mean scores, in standard deviations over seeds, that counts "
        "as none",
    )


class Helps(Section):
    """The held-out score after copying the training rows."""

    data: list[Literal["breast_cancer", "wine", "digits", "diabetes", "autompg"]] = Field(
        ["wine", "diabetes"], description="data sets, each for the estimators of its kind"
    )
    rows: list[int] = Field([30], description="training rows of a split")
    splits: int = Field(7, ge=2, description="random splits of a data set into training and test rows")
    copies: int = Field(3, ge=2, description="copies of every training row, the row itself counted")
    lighter: bool = Field(True, description="take small ensembles and short training, to save time")
    shards: int = Field(2, ge=1, description="jobs that the estimators are spread over")


class Leakage(Section):
    """Cross-validation over copied rows, and oversampling before the split."""

    rows: int = Field(100, ge=20, description="rows with coin-flip labels, a multiple of twice the folds")
    columns: int = Field(20, ge=1, description="columns of noise")
    copies: list[int] = Field([1, 2, 3, 5, 10], description="copies of every row, the row itself counted")
    folds: int = Field(10, ge=2, description="folds of the cross-validation")
    slow_folds: int = Field(1, ge=1, description="folds that are fitted, a data set, for the forest and the network")
    trees: int = Field(25, ge=5, description="trees of a forest on coin-flip labels")
    replicates: int = Field(4, ge=2, description="data sets with coin-flip labels")
    shards: int = Field(1, ge=1, description="jobs that learners and copies are spread over")
    oversampling_rows: int = Field(1000, ge=200, description="rows of the oversampling experiment; published: 10000")
    oversampling_rerun: bool = Field(False, description="also run the published script's steps again, draw by draw")
    oversampling_repeats: int = Field(4, ge=2, description="data sets of the oversampling experiment")

    _copies = field_validator("copies")(_with_baseline)

    @model_validator(mode="after")
    def _equal_classes_in_every_fold(self) -> "Leakage":
        if self.rows % (2 * self.folds):
            raise ValueError(
                f"rows: {self.rows} do not make {self.folds} folds with equal numbers of both classes; "
                f"take a multiple of {2 * self.folds}"
            )
        return self


class Positives(Section):
    """Only the positives copied."""

    rows: int = Field(1000, ge=50, description="rows of a data set before copying")
    copies: list[int] = Field([1, 2, 5, 10], description="copies of every positive row, the row itself counted")
    replicates: int = Field(1000, ge=2, description="simulated data sets")

    _copies = field_validator("copies")(_with_baseline)


class Intervals(Section):
    """Bootstrap intervals of a mean."""

    sizes: list[int] = Field([10, 20, 50, 100, 200], description="rows of a sample")
    replicates: int = Field(600, ge=2, description="samples a distribution and size")
    resamples: int = Field(1000, ge=50, description="bootstrap resamples a sample")


class PredictionError(Section):
    """Estimates of a classifier's error from little data."""

    sizes: list[int] = Field([14, 20, 50], description="training rows, each of either class with probability a half")
    replicates: int = Field(200, ge=2, description="training sets a learner and size")
    resamples: int = Field(100, ge=10, description="bootstrap resamples a training set")


class Resampling(Section):
    """Training on a resample, and bagging."""

    data: list[Literal["breast_cancer", "wine", "digits", "diabetes", "autompg"]] = Field(
        ["breast_cancer", "diabetes"], description="data sets"
    )
    splits: int = Field(8, ge=2, description="random splits of a data set into training and test rows")
    rows: int = Field(100, ge=20, description="training rows of a split")
    bags: int = Field(25, ge=2, description="resamples that a bagged learner is fitted to")


class Judging(Section):
    """The bounds that decide the claims."""

    confidence: float = Field(
        0.95,
        gt=0,
        lt=1,
        description="one minus the size of the tests, and of the intervals, corrected for their number, that decide; "
        "coverage.levels holds it. Intervals in tables and figures are of 95 % where they say so",
    )
    law: float = Field(
        0.03, gt=0, description="largest deviation of a coverage from its law or level that counts as none"
    )
    skill: float = Field(0.05, gt=0, description="accuracy or AUC above a coin flip's that counts as skill")
    score: float = Field(0.02, gt=0, description="loss of held-out accuracy or R2 that counts as none")
    coefficient: float = Field(0.05, gt=0, description="change of a coefficient, in log odds, that counts as one")
    exact: float = Field(1e-8, gt=0, description="largest relative difference that counts as exactly the same")


class Config(Section):
    """Section `duplication`."""

    coverage: Coverage = Field(default_factory=Coverage)
    census: Census = Field(default_factory=Census)
    distribution: Distribution = Field(default_factory=Distribution)
    helps: Helps = Field(default_factory=Helps)
    leakage: Leakage = Field(default_factory=Leakage)
    positives: Positives = Field(default_factory=Positives)
    intervals: Intervals = Field(default_factory=Intervals)
    prediction_error: PredictionError = Field(default_factory=PredictionError)
    resampling: Resampling = Field(default_factory=Resampling)
    judging: Judging = Field(default_factory=Judging)
    benchmark_repeats: int = Field(5, ge=1, description="interleaved repetitions of the bootstrap benchmark")
    benchmark_refits: int = Field(
        1000, ge=100, description="resamples that the benchmark refits a logistic regression to"
    )

    @model_validator(mode="after")
    def _covers_at_the_level_of_the_tests(self) -> "Config":
        if self.judging.confidence not in self.coverage.levels:
            raise ValueError(f"coverage.levels: judging.confidence, {self.judging.confidence}, is missing; add it")
        return self
