"""Links with several numbers: planted logs by hand, and real runs against a plain count of every population."""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from hearsay import seeds, tables
from hearsay.neat import collisions, versions
from hearsay.neat.arms import MAIN, PARITY, SCHEMES, XOR, A, B, C, Cell
from hearsay.neat.evolve import evolve
from hearsay.neat.runs import task_of
from hearsay.neat.settings import settings
from hearsay.neat.versions import COUNTED_VERSIONS, VERSIONS, _Versions, summarise
from tests.neat.planted_tables import SEED


def planted(links, living, made=None):
    """A log of numbers by pair, and of the living genes (pair, number)."""
    log = _Versions()
    log.links = {pair: set(numbers) for pair, numbers in links.items()}
    log.made = set(links) if made is None else made
    log.pairs = np.array([pair for pair, _ in living], np.int64)
    log.numbers = np.array([number for _, number in living], np.int64)
    return log.versions()


def test_planted_logs_by_hand():
    links = {10: [3, 7], 11: [4, 5, 6], 12: [8], 13: [9, 20], 14: [21, 22]}
    living = [(10, 3), (10, 3), (11, 5), (11, 5), (11, 4), (12, 8), (14, 22)]
    # several: all but 12; of these 13 is gone; one number is left of 10 and 14; the first leads in 10; by chance it
    # would in one of two of 10 and 14, and one of three of 11
    assert planted(links, living) == (4, 3, 2, 1, pytest.approx(1 / 2 + 1 / 3 + 1 / 2))


def test_the_first_number_is_the_least_even_where_it_died_out():
    assert planted({1: [2, 3]}, [(1, 3), (1, 3)]) == (1, 1, 1, 0, 0.5)
    assert planted({1: [2, 3]}, [(1, 2)]) == (1, 1, 1, 1, 0.5)


def test_equally_frequent_numbers_share_the_place():
    assert planted({1: [2, 3]}, [(1, 3), (1, 2)]) == (1, 1, 0, 0.5, 0.5)
    assert planted({1: [2, 3, 4, 5]}, [(1, 3), (1, 2), (1, 4)]) == (1, 1, 0, pytest.approx(1 / 3), 0.25)
    assert planted({1: [2, 3, 4, 5]}, [(1, 3), (1, 5), (1, 4)]) == (1, 1, 0, 0, 0.25)


def test_no_pair_with_several():
    assert planted({}, []) == planted({1: [2]}, [(1, 2)]) == (0, 0, 0, 0, 0)
    assert planted({1: [2, 3]}, [(5, 9)]) == (1, 0, 0, 0, 0)


def test_links_of_the_first_generation_alone_are_no_mutations():
    assert planted({1: [2, 3]}, [(1, 2)], made=set()) == (0, 0, 0, 0, 0)


def cell(scheme, population=60, generations=12, task=PARITY):
    given = settings(add_node=0.1, add_link=0.3, population=population, **SCHEMES[scheme])
    return Cell(task, MAIN, scheme, given, "minimal", 3, generations * population)


def by_hand(one, replicate):
    """Versions from every gene of every population, dictionary by dictionary."""
    ever, first, last = defaultdict(set), [], []

    def watch(generation, state, fitness):
        genomes, pairs = state.genomes, []
        for k, n in enumerate(genomes.n_genes):
            for gene in genomes.genes[k, :n]:
                pair = (int(genomes.nodes[k, gene["source"]]), int(genomes.nodes[k, gene["target"]]))
                pairs.append((pair, int(gene["innovation"])))
        for pair, number in pairs:
            ever[pair].add(number)
        if not first:
            first.extend({pair for pair, _ in pairs})
        last[:] = pairs

    rng = seeds.generator(SEED, "neat", f"{one.task}, {one.group}, {one.arm}", replicate)
    evolve(task_of(one.task), one.settings, rng, one.budget, one.start, watch)
    several = {pair: min(numbers) for pair, numbers in ever.items() if len(numbers) > 1}
    chance = sum(1 / len(ever[pair]) for pair in several if pair in {pair for pair, _ in last})
    living = defaultdict(Counter)
    for pair, number in last:
        if pair in several:
            living[pair][number] += 1
    lead = 0.0
    for pair, numbers in living.items():
        most = [number for number in numbers if numbers[number] == max(numbers.values())]
        lead += (several[pair] in most) / len(most)
    one = sum(len(numbers) == 1 for numbers in living.values())
    return len(several), len(living), one, pytest.approx(lead), pytest.approx(chance)


@pytest.mark.parametrize("scheme", [A, B, C])
def test_real_runs_against_a_plain_count(scheme):
    one = cell(scheme)
    counted, found = versions.count(one, SEED, range(2), 12)
    rows = [tuple(row[4:]) for row in found.itertuples(index=False)]
    second = versions.count(one, SEED, [1], 12)  # the other replicates do not matter
    pd.testing.assert_frame_equal(counted[counted["replicate"] == 1].reset_index(drop=True), second[0])
    assert rows == [by_hand(one, k) for k in range(2)]
    assert (scheme == C) == (sum(row[0] for row in rows) == 0)
    if scheme == A:
        assert min(row[1] for row in rows) > 3
    collisions.COUNTED.check(counted)
    COUNTED_VERSIONS.check(found)
    assert set(counted["replicate"]) == {0, 1}


def test_counting_stops_after_so_many_generations():
    one = cell(A)
    assert (
        versions.count(one, SEED, [0], 3)[1]["several"].iloc[0]
        < versions.count(one, SEED, [0], 12)[1]["several"].iloc[0]
    )


def test_no_replicates(tmp_path):
    counted, found = versions.count(cell(A), SEED, [], 3)
    tables.write(found, COUNTED_VERSIONS, tmp_path / "v.csv")
    assert len(counted) == len(found) == 0
    assert list(summarise(found).columns) == list(VERSIONS.columns)


def test_the_summary_by_hand():
    rows = [(XOR, MAIN, A, 0, 10, 4, 2, 1, 2.0), (XOR, MAIN, A, 1, 6, 5, 5, 5, 1.5), (XOR, MAIN, A, 2, 3, 0, 0, 0, 0.0)]
    rows += [(XOR, MAIN, B, 0, 2, 2, 1, 0, 1.0), (PARITY, MAIN, B, 0, 7, 0, 0, 0, 0.0)]
    found = summarise(pd.DataFrame(rows, columns=list(COUNTED_VERSIONS.columns)))
    VERSIONS.check(found)
    assert found[["task", "arm"]].to_numpy().tolist() == [[XOR, A], [XOR, B]]  # of parity nothing is left
    a, b = found.to_dict("records")
    assert (a["runs"], a["pairs"], a["left"]) == (2, 16, 9)
    assert (a["one"], a["first"]) == ((0.5 + 1) / 2, (0.25 + 1) / 2)
    assert a["one_error"] == pytest.approx(np.std([0.5, 1], ddof=1) / np.sqrt(2))
    assert a["first_error"] == pytest.approx(np.std([0.25, 1], ddof=1) / np.sqrt(2))
    assert a["lead"] == pytest.approx(((1 - 2) / 4 + (5 - 1.5) / 5) / 2)
    assert a["lead_error"] == pytest.approx(np.std([-1 / 4, 3.5 / 5], ddof=1) / np.sqrt(2))
    assert b["lead"] == -0.5
    assert (b["runs"], b["one"], b["first"]) == (1, 0.5, 0) and np.isnan(b["one_error"])
