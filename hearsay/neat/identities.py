"""Exact identities between identity schemes, bit for bit: the engine's checks before the experiment.

Without crossover and speciation nothing asks for a gene's number, so that all schemes must give the same populations.
c and d2 name the same classes of genes. And with c1 = c2 only equality of numbers counts: numbers issued in an order
without meaning must change nothing; with c1 unlike c2 they may, which shows that the check can fail.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.neat.arms import D1, D2, D3, K5, PARITY, POLES, SCHEMES, XOR, A, B, C
from hearsay.neat.evolve import State, advance, start
from hearsay.neat.genome import like
from hearsay.neat.logic import Parity
from hearsay.neat.poles import Poles
from hearsay.neat.settings import Settings, settings
from hearsay.tables import Table

GENERATIONS = 30
# Many structural mutations, and no genes lost: what could tell the schemes apart is there.
GROWING = {"add_node": 0.1, "add_link": 0.3, "tie": "both", "refuse_doubles": False}
LONG_RUN = 1_000  # control steps of an evaluation; a generation is never cut short

NO_USE = "no crossover, no speciation"
PARTITION = "c and d2 name the same"
CHRONOLOGY = "numbers without order"
POWER = "numbers without order, c1 unlike c2"

IDENTITIES = Table(
    "neat/identities",
    "Exact identities between schemes",
    key=("check", "task", "scheme", "against"),
    columns={
        "check": f"{NO_USE}: no number is asked for; {PARTITION}; {CHRONOLOGY}: issued in an order without meaning; "
        f"{POWER}: the same where the order may matter, to show that the check can fail",
        "task": "the task",
        "scheme": "a scheme",
        "against": "the scheme, or the same with scattered numbers, that it is held against",
        "runs": "pairs of runs, each of a seed of its own",
        "same": "pairs whose last populations are the same, bit for bit: structure, weights, switches and fitness",
        "genes": "mean genes of a genome in the last generation",
        "hidden": "mean hidden nodes",
    },
    text=("check", "task", "scheme", "against"),
)


def check(runs: int, seed: int) -> pd.DataFrame:
    """Return `IDENTITIES` over so many seeds for each check; `seed` is the root seed."""
    rows = []
    for name, task, scheme, against, first, second in _pairs():
        streams = [[seeds.generator(seed, "neat", f"identities {task}", k) for _ in range(2)] for k in range(runs)]
        pairs = [(_last(task, first, one), _last(task, second, other)) for one, other in streams]
        genes, hidden = np.mean([size for pair in pairs for _, size in pair], axis=0)
        same = sum(one == other for (one, _), (other, _) in pairs)
        rows.append((name, task, scheme, against, runs, same, genes, hidden))
    return pd.DataFrame(rows, columns=list(IDENTITIES.columns))


def _pairs() -> Iterator[tuple[str, str, str, str, Settings, Settings]]:
    def given(scheme: str, **changes: Any) -> Settings:
        return settings(**SCHEMES[scheme], **{**GROWING, **changes})

    # all genomes may have offspring, and stagnation clears nothing away: structure grows although nothing protects it
    off = {"mutate_only": 1.0, "threshold": np.inf, "survival": 1.0, "delta_coding": False}
    for scheme in (B, K5, C, D1, D2, D3):
        yield NO_USE, POLES, scheme, A, given(scheme, **off), given(A, **off)
    for task in (XOR, PARITY, POLES):
        yield PARTITION, task, C, D2, given(C), given(D2)
    for scheme in (A, B, C):
        for task in (XOR, PARITY, POLES):
            yield CHRONOLOGY, task, scheme, "scattered", given(scheme), given(scheme, scattered=True)
        unlike = {"c1": 2.0, "c2": 1.0}
        yield POWER, PARITY, scheme, "scattered", given(scheme, **unlike), given(scheme, scattered=True, **unlike)


def _last(name: str, given: Settings, rng: np.random.Generator) -> tuple[str, tuple[float, float]]:
    """Return the digest of the last population, whatever its genes are called, and its mean genes and hidden nodes."""
    task = {XOR: lambda: Parity(2), PARITY: lambda: Parity(3), POLES: lambda: Poles(LONG_RUN, stop=False)}[name]()
    state, fitness = start(task, given, rng), np.zeros(given.population)
    spare = like(state.genomes)
    task.evaluate(state.genomes, fitness)
    for _ in range(GENERATIONS - 1):
        state, spare = advance(state, spare, fitness, given, rng)
        task.evaluate(state.genomes, fitness)
    genomes = state.genomes
    first = genomes.sensors + genomes.outputs
    return digest(state, fitness), (genomes.n_genes.mean(), (genomes.n_nodes - first).mean())


def digest(state: State, fitness: np.ndarray) -> str:
    """Return a digest of a population: structure, weights, switches and fitness, but no number of gene or node."""
    genomes = state.genomes
    found = hashlib.sha256(fitness.tobytes() + genomes.n_nodes.tobytes())
    for genes, n in zip(genomes.genes, genomes.n_genes, strict=True):
        for field in ("source", "target", "weight", "enabled"):
            found.update(genes[field][:n].tobytes())
    return found.hexdigest()
