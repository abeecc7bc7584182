"""Drawings of genomes: a champion's network, and the children of equally fit parents under each identity scheme."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.figures import COLOURS
from hearsay.neat.arms import SCHEME_WORDS, SCHEMES
from hearsay.neat.champion import BIAS, HIDDEN, INPUT, OUTPUT, Champion
from hearsay.neat.checks import shown
from hearsay.neat.doubles import Family, doubled, twins
from hearsay.neat.innovation import BITS

FILLS = {INPUT: "white", BIAS: "white", OUTPUT: COLOURS["ink"], HIDDEN: COLOURS["grey"]}
POSITIVE, NEGATIVE, TINT = COLOURS["blue"], COLOURS["vermilion"], "#fbe8dc"
SHARES, NEAR = (0.45, 0.55, 0.38, 0.62, 0.32), 0.07  # of a line, where its number may stand; too near to another
ASIDE = 0.16  # of the width: how far a hidden node steps aside
BEND = 0.28  # of links beside one another, and of those that lead back


def places(champion: Champion) -> np.ndarray:
    """Return where each node stands, (nodes, 2) from 0 to 1: sensors below, outputs above, hidden nodes by depth.

    The depth is the longest way from the sensors, links of a cycle left out; within a depth nodes stand near the nodes
    that lead to them.
    """
    import networkx as nx

    last = champion.inputs + 1 + champion.outputs
    outputs = range(champion.inputs + 1, last)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(champion.nodes)))
    graph.add_edges_from(
        (int(gene["source"]), int(gene["target"]))
        for gene in champion.genes
        if gene["source"] not in outputs and gene["source"] != gene["target"]
    )
    groups = nx.condensation(graph)
    depth = np.ones(len(champion.nodes))
    for layer, members in enumerate(nx.topological_generations(groups)):
        for node in (n for group in members for n in groups.nodes[group]["members"]):
            depth[node] = max(layer, 1)
    depth[: champion.inputs + 1] = 0
    depth[outputs] = 1 + (depth[last:].max() if len(depth) > last else 0)
    x = np.zeros(len(depth))
    for layer in np.unique(depth):
        here = np.flatnonzero(depth == layer)
        if layer > 0:
            below = [[s for s in graph.predecessors(node) if depth[s] < layer] for node in here]
            here = here[np.argsort([x[s].mean() if s else 0.5 for s in below], kind="stable")]
        # narrower layer by layer, so that a link seldom runs through a node
        spread = 1.0 if layer == 0 else 0.8 if layer < depth.max() else 0.6
        x[here] = 0.5 + spread * (np.linspace(-0.5, 0.5, len(here)) if len(here) > 1 else 0.0)
    return np.column_stack([x, depth / depth.max()])


def draw(champion: Champion, axes=None, innovations: bool = False, names: Sequence[str] = ()) -> None:
    """Draw a champion's genome on `axes`, matplotlib's current ones by default.

    A line's width grows with the size of the weight; blue is positive, vermilion negative; grey and dashed is a
    disabled gene. innovations: write each gene's number beside it. names: of the inputs, then of the outputs. Raises
    HearsayError, in one line, where something else is given.
    """
    from matplotlib.axes import Axes

    if not isinstance(champion, Champion):
        raise HearsayError(f"draw: expected a champion, such as result.champion; got {shown(champion)}")
    if axes is None:
        from matplotlib.pyplot import gca

        axes = gca()
    if not isinstance(axes, Axes):
        raise HearsayError(f"draw: axes: expected matplotlib's axes, such as figure.subplots(); got {shown(axes)}")
    genes = champion.genes
    largest = np.abs(genes["weight"]).max(initial=1e-9)
    looks = []
    for gene in genes:
        colour = POSITIVE if gene["weight"] > 0 else NEGATIVE
        looks.append(Look(colour, 0.4 + 2.2 * abs(gene["weight"]) / largest) if gene["enabled"] else DISABLED)
    numbers = [str(number) if innovations else "" for number in genes["innovation"]]
    _graph(champion, axes, looks, numbers, _words(champion, names), wide=True)


def _words(champion: Champion, names: Sequence[str]) -> dict[int, str]:
    """Return what to write beside each sensor and output."""
    plain = [f"in {i + 1}" for i in range(champion.inputs)] + [f"out {o + 1}" for o in range(champion.outputs)]
    if isinstance(names, str) or not isinstance(names, Sequence) or len(names) not in (0, len(plain)):
        wanted = f"{len(plain)} names, one each for " + ", ".join(plain[:9] + ["..."] * (len(plain) > 9))
        raise HearsayError(f"draw: names: expected {wanted}; got {shown(names)}")
    ends = [node for node, kind in enumerate(champion.kinds) if kind in (INPUT, OUTPUT)]
    return {champion.inputs: "bias", **dict(zip(ends, names or plain, strict=True))}


class Look(NamedTuple):
    """How a gene is drawn."""

    colour: str
    width: float
    dashed: bool = False


DISABLED = Look(COLOURS["grey"], 0.7, dashed=True)


class Size(NamedTuple):
    """How large nodes (their diameter), their numbers, genes' numbers and words are, in points."""

    node: float
    number: float
    innovation: float
    word: float


