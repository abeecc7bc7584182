"""Progress: a bar where a person looks, plain lines where a log is kept, and the items untouched."""

import io
import logging
import multiprocessing
import time

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


def test_a_child_that_is_killed_with_the_bars_lock_does_not_stop_its_parent():
    context = multiprocessing.get_context("fork")
    held = context.Event()

    def hold():
        with module.tqdm.get_lock():
            held.set()
            time.sleep(60)

    child = context.Process(target=hold)
    child.start()
    assert held.wait(30)
    child.kill()
    child.join()
    assert module.tqdm.get_lock().acquire(timeout=5)
    module.tqdm.get_lock().release()
