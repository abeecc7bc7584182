"""The page of a finished run: its claims and its size, and that a browser opens it."""

import csv

import pytest

from tests.test_page import SHOWN, Read

pytestmark = pytest.mark.workflow


def test_it_holds_every_claim_of_the_run_and_says_that_smoke_means_nothing(finished):
    results = finished.folder / "results"
    with (results / "claims.csv").open(newline="") as file:
        judged = {f"{row['study']}.{row['id']}": row["verdict"] for row in csv.DictReader(file)}
    text = (results / "answers.html").read_text(encoding="utf-8")
    assert Read(text).claims == judged
    assert "Its numbers and verdicts mean nothing." in text


def test_a_browser_opens_it(finished, browser):
    browser.media()
    browser.width(360)
    browser.open(finished.folder / "results/answers.html")
    assert [event for event in browser.events if event[0] in ("Runtime.exceptionThrown", "Log.entryAdded")] == []
    assert len(browser.run(SHOWN)) == browser.run("document.querySelectorAll('[data-claim]').length") > 0
    assert browser.run("document.documentElement.scrollWidth") <= 360