SMALL, LARGE = Size(7.5, 5, 5.5, 6.5), Size(17, 7, 8.5, 10)
CROWDED = 28  # points from node to node below which a large drawing gets smaller


def _graph(
    champion: Champion,
    axes,
    looks: Sequence[Look],
    numbers: Sequence[str],
    words: Mapping[int, str],
    nodes: Mapping[int, str] | None = None,
    wide: bool = False,
) -> None:
    """Draw genes and nodes; numbers: beside each gene; words: beside nodes; nodes: colours of some nodes.

    wide: fill the axes, large, not a square.
    """
    from matplotlib.patches import FancyArrowPatch

    at, size, right = places(champion), SMALL, 1.0
    if wide:
        window = axes.get_window_extent()
        points = 72 / axes.figure.dpi * window.width / np.unique(at[:, 1], return_counts=True)[1].max()
        size = Size(*(part * np.clip(points / CROWDED, 0.4, 1) for part in LARGE))
        right = window.width / window.height
        at = _zigzag(at) * [right, 1.0]
    written: list[np.ndarray] = []
    for gene, look, number, bend in zip(champion.genes, looks, numbers, _bends(champion.genes, at), strict=True):
        start, end = at[gene["source"]], at[gene["target"]]
        if gene["source"] == gene["target"]:
            axes.annotate("\u21bb " + number, start, (0.67 * size.node, 0), textcoords="offset points", va="center",
                          color=look.colour, fontsize=2 * size.number, zorder=2)  # fmt: skip
        else:
            axes.add_patch(
                FancyArrowPatch(
                    *(start, end),
                    arrowstyle="-|>,head_length=3,head_width=1.4",
                    connectionstyle=f"arc3,rad={bend}",
                    color=look.colour,
                    linewidth=look.width,
                    shrinkA=size.node / 2 + 0.25,
                    shrinkB=size.node / 2 + 1.25,
                    zorder=2,
                    linestyle=(0, (3, 2)) if look.dashed else "solid",
                )
            )
            if number:
                spot = _clear(start, end, bend, [*at, *written] if wide else [])
                written.append(spot)
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
                axes.text(*spot, number, color=look.colour, fontsize=size.innovation, ha="center", va="center",
                          bbox=box, zorder=3)  # fmt: skip
    for node, (kind, spot) in enumerate(zip(champion.kinds, at, strict=True)):
        face = (nodes or {}).get(node, FILLS[kind])
        axes.plot(*spot, "s" if kind == BIAS else "o", markersize=size.node, color=face, markeredgecolor=COLOURS["ink"],
                  markeredgewidth=0.8, zorder=4)  # fmt: skip
        axes.text(*spot, champion.nodes[node] if any(numbers) else "", ha="center", va="center_baseline",
                  fontsize=size.number, color=COLOURS["ink"] if face == "white" else "white", zorder=5)  # fmt: skip
        if node in words:
            up = kind == OUTPUT
            away = 0.8 * size.node
            axes.annotate(words[node], spot, (0, away if up else -away), textcoords="offset points",
                          fontsize=size.word, ha="center", va="bottom" if up else "top")  # fmt: skip
    axes.set(xlim=(-0.12 * right, 1.12 * right), ylim=(-0.12, 1.12), aspect="equal")
    axes.axis("off")


def _zigzag(at: np.ndarray) -> np.ndarray:
    """Return `at` with nodes that are alone in their layer to the left and right in turn, so that links pass them."""
    layers, layer, count = np.unique(at[:, 1], return_inverse=True, return_counts=True)
    alone = (count[layer] == 1) & (at[:, 1] < 1) & (len(layers) > 3)
    return at + np.column_stack([np.where(alone, np.where(layer % 2, -ASIDE, ASIDE), 0.0), np.zeros(len(at))])


