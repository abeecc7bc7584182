"""The page of the answers: one file that opens offline, from the answers, claims and figures of a run.

report/page/ holds its template, style and script. Equal inputs give equal bytes; there is no time in it.
"""

import base64
import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from hearsay import numbers
from hearsay.answers import shown
from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED
from hearsay.errors import HearsayError
from hearsay.files import write_text

MARKS = {HOLDS: "✓", FAILS: "✗", DEPENDS: "◐", UNDECIDED: "○"}  # as in report/template.typ
VERDICT_MEANS = {
    HOLDS: "the rule decided for the statement",
    FAILS: "the rule decided against it",
    DEPENDS: "the rule decided for it in cases that are named, and not in others",
    UNDECIDED: "the interval contains the threshold",
}
SIZE_MEANS = {
    "smoke": "This run only tries whether everything works. Its numbers and verdicts mean nothing.",
    "desk": "Every verdict with its interval, from fewer replicates than the published size has.",
    "paper": "These are the published numbers.",
}


def build(root: Path, results: Path, out: str | os.PathLike, *, studies: Sequence[str]) -> None:
    """Write the page of the results in the folder `results`, by the template and the captions of the project `root`.

    results: a folder with answers.json, numbers.json and, a study, claims.json and figures, as a run leaves it.
    """
    answers = json.loads((results / "answers.json").read_text(encoding="utf-8"))
    known = numbers.load(results / "numbers.json")
    for key in ("run.size", "run.seed"):
        if key not in known:
            raise HearsayError(f"{results / 'numbers.json'}: no {key}; it says of which run the numbers are")
    claims, images, captions = {}, {}, {}
    for study in studies:
        figure = answers[study]["figure"]["path"]
        claims[study] = json.loads((results / study / "claims.json").read_text(encoding="utf-8"))
        images[study] = (results / figure).read_bytes()
        caption = (root / "report/captions" / figure).with_suffix(".rst")
        captions[study] = " ".join(caption.read_text(encoding="utf-8").split())
    run = {key: known[f"run.{key}"]["text"] for key in ("size", "seed")}
    write_text(out, render(root / "report/page", answers, claims, images, captions, **run))


def render(
    template: Path,
    answers: Mapping[str, Mapping],
    claims: Mapping[str, Sequence[Mapping]],
    images: Mapping[str, bytes],
    captions: Mapping[str, str],
    *,
    size: str,
    seed: str,
) -> str:
    """Return the page as HTML.

    template: the folder of page.html, page.css and page.js; answers: what hearsay.answers.fill gives; claims: the rows
    of claims.json; images: the SVG that each answer names; captions: what stands below it; all by study, in the order
    of `claims`. size, seed: those of the run.
    """
    questions = [
        {
            **answers[study],
            "study": study,
            "claims": [{**claim, "shown": shown(claim), "n_shown": f"{claim['n']:,}"} for claim in rows],
            "caption": captions[study],
            **_image(study, images[study]),
        }
        for study, rows in claims.items()
    ]
    counts = Counter(claim["verdict"] for rows in claims.values() for claim in rows)
    environment = Environment(
        loader=FileSystemLoader(template), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"prose": prose, "capital": _capital}
    return environment.get_template("page.html").render(
        questions=questions,
        counts=counts,
        total=counts.total(),
        marks=MARKS,
        said=VERDICT_MEANS,
        badge=badge,
        size=size,
        meaning=SIZE_MEANS[size],
        seed=seed,
        style=Markup((template / "page.css").read_text(encoding="utf-8")),
        script=Markup((template / "page.js").read_text(encoding="utf-8")),
    )


def prose(text: str) -> Markup:
    """Return a plain text as HTML, what stands between backticks as code."""
    parts = (escape(part) if at % 2 == 0 else Markup("<code>{}</code>").format(part) for at, part in _parts(text))
    return Markup("").join(parts)


def badge(verdict: str) -> Markup:
    """Return a verdict as mark and word, told apart without colour."""
    return Markup('<span class="badge {0}"><span aria-hidden="true">{1}</span> {0}</span>').format(
        verdict, MARKS[verdict]
    )


def _parts(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("`")))


def _capital(text: Markup) -> Markup:
    return text[:1].upper() + text[1:]


def _image(study: str, svg: bytes) -> dict[str, Any]:
    """Return a figure as a data URI, which keeps its ids and style to itself, and its size in pixels."""
    size = re.search(rb'<svg[^>]*? viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if not size:
        raise HearsayError(f"page: the figure of {study} is no SVG with a viewBox")
    width, height = (round(float(side) * 4 / 3) for side in size.groups())  # points to pixels
    data = base64.b64encode(svg).decode()
    return {"image": f"data:image/svg+xml;base64,{data}", "width": width, "height": height}
