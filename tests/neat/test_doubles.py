"""Children of equal parents: every row against what the scheme and the tie rule say must come out."""

import numpy as np
import pytest

from hearsay.neat import doubles
from hearsay.neat.arms import D1, D2, A, B, C
from hearsay.neat.doubles import BOTH, DOUBLES, DRAWN, LATER, LINK, MUTATIONS, NODE, SAME, TIES, WHEN
from hearsay.neat.genome import GENE, one
from hearsay.neat.innovation import pair

CHILDREN = 150


@pytest.fixture(scope="module")
def table():
    found = doubles.census(CHILDREN, 1)
    DOUBLES.check(found)
    return found.set_index(list(DOUBLES.key))


def remembered(scheme, mutation, again):
    """Whether the second mutation gets the number of the first."""
    if scheme == A or (scheme == D1 and mutation == NODE):
        return False
    return not (scheme == B and again == LATER)


@pytest.mark.parametrize("scheme", DRAWN)
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("again", WHEN)
def test_every_row_is_what_the_rules_say(table, scheme, mutation, again):
    row = {ties: table.loc[scheme, mutation, again, ties] for ties in TIES}
    genes, own = (5, 1) if mutation == LINK else (4, 2)  # of a parent, and those that the mutation made
    matched = remembered(scheme, mutation, again)
    assert all(found["parent_genes"] == genes for found in row.values())
    assert all(found["matching"] == (genes if matched else genes - own) for found in row.values())
    twice = 0.0 if matched else 1.0
    both, refused, smaller = row[BOTH], row["both, doubles refused"], row["smaller"]
    assert both["doubled"] == (twice if mutation == LINK else 0)
    assert both["twins"] == (twice if mutation == NODE else 0)
    assert both["genes"] == genes + own * twice
    # links are recognised when doubles are refused, twin nodes are not
    assert refused["doubled"] == 0
    assert refused["twins"] == both["twins"]
    assert smaller[["doubled", "twins", "without", "cut"]].tolist() == [0, 0, 0, 0]
    assert smaller["genes"] == genes
    assert both["without"] == both["cut"] == 0


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_by_chance_children_get_it_twice_or_lose_it(table, mutation):
    """Unmatched genes, each with probability one half: two of two for a doubled link, four of four for twins."""
    found = table.loc[A, mutation, SAME, "either"]
    share = found["doubled"] if mutation == LINK else found["twins"]
    lost = expected = 1 / 4 if mutation == LINK else 1 / 16
    for seen in (share, found["without"]):
        assert abs(seen - expected) < 4 * np.sqrt(lost * (1 - lost) / CHILDREN)
    if mutation == NODE:
        # the way through is cut unless one of two nodes kept both of its genes: 1 - (7 / 16)
        assert abs(found["cut"] - 9 / 16) < 4 * np.sqrt(63 / 256 / CHILDREN)


def test_c_and_d2_give_the_same_rows(table):
    assert table.loc[C].equals(table.loc[D2])


@pytest.mark.parametrize("scheme", DRAWN)
def test_both_parents_hold_the_same_structure_with_weights_of_their_own(scheme):
    for mutation in MUTATIONS:
        parents, ancestor = doubles.parents(scheme, mutation, SAME, np.random.default_rng(0))
        (mother, _), (father, _) = one(parents, 0), one(parents, 1)
        for field in ("source", "target", "enabled"):
            assert np.array_equal(mother[field], father[field])
        assert np.array_equal(mother[:ancestor], father[:ancestor])
        assert (mother["origin"][ancestor:] != father["origin"][ancestor:]).all()
        if mutation == LINK:
            assert mother["weight"][-1] != father["weight"][-1]


def test_a_family_depends_on_its_seed_and_replicate_alone():
    def child(*keys):
        return doubles.family(B, LINK, LATER, BOTH, *keys).one("child").plain()

    assert child(1, 0) == child(1, 0) != child(1, 1) != child(2, 0)


def test_doubled_and_twins_by_hand():
    def genes(*links):
        found = np.zeros(len(links), GENE)
        found["source"], found["target"] = np.array(links).T
        return found

    assert doubles.doubled(genes((0, 2), (1, 2), (0, 2), (2, 0))) == [0, 2]
    assert doubles.twins(genes((0, 3), (3, 2), (0, 4), (4, 2), (1, 5), (5, 2)), 6, 3) == [3, 4]
    assert doubles.twins(genes((0, 3), (3, 2), (0, 4), (4, 2), (1, 4)), 5, 3) == []
    assert doubles.twins(genes((0, 3), (0, 4)), 5, 3) == [], "nodes that lead nowhere are no path"


def test_pairs_are_told_from_numbers_in_the_drawing():
    from hearsay.neat import drawing

    assert drawing._name(pair(1, 3), D1) == "1→3"
    assert drawing._name(4, B) == "4"
