"""The text policy: no result is typed into the paper; numbers are looked up by key.

Chapters (typst) hold prose and calls of template functions; strings of claims and figures (Python) hold no number,
nor do the answers (YAML).
A number is *bare* unless it is part of a name (ILSVRC2012, n02012849), of a URL, or of a phrase of the allow-list.
"""

import ast
import re
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from hearsay.errors import HearsayError
from hearsay.typst_source import COLOUR, HIDDEN, KEYED, URL, TypstSource, is_number

PLAIN = ("emph", "strong", "footnote", "quote", "link")  # typst's own functions that prose may call

# A name or a number: digits, letters and inner underscores; points and commas only between digits.
_TOKEN = re.compile(r"[^\W_](?:\w*[^\W_])?(?:(?<=\d)[.,](?=\d)\w*[^\W_])*|[^\w\s]")
_WORDS = re.compile(
    r"\b(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|hundred|thousand|million|billion|dozen)s?\b",
    re.IGNORECASE,
)
_BOX = re.compile(r"[a-z]+\d?(?:,(?:pad|rounding_size|tooth_size)=[\d.]+)+")  # matplotlib's box styles
# In the template's code: a number that is printed on the spot, or given bare (lengths have a unit) to what prints it.
_TYPED = re.compile(r"(?:#[({]|\b(?:str|repr)\()[\s(+-]*\.?(\d[\w.%]*)|#[\w.-]+\([\s(+-]*\.?(\d[\d.]*)(?![\w.%])")
# What keeps two numbers of a formula apart: an operator that is seen, or a variable.
_APART = re.compile(r"[-+*/=<>^_,]|(?<!\w)[^\W\d_](?![\w.(])")
_SPEC = re.compile(r"[,_]?\.\d+[efg]")
_PRINTF = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")


def read_allowed(path: Path) -> tuple[str, ...]:
    """Read the allow-list: one phrase a line, then ` # ` and its reason.

    Raises HearsayError for a line without a reason, and for a phrase without a letter: a bare number cannot be allowed.
    """
    phrases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        phrase, _, reason = line.partition(" # ")
        if not reason.strip() or not any(map(str.isalpha, phrase)):
            raise HearsayError(
                f"{path.name}:{number}: expected `PHRASE # REASON` with a letter in the phrase; found {line.strip()!r}"
            )
        phrases.append(phrase.strip())
    return tuple(phrases)


def bare_numbers(text: str, allowed: Iterable[str] = ()) -> list[tuple[int, str]]:
    """Return (offset, number) of each bare number in `text`, numerals and number words from ten on, in order."""
    for phrase in allowed:
        pattern = r"(?<![\w.,])" + r"[\s~]+".join(map(re.escape, phrase.split())) + r"(?!\w|[.,]\d)"
        text = re.sub(pattern, _blank, text)
    text = URL.sub(_blank, text)
    found = [(m.start(), m.group()) for m in _TOKEN.finditer(text) if is_number(m.group()[0])]
    return sorted(found + [(m.start(), m.group()) for m in _WORDS.finditer(text)])


def _blank(match: re.Match) -> str:
    return HIDDEN * len(match.group())


def functions(template: str) -> set[str]:
    """Return the names of the functions that the template's source defines for chapters."""
    return set(re.findall(r"^#let ([^\W\d_][\w-]*)\(", template, re.MULTILINE)) | set(PLAIN)


def declared_keys(source: str) -> list[str]:
    """Return the keys that a chapter declares in its `#let keys = (...)`."""
    return list(TypstSource(source, strict=True, functions=()).keys or ())


def check_chapter(
    source: str,
    path: str,
    known_keys: Collection[str],
    *,
    published: Collection[str] = (),
    allowed: Sequence[str] = (),
    known_functions: Collection[str] | None = None,
) -> None:
    """Hold a chapter's typst source against the text policy.

    known_keys: those of results/numbers.json; published: those of published.csv; known_functions: what a chapter may
    call (None: anything). Raises HearsayError with one line a fault, each naming `path` and its line.
    """
    read = TypstSource(source, strict=True, functions=_Anything() if known_functions is None else known_functions)
    faults = [*read.faults, *_numbers(read, allowed, "look it up with #num(KEY) or #pub(KEY)")]
    faults += [
        (m.start(), f"the number {m.group()} in code: chapters hold prose, a result has a key")
        for m in re.finditer(r"\d[\d.]*", read.seen("C"))
    ]
    if read.keys is None:
        faults.append((0, 'no `#let keys = ("STUDY.KEY", ...)` at the top: declare the keys that it uses, or ()'))
    declared, used = read.keys or {}, set()
    for name, key, offset in read.calls:
        if name == "pub" and key not in published:
            faults.append((offset, f"unknown published figure {key!r}: add it, with its source, to published.csv"))
        if name in KEYED:
            used.add(key)
            if not key:
                faults.append((offset, f"#{name} needs its key as a string in quotes"))
            elif key not in declared:
                faults.append((offset, f"the key {key!r} is used and not declared: add it to `keys`"))
            if key and key not in known_keys:
                faults.append((offset, f"unknown key {key!r}: {_nearest(key, known_keys)}"))
    for key, offset in declared.items():
        if key not in used:
            faults.append((offset, f"the key {key!r} is declared and not used: use it or strike it from `keys`"))
            if key not in known_keys:
                faults.append((offset, f"unknown key {key!r}: {_nearest(key, known_keys)}"))
    _raise(faults, source, path)


