"""What the thread claims about ImageNet's label lists, and how each claim is judged.

Evidence: the study's tables by name, and `config`, its section of the configuration. Where everything there is was
counted (all classes, all images) the interval is the estimate itself; packages are a sample, a convenient one, and get
an interval.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, NONE, UNDECIDED, Claim, Judgement, decide
from hearsay.imagenet.labels import NAMINGS

THREAD = "Two ILSVRC2012 label lists, one starting with kit fox, one with tench: which is right, whence the other?"
ORDERS_FIGURE = "results/imagenet/figures/two-orders.svg"
NAMES_FIGURE = "results/imagenet/figures/images-per-name.svg"
AUDIT_TABLE = "results/imagenet/tables/audit.csv"
AGREEMENT_TABLE = "results/imagenet/tables/agreement.csv"
NUMBER_TABLE = "results/imagenet/tables/number-code.csv"

TENCH, KIT_FOX = "tench", "kit fox"
THE_TWO = {"crane", "maillot"}
LIBRARIES = "which list of which library"


# Columns of the audit that are all zero where a list has no ambiguous name, by how its names are read.
FREE = {
    "as written": ("exact_duplicates", "overwritten"),
    "by first synonym": ("lemma_duplicates", "overwritten"),
    "in lower case": ("casefold_duplicates", "overwritten"),
}


def named_lists(audit: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the lists in packages that give names."""
    return audit[(audit["package"] != "") & (audit["names"] == "yes")]


