import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from hearsay import report, text
from hearsay.claims import CONFIDENCE, INTERVALS, OPEN, between
from hearsay.errors import HearsayError

ROOT = Path(__file__).parents[1]
CHAPTER = """#import "../template.typ": *

#let keys = ("demo.n", "demo.standin")

#let beside = (([Their share], pub("demo.share"), num("demo.n")),)

= Is it so? <sec-demo>

Others say #pub("demo.share"), and see @fig-demo-plain, @tab-demo-cost and @deng2009.
#when("demo.standin")[The images are a stand-in.] #unless("demo.standin")[The images are the real ones.]
#answer("demo", "second", holds: [No words for another verdict.]) It is #verdict("demo", "second").

#plot("demo", "plain", caption: [A mark is an image.])

#records("demo", "cost",
  columns: (("reading", [How it is read], "wrap"), ("share", [Share], "share-interval"), ("same", [Same], "varied")),
  across: ("truth", "accuracy", "share", (("a", [By A]), ("b", [By B]), ("c", [By C]))),
  only: (("kept", "yes"),),
  caption: [All are counted.],
)

#peers("demo", caption: [Beside others.])

#let supplement = [A control with #num("demo.n") images.]
"""
DEMO = "report/chapters/demo.typ"
FIGURE = "results/demo/figures/plain.svg"
TABLE = "results/demo/tables/cost.csv"
FINDINGS = "reference/upstream/findings.csv"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="#0072b2"/></svg>'
)


def write_csv(path: Path, *rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture
def project(tmp_path):
    """A project with the real template and paper, and one small study."""
    root = tmp_path / "project"
    for name in ("paper.typ", "upstream.typ", "template.typ", "references.bib", "numbers-allowed.txt"):
        (root / "report").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "report" / name, root / "report" / name)
    write_csv(root / "report/published.csv", report.PUBLISHED, ("demo.share", "6", "%", "northcutt2021", "abstract"))
    (root / "report/chapters").mkdir()
    (root / "report/chapters/demo.typ").write_text(CHAPTER)
    numbers = {"demo.n": "1,000", "demo.standin": "true", "run.seed": "7", "run.size": "desk", "run.lock": "ab" * 32}
    entries = {key: {"value": value == "true" or value, "unit": "", "text": value} for key, value in numbers.items()}
    (root / "results/demo/figures").mkdir(parents=True)
    (root / "results/numbers.json").write_text(json.dumps(entries))
    said = [{"brief": brief, "text": text} for brief, text in ((True, "So `it` is."), (False, "At length."))]
    (root / "results/answers.json").write_text(
        json.dumps({"demo": {"title": "A demo", "question": "Is it so?", "sentences": said}})
    )
    (root / "results/demo/figures/plain.svg").write_text(SVG)
    head = ["study", "id", "statement", "verdict", "condition", "estimate", "low", "high", "unit", "n", "figure"]
    rows = [
        ["demo", "first", "It is so.", "holds", "", 0.99998, 0.99998, 0.99998, "share", 50000, FIGURE],
        ["demo", "second", "It is large.", "depends", "on the base", 12.345, 11, 13.5, "images", 20, TABLE],
        ["demo", "third", "It is old.", "undecided", "", -0.5, -1, 0.25, "", 5, ""],
    ]  # fmt: skip
    write_csv(root / "results/claims.csv", head, *rows)
    more = {"thread": "a thread", "endpoint": "An end.", "rule": "A rule.", "interval": CONFIDENCE}
    more |= {"interval_is": INTERVALS[CONFIDENCE][0]}
    claims = [dict(zip(head, row, strict=True), **more) for row in rows]
    (root / "results/demo/claims.json").write_text(json.dumps(claims))
    write_csv(
        root / "results/demo/tables/cost.csv",
        ["reading", "truth", "kept", "accuracy", "share", "share_low", "share_high", "same"],
        ["as_is", "a", "yes", 1, 0.25, 0.2, 0.3, "x"],
        ["as_is", "b", "yes", 0.9, 0.25, 0.2, 0.3, "x"],
        ["off", "a", "yes", 0.0001, 0.5, 0.5, 0.5, "x"],
        ["off", "a", "no", 0.4444, 0.5, 0.5, 0.5, "x"],
    )
    peers = "study,task,peer,unit,ours,theirs,ratio,ratio_low,ratio_high,ceiling"
    write_csv(root / "reference/benchmarks/peers.csv", peers.split(","))
    found = ["a_script", "a-package", "1.2.3", "defect", "It fails", "nothing works", "an/a-package#1 (open)"]
    write_csv(root / FINDINGS, ["name", "package", "version", "kind", "what", "consequence", "known"], found)
    (root / "hearsay/demo").mkdir(parents=True)
    for module in report.SPOKEN:
        (root / "hearsay/demo" / module).write_text('"""Strings."""\n')
    return root


