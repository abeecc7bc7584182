"""Drawings: where nodes stand, what each gene looks like, and bytes that depend on the genome only."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import FancyArrowPatch

from hearsay import figures
from hearsay.errors import HearsayError
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


def test_nodes_without_names_are_counted(axes):
    drawing.draw(champion([(0, 3, 2.0), (3, 3, 1.0)], 0, outputs=2), axes, innovations=True)
    words = [text.get_text() for text in axes.texts]
    assert {"in 1", "in 2", "bias", "out 1", "out 2", "\u21bb 1"} <= set(words)


def test_matplotlibs_current_axes_are_the_default(axes):
    plt.sca(axes)
    drawing.draw(champion([(0, 3, 2.0)], 0))
    assert any(isinstance(patch, FancyArrowPatch) for patch in axes.patches)


@pytest.mark.parametrize("size", [(6, 3), (3, 6)])
def test_the_axes_are_filled_whatever_their_shape(size):
    figure, axes = plt.subplots(figsize=size)
    drawing.draw(champion([(0, 4, 1), (4, 3, 1)], 1), axes)
    before = axes.get_window_extent().bounds
    axes.apply_aspect()
    assert axes.get_window_extent().bounds == pytest.approx(before)
    spots = np.array([axes.transData.transform(line.get_xydata()[0]) for line in axes.lines])
    assert (np.ptp(spots, axis=0) > 0.75 * np.array(before[2:])).all()
    plt.close(figure)


def test_the_number_of_a_gene_keeps_away_from_others():
    start, end = np.zeros(2), np.ones(2)
    free = drawing._clear(start, end, 0.0, [np.array([0.9, 0.9])])
    assert free == pytest.approx([0.45, 0.45])
    moved = drawing._clear(start, end, 0.0, [free])
    assert np.hypot(*(moved - free)) > drawing.NEAR
    assert moved[0] == moved[1]
    # nowhere is free: the place farthest from all
    crowd = [np.full(2, share) for share in (0.45, 0.55, 0.38, 0.32)]
    assert drawing._clear(start, end, 0.0, [*crowd, np.full(2, 0.66)]) == pytest.approx([0.62, 0.62])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda one, axes: drawing.draw(one, axes, names=["x"]), ["names", "3 names", "in 1, in 2, out 1", "['x']"]),
        (lambda one, axes: drawing.draw(one, axes, names=list("abcd")), ["names", "3 names"]),
        (lambda one, axes: drawing.draw(one, axes, names="abc"), ["names", "'abc'"]),
        (lambda one, axes: drawing.draw(one, "champion.png"), ["axes", "'champion.png'"]),
        (lambda one, axes: drawing.draw(one, axes.figure), ["axes", "Figure"]),
        (lambda one, axes: drawing.draw(one.network, axes), ["champion", "Phenotype"]),
        (lambda one, axes: drawing.draw(axes, one), ["champion", "Axes"]),
    ],
)
def test_what_cannot_be_drawn_gets_one_line(axes, call, words):
    with pytest.raises(HearsayError) as caught:
        call(champion([(0, 3, 1.0)], 0), axes)
    said = str(caught.value)
    assert said.startswith("draw: ")
    assert "\n" not in said
    assert all(word in said for word in words)


def test_many_nodes_are_drawn_smaller(axes):
    drawing.draw(champion([(0, 3, 1.0)], 0), axes)
    large = axes.lines[0].get_markersize()
    axes.clear()
    drawing.draw(champion([(0, 61, 1.0)], 0, inputs=60), axes)
    assert axes.lines[0].get_markersize() < large


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