def free_of(lists: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return whether each list has none of what these columns count."""
    return (lists[list(columns)] == 0).all(axis=1)


def _exact(verdict: str, estimate: float, unit: str, n: int, figure: str, condition: str = "") -> Judgement:
    """Return a judgement on everything there is: nothing was sampled."""
    return Judgement(verdict, float(estimate), float(estimate), float(estimate), unit, int(n), figure, condition)


def _wilson(hits: int, n: int, confidence: float) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(hits, n).proportion_ci(confidence, "wilson")
    return float(interval.low), float(interval.high)


def _starting(audit: pd.DataFrame, name: str) -> pd.DataFrame:
    return audit[(audit["starts_with"] == name) & (audit["keyed_by"] == "wnid")]


def same_classes(evidence: Mapping) -> Judgement:
    """Judge over the lists with WNIDs that start with either class."""
    classes = len(evidence["classes"])
    tench, fox = (_starting(evidence["audit"], name) for name in (TENCH, KIT_FOX))
    lists = pd.concat([tench, fox])
    whole = lists["classes"] == classes
    share = whole.mean() if len(lists) else 0.0
    if tench.empty or fox.empty:
        return _exact(
            UNDECIDED, share, "share of lists", len(lists), ORDERS_FIGURE, "no list of the one kind was found"
        )
    apart = not set(tench["order"]) & set(fox["order"])
    return _exact(HOLDS if whole.all() and apart else FAILS, share, "share of lists", len(lists), ORDERS_FIGURE)


def sorted_wnids(evidence: Mapping) -> Judgement:
    """Judge over the lists with WNIDs that start with tench."""
    tench = _starting(evidence["audit"], TENCH)
    share = tench["share_sorted"].min() if len(tench) else 0.0
    if tench.empty:
        return _exact(UNDECIDED, 0, "share of places", 0, ORDERS_FIGURE, "no list that starts so carries WNIDs")
    return _exact(HOLDS if share == 1 else FAILS, share, "share of places", len(tench), ORDERS_FIGURE)


def no_place_kept(evidence: Mapping) -> Judgement:
    """Judge over the four pairs of bases."""
    orders = evidence["orders"]
    kept = orders[orders["same_place"] > 0]
    n, most = int(orders["classes"].iloc[0]), int(orders["same_place"].max())
    unit = "class" if most == 1 else "classes"
    if kept.empty:
        return _exact(HOLDS, 0, unit, n, ORDERS_FIGURE)
    if len(kept) == len(orders):
        return _exact(FAILS, most, unit, n, ORDERS_FIGURE)
    said = [
        f"devkit from {row.devkit_base}, sorted from {row.sorted_base}: {row.names}"
        for row in kept.itertuples()
        if row.same_place <= 3
    ]
    condition = "on the bases: none where both lists count from the same number; otherwise " + "; ".join(said)
    same_base = kept["devkit_base"] == kept["sorted_base"]
    if same_base.any():
        condition = "on the bases; a class keeps its place even where both lists count from the same number"
    return _exact(DEPENDS, most, unit, n, ORDERS_FIGURE, condition)


def names_carry_nothing(evidence: Mapping) -> Judgement:
    """Judge the best lag's accuracy, its interval (Clopper-Pearson) corrected for the number of lags by Bonferroni."""
    from scipy.stats import binomtest

    table, config = evidence["number_code"], evidence["config"]
    best = table.loc[table["share"].idxmax()]
    confidence = 1 - (1 - config["confidence"]) / len(table)
    interval = binomtest(int(best["equal"]), int(best["pairs"])).proportion_ci(confidence, "exact")
    bound = config["number_accuracy_bound"]
    # The claim is that the accuracy lies below the bound.
    verdict = {HOLDS: FAILS, FAILS: HOLDS, UNDECIDED: UNDECIDED}[decide(interval.low, interval.high, bound)]
    return Judgement(
        verdict,
        float(best["share"]),
        float(interval.low),
        float(interval.high),
        "share of guesses",
        int(best["pairs"]),
        NUMBER_TABLE,
        "seen in the files' names and numbers only; the pictures' bytes were not searched",
    )


def most_packages_sorted(evidence: Mapping) -> Judgement:
    """Judge over the packages that come with models; one counts as sorted when all its lists are."""
    config, audit = evidence["config"], evidence["audit"]
    lists = audit[audit["models"] == "yes"]
    packages = lists.groupby("package")["order"].agg(lambda orders: set(orders) == {"sorted"})
    if packages.empty:
        return Judgement(UNDECIDED, 0.0, 0.0, 1.0, "share of packages", 0, AUDIT_TABLE, "no package was read")
    low, high = _wilson(int(packages.sum()), len(packages), config["confidence"])
    others = ", ".join(sorted(packages.index[~packages]))
    condition = "a convenient sample, by the lists that packages with models ship" + (
        f"; not {others}" if others else ""
    )
    verdict = decide(low, high, config["most"])
    return Judgement(
        verdict, float(packages.mean()), low, high, "share of packages", len(packages), AUDIT_TABLE, condition
    )


def copies_agree(evidence: Mapping) -> Judgement:
    """Judge over all labels of all independent copies."""
    table = evidence["agreement"]
    share = table["agreeing"].sum() / table["compared"].sum()
    whole = table["agreeing"] == table["compared"]
    n = int(table["compared"].sum())
    if whole.any() and not whole.all():
        others = ", ".join(table.loc[~whole, "copy"])
        return _exact(DEPENDS, share, "share of labels", n, AGREEMENT_TABLE, f"on the copy: not {others}")
    return _exact(HOLDS if whole.all() else FAILS, share, "share of labels", n, AGREEMENT_TABLE)


def only_two_names(evidence: Mapping) -> Judgement:
    """Judge over every way of naming a class."""
    keys = evidence["keys"]
    shared = {key: set(keys.loc[keys["key"] == key, "name"]) for key in NAMINGS}
    agreeing = [key for key, names in shared.items() if names == THE_TWO]
    n = len(evidence["classes"])
    by_lemma = len(shared["first lemma"])
    if not agreeing:
        return _exact(FAILS, by_lemma, "names", n, NAMES_FIGURE)
    others = [f"{key} ({', '.join(sorted(names))})" if len(names) <= 3 else key for key, names in shared.items()
              if key not in agreeing]  # fmt: skip
    if others:
        condition = f"on the key: true by {', '.join(agreeing)}; not by {'; by '.join(others)}"
        return _exact(DEPENDS, by_lemma, "names", n, NAMES_FIGURE, condition)
    return _exact(HOLDS, by_lemma, "names", n, NAMES_FIGURE)


def twice_the_images(evidence: Mapping) -> Judgement:
    """Judge over the names by first lemma: two of them, each with twice the images of a class."""
    validation, keys = evidence["validation"], evidence["keys"]
    each = validation["wnid"].value_counts()
    shared = keys[keys["key"] == "first lemma"]
    right = each.nunique() == 1 and len(shared) == 2 and (shared["images"] == 2 * each.iloc[0]).all()
    most = int(shared["images"].max()) if len(shared) else int(each.max())
    return _exact(HOLDS if right else FAILS, most, "images a name", len(validation), NAMES_FIGURE)


def libraries_are_free(evidence: Mapping) -> Judgement:
    """Judge over the lists in packages that give names, in each of the ways of reading a name in `FREE`."""
    lists = named_lists(evidence["audit"])
    if lists.empty:
        return _exact(UNDECIDED, 0, "share of lists", 0, AUDIT_TABLE, "no list was read")
    free = {way: free_of(lists, columns) for way, columns in FREE.items()}
    share = free["as written"].mean()
    if all(found.all() for found in free.values()):
        return _exact(HOLDS, share, "share of lists", len(lists), AUDIT_TABLE)
    if not any(found.any() for found in free.values()):
        return _exact(FAILS, share, "share of lists", len(lists), AUDIT_TABLE)
    said = ", ".join(f"{found.sum()} {way}" for way, found in free.items())
    condition = f"on the list, and on what counts as a name: of {len(lists)} lists are free of them {said}"
    return _exact(DEPENDS, share, "share of lists", len(lists), AUDIT_TABLE, condition)


CLAIMS = [
    Claim(
        "same-classes",
        THREAD,
        "The list that starts with kit fox and the list that starts with tench hold the same {classes} classes in two"
        " orders.",
        "share of the lists with WNIDs that start with either class and hold all {classes} classes",
        "Holds if lists of both kinds were found, all hold every class, and no order occurs in both kinds; undecided if"
        " one kind was not found; fails otherwise.",
        same_classes,
        (HOLDS, FAILS, UNDECIDED),
        NONE,
    ),
    Claim(
        "sorted-wnids",
        THREAD,
        "The list that starts with tench is the classes in the alphabetical order of their WNIDs.",
        "smallest share, over the lists with WNIDs that start with tench, of places that hold the class of that place"
        " among the sorted WNIDs",
        "Holds if every place of every such list does; undecided if no such list was found; fails otherwise.",
        sorted_wnids,
        (HOLDS, FAILS, UNDECIDED),
        NONE,
    ),
    Claim(
        "no-place-kept",
        THREAD,
        "No class has the same number in both lists.",
        "classes with the same number in both, largest over the bases from which either list may count",
        "Holds if there is none under any pair of bases; depends if under some; fails if under all.",
        no_place_kept,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "names-carry-nothing",
        THREAD,
        "The validation images' names carry no mapping to classes.",
        "accuracy of guessing an image's class from the image a fixed number of places before it, at the best of"
        " {lags} distances",
        "Holds if the interval, corrected for the number of distances, lies below {number_accuracy_bound}; fails if"
        " above; undecided otherwise.",
        names_carry_nothing,
        (HOLDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "most-sorted",
        THREAD,
        "Most packages' models use the sorted order.",
        "share of the packages that come with ImageNet models and a label list, all of whose lists are in the order of"
        " the sorted WNIDs",
        "Holds if the Wilson interval lies above {most}; fails if below; undecided otherwise.",
        most_packages_sorted,
        (HOLDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "wnids-agree",
        THREAD,
        "Mapping the devkit's IDs through WNIDs labels every validation image as the independent copies do.",
        "share of labels in all copies that agree",
        "Holds if all labels of all copies agree; depends if those of some copies do; fails otherwise.",
        copies_agree,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "only-two-names",
        THREAD,
        "Only crane and maillot are ambiguous names.",
        "names that several classes share by first lemma; the same for every other way of naming a class",
        "Holds if these two are the shared names under every way of naming; depends if under some; fails if none.",
        only_two_names,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "twice-the-images",
        THREAD,
        "Read by first synonym, two names stand for twice as many validation images as every other.",
        "most images that go by one first lemma",
        "Holds if by first lemma exactly two names are shared, each with twice the images of a class; fails otherwise.",
        twice_the_images,
        (HOLDS, FAILS),
        NONE,
    ),
    Claim(
        "libraries-free",
        THREAD,
        "The label lists of today's libraries are free of ambiguous names.",
        "share of the lists with names in packages that have no ambiguous name as written; the same by first synonym"
        " and in lower case",
        "Holds if all lists are free however names are read; fails if none is free in any way; undecided if no list was"
        " read; depends otherwise.",
        libraries_are_free,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        NONE,
    ),
]


def spoken(config: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and its config's bounds."""
    return dict(numbers) | {
        key: f"{value:,}" for key, value in config.items() if isinstance(value, int | float | np.number)
    }
