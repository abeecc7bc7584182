"""Building the paper: the text policy first, then typst, with bytes that depend only on the sources and results."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

from hearsay import text
from hearsay.errors import HearsayError
from hearsay.files import staged

PUBLISHED = ("key", "value", "unit", "cite", "where")
# The modules of a study that are all prose and labels. Names in a study's other modules reach the paper as cells of its
# tables; those modules also hold versions, patterns and messages, so that reading all their strings would prove little.
SPOKEN = ("claims.py", "figures.py")
PARTS = ("claims_*.py", "figures_*.py")  # what these two were split into, where they would grow too long
TIMESTAMP = 1_767_225_600  # the PDF's date, the same for every run: start of 2026, UTC


def build(root: Path, out: Path, *, studies: Sequence[str], timestamp: int = TIMESTAMP) -> None:
    """Check every text that the paper prints, then typeset report/paper.typ into the PDF `out`, staged and renamed.

    root: the project, or a shadow of it whose files may be symlinks, with report/, results/, reference/benchmarks/,
    reference/upstream/ and hearsay/STUDY/{claims,figures}.py; studies: whose chapters to include, printed by name;
    timestamp: seconds since 1970 for the PDF's date. Equal files and arguments give equal bytes in any folder.
    Raises HearsayError with one line a fault of the text policy, or with typst's complaint and its place.
    """
    import typst

    studies = sorted(studies)
    check(root, studies)
    inputs = {"studies": json.dumps(studies)}
    try:
        # The main file is passed as text: a path would be resolved, and a symlink's target lies outside the root.
        pdf, warnings = typst.compile_with_warnings(
            b'#include "/report/paper.typ"',
            root=str(root),
            timestamp=timestamp,
            ignore_system_fonts=True,
            sys_inputs=inputs,
        )
    except typst.TypstError as error:
        raise HearsayError(_complaint(error)) from None
    if warnings:
        raise HearsayError("\n".join(_complaint(warning) for warning in warnings))
    with staged(out) as stage:
        stage.write_bytes(pdf)


def check(root: Path, studies: Sequence[str]) -> None:
    """Hold the paper, its chapters, the template and the studies' claims and figures against the text policy.

    Raises HearsayError that lists every fault, one a line.
    """
    report = Path(root) / "report"
    allowed = text.read_allowed(_existing(report / "numbers-allowed.txt", "the allow-list of the text policy"))
    known = json.loads(_existing(Path(root) / "results/numbers.json", "the numbers that the text looks up").read_text())
    published = read_published(report / "published.csv", report / "references.bib")
    template = _existing(report / "template.typ", "the house style").read_text(encoding="utf-8")
    functions = text.functions(template)
    faults = []

    def collect(function, *args, **kwargs):
        try:
            function(*args, **kwargs)
        except HearsayError as error:
            faults.append(str(error))

    collect(text.check_template, template, "report/template.typ", allowed=allowed)
    for name in ("report/paper.typ", "report/upstream.typ", *(f"report/chapters/{study}.typ" for study in studies)):
        source = _existing(Path(root) / name, "a chapter, one a study").read_text(encoding="utf-8")
        policy = {"published": published, "allowed": allowed, "known_functions": functions}
        collect(text.check_chapter, source, name, known, **policy)
    for name in spoken(root, studies):
        source = _existing(Path(root) / name, "the study's strings, an input of the paper's rule").read_text()
        collect(text.check_strings, source, name, allowed=allowed)
    if faults:
        raise HearsayError("\n".join(faults))


def spoken(root: Path, studies: Sequence[str]) -> list[str]:
    """Return the paths, relative to `root`, of the modules whose strings the paper or a figure prints."""
    found = []
    for study in studies:
        folder = Path("hearsay") / study
        parts = [path.name for pattern in PARTS for path in sorted((Path(root) / folder).glob(pattern))]
        found += [(folder / module).as_posix() for module in (*SPOKEN, *parts)]
    return found


def read_published(path: Path, bibliography: Path) -> dict[str, dict[str, str]]:
    """Read the published figures, key -> row; each must name its place in a source that the bibliography holds.

    Raises HearsayError for other columns, a key that stands twice, an empty value or place, an unknown source.
    """
    with _existing(path, "the published figures").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != PUBLISHED:
            raise HearsayError(f"{path.name}: expected the columns {','.join(PUBLISHED)}, found {reader.fieldnames}")
        rows = list(reader)
    sources = re.findall(r"^@\w+\{([^,\s]+),", bibliography.read_text(encoding="utf-8"), re.MULTILINE)
    figures: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, 2):
        if row["key"] in figures:
            raise HearsayError(f"{path.name}:{number}: the key {row['key']!r} stands in more than one row")
        if not row["value"] or not row["where"]:
            raise HearsayError(f"{path.name}:{number}: {row['key']!r} needs a value and its place in the source")
        if row["cite"] not in sources:
            raise HearsayError(f"{path.name}:{number}: {bibliography.name} has no entry {row['cite']!r}: add it")
        figures[row["key"]] = row
    return figures


def _existing(path: Path, what: str) -> Path:
    if not path.is_file():
        raise HearsayError(f"{path}: missing ({what})")
    return path


def _complaint(error: Exception) -> str:
    """Return a typst error or warning as one line that names the nearest place in the prose."""
    places = re.findall(r"(report/[\w./-]+\.typ:\d+)", getattr(error, "diagnostic", None) or "")
    place = next((p for p in places if not p.startswith("report/template.typ")), places[0] if places else "paper")
    hints = "; ".join(getattr(error, "hints", None) or ())
    return f"{place}: {getattr(error, 'message', error)}" + (f" ({hints})" if hints else "")