def printed(root: Path, source: str = '#summaries()\n#chapters()\n#bibliography("/report/references.bib")') -> str:
    """Return the text that typst prints for `source`, the chapters unless it is another."""
    import typst

    html = typst.compile(
        f'#import "/report/template.typ": *\n{source}'.encode(),
        root=str(root),
        format="html",
        sys_inputs={"studies": '["demo"]'},
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()).replace("\u00a0", " "))


def test_builds_the_same_bytes_in_any_folder_and_through_links(project, tmp_path):
    report.build(project, tmp_path / "one.pdf", studies=["demo"], timestamp=0)
    shadow = tmp_path / "elsewhere" / "shadow"
    for path in project.rglob("*"):
        if path.is_file():
            link = shadow / path.relative_to(project)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    report.build(shadow, tmp_path / "two.pdf", studies=["demo"], timestamp=0)
    one = (tmp_path / "one.pdf").read_bytes()
    assert one == (tmp_path / "two.pdf").read_bytes()
    assert one.startswith(b"%PDF") and str(tmp_path).encode() not in one
    assert sorted(p.name for p in tmp_path.iterdir()) == ["elsewhere", "one.pdf", "project", "two.pdf"]
    report.build(project, tmp_path / "two.pdf", studies=["demo"], timestamp=86400)
    assert one != (tmp_path / "two.pdf").read_bytes()


def test_an_interval_is_printed_as_it_is_on_the_page(project):
    ends = [{"low": low, "high": high} for low, high in ((1, 3), (2, 2))]
    rows = [{"interval": kind, "unit": "", "estimate": 2, **each} for kind in INTERVALS for each in ends]
    (project / "results/rows.json").write_text(json.dumps(rows))
    said = printed(project, '#for row in json("/results/rows.json") [#estimate(row)| ]')
    shown = ["2" if r["low"] == r["high"] else f"2 {between(r['interval'], r['low'], r['high'])}" for r in rows]
    assert re.sub(r" (?=\|)", "", said).strip() == " ".join(f"{ends}|" for ends in shown)


def test_the_tables_of_claims_print_what_the_ends_are(project):
    claims = project / "results/demo/claims.json"
    source = '#verdict-table()\n#rules()\n#set heading(numbering: "1")\n= Demo <sec-demo>'
    assert "12.3 [11, 13.5] images" in printed(project, source)
    claims.write_text(claims.read_text().replace(f'"{CONFIDENCE}"', f'"{OPEN}"'))
    said = printed(project, source)
    assert "12.3 (11 to 13.5) images" in said
    assert said.count(f"Interval: {INTERVALS[CONFIDENCE][0]}. Rule:") == 3


def test_prints_what_the_results_say(project, tmp_path):
    page = printed(project)
    for words in (
        "Is it so? So it is.",
        "The images are a stand-in.",
        "“It is large” depends (on the base).",
        "not measured yet",
        "as_is 25 % [20 %, 30 %] 100 % 90 %",
        "off 50 % 0.01 % –",
        "Others say 6 %",
    ):
        assert words in page, (words, page)
    for words in ("real ones", "No words", "44.4", "By C", "Same", "At length"):
        assert words not in page, (words, page)


