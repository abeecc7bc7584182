"""Networks are the same where a search through all renamings says so; doubled links and twin nodes are counted."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.neat import structure
from tests.neat.planted import OUTPUTS, SENSORS, plant

NAMED = SENSORS + OUTPUTS


def keys(links):
    return np.array(sorted({source << structure.NODE_BITS | target for source, target in links}), np.int64)


def same(one, other, nodes):
    """Say whether some renaming of the hidden nodes in use turns one set of links into the other."""
    used = [{node for link in links for node in link if node >= NAMED} for links in (one, other)]
    if len(used[0]) != len(used[1]) or len(one) != len(other):
        return False
    for renamed in itertools.permutations(sorted(used[1])):
        names = dict(enumerate(range(NAMED))) | dict(zip(sorted(used[0]), renamed, strict=True))
        if {(names[a], names[b]) for a, b in one} == other:
            return True
    return False


NODES = NAMED + 4
link = st.tuples(st.integers(0, NODES - 1), st.integers(SENSORS, NODES - 1))
network = st.frozensets(link, max_size=9)


@settings(deadline=None, max_examples=300)
@given(network, network, st.permutations(range(NAMED, NODES)))
def test_the_hash_is_that_of_the_network_up_to_names(one, other, names):
    name = [*range(NAMED), *names]
    found = structure.network_hash(keys(one), NODES, NAMED)
    assert structure.network_hash(keys((name[a], name[b]) for a, b in one), NODES, NAMED) == found
    assert (structure.network_hash(keys(other), NODES, NAMED) == found) == same(one, other, NODES)


@settings(deadline=None, max_examples=300)
@given(st.frozensets(link, min_size=1, max_size=9), st.data())
def test_a_network_with_one_link_moved_is_told_apart(one, data):
    moved = (one - {data.draw(st.sampled_from(sorted(one)))}) | {data.draw(link)}
    hashes = [structure.network_hash(keys(links), NODES, NAMED) for links in (one, moved)]
    assert (hashes[0] == hashes[1]) == same(one, moved, NODES)


def test_symmetric_networks_that_colours_alone_cannot_tell_apart():
    a, b = list(range(NAMED, NAMED + 4)), list(range(NAMED + 4, NAMED + 8))
    ends = {(0, node) for node in a} | {(node, SENSORS) for node in b}
    ring = ends | {(a[i], b[j % 4]) for i in range(4) for j in (i, i + 1)}
    two_rings = ends | {(a[i], b[j]) for half in ((0, 1), (2, 3)) for i in half for j in half}
    turned = ends | {(a[i], b[(3 * j + 1) % 4]) for i in range(4) for j in (i, i + 1)}
    found = [structure.network_hash(keys(links), NAMED + 8, NAMED) for links in (ring, two_rings, turned)]
    assert found[0] != found[1]
    assert found[0] == found[2]


@settings(deadline=None, max_examples=200)
@given(network)
def test_twin_nodes_are_those_with_the_same_neighbours(links):
    into = {node: frozenset(a for a, b in links if b == node) for node in range(NODES)}
    out_of = {node: frozenset(b for a, b in links if a == node) for node in range(NODES)}
    pairs = itertools.combinations(range(NAMED, NODES), 2)
    twins = sum(into[a] == into[b] != frozenset() and out_of[a] == out_of[b] != frozenset() for a, b in pairs)
    assert structure.twin_nodes(keys(links), NODES, NAMED) == twins


def test_a_planted_population():
    start = [(0, 0, 0, 2, True), (1, 1, 1, 2, True)]
    split = [(2, 2, 0, 3, True), (3, 3, 3, 2, True)]
    off = [(0, 0, 0, 2, False), start[1]]
    again = [(4, 4, 0, 4, True), (5, 5, 4, 2, True)]
    found = structure.survey(
        plant(
            ([0, 1, 2, 9], off + split),
            ([0, 1, 2, 7], [(6, 6, 0, 3, True), (7, 7, 3, 2, True), *off]),  # the same, other numbers and order
            ([0, 1, 2, 9], [*split, *reversed(off)]),  # the same in another order
            ([0, 1, 2, 9, 7], off + split + again),  # a second path
            ([0, 1, 2, 9], [*off, *split, (8, 8, 0, 3, True), (9, 9, 0, 2, False)]),  # two links twice
            ([0, 1, 2, 9], start),  # a node without links
            ([0, 1, 2], start),
        )
    )
    assert list(found.enabled) == [3, 3, 3, 5, 4, 2, 2]
    assert list(found.doubled) == [0, 0, 0, 0, 2, 0, 0]
    assert list(found.twins) == [0, 0, 0, 1, 0, 0, 0]
    assert len(set(found.network[[0, 1, 2, 4]])) == 1
    assert found.network[5] == found.network[6]
    assert len(set(found.network)) == 3
    assert found.innovations[0] == found.innovations[2] != found.innovations[1]


@pytest.mark.parametrize("place", [0, 1])
def test_sensors_keep_their_names(place):
    one = structure.network_hash(keys({(0, 3), (3, 2)}), 4, NAMED)
    other = structure.network_hash(keys({(place, 3), (3, 2)}), 4, NAMED)
    assert (one == other) == (place == 0)
