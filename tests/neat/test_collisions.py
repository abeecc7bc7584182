"""Mutations are read off populations completely, and collisions are counted as the schemes must make them."""

import numpy as np
import pandas as pd
import pytest

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat import arms, collisions, innovation
from hearsay.neat.arms import Cell
from hearsay.neat.collisions import COLLISIONS, COUNTED, LINK, NODE, Log, mutated
from hearsay.neat.evolve import evolve
from hearsay.neat.runs import task_of
from hearsay.neat.settings import settings
from tests.neat.planted import plant

GROWING = {"add_node": 0.1, "add_link": 0.3, "population": 60}
SCHEMES = (arms.A, arms.B, arms.K5, arms.C, arms.D1, arms.D2, arms.D3)


def cell(scheme, generations=25, task=arms.PARITY, **changes):
    given = settings(**{**GROWING, **changes, **arms.SCHEMES[scheme]})
    return Cell(task, "main", scheme, given, "minimal", 2, generations * given.population)


def run(one, watch):
    return evolve(task_of(one.task), one.settings, seeds.generator(1, "test", "x", 0), one.budget, one.start, watch)


def test_mutations_are_those_with_new_origins_in_their_order():
    start = [(0, 0, 0, 2, True), (1, 1, 1, 2, True)]
    split = [(7, 5, 0, 3, True), (8, 6, 3, 2, True)]
    found = mutated(
        plant(
            ([0, 1, 2], start),
            ([0, 1, 2, 9], start + split),
            ([0, 1, 2, 8], [*start, (2, 2, 0, 3, True), (3, 3, 3, 2, True), (4, 4, 1, 3, True)]),
            ([0, 1, 2, 8], [*start, (2, 2, 0, 3, True), (3, 3, 3, 2, True)]),
        ),
        4,
    )
    assert found.child.tolist() == [2, 1]
    assert found.split.tolist() == [False, True]
    assert found.source.tolist() == [1, 0]
    assert found.target.tolist() == [8, 2]
    assert found.node.tolist() == [-1, 9]
    assert found.innovations.tolist() == [[4, -1], [7, 8]]


@pytest.mark.parametrize("tie", [{}, {"tie": "both", "refuse_doubles": False}, {"tie": "either"}])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_mutation_is_seen_once(scheme, tie):
    one, log, before, issued, made = cell(scheme, **tie), Log(), [], [], [0, 0]

    def watch(generation, state, fitness):
        new = log(generation, state, fitness)
        counts = state.record.counts.copy()
        if before:
            change = counts - before[-1]
            assert new.split.sum() == change[innovation.SPLITS]
            assert len(new.split) + new.split.sum() == change[innovation.LINKS]
            assert log.added == len(new.split) - new.split.sum()
            made[0] += log.added
            made[1] += new.split.sum()
        before.append(counts)
        issued.append(len(log.issued))

    run(one, watch)
    assert min(made) > 20
    if scheme in (arms.A, arms.B, arms.K5, arms.C):
        assert issued == [counts[innovation.NUMBERS] for counts in before]
    if scheme != arms.D3:
        assert len(log.split_pair) + 5 == before[-1][innovation.NODES]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_collides_as_it_must(scheme):
    log, last = Log(), []
    run(cell(scheme), lambda *seen: (log(*seen), last.append(seen[1].record.counts.copy())))
    counted, counts = log.counted(), last[-1]
    (links, repeated, several), (splits, split_again, nodes_several) = counted[LINK], counted[NODE]
    assert links > repeated > 10 and splits > split_again > 5
    if scheme == arms.A:  # each mutation its own number: whoever comes twice collides
        assert (several, nodes_several) == (repeated, split_again)
    if scheme in (arms.B, arms.K5):
        assert 0 < several < repeated
    if scheme in (arms.C, arms.D1, arms.D2, arms.D3):
        assert several == 0
    if scheme in (arms.C, arms.D2):  # only a genome that splits a link again gets another node
        assert nodes_several <= counts[innovation.SPLITS_HELD]
        assert counts[innovation.SPLITS_HELD] == 0 or nodes_several > 0
    if scheme == arms.D1:
        assert nodes_several == split_again


def test_the_same_partition_collides_the_same():
    logs = [Log(), Log()]
    for log, scheme in zip(logs, (arms.C, arms.D2), strict=True):
        run(cell(scheme), log)
    assert logs[0].counted() == logs[1].counted()


def test_a_run_is_the_unit_of_the_error():
    rows = [("t", "g", "x", LINK, 0, 10, 4, 1), ("t", "g", "x", LINK, 1, 20, 0, 0), ("t", "g", "x", LINK, 2, 0, 0, 0)]
    rows += [("t", "g", "x", NODE, 0, 4, 2, 2)]
    found = collisions.collisions(pd.DataFrame(rows, columns=list(COUNTED.columns)))
    COLLISIONS.check(found)
    link, node = found.to_dict("records")
    assert [link[name] for name in ("runs", "pairs", "repeated", "several")] == [3, 30, 4, 1]
    assert link["share"] == pytest.approx(0.05)
    assert link["share_error"] == pytest.approx(np.std([0.1, 0], ddof=1) / np.sqrt(2))
    assert link["repeated_share"] == 0.25 and np.isnan(link["repeated_share_error"])
    assert (node["share"], node["repeated_share"]) == (0.5, 1.0) and np.isnan(node["share_error"])


def test_no_runs_are_refused():
    with pytest.raises(HearsayError, match="no runs were counted"):
        collisions.collisions(pd.DataFrame(columns=list(COUNTED.columns)))
