"""The page: what it holds, and what a reader can do with it in a browser, on a phone, by keyboard and on paper."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay import page
from hearsay.answers import collect
from hearsay.claims import VERDICTS
from hearsay.config import studies
from hearsay.errors import HearsayError
from tests import chromium

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def arguments():
    """What `page.render` takes, of the published run."""
    folder = ROOT / "reference"
    answers = collect(ROOT / "report/chapters", folder, studies(), ROOT / "report/numbers-allowed.txt")
    claims = {study: json.loads((folder / study / "claims.json").read_text()) for study in studies()}
    images = {study: (folder / answers[study]["figure"]["path"]).read_bytes() for study in studies()}
    return ROOT / "report/page", answers, claims, images, dict.fromkeys(studies(), "What is shown.")


@pytest.fixture(scope="module")
def file(arguments, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "answers.html"
    path.write_text(page.render(*arguments, size="paper", seed="7"), encoding="utf-8")
    return path


class Read(HTMLParser):
    """The page as its parser sees it: claims with their verdicts, ids, headings, images, and what is fetched."""

    def __init__(self, text):
        super().__init__()
        self.claims, self.ids, self.headings, self.images, self.fetched = {}, [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if "data-claim" in named:
            self.claims[named["data-claim"]] = named["data-verdict"]
        if "id" in named:
            self.ids.append(named["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.images.append(named)
        self.fetched += [named[name] for name in ("src", "srcset", "data", "poster") if name in named]
        if tag == "link":
            self.fetched.append(named["href"])


def test_every_claim_is_there_with_its_verdict(arguments, file):
    judged = {f"{c['study']}.{c['id']}": c["verdict"] for rows in arguments[2].values() for c in rows}
    text = file.read_text(encoding="utf-8")
    assert Read(text).claims == judged
    plain = unescape(text)
    for claim in (c for rows in arguments[2].values() for c in rows):
        for name in ("statement", "endpoint", "rule", "condition", "thread"):
            assert claim[name] in plain


def test_it_is_one_file_and_well_made(file):
    read = Read(file.read_text(encoding="utf-8"))
    assert all(source.startswith("data:") for source in read.fetched)
    assert len(set(read.ids)) == len(read.ids)
    assert read.headings[0] == 1 and read.headings.count(1) == 1
    assert all(below <= above + 1 for above, below in zip(read.headings, read.headings[1:], strict=False))
    assert len(read.images) == len(studies())
    assert all(len(image["alt"]) > 40 for image in read.images)


def test_the_same_bytes(arguments):
    once = page.render(*arguments, size="desk", seed="7")
    assert once == page.render(*arguments, size="desk", seed="7")


def test_a_folder_laid_out_as_results_is_all_it_takes(arguments, tmp_path):
    for study in studies():
        (tmp_path / study).symlink_to(ROOT / "reference" / study)
    (tmp_path / "answers.json").write_text(json.dumps(arguments[1]))
    (tmp_path / "numbers.json").write_text(json.dumps({f"run.{k}": {"text": k} for k in ("seed", "lock")}))
    with pytest.raises(HearsayError, match=r"numbers\.json: no run\.size"):
        page.build(ROOT, tmp_path, tmp_path / "answers.html", studies=studies())
    run = {"seed": "7", "size": "paper"}
    (tmp_path / "numbers.json").write_text(json.dumps({f"run.{key}": {"text": text} for key, text in run.items()}))
    page.build(ROOT, tmp_path, tmp_path / "answers.html", studies=studies())
    text = (tmp_path / "answers.html").read_text(encoding="utf-8")
    assert "These are the published numbers." in text
    assert "Were the lists interchangeable" in text  # from report/captions


def test_it_says_its_size(arguments):
    said = {size: page.render(*arguments, size=size, seed="7") for size in page.SIZE_MEANS}
    assert "Its numbers and verdicts mean nothing." in said["smoke"]
    assert "mean nothing" not in said["desk"] + said["paper"]
    assert "fewer replicates" in said["desk"]


def test_what_is_written_in_a_claim_is_text(arguments):
    template, answers, claims, images, captions = arguments
    rows = [{**claims["imagenet"][0], "statement": "<script>alert()</script>", "thread": "https://a.org/?q=1&r"}]
    text = page.render(template, answers, {"imagenet": rows}, images, captions, size="desk", seed="7")
    assert "<script>alert" not in text
    assert '<a href="https://a.org/?q=1&amp;r"' in text


def test_each_claim_says_what_its_interval_is(arguments):
    text = page.render(*arguments, size="desk", seed="7")
    said = [claim["interval_is"] for rows in arguments[2].values() for claim in rows]
    assert re.findall("<dt>Interval</dt><dd>(.*?)</dd>", text) == said


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])))
def test_prose_keeps_the_text(text):
    assert unescape(re.sub(r"</?code>", "", page.prose(text))) == text.replace("`", "")


def test_code_stands_between_backticks():
    assert page.prose("a < b: `x & y`.") == "a &lt; b: <code>x &amp; y</code>."


def test_a_figure_without_a_size_is_named(arguments):
    template, answers, claims, images, captions = arguments
    with pytest.raises(HearsayError, match="the figure of imagenet is no SVG"):
        page.render(template, answers, claims, {**images, "imagenet": b"<svg>"}, captions, size="desk", seed="7")


def test_marks_are_those_of_the_paper():
    template = (ROOT / "report/template.typ").read_text(encoding="utf-8")
    assert dict(re.findall(r'^  (\w+): \(mark: "(.)"', template, re.M)) == page.MARKS


# --- In a browser -----------------------------------------------------------------------------------------------------


def test_a_browser_that_says_nothing_is_not_left_behind(monkeypatch, tmp_path):
    (tmp_path / "deaf").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "deaf").chmod(0o755)
    monkeypatch.setattr(chromium, "PATIENCE", 0.1)
    deaf = chromium.Chromium(str(tmp_path / "deaf"))
    with pytest.raises(TimeoutError, match="said nothing"), deaf:
        pass
    assert deaf.process.returncode is not None
    assert not Path(deaf.profile).exists()


SHOWN = "[...document.querySelectorAll('[data-claim]')].filter((c) => c.checkVisibility()).map((c) => c.dataset.claim)"
PRESSED = "[...document.querySelectorAll('[aria-pressed=true]')].map((b) => b.dataset.show)"


@pytest.fixture
def opened(browser, file):
    browser.media()
    browser.width(1280)
    browser.open(file)
    return browser


def of(claims, verdict):
    return [f"{c['study']}.{c['id']}" for rows in claims.values() for c in rows if c["verdict"] == verdict]


def test_it_opens_offline_without_a_word_in_the_console(opened, file):
    asked = [each["request"]["url"] for method, each in opened.events if method == "Network.requestWillBeSent"]
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
    said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed")
    assert [event for event in opened.events if event[0] in said] == []
    assert opened.run("[...document.images].every((image) => image.naturalWidth > 0)")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_click_shows_one_verdict_and_says_how_many(opened, arguments, verdict):
    mine = of(arguments[2], verdict)
    opened.run(f"document.querySelector('[data-show={verdict}]').click()")
    assert opened.run(SHOWN) == mine
    assert opened.run(PRESSED) == [verdict]
    assert opened.run("document.querySelector('[role=status]').textContent").startswith(f"{len(mine)} of ")
    assert opened.run(f"document.querySelector('[data-show={verdict}] .count').textContent") == str(len(mine))
    opened.run("document.querySelector('[data-show=\"\"]').click()")
    assert len(opened.run(SHOWN)) == sum(map(len, arguments[2].values()))


def test_the_keyboard_does_it_too(opened, arguments):
    opened.press("Tab", 9)
    assert opened.run("document.activeElement.className") == "skip"
    opened.press("Enter", 13, "\r")
    assert opened.run("document.activeElement.tagName") == "MAIN"
    for _ in range(3):
        opened.press("Tab", 9)
    assert opened.run("document.activeElement.dataset.show") == "fails"
    assert opened.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    opened.press(" ", 32, " ")
    assert opened.run(SHOWN) == of(arguments[2], "fails")
    for _ in range(3):
        opened.press("Tab", 9)
    opened.press("Enter", 13, "\r")
    assert opened.run("document.querySelector('details[open]').dataset.claim") == of(arguments[2], "fails")[0]


def test_a_link_to_a_statement_opens_it_whatever_is_picked(opened):
    opened.run("document.querySelector('[data-show=fails]').click()")
    opened.run("location.hash = 'imagenet.same-classes'; new Promise((done) => setTimeout(done, 50))")
    assert opened.run("document.getElementById('imagenet.same-classes').open")
    assert opened.run(PRESSED) == [""]


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_overflows_sideways(opened, width):
    opened.width(width)
    assert opened.run("document.documentElement.scrollWidth") <= width
    opened.run("document.querySelectorAll('details').forEach((claim) => { claim.open = true; })")
    assert opened.run("document.documentElement.scrollWidth") <= width


def test_print_shows_everything_and_no_controls(opened, arguments):
    opened.run("document.querySelector('[data-show=fails]').click()")
    seen = "window.seen = [...document.querySelectorAll('[data-claim]')].filter((c) => c.open).length"
    opened.run(f"addEventListener('beforeprint', () => {{ {seen}; }})")
    assert opened.pdf().startswith(b"%PDF")
    assert opened.run("window.seen") == sum(map(len, arguments[2].values()))
    assert opened.run("document.querySelectorAll('details[open]').length") == 0  # as it was
    opened.media("print")
    assert len(opened.run(SHOWN)) == sum(map(len, arguments[2].values()))
    assert opened.run("[...document.querySelectorAll('.answer')].every((answer) => answer.checkVisibility())")
    # The style alone unfolds what is closed, where no event says that it is printed.
    assert opened.run("[...document.querySelectorAll('.claim dd')].every((dd) => dd.checkVisibility())")
    assert opened.run("[...document.querySelectorAll('button')].filter((b) => b.checkVisibility()).length") == 0


def test_without_scripts_everything_is_shown_and_nothing_is_pressed(browser, file):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.media()
        browser.open(file)
        closed = "document.querySelectorAll('details:not([open])').length"
        assert browser.run(closed) == 0
        assert browser.run("[...document.querySelectorAll('button')].filter((b) => b.checkVisibility()).length") == 0
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


CONTRAST = """
(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const worst = {};
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || ![...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [one, other] = [getComputedStyle(element).color, behind(element)].map(light).sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) worst[element.className || element.tagName] = ratio;
  }
  return worst;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_by_the_contrast_that_wcag_asks_for(opened, scheme):
    opened.media(prefers_color_scheme=scheme)
    assert opened.run(CONTRAST) == {}
    opened.run("document.querySelector('[data-show=depends]').click()")
    assert opened.run(CONTRAST) == {}
