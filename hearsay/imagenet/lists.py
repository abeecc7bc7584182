"""Reading label lists, whatever shape they come in: text, CSV, JSON, YAML or a Python literal.

What is read stays as it was written; what it means is the audit's business. Nothing is run and nothing is unpickled.
"""

import ast
import csv
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hearsay.errors import HearsayError

LARGEST_FILE = 32 * 2**20  # bytes; no label list comes near
LARGEST_INDEX = 100_000
FIRST_INDICES = (-1, 0, 1)  # -1 where a background class stands before class 0

_WNID = re.compile(r"n\d{8}")
_LINE = re.compile(
    r"(?:(?P<first>n\d{8})(?:[\s,;:|]+|$))?"
    r"(?:(?P<index>-?\d{1,9})(?:[\s,;:|]+|$))?"
    r"(?:(?P<second>n\d{8})(?:[\s,;:|]+|$))?"
    r"(?P<name>.*?)"
    r"(?:[\s,;:|]+(?P<last>n\d{8}))?"
)
_INDEX_HEADS = ("index", "idx", "sorted_index", "class_index", "class_idx", "label", "id", "class_id")
_NAME_HEADS = ("name", "class_name", "classname", "label", "class", "category", "words", "names", "labels", "classes")


@dataclass(frozen=True)
class Entry:
    """What a list says of one class; either may be missing."""

    wnid: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class LabelList:
    """A label list.

    entries: in the order of their indices. first: the index that the first entry carries, None where the list has no
    numbers. keys: index by name, where the source is a dictionary keyed by names (`{name: index}`); several names may
    then share an index, the entry's name joins them with commas, and an index that no name reaches has an empty entry.
    package, version: where the list ships, empty for a file of the user's own. models: whether that package ships or
    loads ImageNet models too, as against data or labels only; None for a file of the user's own.
    """

    name: str
    entries: tuple[Entry, ...]
    first: int | None = None
    keys: Mapping[str, int] | None = None
    package: str = ""
    version: str = ""
    models: bool | None = None


def read_named(files: Iterable[tuple[str, str | os.PathLike]]) -> list[LabelList]:
    """Read label lists from (name, file) pairs, under the names given. Raises HearsayError as `read_list` does."""
    return [replace(read_list(path), name=name) for name, path in files]


def read_list(path: str | os.PathLike) -> LabelList:
    """Read a label list from a file.

    Accepted: a name or WNID a line, with or without numbers (`WNID id name`, `0 tench, Tinca tinca`, `0: tench`;
    blanks, tabs, commas, semicolons or colons between); CSV or TSV with or without a header; JSON, a Python literal or
    YAML (by its suffix) of the shapes that `from_object` takes. UTF-8, with or without a byte order mark, any line
    ends.
    Raises HearsayError, with file and line where there is one, for anything else.
    """
    path = Path(path)
    text, suffix = _read(path), path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        value = from_yaml(text, str(path))
        # A data set's description, as Ultralytics writes them, holds its list under `names`.
        names = value.get("names") if isinstance(value, dict) else None
        return from_object(names if isinstance(names, list | dict) else value, str(path), path.name)
    return parse_list(text, str(path), path.name, suffix in (".csv", ".tsv"))


