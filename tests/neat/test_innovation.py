"""The record of innovations against the slow reference, its memory to the generation, its tables, its fallback."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.neat import innovation
from hearsay.neat.settings import FOREVER, settings
from tests.neat import reference
from tests.neat.populations import MEMORIES, SCHEMES, SEEDS, any_settings, generations, key, plain_record

OPTIONS = st.builds(
    lambda **chosen: settings(**chosen),
    link_memory=MEMORIES,
    node_memory=MEMORIES,
    identity=st.sampled_from(["number", "pair"]),
    scattered=st.booleans(),
    copy_weight=st.booleans(),
)
NODE = st.integers(0, 5)
LINK = st.tuples(st.just("link"), NODE, NODE, st.floats(-8, 8))
SPLIT = st.tuples(st.just("split"), st.integers(0, 9), st.sets(st.integers(0, 12)), st.none())
STEP = st.tuples(st.just("generation"), st.integers(1, 6), st.none(), st.none())


def link(record, options, source, target, weight=0.0):
    return innovation.link_innovation(record, options, source, target, weight)


def split(record, options, gene, nodes=()):
    return innovation.split_node(record, options, gene, np.array(list(nodes), np.int64))


@given(OPTIONS, st.lists(st.one_of(LINK, SPLIT, STEP), max_size=40))
@hypothesis(deadline=None)
def test_the_record_is_the_references(options, events):
    fast, slow = innovation.new_record(2), reference.Record(options)
    for kind, what, more, weight in events:
        fast = innovation.with_room(fast, 1, options.link_memory, options.node_memory)
        if kind == "link":
            number, kept = link(fast, options, what, more, weight)
            assert (key(number, options), kept) == slow.link(what, more, weight)
        elif kind == "split":
            assert split(fast, options, what, more) == slow.split(what, more)
        else:
            fast.counts[innovation.GENERATION] += what
            slow.generation += what
    assert fast.counts[innovation.NUMBERS] == slow.numbers
    assert fast.counts[innovation.NODES] == slow.nodes


@pytest.mark.parametrize("memory", [0, 1, 2, 5, 20])
def test_a_memory_of_k_generations_expires_to_the_generation(memory):
    options = settings(link_memory=memory, node_memory=memory)
    record = innovation.new_record()
    first = link(record, options, 0, 1)[0], split(record, options, 0)
    for age in range(1, 30):
        assert (link(record, options, 0, 1)[0] == first[0]) == (age <= memory)
        assert (split(record, options, 0) == first[1]) == (age <= memory)
        if age > memory:
            break
        record.counts[innovation.GENERATION] += 1
    assert age == memory + 1


def test_to_be_matched_does_not_prolong_the_memory():
    options, record, found = settings(link_memory=3, node_memory=3), innovation.new_record(), []
    for _ in range(9):
        found.append((link(record, options, 0, 1)[0], split(record, options, 0)))
        record.counts[innovation.GENERATION] += 1
    assert found == [(0, 0)] * 3 + [(1, 1)] * 3 + [(2, 2)] * 3


def test_links_and_nodes_have_memories_of_their_own():
    options, record = settings(link_memory=0, node_memory=FOREVER), innovation.new_record()
    assert [link(record, options, 0, 1)[0] for _ in range(3)] == [0, 1, 2]
    assert [split(record, options, 0) for _ in range(3)] == [0, 0, 0]
    options, record = settings(link_memory=FOREVER, node_memory=0), innovation.new_record()
    assert [link(record, options, 0, 1)[0] for _ in range(3)] == [0, 0, 0]
    assert [split(record, options, 0) for _ in range(3)] == [0, 1, 2]


def test_direction_matters():
    record = innovation.new_record()
    assert link(record, settings(), 0, 1)[0] != link(record, settings(), 1, 0)[0]


def test_a_genome_that_holds_the_remembered_node_gets_a_new_one_that_is_not_remembered():
    options, record = settings(), innovation.new_record()
    assert split(record, options, 7) == 0
    assert split(record, options, 7, [0]) == 1
    assert split(record, options, 7, [0]) == 2
    assert split(record, options, 7, [1, 2]) == 0
    counts = record.counts
    assert counts[innovation.SPLITS : innovation.SPLITS_HELD + 1].tolist() == [4, 1, 2]


def test_a_match_brings_the_first_weight_where_that_is_wanted():
    for copied in (False, True):
        record, options = innovation.new_record(), settings(copy_weight=copied)
        assert link(record, options, 0, 1, 0.5) == (0, 0.5)
        assert link(record, options, 0, 1, -0.25) == (0, 0.5 if copied else -0.25)


def test_matches_are_counted():
    record, options = innovation.new_record(), settings()
    for target in (1, 1, 2, 1):
        link(record, options, 0, target)
    assert record.counts[[innovation.LINKS, innovation.LINKS_MATCHED, innovation.NUMBERS]].tolist() == [4, 2, 2]


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), unique=True, max_size=60), MEMORIES)
@hypothesis(deadline=None)
def test_growing_the_tables_loses_nothing_that_is_remembered(pairs, memory):
    options, record = settings(link_memory=memory, node_memory=memory), innovation.new_record(1)
    born, numbers = {}, {}

    def ask(source, target):
        return link(record, options, source, target)[0], split(record, options, source << 31 | target)

    for k, what in enumerate(pairs):
        record.counts[innovation.GENERATION] = k // 7
        record = innovation.with_room(record, 1, memory, memory)
        numbers[what], born[what] = ask(*what), k // 7
        for table in (record.links, record.splits):
            used = np.count_nonzero(table["key"] != innovation.EMPTY)
            assert 2 * used <= len(table), "a full table would be searched for ever"
    for what in pairs:
        if (len(pairs) - 1) // 7 - born[what] < memory:
            assert ask(*what) == numbers[what]


def test_what_is_forgotten_leaves_the_tables():
    options, record = settings(link_memory=1, node_memory=1), innovation.new_record(8)
    for generation in range(200):
        record = innovation.with_room(record, 4, 1, 1)
        record.counts[innovation.GENERATION] = generation
        for k in range(4):
            link(record, options, generation, k)
            split(record, options, 10 * generation + k)
    assert len(record.links) <= 64
    assert len(record.splits) <= 64


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
@hypothesis(deadline=None)
def test_pairs_are_keys(a, b, c, d):
    assert (innovation.pair(a, b) == innovation.pair(c, d)) == ((a, b) == (c, d))
    assert innovation.pair(a, b) >= 0
    assert innovation.pair(a, b) == (a << 31) + b


def test_scattered_numbers_are_a_permutation_without_order():
    numbers = np.arange(100_000)
    found = innovation.scatter(numbers, True)
    assert found.tolist()[:1000] == [reference.scattered(n) for n in range(1000)]
    assert len(np.unique(found)) == len(numbers)
    assert found.min() >= 0
    assert found.max() < 2**31
    assert abs(np.mean(np.diff(found) > 0) - 0.5) < 0.05
    assert np.array_equal(innovation.scatter(numbers, False), numbers)
    assert innovation.ODD % 2 == 1, "so that it is a bijection modulo a power of two"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_in_a_run_a_number_stands_for_one_pair_of_nodes(scheme):
    options = settings(**SCHEMES[scheme], population=40, add_node=0.2, add_link=0.4, tie="both")
    stands_for, issued_to, made = {}, {}, {}
    for state, _, _ in generations(options, 2, 12):
        for k in range(options.population):
            genes, nodes = state.genomes.genes[k, : state.genomes.n_genes[k]], state.genomes.nodes[k]
            for number, origin, source, target in zip(
                genes["innovation"], genes["origin"], nodes[genes["source"]], nodes[genes["target"]], strict=True
            ):
                assert stands_for.setdefault(number, (source, target)) == (source, target)
                issued_to.setdefault((source, target), set()).add(number)
                made.setdefault(number, set()).add(origin)
    most = max(map(len, issued_to.values()))
    shared = max(map(len, made.values()))
    assert (most > 1) == (scheme in ("b", "k5")) or scheme == "a", "only what is forgotten is numbered again"
    assert (shared > 1) == (scheme != "a"), "only without a record is a number one mutation's own"


@given(any_settings(), SEEDS)
@hypothesis(max_examples=20, deadline=None)
def test_the_tables_hold_what_the_reference_remembers(options, seed):
    """Of a run's record: each remembered link and split, and no number that was not issued."""
    *_, (state, _, _) = generations(options, seed, 5)
    record = plain_record(state.record, options)
    for table, memory in ((record.links, options.link_memory), (record.splits, options.node_memory)):
        assert len({one.what for one in table}) == len(table)
        assert all(0 <= one.generation <= record.generation for one in table)
        assert memory or not table
    if not options.scattered:
        assert all(one.number < record.nodes for one in record.splits)
