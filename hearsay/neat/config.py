"""Section `neat` of the configuration."""

from pydantic import Field, field_validator, model_validator

from hearsay.config import Section

PRIMARY = {"XOR": "xor", "double poles": "poles"}  # tasks with all arms that a claim names, and their options
LARGEST_RATES = 20.0  # times the paper's .05 for a new link are 1


def _each_once(values: list, what: str) -> list:
    if not values:
        raise ValueError(f"{what} is missing")
    if len({f"{value:g}" if isinstance(value, float) else value for value in values}) < len(values):
        raise ValueError("write them each once")
    return values


class Runs(Section):
    """Runs of an arm."""

    xor: int = Field(80, ge=20, description="XOR, main arms")
    poles: int = Field(20, ge=20, description="double poles with velocities, main arms")
    parity: int = Field(4, ge=4, description="parity of three bits")
    without: int = Field(4, ge=4, description="double poles without velocities")
    mediators_xor: int = Field(10, ge=10, description="XOR under another tie rule, without crossover, and the like")
    mediators_poles: int = Field(10, ge=10, description="double poles with velocities, under the same settings")
    grid: int = Field(10, ge=10, description="XOR, a place in the grid of structural rates and populations, b and c")
    grid_others: int = Field(10, ge=10, description="the same, other memories")
    ablation: int = Field(4, ge=4, description="double poles with velocities, the published ablations")


class Budgets(Section):
    """Evaluations after which a run stops unsolved."""

    xor: int = Field(15_000, ge=500, description="XOR")
    poles: int = Field(10_000, ge=500, description="double poles with velocities")
    parity: int = Field(30_000, ge=500, description="parity of three bits")
    without: int = Field(30_000, ge=2000, description="double poles without velocities")
    ablation: int = Field(8_000, ge=500, description="the published ablations")


class Grid(Section):
    """Moderators of the memory's length."""

    structure: list[float] = Field(
        [0.33, 1.0, 3.0], description="structural mutation rates, as multiples of the paper's"
    )
    population: list[int] = Field([50, 150, 500], description="genomes in a population")

    @field_validator("structure")
    @classmethod
    def _rates(cls, values: list[float]) -> list[float]:
        if not all(0 <= value <= LARGEST_RATES for value in values):
            raise ValueError(f"take multiples of 0 or more and at most {LARGEST_RATES:g}, with which a rate is 1")
        return _each_once(values, "a multiple")

    @field_validator("population")
    @classmethod
    def _sizes(cls, values: list[int]) -> list[int]:
        if not all(value >= 2 for value in values):
            raise ValueError("take populations of 2 or more")
        return _each_once(values, "a population")


class Mechanism(Section):
    """What is watched generation by generation."""

    runs: int = Field(4, ge=2, description="watched runs of an arm")
    every: int = Field(2, ge=1, description="generations from one look to the next")
    generations: int = Field(60, ge=2, description="generations watched at most")
    shards: int = Field(1, ge=1, description="jobs that the watched runs are spread over")


class Judging(Section):
    """The bounds that decide the claims."""

    alpha: float = Field(0.05, gt=0, lt=1, description="size of the tests, corrected for their number by Holm")
    margin: float = Field(0.03, gt=0, lt=0.5, description="A12 this far from one half counts as no difference")
    resamples: int = Field(1000, ge=100, description="bootstrap resamples behind the interval of A12")
    blocks: int = Field(5, ge=2, description="pairs of blocks that an arm is cut into, to hold it against itself")
    fewer: float = Field(0.05, gt=0, lt=1, description="relative loss of species below which they are not fewer")
    generation: int = Field(11, ge=2, description="generation in which numbers of species are compared")
    rare: float = Field(0.01, gt=0, lt=1, description="share below which something counts as rare")


class Config(Section):
    """Section `neat`."""

    runs: Runs = Field(default_factory=Runs)
    budgets: Budgets = Field(default_factory=Budgets)
    grid: Grid = Field(default_factory=Grid)
    mechanism: Mechanism = Field(default_factory=Mechanism)
    judging: Judging = Field(default_factory=Judging)
    primary: list[str] = Field(
        ["XOR", "double poles"],
        description="tasks on which the two primary contrasts, b against c and b against a, decide",
    )
    shards: int = Field(3, ge=1, description="jobs that the runs are spread over; their number changes no result")
    children: int = Field(100, ge=2, description="children of equally fit parents, a case")
    probed: int = Field(60, ge=10, description="generations for which other implementations evolve to be counted")
    identities: int = Field(2, ge=1, description="seeds with which the exact identities between schemes are checked")
    benchmark_repeats: int = Field(3, ge=1, description="interleaved repetitions of the benchmark")
    benchmark_generations: int = Field(20, ge=2, description="generations of a timed run")

    @field_validator("primary")
    @classmethod
    def _known(cls, tasks: list[str]) -> list[str]:
        unknown = [task for task in tasks if task not in PRIMARY]
        if unknown:
            raise ValueError(f"no task is called {unknown[0]!r}; there are {' and '.join(PRIMARY)}")
        return _each_once(tasks, "a task")

    @model_validator(mode="after")
    def _watched_generation(self) -> "Config":
        generation, watched = self.judging.generation, self.mechanism
        if (generation - 1) % watched.every or generation > watched.generations:
            raise ValueError(
                f"judging.generation: {generation} is not watched; take one more than a multiple of mechanism.every, "
                f"{watched.every}, and at most mechanism.generations, {watched.generations}"
            )
        return self

    @model_validator(mode="after")
    def _one_generation(self) -> "Config":
        largest = max(self.grid.population)
        if largest > self.budgets.xor:
            raise ValueError(
                f"grid.population: {largest} genomes exceed budgets.xor, {self.budgets.xor} evaluations; take fewer"
            )
        return self

    @model_validator(mode="after")
    def _filled_blocks(self) -> "Config":
        needed = 4 * self.judging.blocks  # two blocks a pair, two runs a block
        for task in self.primary:
            runs = getattr(self.runs, PRIMARY[task])
            if runs < needed:
                raise ValueError(
                    f"judging.blocks: {self.judging.blocks} pairs of blocks need {needed} runs of an arm; "
                    f"runs.{PRIMARY[task]} is {runs}"
                )
        return self