def parse_list(text: str, where: str, name: str, table: bool = False) -> LabelList:
    """Read a label list from text. where: what error messages call it; table: its columns are separated (CSV, TSV)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise HearsayError(f"label list {where}: is empty; expected one class a line, CSV or JSON")
    if text.lstrip()[0] in "[{":
        return from_object(_literal(text, where), where, name)
    if table:
        found = _from_table(text, where, name)
        if found:
            return found
    return _from_lines(text, where, name)


def from_object(value: object, where: str, name: str) -> LabelList:
    """Make a label list of plain data, as JSON, YAML or a Python literal give it.

    Accepted: a list of names or WNIDs, or of `[wnid, name]`; dictionaries `{index: name}`, `{index: wnid}`,
    `{index: [wnid, name]}`, `{index: [name, ...]}`, `{name: index}`, `{wnid: index}`, `{wnid: name}`, `{name: wnid}`.
    """
    if isinstance(value, list | tuple) and value:
        entries = [_entry(item, where, f"entry {i}") for i, item in enumerate(value)]
        return LabelList(name, tuple(entries))
    if isinstance(value, dict) and value:
        keys, values = list(value), list(value.values())
        if all(_is_index(key) for key in keys):
            rows = [(int(key), _entry(item, where, f"entry {key}"), f"entry {key}") for key, item in value.items()]
            return _numbered(rows, where, name)
        if all(isinstance(key, str) and key.strip() for key in keys):
            if all(_is_index(item) for item in values):
                if all(_is_wnid(key) for key in keys):
                    rows = [(int(item), Entry(wnid=key), f"key {key}") for key, item in value.items()]
                    return _numbered(rows, where, name)
                return _keyed({key: int(item) for key, item in value.items()}, where, name)
            if all(_is_wnid(key) for key in keys):
                names = [_entry(item, where, f"key {key}").name for key, item in value.items()]
                return LabelList(name, tuple(Entry(key, item) for key, item in zip(keys, names, strict=True)))
            if all(_is_wnid(item) for item in values):
                return LabelList(name, tuple(Entry(item, key) for key, item in value.items()))
    raise HearsayError(
        f"label list {where}: not of a shape that holds a label list; expected a list of names or [wnid, name], "
        "or a dictionary between indices, names and WNIDs"
    )


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise HearsayError(f"label list {path}: larger than {LARGEST_FILE} bytes; that is no label list")
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        why = getattr(error, "strerror", None) or error
        raise HearsayError(f"label list {path}: cannot be read ({why}); name a file") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise HearsayError(f"label list {path}, line {line}: not UTF-8 text; save it as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise HearsayError(f"label list {path}, line {line}: a binary file; expected text, CSV or JSON")
    return text


def once(pairs: Iterable[tuple[object, object]], where: str) -> dict:
    """Build a dictionary; HearsayError for a key that stands twice, of which readers silently drop one."""
    found: dict = {}
    for key, value in pairs:
        if key in found:
            raise HearsayError(
                f"label list {where}: the key {key!r:.60} stands twice, so a reader would lose one; give it two names"
            )
        found[key] = value
    return found


def from_json(text: str, where: str) -> object:
    """Return what JSON holds. Raises HearsayError for a key that stands twice, and what `json.loads` raises."""
    return json.loads(text, object_pairs_hook=lambda pairs: once(pairs, where))


def from_python(node: ast.AST, where: str) -> object:
    """Return the value of a Python literal, without running it.

    Raises HearsayError for a key that stands twice, and what `ast.literal_eval` raises.
    """
    for each in ast.walk(node):
        if isinstance(each, ast.Dict):
            once(((ast.literal_eval(key), None) for key in each.keys if key is not None), where)
    return ast.literal_eval(node)


def from_yaml(text: str, where: str) -> object:
    """Return what YAML holds, of plain tags only. Raises HearsayError for a key that stands twice and for bad YAML."""
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
            # On the keys as written: a constructed dictionary has lost them, and merging may override them rightly.
            node = super().compose_mapping_node(anchor)
            keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode) and not key.tag.endswith(":merge")]
            once(((self.construct_object(key), None) for key in keys), where)
            return node

    try:
        return yaml.load(text, Loader)
    except HearsayError:
        raise
    except Exception as error:  # beside its own, PyYAML lets many kinds through for a scalar that its tag cannot hold
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        why = " ".join(str(getattr(error, "problem", None) or error).split())
        raise HearsayError(f"label list {where}{place}: cannot be read as YAML ({why})") from None


def _literal(text: str, where: str) -> object:
    try:
        return from_json(text, where)
    except json.JSONDecodeError as error:
        try:
            return from_python(ast.parse(text.strip(), mode="eval"), where)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            message = f"label list {where}, line {error.lineno}: neither JSON nor a Python literal ({error.msg})"
            raise HearsayError(message) from None
    except (ValueError, RecursionError) as error:
        raise HearsayError(f"label list {where}: cannot be read as JSON ({error})") from None


def _is_index(value: object) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\s*-?\d{1,9}\s*", value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_wnid(value: object) -> bool:
    return isinstance(value, str) and _WNID.fullmatch(value) is not None


def _entry(value: object, where: str, place: str) -> Entry:
    """Make an entry of a name, a WNID, or a sequence of a WNID and names or of names alone."""
    parts = [value] if isinstance(value, str) else value
    if isinstance(parts, Sequence) and parts and all(isinstance(part, str) and part.strip() for part in parts):
        wnid = parts[0] if _is_wnid(parts[0]) else None
        return Entry(wnid, ", ".join(part.strip() for part in parts[wnid is not None :]) or None)
    raise HearsayError(f"label list {where}, {place}: {value!r:.60} is no name, WNID or [wnid, name]")


def _numbered(rows: Iterable[tuple[int, Entry, str]], where: str, name: str) -> LabelList:
    """Put entries in the order of their indices, which must run without gap or repeat from 0 or 1."""
    places: dict[int, tuple[Entry, str]] = {}
    for index, entry, place in rows:
        if index in places:
            raise HearsayError(f"label list {where}, {place}: the index {index} stands already at {places[index][1]}")
        places[index] = entry, place
    first = min(places)
    if first not in FIRST_INDICES:
        raise HearsayError(f"label list {where}, {places[first][1]}: indices start at {first}; expected 0 or 1")
    gap = next((index for index in range(first, first + len(places)) if index not in places), None)
    if gap is not None:
        raise HearsayError(f"label list {where}: no entry has the index {gap}, though higher ones exist")
    return LabelList(name, tuple(places[index][0] for index in sorted(places)), first)


def _keyed(keys: dict[str, int], where: str, name: str) -> LabelList:
    last = max(keys.values())
    odd = next((key for key, index in keys.items() if not min(FIRST_INDICES) <= index <= LARGEST_INDEX), None)
    if odd is not None:
        raise HearsayError(f"label list {where}, key {odd!r}: {keys[odd]} is no class index")
    # An index may be out of every name's reach, the first one too: then only the last tells the base.
    first = min(0 if last < 1000 else 1, *keys.values())
    names: dict[int, list[str]] = {}
    for key, index in keys.items():
        names.setdefault(index, []).append(key)
    entries = [Entry(name=", ".join(names[i]) if i in names else None) for i in range(first, last + 1)]
    return LabelList(name, tuple(entries), first, keys)


def _from_lines(text: str, where: str, name: str) -> LabelList:
    lines = [line.strip() for line in text.rstrip().split("\n")]
    found = []
    for number, line in enumerate(lines, start=1):
        if not line:
            raise HearsayError(f"label list {where}, line {number}: is empty, which would shift all that follow")
        found.append(_LINE.fullmatch(line))
    numbered = _all_or_none([match["index"] is not None for match in found], where, lines, "number")
    wnids = [match["first"] or match["second"] or match["last"] for match in found]
    _all_or_none(
        [wnid is not None for wnid in wnids[1:]], where, lines[1:], "WNID", start=2
    )  # the first may be background
    rows = []
    for number, (line, match, wnid) in enumerate(zip(lines, found, wnids, strict=True), start=1):
        # A number that only some lines have belongs to the name ("4 poster").
        label = match["name"] if numbered or match["index"] is None else line[match.start("index") :]
        label = _unquoted(label)
        if not (wnid or label):
            raise HearsayError(f"label list {where}, line {number}: {line!r:.60} has neither a WNID nor a name")
        rows.append((int(match["index"]) if numbered else number - 1, Entry(wnid, label or None), f"line {number}"))
    if numbered:
        return _numbered(rows, where, name)
    return LabelList(name, tuple(entry for _, entry, _ in rows))


def _all_or_none(has: list[bool], where: str, lines: list[str], what: str, start: int = 1) -> bool:
    """Whether all lines have it. Most of them but not all is an error at the first that lacks it."""
    if sum(has) * 2 > len(has) and not all(has):
        at = has.index(False)
        raise HearsayError(
            f"label list {where}, line {start + at}: {lines[at]!r:.60} has no {what}; the others have one"
        )
    return bool(has) and all(has)


def _unquoted(label: str) -> str:
    label = label.strip().rstrip(",").rstrip()
    return label[1:-1].strip() if len(label) > 1 and label[0] == label[-1] and label[0] in "'\"" else label


def _from_table(text: str, where: str, name: str) -> LabelList | None:
    """Read separated columns by what they hold; None where the lines do not have the same number of them."""
    delimiter = next((mark for mark in "\t;," if mark in text.partition("\n")[0]), ",")
    reader = csv.reader(text.split("\n"), delimiter=delimiter, skipinitialspace=True, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                numbers.append(reader.line_num)
    except csv.Error as error:
        raise HearsayError(f"label list {where}, line {reader.line_num}: not CSV ({error})") from None
    if len({len(row) for row in rows}) != 1:
        return None
    heads = [cell.lower().replace(" ", "_") for cell in rows[0]]
    columns = list(zip(*rows[1:], strict=True)) or [()] * len(heads)
    typed = [_holds_wnids(cells) or all(map(_is_index, cells)) for cells in columns]
    titles = any(is_typed and not (_is_wnid(c) or _is_index(c)) for is_typed, c in zip(typed, rows[0], strict=True))
    if len(rows) > 1 and (titles or heads[0] in _NAME_HEADS):
        rows, numbers = rows[1:], numbers[1:]
    else:
        heads = [""] * len(heads)
        columns = list(zip(*rows, strict=True))
    wnid = next((i for i, cells in enumerate(columns) if _holds_wnids(cells)), None)
    indices = [i for i, cells in enumerate(columns) if all(map(_is_index, cells))]
    runs = [i for i in indices if len(set(columns[i])) == len(rows) and _spread(columns[i]) == len(rows) - 1]
    index = _preferred(runs or indices, heads, _INDEX_HEADS)
    label = _preferred([i for i in range(len(columns)) if i != wnid and i not in indices], heads, _NAME_HEADS)
    found = []
    for row, number in zip(rows, numbers, strict=True):
        is_class = wnid is not None and _is_wnid(row[wnid])
        text_of = row[label] if label is not None else "" if is_class or wnid is None else row[wnid]
        entry = Entry(row[wnid] if is_class else None, text_of or None)
        if entry == Entry():
            raise HearsayError(f"label list {where}, line {number}: has neither a WNID nor a name")
        found.append((int(row[index]) if index is not None else 0, entry, f"line {number}"))
    if index is not None:
        return _numbered(found, where, name)
    return LabelList(name, tuple(entry for _, entry, _ in found))


def _holds_wnids(cells: Sequence[str]) -> bool:
    """Whether these are WNIDs; the first may be a background class, which has none."""
    return bool(cells) and _is_wnid(cells[-1]) and all(map(_is_wnid, cells[1:]))


def _spread(cells: Sequence[str]) -> int:
    numbers = [int(cell) for cell in cells]
    return max(numbers) - min(numbers)


def _preferred(columns: list[int], heads: list[str], wanted: tuple[str, ...]) -> int | None:
    """Return the column whose title comes first in `wanted`, else the first column."""
    return min(columns, key=lambda i: wanted.index(heads[i]) if heads[i] in wanted else len(wanted), default=None)
