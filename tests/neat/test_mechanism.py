"""Watching changes no run, planted generations give the quantities that they were made with, and runs are averaged."""

import numpy as np
import pandas as pd
import pytest

from hearsay import seeds, tables
from hearsay.errors import HearsayError
from hearsay.neat import arms, genome, innovation, mechanism, reproduction
from hearsay.neat.arms import Cell
from hearsay.neat.collisions import mutated
from hearsay.neat.evolve import State, evolve
from hearsay.neat.mechanism import MECHANISM, QUANTITIES, WATCHED, Watch
from hearsay.neat.runs import task_of
from hearsay.neat.settings import settings
from hearsay.neat.speciation import SPECIES
from tests.neat.planted import plant

BOTH = {"tie": "both", "refuse_doubles": False}
SCHEMES = (arms.A, arms.B, arms.C, arms.D1, arms.D3)


def cell(scheme, generations=25, task=arms.PARITY, **changes):
    given = settings(**{"add_node": 0.1, "add_link": 0.3, "population": 60, **changes, **arms.SCHEMES[scheme]})
    return Cell(task, "main", scheme, given, "minimal", 2, generations * given.population)


def run(one, watch=None):
    return evolve(task_of(one.task), one.settings, seeds.generator(1, "test", "x", 0), one.budget, one.start, watch)


@pytest.mark.parametrize("changes", [{}, BOTH])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_watched_run_is_the_run(scheme, changes):
    one = cell(scheme, **changes)
    plain = run(one)
    for every, pairs in ((1, 50), (7, 3)):
        watched = run(one, Watch(one.settings, np.random.default_rng(every), every, pairs))
        for field, value in zip(plain._fields, watched, strict=True):
            np.testing.assert_array_equal(value, getattr(plain, field))


START = [(0, 0, 0, 2, True), (1, 1, 1, 2, True)]


def generation(genomes, belongs, numbers, parentage=None, counts=(), happened=()):
    """Return a planted generation whose species have these numbers."""
    species = np.zeros(2 * len(belongs), SPECIES)
    species["number"][: len(numbers)] = numbers
    record = innovation.new_record(8)
    for place, value in counts:
        record.counts[place] = value
    past = np.zeros(reproduction.N_HAPPENED, np.int64)
    for place, value in happened:
        past[place] = value
    parentage = np.full((len(belongs), 2), -1) if parentage is None else np.array(parentage)
    return State(genomes, np.array(belongs), parentage, species, len(numbers), np.zeros(4), record, past)


def look(*generations, **changes):
    """Return the quantities of the last of some planted generations, given each with its fitness."""
    watch = Watch(settings(**changes), np.random.default_rng(0), pairs=300)
    for number, (state, fitness) in enumerate(generations, start=1):
        watch(number, state, np.array(fitness, float))
    return dict(zip(QUANTITIES, watch.rows[-1][1], strict=True))


def first(population, numbers=(0,)):
    """Return a first generation: all alike, the first genome the best."""
    genomes = plant(*[([0, 1, 2], START)] * population)
    counts = ((innovation.EVENTS, 2), (innovation.NUMBERS, 2), (innovation.NODES, 3))
    return generation(genomes, [0] * population, numbers, counts=counts), [1, *[0] * (population - 1)]


def test_the_first_generation():
    found = look(first(4))
    assert set(found) == set(QUANTITIES)
    for pairs in ("any", "within"):
        assert [found[f"{name}_{pairs}"] for name in ("matching", "disjoint", "excess", "independent")] == [1, 0, 0, 0]
    for name in ("matching_between", "independent_new_any", "species_new", "links_matched", "champion_lost"):
        assert np.isnan(found[name])
    assert (found["networks"], found["networks_apart"], found["genomes_twins"]) == (0.25, 0, 0)
    assert (found["innovations_issued"], found["innovations_alive"], found["nodes_alive"]) == (2, 2, 3)


