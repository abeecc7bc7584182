"""Does the innovation number spare comparing structure? Ways to align two genomes, timed beside each other in one run.

The genomes are grown by the engine, the record of innovations kept for ever: an innovation number and a pair of node
numbers then name the same genes, and every way that uses either must find the same matches.
"""

import math
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat import alignment_ways as ways
from hearsay.neat.alignment_genomes import ANY, CHOSEN, MATES, Pairs, choose, grow
from hearsay.progress import log
from hearsay.tables import Table

SIZES = (5, 10, 30, 100, 300)
PAIRS = 40
BLOCK = 0.005  # seconds that a timing lasts, at least
HIDDEN = 8  # hidden nodes of the smaller genome up to which structure alone is tried
EDITED, EDITED_PAIRS = 10, 5  # genes up to which networkx tries it, and on so many pairs
DRAWS = 10_000

MERGE, SEARCH, KEPT, BUILT = "merge of sorted numbers", "search", "dictionary of pairs", "dictionary of pairs, built"
NUMBERS, STRUCTURE, NETWORKX = "dictionary of numbers", "structure alone", "structure alone, networkx"
COMPILED, PYTHON = "numba", "Python"

TIMINGS = Table(
    "benchmarks/neat-alignment",
    "Aligning two genomes, every run",
    key=("genes", "pairs", "way", "language", "repeat"),
    columns={
        "genes": "mean genes that the population was grown to",
        "pairs": f"pairs {MATES}, as parents are; or {ANY} of the population",
        "way": f"{MERGE}: both lists walked down together, sorted before the clock starts; {SEARCH}: each gene looked "
        f"for behind the last match, lists as the engine has them; {KEPT}: each genome a dictionary from (in, out) to "
        f"gene; {BUILT}: the dictionaries made of lists first (numba: that of one genome); {NUMBERS}: from the number "
        f"to the gene; {STRUCTURE}: the pairing of hidden nodes with the most common links, exact; {NETWORKX}: the "
        "same by graph_edit_distance",
        "language": f"{COMPILED} or plain {PYTHON}",
        "repeat": "number of the round in which each way ran, from 0",
        "aligned": "pairs of genomes in one call",
        "size": "mean genes of the genomes aligned",
        "hidden": "mean hidden nodes",
        "matching": "share of genes that match, 2 x matching / genes of both; with structure alone, by structure",
        "pairings": "mean pairings of hidden nodes that there are, n! / (n - m)!; for structure alone only",
        "calls": "calls of which wall and cpu are the average",
        "wall": "elapsed time of aligning one pair, seconds",
        "cpu": "processor time of the same, seconds",
    },
    text=("pairs", "way", "language"),
)
ALIGNMENT = Table(
    "neat/alignment",
    "Aligning two genomes, summed up",
    key=("genes", "pairs", "way", "language"),
    columns={
        **{name: TIMINGS.columns[name] for name in ("genes", "pairs", "way", "language")},
        "rounds": "timings",
        "size": TIMINGS.columns["size"],
        "matching": TIMINGS.columns["matching"],
        "per_gene": "processor time for one gene of the two genomes, median over the rounds, nanoseconds",
        "low": "lower end of the 95 % bootstrap interval of the median",
        "high": "upper end",
        "ratio": f"how many times as long as {MERGE} in the same language takes, median of the paired rounds",
        "ratio_low": "lower end of its 95 % interval",
        "ratio_high": "upper end",
    },
    text=("pairs", "way", "language"),
)


class Way(NamedTuple):
    """A way to align pairs (n, 2): run(calls) aligns them all so often and returns matching genes and the rest (n, k).

    The rest are the genes without a match and the sum of weight differences, where the way goes by an identity.
    """

    run: Callable[[int], np.ndarray]
    pairs: np.ndarray