def everything_printed(root: Path) -> set[str]:
    """Return the numbers that the whole paper prints, as they are printed."""
    import typst

    # The abstract once more by itself: the export to HTML leaves out what is placed on the page.
    main = b'#import "/report/template.typ": *\n#tally()\n#summaries()\n#include "/report/paper.typ"'
    html = typst.compile(main, root=str(root), format="html", sys_inputs={"studies": '["demo"]'})
    body = re.sub(r"<(head|style)\b.*?</\1>", " ", html.decode(), flags=re.DOTALL)
    page = re.sub(r"<[^>]+>", " ", body).replace("\u200b", "")
    return {number for _, number in text.bare_numbers(page, text.read_allowed(root / "report/numbers-allowed.txt"))}


@pytest.mark.parametrize("planted", [False, True])
def test_no_number_outlives_its_result(project, planted):
    """Other results, other numbers: what stands in both papers was typed, or counts the paper's own parts."""
    if planted:  # a number that the reading of the template's source does not see
        template = project / "report/template.typ"
        template.write_text(
            template.read_text().replace("  [Of #count-word(", "  let x = 97.31\n  [#x Of #count-word(", 1)
        )
    peers = project / "reference/benchmarks/peers.csv"
    peers.write_text(peers.read_text() + "demo,sort,a tool,s,2.17,11.25,5.625,5.13,6.19,7.77\n")
    before = everything_printed(project)
    assert {"1,000", "12.3", "5.63", "0.01", "6"} <= before

    def other(match: re.Match) -> str:
        return match.group().translate(str.maketrans("0123456789", "1357924685"))

    files = ("results/claims.csv", "results/demo/claims.json", TABLE, "reference/benchmarks/peers.csv")
    for name in (*files, "report/published.csv", FINDINGS):
        path = project / name
        path.write_text(re.sub(r"(?<![\w.])\d[\d.]*(?=[,\n])", other, path.read_text()))
    path = project / "results/numbers.json"
    path.write_text(re.sub(r'(?<="text": ")[\d,ab]+', other, path.read_text()))
    sources = {number for _, number in text.bare_numbers((project / "report/references.bib").read_text())}
    kept = (before & everything_printed(project)) - sources
    assert {number for number in kept if not re.fullmatch(r"\d|\d\.\d", number)} == ({"97.31"} if planted else set())


def test_committed_timings_appear(project, tmp_path):
    peers = project / "reference/benchmarks/peers.csv"
    peers.write_text(peers.read_text() + "demo,sort,a tool,s,2.0,11.25,5.625,5.1,6,\nother,x,y,s,1,1,1,1,1,1\n")
    page = printed(project)
    assert "sort a tool s 2 11.3 5.63 [5.1, 6] –" in page and "not measured yet" not in page


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (DEMO, "Their share", "Their 12", r"report/chapters/demo.typ:5: bare number '12'"),
        (DEMO, "= Is", '= #num("demo.m") Is', r"demo.typ:7: unknown key 'demo.m'.*did you mean"),
        (DEMO, '"demo.n",', '"demo.n", "run.seed",', r"demo.typ:3: .*'run.seed' is declared and not"),
        (DEMO, "A mark is", "A mark is 1 of", r"demo.typ:13: bare number '1'"),
        (DEMO, "[Share]", "[Share of 9]", r"demo.typ:16: bare number '9'"),
        (DEMO, "demo.share", "demo.shape", r"demo.typ:5: unknown published figure"),
        (DEMO, '"second", holds', '"zeroth", holds', r"demo.typ:11: .*unknown claim demo.zeroth"),
        (DEMO, '"reading", [', '"readings", [', r"demo.typ:15: .*table cost: no column readings"),
        (DEMO, '"plain", cap', '"fancy", cap', r"demo.typ:13: .*fancy.svg"),
        ("report/paper.typ", "= Introduction", "= The 12 questions", r"report/paper.typ:\d+: bare number '12'"),
        ("report/upstream.typ", "= What", "= The 12 things", r"report/upstream.typ:5: bare number '12'"),
        ("report/template.typ", "[References]", "[All 12 references]", r"report/template.typ:\d+: bare number '12'"),
        ("report/template.typ", '"Libertinus Serif"', '"No Such Face"', r"unknown font family: no such face"),
        ("report/published.csv", "northcutt2021", "nobody1999", r"published.csv:2: .*no entry 'nobody1999'"),
        ("report/published.csv", ",abstract", ",", r"published.csv:2: .*its place in the source"),
        ("report/published.csv", "cite", "source", r"published.csv: expected the columns"),
        ("hearsay/demo/claims.py", '"""Strings."""', 'x = "all 1000"', r"hearsay/demo/claims.py:1: bare number '1000'"),
        ("hearsay/demo/figures.py", '"""Strings."""', 'x = "at 5"', r"hearsay/demo/figures.py:1: bare number '5'"),
    ],
)  # fmt: skip
def test_a_fault_stops_the_build_and_leaves_nothing(project, tmp_path, name, old, new, message):
    path = project / name
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new, 1))
    with pytest.raises(HearsayError, match=message):
        report.build(project, tmp_path / "out/paper.pdf", studies=["demo"], timestamp=0)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_the_parts_of_a_split_module_are_read_as_well(project, tmp_path):
    (project / "hearsay/demo/claims_errors.py").write_text('x = "all 1000"\n')
    with pytest.raises(HearsayError, match=r"hearsay/demo/claims_errors.py:1: bare number '1000'"):
        report.build(project, tmp_path / "paper.pdf", studies=["demo"], timestamp=0)