def check_template(source: str, path: str, *, allowed: Sequence[str] = ()) -> None:
    """Hold the template's texts and strings against the text policy.

    Of its code only numbers that are put into the text on the spot are faults, as in `#(50)`, `str(50)` or
    `#plain(50)`; others (lengths, numbers of places) are not read. Raises HearsayError with one line a fault.
    """
    read = TypstSource(source, strict=False, functions=())
    remedy = "the template prints no result of its own"
    faults = _numbers(read, allowed, remedy)
    for typed in _TYPED.finditer(read.seen(" ")):
        faults.append((typed.start(), f"bare number {(typed.group(1) or typed.group(2))!r}: {remedy}"))
    _raise(faults, source, path)


def check_places(texts: Mapping[str, str], path: str, *, allowed: Sequence[str] = ()) -> None:
    """Hold texts, by the keys under which they stand in `path`, against the text policy.

    What stands in braces is a place for a number that is looked up, the name of its key and nothing else. Raises
    HearsayError with one line a fault.
    """
    lines = []
    for key, text in texts.items():
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            lines.append(f"{path}: {key}: {error}; a place for a number is {{KEY}}")
            continue
        said = HIDDEN.join(literal for literal, *_ in parts)
        for _, name, form, conversion in parts:
            if name is not None and (form or conversion or not name.isidentifier()):
                lines.append(f"{path}: {key}: a place for a number is {{KEY}}, its key alone; found {name!r}")
        found = (number for _, number in bare_numbers(said, allowed))
        lines += [f"{path}: {key}: bare number {number!r}: look it up with {{KEY}}" for number in found]
    if lines:
        raise HearsayError("\n".join(lines))


def _numbers(read: TypstSource, allowed: Sequence[str], remedy: str) -> list[tuple[int, str]]:
    """Return the bare numbers in what is printed; formulas may hold 0, 1 and 2 beside a letter, each by itself."""
    found = bare_numbers(read.seen("T"), allowed) + bare_numbers(read.seen("S"), allowed)
    maths = read.seen("M")
    for start, end in read.formulas:
        formula, after = maths[start:end], None
        constants = ("0", "1", "2") if any(map(str.isalpha, formula)) else ()
        for at, number in bare_numbers(formula.replace("_", " "), allowed):  # here `_` is no part of a name
            joined = after is not None and not _APART.search(formula, after, at)
            if number not in constants or joined:
                found.append((start + at, number))
            after = at + len(number)
    return [(at, f"bare number {number!r}: {remedy}, or allow its phrase with a reason") for at, number in found]


def _nearest(key: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "results/numbers.json does not hold it"


class _Anything:
    def __contains__(self, item: object) -> bool:
        return True


# --- Python ----------------------------------------------------------------------------------------------------------


def check_strings(python_source: str, path: str, *, allowed: Sequence[str] = ()) -> None:
    """Hold the strings of a claims or figures module against the text policy.

    Read are string literals and the constant parts of f-strings; not read are docstrings, colour codes, and format
    specifications (of f-strings, `format`, `str.format` and `%`). A number that is put into a string on the spot,
    as in `f"{50}"` or `str(50)`, is a fault as well. Raises HearsayError with one line a fault.
    """
    tree = ast.parse(python_source, path)
    reader = _Strings(allowed)
    reader.visit(tree)
    remedy = "take it from the data, or allow its phrase with a reason"
    lines = [f"{path}:{line}: bare number {number!r} in a string: {remedy}" for line, number in sorted(reader.found)]
    if lines:
        raise HearsayError("\n".join(lines))


class _Strings(ast.NodeVisitor):
    def __init__(self, allowed: Sequence[str]):
        self.allowed = allowed
        self.found: list[tuple[int, str]] = []

    def text(self, node: ast.AST, text: str) -> None:
        for _, number in bare_numbers(text, self.allowed):
            self.found.append((node.lineno, number))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):  # a docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not any(p.fullmatch(node.value) for p in (COLOUR, _BOX, _SPEC)):
            self.text(node, node.value)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self.put_in(node.value)
        self.visit(node.value)
        for part in getattr(node.format_spec, "values", []):
            if isinstance(part, ast.FormattedValue):
                self.visit(part)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.id if isinstance(function, ast.Name) else ""
        if name in ("str", "repr", "format") and node.args:
            self.put_in(node.args[0])
        if name == "format" and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
            self.visit(node.args[0])
            return
        text = _format_of(function)
        if text is None:
            self.generic_visit(node)
            return
        try:
            self.text(node, HIDDEN.join(literal for literal, *_ in string.Formatter().parse(text)))
        except ValueError:  # no valid format string: read it as it stands
            self.text(node, text)
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            self.put_in(argument)
            self.visit(argument)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            self.text(node, _PRINTF.sub(_blank, node.left.value))
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            for argument in right:
                self.put_in(argument)
                self.visit(argument)
        else:
            self.generic_visit(node)

    def put_in(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            self.found.append((node.lineno, str(node.value)))


def _format_of(function: ast.AST) -> str | None:
    """Return the text of `"...".format`, None for any other function."""
    if isinstance(function, ast.Attribute) and function.attr in ("format", "format_map"):
        value = function.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _raise(faults: Iterable[tuple[int, str]], source: str, path: str) -> None:
    lines = [f"{path}:{source.count(chr(10), 0, at) + 1}: {text}" for at, text in sorted(set(faults))]
    if lines:
        raise HearsayError("\n".join(lines))