def by_identity(given: Pairs) -> dict[tuple[str, str], Way]:
    """Return the ways that go by a number or a pair, by (way, language), with lists and dictionaries made ahead."""
    by_number = [np.sort(genes, order="innovation") for genes in given.genes]
    by_pair = [ways.keys(genes, nodes) for genes, nodes in zip(given.genes, given.nodes, strict=True)]
    numbers = [_list(genes["innovation"].tolist(), genes) for genes in by_number]
    pairs = [
        _list(zip(nodes[genes["source"]].tolist(), nodes[genes["target"]].tolist(), strict=True), genes)
        for genes, nodes in zip(given.genes, given.nodes, strict=True)
    ]
    return {
        (MERGE, COMPILED): _compiled(ways.MERGE, by_number, given.pairs),
        (SEARCH, COMPILED): _compiled(ways.SEARCH, given.genes, given.pairs),
        (KEPT, COMPILED): _compiled(ways.KEPT, by_pair, given.pairs),
        (BUILT, COMPILED): _compiled(ways.BUILT, by_pair, given.pairs),
        (MERGE, PYTHON): _plain(ways.merged_plainly, numbers, given.pairs),
        (SEARCH, PYTHON): _plain(
            ways.searched_plainly, [_list(g["innovation"].tolist(), g) for g in given.genes], given.pairs
        ),
        (KEPT, PYTHON): _plain(ways.looked_up_plainly, [dict(genes) for genes in pairs], given.pairs),
        (BUILT, PYTHON): _plain(ways.built_plainly, pairs, given.pairs),
        (NUMBERS, PYTHON): _plain(ways.looked_up_plainly, [dict(genes) for genes in numbers], given.pairs),
    }


def _list(names: Iterable, genes: np.ndarray) -> list[tuple]:
    return list(zip(names, genes["weight"].tolist(), strict=True))


def _compiled(way: int, genomes: list[np.ndarray], pairs: np.ndarray) -> Way:
    packed, found = ways.pack(genomes), np.zeros((len(pairs), 3))

    def run(calls: int) -> np.ndarray:
        ways.align_all(way, packed, pairs, calls, found)
        return found

    return Way(run, pairs)


def _plain(align: Callable, genomes: list, pairs: np.ndarray) -> Way:
    aligned = [(genomes[i], genomes[j]) for i, j in pairs.tolist()]

    def run(calls: int) -> np.ndarray:
        for _ in range(calls):
            found = [align(a, b) for a, b in aligned]
        return np.array(found)

    return Way(run, pairs)


def by_structure(given: Pairs) -> dict[tuple[str, str], Way]:
    """Return the ways without any identity, for the pairs that are small enough, where at least half of them are."""
    hidden = np.array([len(nodes) - given.fixed for nodes in given.nodes])
    few = given.pairs[hidden[given.pairs].min(axis=1) <= HIDDEN]
    if 2 * len(few) < len(given.pairs):
        return {}
    packed, matching = ways.pack(given.genes), np.zeros((len(few), 1))

    def structure(calls: int) -> np.ndarray:
        ways.correspond_all(packed, few, given.fixed, hidden, calls, matching)
        return matching

    def edited(calls: int) -> np.ndarray:
        both = [(given.genes[i], given.genes[j], given.fixed, hidden[i], hidden[j]) for i, j in few[:EDITED_PAIRS]]
        apart = [ways.edit_distance(*pair) for _ in range(calls) for pair in both][-len(both) :]
        return np.array([[(len(a) + len(b) - d) / 2] for (a, b, *_), d in zip(both, apart, strict=True)])

    found = {(STRUCTURE, COMPILED): Way(structure, few)}
    if np.mean([len(genes) for genes in given.genes]) < 2 * EDITED:
        found[NETWORKX, PYTHON] = Way(edited, few[:EDITED_PAIRS])
    return found


def check(what: str, results: dict[tuple[str, str], np.ndarray]) -> None:
    """Raise HearsayError where ways differ: those by an identity in anything, those by structure in their number."""
    merge = results[MERGE, COMPILED]
    for (way, language), found in results.items():
        if way not in (STRUCTURE, NETWORKX) and not (
            np.array_equal(found[:, :2], merge[:, :2]) and np.allclose(found[:, 2], merge[:, 2])
        ):
            raise HearsayError(f"{what}: {way} in {language} finds other matches than {MERGE}")
    if (NETWORKX, PYTHON) in results:
        edited = results[NETWORKX, PYTHON]
        if not np.array_equal(edited, results[STRUCTURE, COMPILED][: len(edited)]):
            raise HearsayError(f"{what}: networkx finds another structure in common")


