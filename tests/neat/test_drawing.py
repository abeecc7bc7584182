"""Drawings: where nodes stand, what each gene looks like, and bytes that depend on the genome only."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import FancyArrowPatch

from hearsay import figures
from hearsay.neat import doubles, drawing
from hearsay.neat.champion import Champion
from hearsay.neat.genome import GENE


def champion(links, hidden, inputs=2, outputs=1, disabled=()):
    genes = np.zeros(len(links), GENE)
    for j, (source, target, weight) in enumerate(links):
        genes[j] = (j, j, weight, source, target, j not in disabled, False)
    return Champion(genes, np.arange(inputs + 1 + outputs + hidden), inputs, outputs)


@pytest.fixture
def axes():
    with figures.style():
        figure, axes = plt.subplots()
        yield axes
        plt.close(figure)


def test_nodes_stand_by_depth():
    # input 0 -> 4 -> 5 -> output 3, input 1 -> 5, and a link back from the output
    one = champion([(0, 4, 1), (4, 5, 1), (5, 3, 1), (1, 5, 1), (3, 4, 1), (5, 5, 1)], 2)
    at = drawing.places(one)
    assert at[:, 1].tolist() == pytest.approx([0, 0, 0, 1, 1 / 3, 2 / 3])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), hidden=st.integers(0, 5), outputs=st.integers(1, 3))
def test_no_two_nodes_stand_at_one_place_whatever_leads_where(data, hidden, outputs):
    nodes = 3 + outputs + hidden
    link = st.tuples(st.integers(0, nodes - 1), st.integers(3, nodes - 1), st.just(1.0))
    one = champion(data.draw(st.lists(link, max_size=15)), hidden, outputs=outputs)
    at = drawing.places(one)
    assert ((at >= 0) & (at <= 1)).all()
    assert len({tuple(spot) for spot in at.round(9).tolist()}) == nodes
    assert (at[:3, 1] == 0).all()
    assert (at[3 : 3 + outputs, 1] == 1).all()
    if hidden:
        assert ((at[3 + outputs :, 1] > 0) & (at[3 + outputs :, 1] < 1)).all()


def test_a_gene_looks_like_its_weight(axes):
    one = champion([(0, 3, 2.0), (1, 3, -1.0), (2, 3, 1.0)], 0, disabled=[2])
    drawing.draw(one, axes, innovations=True, names=["left", "right", "turn"])
    positive, negative, off = (patch for patch in axes.patches if isinstance(patch, FancyArrowPatch))
    assert positive.get_linewidth() > negative.get_linewidth() > off.get_linewidth()
    colours = [figures.COLOURS[name] for name in ("blue", "vermilion", "grey")]
    from matplotlib.colors import to_hex

    assert [to_hex(patch.get_edgecolor()) for patch in (positive, negative, off)] == colours
    assert [patch.get_linestyle() == "-" or patch.get_linestyle() == "solid" for patch in (positive, off)] == [
        True,
        False,
    ]
    words = [text.get_text() for text in axes.texts]
    assert {"left", "right", "turn", "bias", "0", "1", "2"} <= set(words)


def test_doubled_links_links_back_and_links_past_a_node_are_bent():
    one = champion([(0, 3, 1), (0, 3, 1), (1, 4, 1), (4, 3, 1), (3, 4, 1)], 1)
    first, second, up, on, back = drawing._bends(one.genes, drawing.places(one))
    assert first == -second != 0
    assert up == 0
    assert on != 0
    assert back != 0
    # the middle one of three inputs, bias among them, stands straight below the hidden node and the output
    past = champion([(1, 4, 1), (4, 3, 1), (1, 3, 1)], 1)
    assert drawing._bends(past.genes, drawing.places(past))[2] != 0


def test_a_drawing_is_the_same_bytes_again(tmp_path):
    for name in ("one", "two"):
        with figures.style():
            figure, axes = plt.subplots(4, 7)
            drawing.draw_doubles(axes, doubles.cases(1))
            figures.save(figure, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_panels_are_tinted_where_the_child_has_something_twice():
    with figures.style():
        figure, axes = plt.subplots(4, 7)
        drawing.draw_doubles(axes, doubles.cases(1))
    said = [[panel.texts[-1].get_text() for panel in row[1:]] for row in axes]
    plt.close(figure)
    link, twin, fine = "2 genes, one link", "2 twin nodes", "matched"
    # schemes a, b, c, d2, d1, d3
    assert said == [
        [link, fine, fine, fine, fine, fine],
        [link, link, fine, fine, fine, fine],
        [twin, fine, fine, fine, twin, fine],
        [twin, twin, fine, fine, twin, fine],
    ]
