"""Audit of label lists: their order, their base, and whether their names can be used as keys.

How the order is judged. An entry is recognised where its WNID is one of the 1000, or, without a WNID, where its name
or one of its comma-separated synonyms is a synonym of some class (case, hyphens, underscores, apostrophes and a
remark in brackets are ignored; names that a package rewrote freely are not recognised and do not count). A list has an
order when at least `RECOGNISED_MIN` of its entries are recognised and at least `ORDER_MIN` of those (all of them, where
the list has WNIDs) stand where that order has one of the classes that they name. The two limits were set before any
list was read ("all of them" after; no list's order depends on it) and are checked on planted lists in the tests: chance
puts one name in a thousand in its place, and a rewritten list loses recognised entries but not places, so anything
between a few per cent and nearly all parts right from wrong. What is not recognised is taken at its place, and the
verdict says of how many entries that is so: whether they are names at all is not known.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from hearsay.imagenet import tables as study
from hearsay.imagenet.devkit import CLASSES, first_lemma
from hearsay.imagenet.lists import Entry, LabelList
from hearsay.tables import Table, read

IMAGES_PER_CLASS = 50  # readme.txt of the devkit, "Validation images": 50 for each synset
RECOGNISED_MIN = 0.5
ORDER_MIN = 0.95
OFFSETS = (0, 1, -1)  # entries in front of the first class; -1: the first class is missing

AUDIT = Table(
    "imagenet/audit",
    "Label lists that people use, and whether they can be used as keys",
    ("list",),
    {
        "list": "package and list, or the file",
        "package": "PyPI package that ships it; empty for a file of the user's own",
        "version": "the package's version",
        "models": "whether that package ships or loads ImageNet models too, as against data or labels only: yes or no; "
        "empty for a file of the user's own",
        "length": "entries as the list has them; names, where it is a dictionary keyed by names",
        "keyed_by": "what tells its entries apart: wnid or name",
        "names": "whether its entries carry names at all: yes or no",
        "starts_with": "first synonym of the class that its first entry stands for, after a background class",
        "classes": "classes that its entries stand for",
        "order": "devkit, sorted (by WNID) or other",
        "recognised": "entries that name one of the 1000 classes by WNID or synonym",
        "share_sorted": "share of the recognised entries that stand where the sorted order has their class",
        "share_devkit": "share of the recognised entries that stand where the devkit's order has their class",
        "base": "index of the first class, 0 or 1; lines without numbers count from 0",
        "background": "whether one entry that is no class stands in front: yes or no",
        "exact_duplicates": "names that several classes have, as written",
        "lemma_duplicates": "names that several classes have when cut at the first comma",
        "casefold_duplicates": "names that several classes have when cut at the first comma and case folded",
        "other_lemma": "names that are also a synonym of a class which they do not stand for",
        "unreachable": "classes that no name of a dictionary keyed by names leads to",
        "overwritten": "first synonyms of a class that a dictionary keyed by names gives to another class",
        "ambiguous": "the names behind these columns (other_lemma apart), each once, separated by commas",
        "images_affected": "validation images of the classes in any of the duplicates or overwritten names",
        "safe": "whether the list can be used as a key: yes or no",
        "reason": "why",
    },
    text=(
        "list",
        "package",
        "version",
        "models",
        "keyed_by",
        "names",
        "starts_with",
        "order",
        "background",
        "ambiguous",
        "safe",
        "reason",
    ),
)

DUPLICATES = Table(
    "imagenet/duplicates",
    "Names in label lists that do not tell which class they mean",
    ("list", "kind", "name"),
    {
        "list": "package and list, or the file",
        "kind": "exact, lemma, casefold, other_lemma or overwritten: the columns of the audit that count them",
        "name": "the name, as far as the kind looks at it",
        "wnids": "WNIDs of the classes that it may mean, separated by blanks",
        "sorted_indices": "their places among the sorted WNIDs, from 0, separated by blanks",
        "images": "validation images of these classes",
    },
    text=("list", "kind", "name", "wnids", "sorted_indices"),
)

CLASHES = ("exact", "lemma", "casefold", "overwritten")  # kinds that make names unusable as keys


@dataclass(frozen=True)
class Ambiguity:
    """A name that several classes may claim. classes: their sorted indices; kind: as in the table `DUPLICATES`."""

    kind: str
    name: str
    classes: tuple[int, ...]


@dataclass(frozen=True)
class Audit:
    """What is known of a list. The fields that the table `AUDIT` has too mean the same there.

    offset: entries in front of the first class. stands_for: sorted index of the class that each entry stands for, None
    where that is not known. misplaced: positions of entries that name another class than that of
    their place, WNID and name held against it one by one (a name that repeats is a duplicate, not misplaced).
    unverified: entries that name no class by WNID or synonym and are taken at their place.
    ambiguities: of every kind; a name that repeats exactly is there as lemma and casefold too. missing: WNIDs that a
    list with WNIDs lacks. unreachable: classes that no name of a dictionary leads to.
    """

    source: LabelList
    length: int
    order: str
    recognised: int
    stands_for: tuple[int | None, ...]
    share_sorted: float
    share_devkit: float
    offset: int
    base: int
    background: bool
    misplaced: tuple[int, ...]
    unverified: int
    ambiguities: tuple[Ambiguity, ...]
    missing: tuple[str, ...]
    unreachable: tuple[int, ...]
    safe: bool
    reasons: tuple[str, ...]

    def of_kind(self, *kinds: str) -> list[Ambiguity]:
        """Return the ambiguities of these kinds."""
        return [found for found in self.ambiguities if found.kind in kinds]

    @property
    def clashes(self) -> list[Ambiguity]:
        """Names that cannot be keys, each once, under the first kind that finds it."""
        first: dict[tuple, Ambiguity] = {}
        for found in self.of_kind(*CLASHES):
            first.setdefault((found.name.casefold(), found.classes), found)
        return list(first.values())

    @property
    def complete(self) -> bool:
        """Whether the list has the 1000 classes, and no more than a background class beside them."""
        return len(self.source.entries) - self.background == CLASSES and not (self.missing or self.unreachable)

    @property
    def in_sorted_order(self) -> bool:
        """Whether every entry that could be recognised stands in the order of the sorted WNIDs."""
        return self.order == "sorted" and self.offset == self.background and not self.misplaced

    @property
    def images_affected(self) -> int:
        """Validation images of the classes in any clash."""
        return IMAGES_PER_CLASS * len({place for found in self.clashes for place in found.classes})


class Classes:
    """The 1000 classes, indexed for look-ups. Places are sorted indices, from 0."""

    def __init__(self, frame: pd.DataFrame) -> None:
        frame = frame.sort_values("sorted_index")
        self.wnids: list[str] = frame["wnid"].tolist()
        self.words: list[str] = frame["words"].tolist()
        self.unique: list[str] = frame["unique_name"].tolist()
        self.ids: list[int] = frame["ilsvrc2012_id"].tolist()
        self.place = {wnid: i for i, wnid in enumerate(self.wnids)}
        self.orders = {"sorted": list(range(CLASSES)), "devkit": sorted(range(CLASSES), key=self.ids.__getitem__)}

    @cached_property
    def by_name(self) -> dict[str, set[int]]:
        """Places by normalised synonym, by the whole of `words` and by unique name."""
        return _places(
            {*_readings(words), _normal(unique)} for words, unique in zip(self.words, self.unique, strict=True)
        )

    @cached_property
    def by_lemma(self) -> dict[str, set[int]]:
        """Places by synonym as the devkit writes it."""
        return _places(words.split(", ") for words in self.words)

    def candidates(self, entry: Entry) -> set[int]:
        """Return the places of the classes that an entry may mean: by its WNID where it has one, else by name.

        Of several names those classes count that have most of them: "hog, Sus scrofa" is no wild boar.
        """
        if entry.wnid is not None:
            return {self.place[entry.wnid]} if entry.wnid in self.place else set()
        if entry.name is None:
            return set()
        shared = Counter(place for name in _readings(entry.name) for place in self.by_name.get(name, ()))
        return {place for place, count in shared.items() if count == max(shared.values())}


def shipped_classes() -> pd.DataFrame:
    """Return the 1000 classes that come with this package: the table `classes.csv` made from the devkit."""
    path = Path(__file__).with_name("classes.csv")
    return read(path, study.CLASSES)


def audit(source: LabelList, classes: pd.DataFrame) -> Audit:
    """Judge a label list against the 1000 classes (a frame as `shipped_classes` returns it)."""
    index = Classes(classes)
    entries = source.entries
    candidates = [index.candidates(entry) for entry in entries]
    recognised = sum(map(bool, candidates))
    hits = {
        (order, offset): sum(_at(places, i - offset) in found for i, found in enumerate(candidates))
        for order, places in index.orders.items()
        for offset in OFFSETS
    }
    order, offset = max(hits, key=hits.__getitem__)
    needed = 1.0 if _by_wnid(source) else ORDER_MIN
    if not recognised or recognised < RECOGNISED_MIN * len(entries) or hits[order, offset] < needed * recognised:
        order = "other"
    background = len(entries) == CLASSES + 1 and not candidates[0]
    if order == "other":
        offset = int(background)
    standing = [_at(index.orders.get(order, ()), i - offset) for i in range(len(entries))]
    meant = [_meant(*each, index) for each in zip(entries, candidates, standing, strict=True)]
    result = Audit(
        source=source,
        length=len(entries) if source.keys is None else len(source.keys),
        order=order,
        recognised=recognised,
        stands_for=tuple(meant),
        share_sorted=hits["sorted", offset] / max(recognised, 1),
        share_devkit=hits["devkit", offset] / max(recognised, 1),
        offset=offset,
        base=(source.first or 0) + background,
        background=background,
        misplaced=tuple(_misplaced(source, candidates, standing, index)) if order != "other" else (),
        unverified=sum(
            place is not None and not possible and entry != Entry()
            for entry, possible, place in zip(entries, candidates, standing, strict=True)
        ),
        ambiguities=tuple(_ambiguities(source, meant, index)),
        missing=tuple(sorted(set(index.wnids) - {e.wnid for e in entries})) if _by_wnid(source) else (),
        unreachable=tuple(
            place for entry, place in zip(entries, meant, strict=True) if entry == Entry() and place is not None
        ),
        safe=False,
        reasons=(),
    )
    faults = tuple(_faults(result, index))
    good = f"its {'WNIDs' if _by_wnid(source) else 'names'} tell all classes apart"
    if _by_wnid(source) and result.clashes:
        good += ", its names do not: " + _some([clash.name for clash in result.clashes])
    notes = ()
    if result.unverified:
        notes = (
            f"{result.unverified} of {len(entries)} entries name no class by WNID or synonym and were taken at their "
            "place unverified",
        )
    return replace(result, safe=not faults, reasons=(faults or (good,)) + notes)


def audit_frame(audits: Iterable[Audit], classes: pd.DataFrame) -> pd.DataFrame:
    """Return the table `AUDIT`: one row a list."""
    names = classes.set_index("sorted_index")["first_lemma"]
    rows = []
    for found in audits:
        kinds = {
            kind: len(found.of_kind(kind)) for kind in ("exact", "lemma", "casefold", "other_lemma", "overwritten")
        }
        rows.append(
            {
                "list": found.source.name,
                "package": found.source.package,
                "version": found.source.version,
                "models": "" if found.source.models is None else _yes(found.source.models),
                "length": found.length,
                "keyed_by": "wnid" if _by_wnid(found.source) else "name",
                "names": _yes(any(entry.name for entry in found.source.entries[found.background :])),
                "starts_with": names.get(_at(found.stands_for, int(found.background)), ""),
                "classes": len(set(found.stands_for) - {None}),
                "order": found.order,
                "recognised": found.recognised,
                "share_sorted": found.share_sorted,
                "share_devkit": found.share_devkit,
                "base": found.base,
                "background": _yes(found.background),
                "exact_duplicates": kinds["exact"],
                "lemma_duplicates": kinds["lemma"],
                "casefold_duplicates": kinds["casefold"],
                "other_lemma": kinds["other_lemma"],
                "unreachable": len(found.unreachable),
                "overwritten": kinds["overwritten"],
                "ambiguous": ", ".join(clash.name for clash in found.clashes),
                "images_affected": found.images_affected,
                "safe": _yes(found.safe),
                "reason": "; ".join(found.reasons),
            }
        )
    return pd.DataFrame(rows, columns=list(AUDIT.columns))


def duplicates_frame(audits: Iterable[Audit], classes: pd.DataFrame) -> pd.DataFrame:
    """Return the table `DUPLICATES`: one row a list, kind and ambiguous name."""
    index = Classes(classes)
    rows = [
        (
            found.source.name,
            clash.kind,
            clash.name,
            " ".join(index.wnids[place] for place in clash.classes),
            " ".join(map(str, clash.classes)),
            IMAGES_PER_CLASS * len(clash.classes),
        )
        for found in audits
        for clash in found.ambiguities
    ]
    return pd.DataFrame(rows, columns=list(DUPLICATES.columns))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _places(names: Iterable[Iterable[str]]) -> dict[str, set[int]]:
    found = defaultdict(set)
    for place, mine in enumerate(names):
        for name in mine:
            found[name].add(place)
    return dict(found)


def _readings(name: str) -> set[str]:
    """Return the normalised readings of a name: the whole, its synonyms, and both without a remark in brackets."""
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    return {_normal(text) for text in (name, bare, *name.split(","), *bare.split(",")) if text.strip()}


def _normal(name: str) -> str:
    """Fold case, hyphens, underscores, apostrophes and blanks, which packages write as they like."""
    return " ".join(re.sub(r"[-_\s]+", " ", re.sub("['’`]", "", name)).casefold().split())


def _by_wnid(source: LabelList) -> bool:
    return all(entry.wnid for entry in source.entries[1:]) and len(source.entries) > 1


def _at(places: Sequence[int], i: int) -> int | None:
    return places[i] if 0 <= i < len(places) else None


def _meant(entry: Entry, candidates: set[int], standing: int | None, index: Classes) -> int | None:
    """Return the class that an entry stands for: by its WNID, else by its place in a known order, else by its name."""
    if entry.wnid in index.place:
        return index.place[entry.wnid]
    if standing is None and len(candidates) == 1:
        return min(candidates)
    return standing


def _misplaced(
    source: LabelList, candidates: Sequence[set[int]], standing: Sequence[int | None], index: Classes
) -> Iterator[int]:
    """Yield the positions whose WNID or name belongs to another class than the one that stands there."""
    names = Counter(entry.name for entry in source.entries)
    for i, entry in enumerate(source.entries):
        named = index.candidates(Entry(name=entry.name)) if names[entry.name] == 1 else set()
        by_wnid = candidates[i] if entry.wnid is not None else set()
        if any(found and standing[i] not in found for found in (named, by_wnid)):
            yield i


def _ambiguities(source: LabelList, meant: list[int | None], index: Classes) -> Iterator[Ambiguity]:
    """Yield every name of the list that several classes may claim. meant: the class of each entry, where known."""
    keyed = source.keys is not None
    named = [
        (name, i)
        for i, entry in enumerate(source.entries)
        for name in ((entry.name or "").split(", ") if keyed else [entry.name or entry.wnid or ""])
        if name
    ]
    cuts = {"exact": str.strip, "lemma": first_lemma, "casefold": lambda name: first_lemma(name).casefold()}
    for kind, cut in cuts.items():
        groups = defaultdict(set)
        for name, i in named:
            groups[cut(name)].add(i)
        for name, members in sorted(groups.items()):
            if len(members) > 1:
                places = {meant[i] for i in members}
                if None in places:  # the list does not say which class: every class of that name may be meant
                    places = (places | set().union(*(index.candidates(source.entries[i]) for i in members))) - {None}
                yield Ambiguity(kind, name, tuple(sorted(places)))
    claims = defaultdict(set)
    for name, i in named:
        lemma = first_lemma(name).replace("_", " ")
        if meant[i] is not None and index.by_lemma.get(lemma, set()) - {meant[i]}:
            claims[lemma] |= index.by_lemma[lemma] | {meant[i]}
    for lemma, places in sorted(claims.items()):
        yield Ambiguity("other_lemma", lemma, tuple(sorted(places)))
    if keyed:
        holder = {name: meant[i] for name, i in named}
        lost = defaultdict(set)
        for place in sorted({place for place in meant if place is not None}):
            lemma = first_lemma(index.words[place])
            if holder.get(lemma, place) not in (place, None):
                lost[lemma] |= {place, holder[lemma]}
        for lemma, places in sorted(lost.items()):
            yield Ambiguity("overwritten", lemma, tuple(sorted(places)))


_WHY = {
    "exact": "{name!r} names {classes}",
    "lemma": "cut at the first comma, {name!r} names {classes}",
    "casefold": "in lower case, {name!r} names {classes}",
    "overwritten": "the first synonym {name!r} leads to one of {classes} only",
}


def _faults(found: Audit, index: Classes) -> Iterator[str]:
    """Yield the reasons why a list is unsafe as a key."""
    entries = found.source.entries
    behind = " behind the background class" if found.background else ""
    if len(entries) - found.background != CLASSES:
        yield f"it has {len(entries) - found.background} entries{behind}, not the {CLASSES} classes"
    if found.order != "other" and found.offset != found.background:
        yield "its entries are shifted by one against the classes"
    wnids = {entry.wnid for entry in entries} - {None}
    strange = sorted(wnids - set(index.wnids))
    if strange:
        yield f"not among the {CLASSES} classes: {_some(strange)}"
    if found.missing:
        yield f"it lacks {_some(found.missing)}"
    if found.order == "other":
        if found.recognised < RECOGNISED_MIN * len(entries):
            yield f"only {found.recognised} of {len(entries)} entries name a class by WNID or synonym"
        else:
            yield (
                f"its order is neither that of the sorted WNIDs ({found.share_sorted:.1%} of the recognised entries "
                f"in place) nor the devkit's ({found.share_devkit:.1%})"
            )
    if found.misplaced:
        first = found.source.first or 0
        misplaced = [f"{first + i} ({entries[i].name or entries[i].wnid})" for i in found.misplaced]
        yield f"entries that name another class than their place's: {_some(misplaced)}"
    if found.unreachable:
        yield f"no name leads to {_listed(found.unreachable, index)}"
    if not _by_wnid(found.source):
        for clash in found.clashes:
            yield _WHY[clash.kind].format(name=clash.name, classes=_listed(clash.classes, index))


def _listed(places: Iterable[int], index: Classes) -> str:
    return _some([f"{index.wnids[place]} ({place})" for place in places], " and ")


def _some(items: Sequence[str], last: str = ", ", most: int = 4) -> str:
    return last.join(items) if len(items) <= most else f"{', '.join(items[:most])} and {len(items) - most} more"
