"""What today's implementations of NEAT do: the installed ones found out by running them, the others read."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hearsay.neat import implementations_probes as probes
from hearsay.neat.implementations_codes import AVAILABLE, VERSIONS
from hearsay.neat.implementations_probes import Code, Count
from hearsay.neat.peers_neat_python import seeded
from hearsay.progress import progress
from hearsay.seeds import seed_sequence
from hearsay.tables import Table, read

READ = Path(__file__).with_name("implementations.csv")
LOCKED = ("neat-python",)
GENERATIONS = 60  # of XOR, after which a population is looked at

_RULES = {
    "code": "name of the implementation",
    "version": "its version; for a code without releases the year of what was read",
    "setting": "the setting of the code that this row is about; empty for the only one",
    "known": "run: by the probes, when this table was made; run apart: by the same probes, on a version that cannot be "
    "installed beside the others; read: from its source",
    "link_rule": "how long a link mutation is remembered, or what stands for its number",
    "node_rule": "how long a node mutation, a split, is remembered",
    "tie_rule": "whose unmatched genes a child of equally fit parents gets",
    "matched_in_crossover": "what two genes must share to match in crossover",
    "matched_in_distance": "what they must share to match in the compatibility distance",
    "weight_copied": "whether a link mutation that matches an earlier one takes its weight",
    "doubled_links": "whether a genome can hold two genes for one link",
    "where": "file and function; of what was run, too",
}
IMPLEMENTATIONS = Table(
    "neat/implementations",
    "What today's implementations of NEAT do",
    ("code", "version", "setting"),
    _RULES,
    text=tuple(_RULES),
)
PROBES = Table(
    "neat/implementation-probes",
    "What the probes of the installed implementations counted",
    ("code", "version", "setting", "probe"),
    {
        "code": "name of the implementation",
        "version": "its version",
        "setting": "the setting of the code that this row is about; empty for the only one",
        "probe": "what was counted: "
        "link, same generation / split, same generation: mutations that repeat an earlier one of their generation, and "
        "those that get its number; "
        "link, next generation / split, next generation: places mutated in two generations, and those with one number; "
        "weight copied: link mutations with the number of an earlier one, and those with its weight; "
        "doubled child: children of equally fit parents that hold one link under two numbers, and those that hold it "
        "twice; "
        "crossover by pair: children of such parents, the first the fitter, and those with the other's weight in that "
        "link; "
        "distance by pair: such parents, and those at no distance when weights do not count; "
        f"population, doubled genomes: genomes after {GENERATIONS} generations of XOR, and those with a doubled link; "
        "population, pairs with several numbers: pairs of nodes linked in them, and those with more than one number; "
        "population, numbers with several pairs: numbers in them, and those that stand for more than one pair",
        "hits": "cases in which it was so",
        "cases": "cases",
    },
    text=("code", "version", "setting", "probe"),
)


def known() -> pd.DataFrame:
    """Return what was read of the implementations, or run apart, as `IMPLEMENTATIONS`."""
    return read(READ, IMPLEMENTATIONS)


def probe(code: Code, generations: int = GENERATIONS) -> tuple[dict[str, str], dict[str, Count]]:
    """Find out what an implementation does.

    Returns
    -------
    rules
        The columns of `IMPLEMENTATIONS` that an experiment can fill.
    counts
        What was counted, by the name of the probe.

    """
    links, splits = probes.link_mutants(code), probes.split_mutants(code)
    population = [code.genes(genome) for genome in code.evolve(generations)]
    counts = {
        "link, same generation": probes.same_generation(links),
        "link, next generation": probes.next_generation(links),
        "split, same generation": probes.same_generation(splits),
        "split, next generation": probes.next_generation(splits),
        "weight copied": probes.weights_copied(links),
        "doubled child": probes.doubled_children(code, links),
        "crossover by pair": probes.matched_by_crossover(code, links),
        "distance by pair": probes.matched_by_distance(code, links),
        "population, doubled genomes": Count(sum(map(probes.doubled, population)), len(population)),
        "population, pairs with several numbers": probes.many_names(population),
        "population, numbers with several pairs": probes.many_pairs(population),
    }
    named = any(gene.innovation != (gene.source, gene.target) for gene in code.genes(code.founder()))
    rules = {
        "link_rule": probes.rule(counts["link, same generation"], counts["link, next generation"], named),
        "node_rule": probes.rule(counts["split, same generation"], counts["split, next generation"]),
        "tie_rule": probes.tie(code),
        "matched_in_crossover": _matched(counts["crossover by pair"], named),
        "matched_in_distance": _matched(counts["distance by pair"], named),
        "weight_copied": _yes(counts["weight copied"], "no link mutation matched"),
        "doubled_links": _doubled(counts["doubled child"], counts["population, doubled genomes"]),
    }
    return rules, counts


def tables(
    seed: int, generations: int = GENERATIONS, codes: Collection[str] = LOCKED
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `IMPLEMENTATIONS`, with those of `codes` that are installed run, and `PROBES`.

    By default the codes of the lock file, so that the tables do not depend on what else a machine has.
    """
    rows, counted = known().set_index(list(IMPLEMENTATIONS.key)), []
    for (name, setting), make in progress(AVAILABLE.items(), "implementations of NEAT"):
        version = VERSIONS[name]() if name in codes else ""
        if not version:
            continue
        sequence = seed_sequence(seed, "neat", f"implementations, {name}, {setting}", 0)
        drawn = int(sequence.generate_state(1)[0]) >> 1  # a C++ int
        with seeded(drawn):
            rules, counts = probe(make(drawn), generations)
        key = (name, version, setting)
        where = rows.at[key, "where"] if key in rows.index else "not read"
        rows.loc[key, ["known", *rules, "where"]] = ["run", *rules.values(), where]
        counted += [(*key, what, *count) for what, count in counts.items()]
    implementations = rows.sort_index().reset_index()[list(IMPLEMENTATIONS.columns)]
    return implementations, _sorted(counted)


def _sorted(counted: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(counted, columns=list(PROBES.columns))
    return frame.sort_values(list(PROBES.key), ignore_index=True)


def _matched(by_pair: Count, named: bool) -> str:
    if not named:
        return "the pair of nodes"
    if not by_pair.cases:
        return "not determined: no link had two numbers"
    return "the pair of nodes" if by_pair.hits else "the number"


def _yes(count: Count, none: str) -> str:
    if not count.cases:
        return f"not determined: {none}"
    return "no" if not count.hits else "yes" if count.hits == count.cases else f"in {count.hits} of {count.cases}"


def _doubled(children: Count, genomes: Count) -> str:
    if children.hits or genomes.hits:
        return f"in {children.hits} of {children.cases} children, {genomes.hits} of {genomes.cases} evolved genomes"
    tried = (
        "; no link had two numbers"
        if not children.cases
        else f" and {children.cases} children of parents whose numbers for a link differ"
    )
    return f"none in {genomes.cases} evolved genomes{tried}"
