"""The figures of this study: the two orders at a glance, and how many images go by one name."""

import os

import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS

GROUP_COLOURS = {"dogs": "vermilion", "other animals": "blue", "things and scenes": "grey"}


def two_orders(classes: pd.DataFrame, groups: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw each class at its place in either order; classes on the diagonal would keep their place."""
    import matplotlib.pyplot as plt

    group = classes["wnid"].map(groups.set_index("wnid")["group"])
    with figures.style():
        figure, (ends, every) = plt.subplots(1, 2, figsize=(figures.WIDTH, 2.8), width_ratios=(1, 1.25))
        _first_entries(ends, classes, group)
        last = len(classes)
        every.plot([1, last], [0, last - 1], color=COLOURS["ink"], linewidth=0.7, linestyle=(0, (4, 3)))
        for name, colour in GROUP_COLOURS.items():
            here = classes[group == name]
            every.scatter(
                here["ilsvrc2012_id"], here["sorted_index"], s=3, color=COLOURS[colour], label=name, linewidth=0
            )
        every.set_title("Every class in both orders")
        every.set_xlabel("ID in the devkit")
        every.set_ylabel("place among the sorted WNIDs")
        every.annotate(
            "same place", (last * 0.5, last * 0.5), (last * 0.36, last * 0.3), fontsize=7, rotation=0, va="top",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
        every.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, markerscale=2.5, handletextpad=0.1)
        figures.save(figure, path)


def _first_entries(axes, classes: pd.DataFrame, group: pd.Series, count: int = 7) -> None:
    """Write the first classes of either list, each with its number there and, in grey, in the other list."""
    columns = {"ilsvrc2012_id": ("the devkit's list", -1.0), "sorted_index": ("the sorted WNIDs", 0.25)}
    for column, (title, x) in columns.items():
        other = next(c for c in columns if c != column)
        axes.text(x, 1.6, title, weight="bold", fontsize=7.5)
        for row, (index, entry) in enumerate(classes.sort_values(column).head(count).iterrows()):
            colour = COLOURS[GROUP_COLOURS[group[index]]]
            axes.text(x, -1.6 * row, f"{entry[column]}  {entry['first_lemma']}", color=colour, fontsize=7.5)
            axes.text(
                x + 0.06, -1.6 * row - 0.62, f"there: {entry[other]}", color=COLOURS["grey"], fontsize=6.5, va="center"
            )
    axes.set(xlim=(-1.05, 1.3), ylim=(-1.6 * count, 3))
    axes.set_axis_off()
    axes.set_title("How either list starts")


KEY_TITLES = {
    "words": "All synonyms as the name",
    "first lemma": "First synonym",
    "first lemma, case folded": "First synonym, in small letters",
    "any lemma": "Any synonym",
}


def images_per_name(
    keys: pd.DataFrame, classes: pd.DataFrame, validation: pd.DataFrame, path: str | os.PathLike
) -> None:
    """Draw the images that go by each shared name (`KEYS`), a piece for each class that has it, in two columns."""
    import matplotlib.pyplot as plt

    images = validation["wnid"].value_counts()
    meant = classes.set_index("wnid")["unique_name"]
    lines = _lines(keys)
    half = (len(lines) + 1) // 2
    columns = [lines[:half], lines[half:]]
    if columns[1] and columns[1][0][1] is not None:  # a column starts with what its names are
        columns[1] = [(f"{columns[0][-1][0]}, continued", None), *columns[1]]
    height = max(map(len, columns))
    with figures.style():
        figure, panels = plt.subplots(1, 2, figsize=(figures.WIDTH, 0.4 + 0.165 * height), sharex=True)
        for axes, column in zip(panels, columns, strict=True):
            names = {}
            for row, (title, name) in enumerate(column):
                if name is None:
                    axes.text(0, row, title, weight="bold", fontsize=7.5, va="center_baseline")
                    continue
                names[row] = name["name"]
                start = 0
                for piece, wnid in enumerate(name["wnids"].split()):
                    colour = COLOURS["vermilion" if piece % 2 else "blue"]
                    axes.barh(row, images[wnid], left=start, color=colour, height=0.78)
                    middle = start + images[wnid] / 2
                    axes.text(middle, row, meant[wnid], color="white", fontsize=6.5, ha="center", va="center_baseline")
                    start += images[wnid]
            axes.set_yticks(list(names), names.values(), fontsize=6.5)
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.set_ylim(height - 0.4, -0.6)
            axes.set_xlabel("validation images that go by the name")
        figures.save(figure, path)


def _lines(keys: pd.DataFrame) -> list[tuple[str, pd.Series | None]]:
    """Return what stands below one another: the title of each kind of name with None, then with each shared name."""
    lines = []
    for key, title in KEY_TITLES.items():
        here = keys[keys["key"] == key].sort_values("name")
        lines += [(title, None), *((title, row) for _, row in here.iterrows())]
    return lines
