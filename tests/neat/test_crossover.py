"""Crossover against the slow reference; doubled connections; and that the order of numbers means nothing."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.neat import genome
from hearsay.neat.crossover import match, mate_multipoint
from hearsay.neat.settings import TIES, settings
from tests.neat import reference
from tests.neat.populations import LINKS, SCHEMES, SEEDS, any_settings, crafted, generations, grown, plain


def child_of(parents, mom, dad, fitness, options, rng):
    """The engine's child as the reference has it, and whether the parents were equally fit."""
    n, genes, nodes = 1, 2 * parents.genes.shape[1], 2 * parents.nodes.shape[1]
    children = genome.empty(n, parents.sensors, parents.outputs, genes, nodes)
    equal = mate_multipoint(parents, mom, dad, *fitness, children, 0, options, rng)
    return plain(children, 0, options), equal


@given(any_settings(population=8), SEEDS, st.sampled_from([(1.0, 1.0), (1.0, 1.0), (2.0, 1.0), (1.0, 2.0)]))
@hypothesis(max_examples=80, deadline=None)
def test_a_child_of_grown_genomes_is_the_references(options, seed, fitness):
    state, rng = grown(options, seed, 8)
    for mom, dad in itertools.product(range(0, 8, 2), range(8)):
        again = copy.deepcopy(rng)
        found = child_of(state.genomes, mom, dad, fitness, options, rng)
        parents = [plain(state.genomes, k, options) for k in (mom, dad)]
        assert found == reference.mate(*parents, *fitness, options, again)
        assert rng.bit_generator.state == again.bit_generator.state


@st.composite
def couples(draw):
    """Two crafted genomes whose innovations are drawn: few or many match, in any order, also over other nodes."""
    both = [draw(LINKS), draw(LINKS)]
    parents = crafted(max(both, key=len), population=2)
    for k, links in enumerate(both):
        one = crafted(links)
        parents.genes[k, : len(links)] = one.genes[0, : len(links)]
        parents.n_genes[k] = len(links)
        numbers = draw(st.lists(st.integers(0, 30), min_size=len(links), max_size=len(links), unique=True))
        parents.genes["innovation"][k, : len(links)] = numbers
    # the second parent's hidden nodes have other numbers in part, and another order
    parents.nodes[1, 3:8] = draw(st.permutations([3, 4, 5, 8, 9]))
    return parents


@given(couples(), any_settings(), SEEDS, st.sampled_from([(1.0, 1.0), (2.0, 1.0), (1.0, 2.0)]))
@hypothesis(max_examples=150, deadline=None)
def test_a_child_of_crafted_genomes_is_the_references(parents, options, seed, fitness):
    options = options._replace(identity=0)
    rng, again = np.random.default_rng(seed), np.random.default_rng(seed)
    found = child_of(parents, 0, 1, fitness, options, rng)
    assert found == reference.mate(*(plain(parents, k, options) for k in (0, 1)), *fitness, options, again)
    assert rng.bit_generator.state == again.bit_generator.state


@given(st.lists(st.integers(0, 20), unique=True), st.integers(0, 20), st.integers(0, 25))
@hypothesis(deadline=None)
def test_a_gene_is_found_wherever_it_stands(numbers, wanted, start):
    genes = np.zeros(len(numbers) + 1, genome.GENE)
    genes["innovation"][:-1] = numbers
    genes["innovation"][-1] = wanted  # beyond the end
    expected = numbers.index(wanted) if wanted in numbers else -1
    assert match(genes, len(numbers), wanted, start) == expected


# The paper's figure 4: numbers, in-node, out-node and whether enabled, of two parents

COMMON = [(1, 1, 4, 1), (2, 2, 4, 0), (3, 3, 4, 1), (4, 2, 5, 1)]
FIGURE = (
    [*COMMON, (5, 5, 4, 1), (8, 1, 5, 1)],
    [*COMMON, (5, 5, 4, 0), (6, 5, 6, 1), (7, 6, 4, 1), (9, 3, 5, 1), (10, 1, 6, 1)],
)


def figure():
    parents = genome.empty(2, 3, 1, 12, 8)
    for k, genes in enumerate(FIGURE):
        for j, (number, source, target, enabled) in enumerate(genes):
            parents.genes[k, j] = (number, 0, k + 1.0, source - 1, target - 1, enabled, False)
        parents.n_genes[k] = len(genes)
        parents.n_nodes[k] = 5 + k
        parents.nodes[k, : 5 + k] = np.arange(1, 6 + k)
    return parents


@pytest.mark.parametrize(
    "tie, fitness, numbers",
    [
        ("both", (1, 1), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),  # as the figure shows it
        ("smaller", (1, 1), {1, 2, 3, 4, 5, 8}),
        ("both", (2, 1), {1, 2, 3, 4, 5, 8}),
        ("both", (1, 2), {1, 2, 3, 4, 5, 6, 7, 9, 10}),
        ("smaller", (1, 2), {1, 2, 3, 4, 5, 6, 7, 9, 10}),
    ],
)
def test_the_papers_figure(tie, fitness, numbers):
    rng = np.random.default_rng(0)
    children = [child_of(figure(), 0, 1, fitness, settings(tie=tie, multipoint=1), rng)[0] for _ in range(400)]
    for child in children:
        assert {gene.innovation for gene in child.genes} == numbers
        ends = {number: (source, target) for genes in FIGURE for number, source, target, _ in genes}
        assert all((g.source, g.target) == ends[g.innovation] for g in child.genes)
    first = [child.by_innovation()[1].weight for child in children]
    assert set(first) == {1.0, 2.0}
    assert abs(np.mean(first) - 1.5) < 0.1, "matching genes come from either parent"
    disabled = [not child.by_innovation()[5].enabled for child in children]
    assert abs(np.mean(disabled) - (0.75 + 0.25 / 2)) < 0.07, "75 %, and else what the chosen gene is"


