"""Progress: a bar where a person looks, plain lines where a log is kept, and the items untouched."""

import io
import logging

import pytest

from hearsay import progress as module
from hearsay.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="hearsay")
    return caplog


def test_yields_the_items_and_ends_with_a_line(lines):
    assert list(progress(range(3), "images")) == [0, 1, 2]
    assert lines.messages == ["images: done, 3"]


def test_says_how_far_it_is(lines, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    list(progress(iter("ab"), "images", total=2000))
    assert lines.messages == ["images: 1 of 2,000", "images: 2 of 2,000", "images: done, 2"]


def test_no_bar_in_a_log(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    list(progress(range(3), "images"))
    assert log.getvalue() == ""


def test_a_bar_in_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    list(progress(range(3), "images"))
    assert "images: " in terminal.getvalue()
    assert "3" in terminal.getvalue()
