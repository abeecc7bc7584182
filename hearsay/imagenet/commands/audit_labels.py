"""`hearsay audit-labels`: the order of a list of ImageNet classes, and whether its names can be keys."""

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from hearsay.imagenet.audit import Audit

NAME = "audit-labels"
HELP = "tell the order and base of an ImageNet label list, and which of its names are ambiguous"
PROBLEMS = ("order", "duplicates")
MOST = 20  # ambiguous names that are printed

_ORDERS = {
    "sorted": "the classes sorted by WNID (tench first), the order of most packages' models",
    "devkit": "the devkit's own order (kit fox first); most models' outputs follow the sorted WNIDs instead",
    "other": "neither the sorted WNIDs nor the devkit's",
}
_KINDS = {
    "exact": "as written",
    "lemma": "cut at the first comma",
    "casefold": "in lower case",
    "overwritten": "the dictionary keeps one of them",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("list", metavar="LIST", help="a label list: text, CSV, JSON, YAML or a Python literal")
    parser.add_argument(
        "--fail-on",
        type=_problems,
        metavar="PROBLEM[,PROBLEM]",
        help="exit with 1 on these problems instead of whenever the list is unsafe: order (not that of the sorted "
        "WNIDs), duplicates (a name that several classes have as written, cut at the first comma, or in lower case). "
        "A list that has not the 1000 classes always fails",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Audit a list against the classes that ship with hearsay: 0 when it passes, 1 when it fails.

    Raises HearsayError where the list cannot be read (exit status 2).
    """
    from hearsay.imagenet.audit import audit, shipped_classes
    from hearsay.imagenet.lists import read_list

    classes = shipped_classes()
    found = audit(read_list(args.list), classes)
    failed = failures(found, args.fail_on)
    report = json.dumps(as_object(found, classes), indent=2, ensure_ascii=False) if args.json else text(found, classes)
    print(report)
    if failed and not args.json:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def failures(found: "Audit", fail_on: tuple[str, ...] | None) -> list[str]:
    """Return why the list fails: it is unsafe; with `fail_on`, it has one of those problems or lacks classes."""
    if fail_on is None:
        return [] if found.safe else ["unsafe"]
    has = {"order": not found.in_sorted_order, "duplicates": bool(found.clashes)}
    return [problem for problem in fail_on if has[problem]] + ([] if found.complete else ["classes"])


def as_object(found: "Audit", classes: "pd.DataFrame") -> dict:
    """Return what is known of a list as plain data, for JSON."""
    return {
        "list": found.source.name,
        "length": found.length,
        "order": found.order,
        "base": found.base,
        "background": found.background,
        "recognised": found.recognised,
        "unverified": found.unverified,
        "share_sorted": found.share_sorted,
        "share_devkit": found.share_devkit,
        "misplaced": list(found.misplaced),
        "duplicates": [
            {"kind": clash.kind, "name": clash.name, "candidates": _rows(clash.classes, classes)}
            for clash in found.clashes
        ],
        "other_lemma": [
            {"name": other.name, "candidates": _rows(other.classes, classes)} for other in found.of_kind("other_lemma")
        ],
        "images_affected": found.images_affected,
        "safe": found.safe,
        "reasons": list(found.reasons),
    }


def text(found: "Audit", classes: "pd.DataFrame") -> str:
    """Return what is known of a list in words."""
    front = ", a background class in front" if found.background else ""
    lines = [
        f"{found.source.name}: {found.length:,} {'names' if found.source.keys else 'entries'}, "
        f"first class at {found.base}{front}",
        f"order: {_ORDERS[found.order]}",
        f"  of {found.recognised:,} recognised entries, {found.share_sorted:.1%} stand where the sorted WNIDs have "
        f"them, {found.share_devkit:.1%} where the devkit has them",
    ]
    if found.clashes:
        lines.append(f"ambiguous names ({found.images_affected:,} validation images), each with its candidates:")
    for clash in found.clashes[:MOST]:
        lines.append(f"  {clash.name} ({_KINDS[clash.kind]})")
        lines += [
            f"    {row['wnid']}  sorted {row['sorted_index']:>3}  devkit {row['ilsvrc2012_id']:>4}  {row['words']}"
            for row in _rows(clash.classes, classes)
        ]
    if len(found.clashes) > MOST:
        lines.append(f"  and {len(found.clashes) - MOST:,} more (--json lists them)")
    others = [other.name for other in found.of_kind("other_lemma")]
    if others:
        lines.append(f"also a synonym of another class: {', '.join(others)}")
    lines.append(f"verdict: {'safe' if found.safe else 'unsafe'} as a key")
    lines += [f"  {reason}" for reason in found.reasons]
    if not found.safe or found.clashes or found.order == "devkit":
        lines.append("what to do: key on WNIDs, and map between orders through them; never match classes by name")
    return "\n".join(lines)


def _rows(places: tuple[int, ...], classes: "pd.DataFrame") -> list[dict]:
    rows = classes.set_index("sorted_index", drop=False).loc[list(places)]
    return rows[["wnid", "sorted_index", "ilsvrc2012_id", "words"]].to_dict("records")


def _problems(value: str) -> tuple[str, ...]:
    problems = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    unknown = [problem for problem in problems if problem not in PROBLEMS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no problem; choose from {', '.join(PROBLEMS)}")
    return problems