def _clear(start: np.ndarray, end: np.ndarray, bend: float, others: Sequence[np.ndarray]) -> np.ndarray:
    """Return a place near the middle of a line, the one of a few that is farthest from `others`, if the first is near.

    A line bent by `bend` leaves the straight one by half of that at its middle.
    """
    along = end - start
    spots = [start + share * along + 0.5 * bend * np.array([along[1], -along[0]]) for share in SHARES]
    room = [min((np.hypot(*(spot - other)) for other in others), default=1.0) for spot in spots]
    return next((spot for spot, space in zip(spots, room, strict=True) if space > NEAR), spots[int(np.argmax(room))])


def _bends(genes: np.ndarray, at: np.ndarray) -> list[float]:
    """Return how much each gene's line is bent: beside its like, past a node in its way, or where it leads back."""
    pairs = [(int(gene["source"]), int(gene["target"])) for gene in genes]
    bends = []
    for j, (source, target) in enumerate(pairs):
        like = [i for i, pair in enumerate(pairs) if pair == (source, target)]
        start, along = at[source], at[target] - at[source]
        others = np.delete(at, [source, target], axis=0) - start
        share = np.clip(others @ along / max(along @ along, 1e-9), 0, 1)
        blocked = (np.hypot(*(others - share[:, None] * along).T) < 0.06).any()
        if len(like) > 1:
            bends.append(BEND * (2 * like.index(j) / (len(like) - 1) - 1))
        else:
            # both ways between two nodes bend apart, as the side is that of the direction
            bends.append(BEND if blocked or along[1] <= 0 or (target, source) in pairs else 0.0)
    return bends


def draw_doubles(axes: np.ndarray, cases: Mapping[tuple[str, str], Mapping[str, Family]]) -> None:
    """Draw what `doubles.cases` returns on `axes` (cases, 1 + schemes): a parent, then the child under each scheme.

    What the mutation made is blue, with the innovation of each gene, a number or a pair of nodes. Where the child has
    it twice the panel is tinted and both are vermilion: two genes for one link, or twin nodes.
    """
    for row, ((mutation, again), families) in zip(axes, cases.items(), strict=True):
        some = next(iter(families.values()))
        _relative(row[0], some.one("mother"), some.ancestor, "")
        row[0].text(-0.16, 0.5, f"the same {mutation}\n{again}", rotation=90, ha="right", va="center",
                    fontsize=6.2, transform=row[0].transAxes)  # fmt: skip
        for panel, (scheme, family) in zip(row[1:], families.items(), strict=True):
            _relative(panel, family.one("child"), family.ancestor, scheme)
    titles = ["each parent", *(fill(SCHEME_WORDS[scheme], 14) for scheme in next(iter(cases.values())))]
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, fontsize=6.5, loc="center", weight="normal")


def _relative(axes, genome: Champion, ancestor: int, scheme: str) -> None:
    genes, last = genome.genes, genome.inputs + 1 + genome.outputs
    links, nodes = doubled(genes), twins(genes, len(genome.nodes), last)
    looks, numbers = [], []
    for j, gene in enumerate(genes):
        new = j >= ancestor
        twice = j in links or gene["source"] in nodes or gene["target"] in nodes
        colour = COLOURS["ink"] if not new else NEGATIVE if twice else POSITIVE
        looks.append(Look(colour, 1.8 if new else 0.8) if gene["enabled"] else DISABLED)
        numbers.append(_name(int(gene["innovation"]), scheme) if new and scheme else "")
    colours = dict.fromkeys(nodes, NEGATIVE)
    _graph(genome, axes, looks, numbers, {}, colours)
    if scheme:
        said = f"{len(links)} genes, one link" if links else f"{len(nodes)} twin nodes" if nodes else "matched"
        bad = bool(links or nodes)
        axes.text(0.5, -0.02, said, transform=axes.transAxes, ha="center", va="top", fontsize=6.5,
                  color=NEGATIVE if bad else COLOURS["ink"])  # fmt: skip
        if bad:
            from matplotlib.patches import Rectangle

            axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=TINT, zorder=0, clip_on=False))


def _name(innovation: int, scheme: str) -> str:
    """Return an innovation as one reads it: a number, or the pair of nodes in one key."""
    pairs = "identity" in SCHEMES[scheme]
    return f"{innovation >> BITS}\u2192{innovation & ((1 << BITS) - 1)}" if pairs else str(innovation)