def test_a_missing_input_is_named(project, tmp_path):
    for name in (DEMO, "results/numbers.json", "hearsay/demo/claims.py"):
        path = project / name
        kept = path.read_text()
        path.unlink()
        with pytest.raises(HearsayError, match=rf"{name}: missing"):
            report.build(project, tmp_path / "paper.pdf", studies=["demo"], timestamp=0)
        path.write_text(kept)


def test_another_study_is_a_chapter_and_nothing_else(project, tmp_path):
    for name in ("report/chapters", "hearsay", "results"):
        for path in [p for p in (project / name).rglob("*") if p.is_file() and "demo" in p.as_posix().split(name)[1]]:
            copy = project / path.relative_to(project).as_posix().replace("demo", "later")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text().replace("demo", "later").replace('pub("later', 'pub("demo'))
    claims = project / "results/claims.csv"
    rows = claims.read_text()
    claims.write_text(rows + "".join(f"{line}\n" for line in rows.replace("demo", "later").splitlines()[1:]))
    numbers = json.loads((project / "results/numbers.json").read_text())
    numbers |= {key.replace("demo", "later"): value for key, value in numbers.items()}
    (project / "results/numbers.json").write_text(json.dumps(numbers))
    said = json.loads((project / "results/answers.json").read_text())
    (project / "results/answers.json").write_text(json.dumps(said | {"later": said["demo"]}))
    report.build(project, tmp_path / "one.pdf", studies=["demo", "later"], timestamp=0)
    report.build(project, tmp_path / "two.pdf", studies=["later", "demo"], timestamp=0)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_the_committed_chapters_and_paper_obey_the_policy():
    sources = [
        ROOT / "report/paper.typ",
        ROOT / "report/upstream.typ",
        *sorted((ROOT / "report/chapters").glob("*.typ")),
    ]
    assert len(sources) > 1
    functions = text.functions((ROOT / "report/template.typ").read_text())
    allowed = text.read_allowed(ROOT / "report/numbers-allowed.txt")
    published = report.read_published(ROOT / "report/published.csv", ROOT / "report/references.bib")
    text.check_template((ROOT / "report/template.typ").read_text(), "template.typ", allowed=allowed)
    for path in sources:
        known = text.declared_keys(path.read_text())
        policy = {"published": published, "allowed": allowed, "known_functions": functions}
        text.check_chapter(path.read_text(), path.name, known, **policy)


def test_every_source_of_the_bibliography_is_cited():
    prose = (
        "".join(p.read_text() for p in (ROOT / "report").rglob("*.typ")) + (ROOT / "report/published.csv").read_text()
    )
    keys = re.findall(r"^@\w+\{([^,\s]+),", (ROOT / "report/references.bib").read_text(), re.MULTILINE)
    assert [key for key in keys if key not in prose] == []
