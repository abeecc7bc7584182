"""Figures: bytes that depend on what is drawn only, and nothing half written."""

import re

import pytest

from hearsay import figures


def draw(path, height):
    import matplotlib.pyplot as plt

    with figures.style():
        figure, axes = plt.subplots(figsize=(2, 1))
        axes.bar(["a", "b"], [1, height])
        axes.set_xlabel("kind")
        figures.save(figure, path)
    return path.read_bytes()


def test_same_drawing_same_bytes(tmp_path):
    import matplotlib.pyplot as plt

    first = draw(tmp_path / "a.svg", 2)
    with plt.rc_context({"font.size": 20, "svg.hashsalt": None}):  # a reader's own settings do not leak in
        assert draw(tmp_path / "b.svg", 2) == first
    assert draw(tmp_path / "c.svg", 3) != first
    assert not re.search(rb"<dc:date>|20\d\d-\d\d-\d\d", first)
    assert not plt.get_fignums()


def test_text_is_drawn_as_shapes(tmp_path):
    """No font of the reader's machine takes part."""
    assert b"<text" not in draw(tmp_path / "a.svg", 2)


def test_colours_differ_in_lightness():
    """Neighbours in the palette can be told apart in grey print."""
    from matplotlib.colors import to_rgb

    lightness = {name: sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), to_rgb(value), strict=True))
                 for name, value in figures.COLOURS.items()}  # fmt: skip
    assert abs(lightness["blue"] - lightness["orange"]) > 0.2
    assert abs(lightness["ink"] - lightness["grey"]) > 0.2


def test_a_failure_leaves_no_file(tmp_path):
    import matplotlib.pyplot as plt

    with figures.style():
        figure, axes = plt.subplots()
        axes.set_title("$\\nonsense{$")
        with pytest.raises(Exception):  # noqa: B017 - matplotlib's parser has its own kinds
            figures.save(figure, tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())
    plt.close("all")