def test_planted_mutations_species_and_twins():
    # genome 0 splits the first link, and so does genome 1, under other numbers; genome 2 matches genome 0
    off = [(0, 0, 0, 2, False), START[1]]
    genomes = plant(
        ([0, 1, 2, 3], [*off, (2, 2, 0, 3, True), (3, 3, 3, 2, True)]),
        ([0, 1, 2, 4], [*off, (4, 4, 0, 3, True), (5, 5, 3, 2, True)]),
        ([0, 1, 2, 3], [*off, (2, 6, 0, 3, True), (3, 7, 3, 2, True)]),
        ([0, 1, 2], START),
        ([0, 1, 2], [*START, (6, 8, 0, 2, True)]),  # the same link once more
        ([0, 1, 2], START),
    )
    counts = [(innovation.EVENTS, 9), (innovation.NUMBERS, 7), (innovation.NODES, 5), (innovation.LINKS, 8)]
    counts += [(innovation.LINKS_MATCHED, 2), (innovation.SPLITS, 4), (innovation.SPLITS_MATCHED, 1)]
    happened = [(reproduction.CROSSOVERS, 5), (reproduction.SELF, 1), (reproduction.EQUAL, 3)]
    happened += [(reproduction.EQUAL_SAME, 1)]
    state = generation(genomes, [0, 1, 0, 2, 2, 2], (0, 1, 4), counts=counts, happened=happened)
    found = look(first(6, (0, 3)), (state, [1, 2, 0, 5, 3, 4]))
    expected = {
        "species": 3,
        "species_new": 2,  # 1 and 4
        "species_lost": 1,  # 3
        "links_matched": 2 / 8,
        "splits_matched": 1 / 4,
        "added_links_matched": 0,
        "crossovers": 5 / 6,
        "crossovers_self": 1 / 5,
        "crossovers_same": 1 / 5,
        "crossovers_equal": 2 / 5,
        "pairs_several_links": 1 / 6,  # the pair (0, 2) alone, of (0, 2) (1, 2) (0, 3) (3, 2) (0, 4) (4, 2)
        "pairs_several_nodes": 1,  # the one pair that was split has nodes 3 and 4
        "species_twins": 2 / 3,  # those of genomes 0 and 1
        "species_twins_apart": 2 / 3,
        "genomes_twins": 1,
        "networks": 2 / 6,
        "networks_apart": (2 + 2) / 6,
        "doubled_genomes": 1 / 6,
        "doubled_genes": 1 / 6,
        "twin_nodes": 0,
        "genes": (4 + 4 + 4 + 2 + 3 + 2) / 6,
        "genes_largest": 4,
        "enabled": (3 + 3 + 3 + 2 + 3 + 2) / 6,
        "enabled_largest": 3,
        "hidden": 3 / 6,
        "hidden_largest": 1,
        "innovations_issued": 7,
        "innovations_alive": 7,
        "nodes_issued": 5,
        "nodes_alive": 5,
        "kin_unmatched": 0,
        # within species: genomes 0 and 2 match in all genes, half of them independent; 3, 4, 5 have START in common
        "independent_between": 0,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["independent_new_within"] == 1  # only genomes 0 and 2 share what is new
    assert 0 < found["independent_within"] < 0.5


def test_species_of_one_network_under_the_same_numbers():
    genomes = plant(*[([0, 1, 2], START)] * 2, ([0, 1, 2], START[:1]))
    found = look(first(3), (generation(genomes, [0, 1, 2], (0, 1, 2), counts=[(innovation.EVENTS, 2)]), [0, 0, 0]))
    assert (found["species_twins"], found["species_twins_apart"], found["genomes_twins"]) == (2 / 3, 0, 0)


def test_the_ends_of_a_genome_are_disjoint_or_excess():
    genomes = plant(([0, 1, 2], [*START, (2, 2, 0, 2, True)]), ([0, 1, 2], [*START, (5, 3, 1, 2, True)]))
    state = generation(genomes, [0, 1], (0, 1), counts=[(innovation.EVENTS, 4)])
    found = look(first(2), (state, [0, 0]))
    for pairs in ("any", "between"):
        assert [found[f"{name}_{pairs}"] for name in ("matching", "disjoint", "excess")] == [0.5, 0.25, 0.25]
    assert np.isnan(found["matching_within"])


def test_what_the_champion_s_children_lack():
    champion = [*START, (2, 2, 0, 2, True), (3, 3, 1, 2, True)]
    parents = plant(([0, 1, 2], START), ([0, 1, 2], champion), ([0, 1, 2], START))
    before = generation(parents, [0, 0, 0], (0,), counts=[(innovation.EVENTS, 9)])
    children = plant(
        ([0, 1, 2], START),  # of the champion and another: two genes of four lost
        ([0, 1, 2], [*START, (2, 7, 0, 2, True), (3, 3, 1, 2, True)]),  # one gene is another mutation's
        ([0, 1, 2], START),  # of the champion and itself
        ([0, 1, 2], START),  # by mutation alone
        ([0, 1, 2], START),  # of others
        ([0, 1, 2, 3], [*START, (4, 9, 0, 3, True), (5, 10, 3, 2, True)]),  # has a new node
    )
    parentage = [[1, 0], [2, 1], [1, 1], [1, -1], [0, 2], [1, 2]]
    after = generation(children, [0] * 6, (0,), parentage, [(innovation.EVENTS, 11)])
    found = look((before, [0, 1, 0.5]), (after, [0] * 6))
    assert found["champion_children"] == 2
    assert found["champion_lost"] == 2 / 8
    assert found["champion_replaced"] == 1 / 8


def test_kin_that_positions_keep_apart():
    genomes = plant(([0, 1, 2], START), ([0, 1, 3, 2], [(7, 0, 0, 2, True), START[1]]))
    state = generation(genomes, [0, 0], (0,), counts=[(innovation.EVENTS, 2)])
    found = look(first(2), (state, [0, 0]), identity="position")
    assert found["kin_unmatched"] == 0.5
    for name in ("innovations_issued", "nodes_issued", "pairs_several_nodes"):
        assert np.isnan(found[name])


@pytest.mark.parametrize("changes", [{}, BOTH, {"tie": "either"}])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_parents_are_the_parents(scheme, changes):
    """Every gene of a child has its origin in a parent or in a mutation of its own; a copy has all of its mother's."""
    before, crossed = [], [0]

    def watch(generation, state, fitness):
        origins = [set(genome.one(state.genomes, k)[0]["origin"].tolist()) for k in range(len(fitness))]
        if before:
            last, events = before[-1]
            for child, (mother, father) in zip(origins, state.parentage.tolist(), strict=True):
                old = {origin for origin in child if origin < events}
                if father < 0:
                    assert old == last[mother]
                else:
                    assert old <= last[mother] | last[father]
                    crossed[0] += mother != father
        else:
            assert (state.parentage == -1).all()
        before.append((origins, int(state.record.counts[innovation.EVENTS])))

    run(cell(scheme, **changes), watch)
    assert crossed[0] > 100


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_fitter_parent_s_genes_all_go_on(scheme):
    """A champion loses genes only to parents as fit as it is; and where all numbers differ, none are replaced."""
    one, before, seen = cell(scheme, interspecies=0.0), [], [0]

    def watch(generation, state, fitness):
        if before:
            genes, champion, was, events = before[-1]
            split = mutated(state.genomes, events)
            for k, parents in enumerate(state.parentage.tolist()):
                if champion not in parents or k in split.child[split.split]:
                    continue
                if parents[1] >= 0 and parents[0] != parents[1] and was[parents[0]] == was[parents[1]]:
                    continue
                child = genome.one(state.genomes, k)[0]
                assert set(genes["innovation"].tolist()) <= set(child["innovation"].tolist())
                if scheme == arms.A:
                    assert set(genes["origin"].tolist()) <= set(child["origin"].tolist())
                seen[0] += 1
        champion = int(np.argmax(fitness))
        events = int(state.record.counts[innovation.EVENTS])
        before.append((genome.one(state.genomes, champion)[0], champion, fitness.copy(), events))

    run(one, watch)
    assert seen[0] > 20


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_a_scheme_must_show(scheme):
    one = cell(scheme, 40, **BOTH)
    table = mechanism.watch_runs(one, 2, [0]).pivot(index="generation", columns="quantity", values="value")
    assert set(table.columns) == set(QUANTITIES)
    if scheme == arms.A:
        assert (table["independent_any"].dropna() == 0).all() and (table["links_matched"].dropna() == 0).all()
    if scheme in (arms.C, arms.D1, arms.D3):
        assert (table["pairs_several_links"] == 0).all()
    if scheme in (arms.A, arms.B):
        assert table["pairs_several_links"].max() > 0
    if scheme != arms.D3:
        assert (table["kin_unmatched"] == 0).all()
        assert (table["innovations_issued"] >= table["innovations_alive"]).all()
    shares = [name for name, meaning in QUANTITIES.items() if "share" in meaning]
    assert table[shares].stack().between(0, 1).all()
    for pairs in mechanism.PAIRS:
        whole = table[[f"{name}_{pairs}" for name in ("matching", "disjoint", "excess")]].dropna().sum(axis=1)
        np.testing.assert_allclose(whole, 1)


class Flat:
    """A task without selection: all parents are equally fit."""

    inputs, outputs = 3, 1

    def evaluate(self, genomes, fitness):
        fitness[:] = 1.0
        return -1


@pytest.mark.parametrize("scheme", SCHEMES)
def test_equal_parents_double_connections_where_a_pair_has_several_numbers(scheme):
    one = cell(scheme, survival=1.0, delta_coding=False, stagnation=100, threshold=np.inf, **BOTH)
    watch = Watch(one.settings, np.random.default_rng(0), pairs=20)
    evolve(Flat(), one.settings, np.random.default_rng(1), 25 * 60, watch=watch)
    table = pd.DataFrame([values for _, values in watch.rows], columns=list(QUANTITIES))
    assert table["crossovers_equal"].mean() > 0.9
    doubled = table["doubled_genomes"].max()
    assert doubled > 0.5 if scheme in (arms.A, arms.B) else doubled == 0
    assert table["champion_lost"].max() == 0  # both parents' genes go on


def test_watched_runs_keep_to_the_grid_and_to_themselves(tmp_path):
    one = cell(arms.B, 12)
    both = mechanism.watch_runs(one, 3, range(2), every=4, pairs=20)
    WATCHED.check(both)
    assert sorted(both["generation"].unique()) == [1, 5, 9]
    second = mechanism.watch_runs(one, 3, [1], every=4, pairs=20)
    pd.testing.assert_frame_equal(both[both["replicate"] == 1].reset_index(drop=True), second)
    short = mechanism.watch_runs(one, 3, [0], generations=5, pairs=20)
    assert short["generation"].max() == 5
    tables.write(both, WATCHED, tmp_path / "w.csv")
    back = tables.read(tmp_path / "w.csv", WATCHED)
    pd.testing.assert_frame_equal(back, both.sort_values(list(WATCHED.key), ignore_index=True))
    table = mechanism.average([both])
    tables.write(table, MECHANISM, tmp_path / "m.csv")
    pd.testing.assert_frame_equal(tables.read(tmp_path / "m.csv", MECHANISM), table, check_dtype=False)


def test_runs_that_ended_are_left_out():
    where = ("t", "g", "x")
    rows = [(*where, k, 1, "genes", value) for k, value in enumerate((1.0, 2.0, 6.0))]
    rows += [(*where, 0, 3, "genes", 5.0), (*where, 2, 3, "genes", np.nan), (*where, 0, 3, "species", np.nan)]
    frame = pd.DataFrame(rows, columns=list(WATCHED.columns))
    found = mechanism.average([frame[frame["replicate"] == 0], frame[frame["replicate"] > 0]])
    MECHANISM.check(found)
    early, late = found.to_dict("records")
    assert (early["generation"], early["mean"], early["runs"]) == (1, 3, 3)
    assert early["error"] == pytest.approx(np.std([1, 2, 6], ddof=1) / np.sqrt(3))
    assert (late["generation"], late["mean"], late["runs"]) == (3, 5, 1) and np.isnan(late["error"])


@pytest.mark.parametrize("bad", [{"every": 0}, {"pairs": 0}])
def test_a_watch_that_sees_nothing_is_refused(bad):
    with pytest.raises(HearsayError, match="expected 1 or more"):
        Watch(settings(), np.random.default_rng(0), **bad)


def test_no_runs_are_refused():
    with pytest.raises(HearsayError, match="no runs were watched"):
        mechanism.average([])