def compare(repeats: int, seed: int, sizes: tuple[int, ...] = SIZES, pairs: int = PAIRS) -> pd.DataFrame:
    """Time every way in turn, on one thread; return `TIMINGS`, raw.

    Parameters
    ----------
    repeats
        Rounds. Each runs every way, in an order that rotates from round to round; compiling comes before.
    seed
        Root seed of the genomes and of the pairs.
    sizes, pairs
        Mean genes to grow the genomes to; pairs aligned in a call.

    Raises
    ------
    HearsayError
        Two ways find different matches.

    """
    rows = []
    for size, state in grow(sizes, seed).items():
        for which in CHOSEN:
            given = choose(state, which, pairs, seeds.generator(seed, "neat", f"alignment {which}", size))
            rows += _rounds(size, which, given, repeats)
    return pd.DataFrame(rows, columns=list(TIMINGS.columns)).sort_values(list(TIMINGS.key), ignore_index=True)


def _rounds(size: int, which: str, given: Pairs, repeats: int) -> list[tuple]:
    every = {**by_identity(given), **by_structure(given)}
    results = {name: way.run(1).copy() for name, way in every.items()}
    check(f"alignment of {size} genes, {which}", results)
    calls = {name: _calls(way) for name, way in every.items()}
    names, rows = list(every), []
    for repeat in range(repeats):
        for k in range(len(names)):
            name = names[(repeat + k) % len(names)]
            way, result = every[name], results[name]
            wall, cpu = time.perf_counter(), time.process_time()
            way.run(calls[name])
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            aligned = calls[name] * len(way.pairs)
            rows.append((size, which, *name, repeat, len(way.pairs), *_shape(given, way, name[0], result), calls[name],
                         wall / aligned, cpu / aligned))  # fmt: skip
        log.info("alignment of %d genes, %s, round %d", size, which, repeat + 1)
    return rows


def _calls(way: Way) -> int:
    begun = time.perf_counter()
    way.run(1)
    return max(1, math.ceil(BLOCK / (time.perf_counter() - begun)))


def _shape(given: Pairs, way: Way, name: str, result: np.ndarray) -> tuple[float, float, float, float]:
    genes = np.array([[len(given.genes[k]) for k in pair] for pair in way.pairs])
    hidden = np.array([[len(given.nodes[k]) - given.fixed for k in pair] for pair in way.pairs])
    pairings = [math.perm(*sorted(pair, reverse=True)) for pair in hidden.tolist()]
    blind = name in (STRUCTURE, NETWORKX)
    share = 2 * result[:, 0].sum() / genes.sum()
    return genes.mean(), hidden.mean(), share, float(np.mean(pairings)) if blind else np.nan


def summary(raw: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sum up `TIMINGS` as `ALIGNMENT`; intervals by 10,000 bootstrap samples of the rounds, drawn from `seed`."""
    rows = []
    for key, part in raw.groupby(list(ALIGNMENT.key), sort=True):
        genes, pairs, _, language = key
        same = (raw["genes"] == genes) & (raw["pairs"] == pairs) & (raw["language"] == language)
        merge = raw[same & (raw["way"] == MERGE)].set_index("repeat")
        part = part.set_index("repeat")
        each = part["cpu"] / (2 * part["size"]) * 1e9
        ratio = each / (merge["cpu"] / (2 * merge["size"]) * 1e9)
        drawn = np.random.default_rng(seed).integers(0, len(part), (DRAWS, len(part)))
        known = part.iloc[0]
        rows.append((*key, len(part), known["size"], known["matching"], *_median(each, drawn), *_median(ratio, drawn)))
    return pd.DataFrame(rows, columns=list(ALIGNMENT.columns))


def _median(values: pd.Series, drawn: np.ndarray) -> tuple[float, float, float]:
    medians = np.median(values.to_numpy()[drawn], axis=1)
    return float(values.median()), *np.percentile(medians, [2.5, 97.5])
