"""The README's opening: the answers of the published run as a table, and a figure each, written between two marks."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hearsay.errors import HearsayError

BEGIN, END = "<!-- the answers: written by `hearsay readme` -->", "<!-- end of the answers -->"
COLUMNS = 3  # figures a row: small beside the text, large when followed
# One, or several.
WORDS = {
    "holds": ("holds", "hold"),
    "fails": ("fails", "fail"),
    "depends": ("depends", "depend"),
    "undecided": ("is undecided", "are undecided"),
}


def block(answers: Mapping[str, Mapping], folder: str) -> str:
    """Return the opening as Markdown: a table, one row a question, and the figures.

    answers: what hearsay.answers.collect gives; folder: where the figures lie, relative to the README.
    """
    lines = ["| question | answer | how sure | check your own work |", "|---|---|---|---|"]
    lines += [_row(answer) for answer in answers.values()]
    items = list(answers.values())
    for start in range(0, len(items), COLUMNS):
        row = items[start : start + COLUMNS]
        row += [None] * (COLUMNS - len(row))
        titles, figures = (
            " | ".join(cell(item, folder) if item else "" for item in row).rstrip() for cell in (_title, _figure)
        )
        lines += ["", f"| {titles} |", "|" + "---|" * COLUMNS, f"| {figures} |"]
    return "\n".join(lines)


def written(readme: str, opening: str) -> str:
    """Return the text of the README with `opening` between its marks."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1 or readme.index(BEGIN) > readme.index(END):
        raise HearsayError(f"README.md: expected one line {BEGIN} and after it one line {END}")
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n\n{opening}\n\n{END}{rest.split(END)[1]}"


def _row(answer: Mapping[str, Any]) -> str:
    first, *others = (markdown(sentence["text"]) for sentence in answer["sentences"] if sentence["brief"])
    answered = " ".join([f"**{first}**", *others])
    head = answer["headline"]
    number = " ".join(filter(None, [f"**{head['estimate']}**", markdown(head["interval"]), markdown(head["unit"])]))
    tally = ", ".join(f"{n} {WORDS[verdict][n > 1]}" for verdict, n in answer["counts"].items() if n)
    sure = f"{number} (n {head['n']}): {markdown(head['measures'])}. “{markdown(head['statement'].rstrip('.'))}” "
    sure += f"*{head['verdict']}*.<br>Of {sum(answer['counts'].values())} statements {tally}."
    check = f"{markdown(answer['check']['tool'])}<br>{markdown(answer['check']['says'])}"
    return " | ".join(["", markdown(answer["question"]), answered, sure, check, ""]).strip().replace("\u00a0", " ")


def _title(answer: Mapping[str, Any], folder: str) -> str:
    return markdown(answer["title"])


def _figure(answer: Mapping[str, Any], folder: str) -> str:
    path = f"{folder}/{answer['figure']['path']}"
    alt = markdown(answer["figure"]["alt"]).replace("\u00a0", " ")
    return f"[![{alt}]({path})]({path})"


def markdown(text: str) -> str:
    """Return a plain text as Markdown for the cell of a table, what stands between backticks as code."""
    # In code only the bar is escaped: it would end the cell there, too.
    special = (r"([\\*_|<>\[\]])", r"([|])")
    return "`".join(re.sub(special[at % 2], r"\\\1", part) for at, part in enumerate(text.split("`")))


def opening(root: Path) -> str:
    """Return the opening that the published run in `root`/reference gives, in the words of report/chapters."""
    from hearsay.answers import collect
    from hearsay.config import studies

    published = root / "reference"
    there = [study for study in studies() if (published / study / "claims.json").is_file()]
    if not there:
        raise HearsayError(f"readme: {published}/ holds no published study; `hearsay reference` makes it")
    answers = collect(root / "report/chapters", published, there, root / "report/numbers-allowed.txt")
    return block(answers, "reference")