def test_each_unmatched_gene_of_equal_parents_with_probability_one_half():
    rng, options = np.random.default_rng(1), settings(tie="either")
    found = [{g.innovation for g in child_of(figure(), 0, 1, (1, 1), options, rng)[0].genes} for _ in range(1000)]
    for number in range(1, 11):
        share = np.mean([number in one for one in found])
        assert share == 1 if number <= 5 else abs(share - 0.5) < 0.07


def test_weights_are_averaged_or_not():
    rng = np.random.default_rng(2)
    for multipoint, weights in ((0.0, {1.5}), (1.0, {1.0, 2.0})):
        children = [
            child_of(figure(), 0, 1, (2, 1), settings(multipoint=multipoint), rng)[0].by_innovation() for _ in range(50)
        ]
        assert {child[3].weight for child in children} == weights


def test_of_equally_fit_and_equally_long_parents_the_second_leads():
    parents = crafted([(0, 2, 1.0, True)], population=2)
    parents.genes["innovation"][1, 0] = 9
    child, equal = child_of(parents, 0, 1, (1, 1), settings(), np.random.default_rng(0))
    assert [gene.innovation for gene in child.genes] == [9]
    assert equal


# Doubled connections


def twins():
    """Two genomes of the same single link that got different numbers."""
    parents = crafted([(0, 2, 1.0, True)], hidden=0, population=2)
    parents.genes["innovation"][1, 0] = 9
    return parents


@pytest.mark.parametrize("tie, refused, links", [("smaller", 0, 1), ("both", 0, 2), ("both", 1, 1)])
def test_equal_structures_with_different_numbers_double_only_where_nothing_refuses_it(tie, refused, links):
    options = settings(tie=tie, refuse_doubles=bool(refused))
    child, _ = child_of(twins(), 0, 1, (1, 1), options, np.random.default_rng(0))
    assert [(gene.source, gene.target) for gene in child.genes] == [(0, 2)] * links


def doubles(one):
    return len(one.genes) - len({(gene.source, gene.target) for gene in one.genes})


@pytest.mark.parametrize("tie", TIES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_doubled_connections_by_scheme_and_rule(scheme, tie):
    """Allowed, they arise where one link may have two numbers; by pairs they cannot; refused, they never do."""
    found = {}
    for refused in (False, True):
        options = settings(
            **SCHEMES[scheme],
            tie=tie,
            refuse_doubles=refused,
            population=30,
            threshold=np.inf,
            add_link=0.4,
            add_node=0.05,
            recurrent=0.5,
        )
        found[refused] = 0
        for state, _, _ in generations(options, 4, 20, score=lambda rng, n: np.ones(n)):
            found[refused] += sum(doubles(plain(state.genomes, k, options)) for k in range(30))
    assert found[True] == 0
    assert (found[False] > 0) == (tie != "smaller" and scheme in ("a", "b", "k5"))


# Chronology: relabelled parents have the same child, but for the labels


def relabelled(parents, labels):
    other = genome.Genomes(*(copy.deepcopy(array) for array in parents[:4]), *parents[4:])
    other.genes["innovation"] = labels[other.genes["innovation"]]
    return other


def ordered_mate(mom, dad, *rest):
    """A planted fault: genes lined up by their numbers, as in the paper's figure."""
    mom, dad = (
        reference.Genome(sorted(p.genes, key=lambda g: g.innovation), p.nodes, p.sensors, p.outputs) for p in (mom, dad)
    )
    return reference.mate(mom, dad, *rest)


def unlabelled(child):
    return [(g.weight, g.source, g.target, g.enabled, g.origin) for g in child.genes]


def test_permuted_numbers_give_the_same_child_and_a_crossover_that_orders_by_them_does_not():
    options = settings(population=10, add_node=0.3, add_link=0.5, tie="both", threshold=np.inf)
    state, _ = grown(options, 3, 10)
    parents = state.genomes
    labels = np.random.default_rng(0).permutation(int(parents.genes["innovation"].max()) + 1)
    other, kept = relabelled(parents, labels), []
    for mom, dad in itertools.permutations(range(10), 2):
        children, faulty = [], []
        for genomes in (parents, other):
            children.append(child_of(genomes, mom, dad, (1, 1), options, np.random.default_rng(mom))[0])
            both = [plain(genomes, k, options) for k in (mom, dad)]
            faulty.append(ordered_mate(*both, 1, 1, options, np.random.default_rng(mom))[0])
        assert unlabelled(children[0]) == unlabelled(children[1])
        kept.append(sorted(unlabelled(faulty[0])) == sorted(unlabelled(faulty[1])))
    assert np.mean(kept) < 0.5, "the fault changes what is inherited, not only its order"
