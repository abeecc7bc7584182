"""Every judge on planted data, once for each verdict that it can give, and the real data's own answers."""

import numpy as np
import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, judge_all
from hearsay.imagenet.claims import CLAIMS
from hearsay.imagenet.config import Config
from hearsay.imagenet.labels import NAMINGS

CONFIG = Config().model_dump()
JUDGES = {claim.id: claim for claim in CLAIMS}


def audit(*rows):
    """An audit table of the columns that the judges look at."""
    blank = {"package": "p", "starts_with": "tench", "keyed_by": "wnid", "order": "sorted", "share_sorted": 1.0}
    blank |= {"classes": 4, "models": "yes", "names": "yes", "overwritten": 0}
    blank |= dict.fromkeys(["exact_duplicates", "lemma_duplicates", "casefold_duplicates"], 0)
    return pd.DataFrame([blank | {"list": f"list {i}"} | row for i, row in enumerate(rows)], columns=["list", *blank])


def lists(*named):
    columns = ["list", "package", "starts_with", "order", "share_sorted", "classes"]
    return audit(*[dict(zip(columns, row, strict=True)) for row in named])


def packages(sorted_ones, others):
    rows = [{"package": f"s{i}"} for i in range(sorted_ones)]
    return audit(*rows, *[{"package": f"o{i}", "order": "devkit"} for i in range(others)])


def named(*duplicates):
    """Lists with so many names that repeat: as written, by first synonym, in lower case."""
    columns = ["exact_duplicates", "lemma_duplicates", "casefold_duplicates"]
    return audit(*[dict(zip(columns, row, strict=True)) for row in duplicates])


def orders(*same_place):
    rows = [
        (d, s, 4, n, "; ".join(["hen"] * n))
        for (d, s), n in zip([(0, 0), (0, 1), (1, 0), (1, 1)], same_place, strict=True)
    ]
    return pd.DataFrame(rows, columns=["devkit_base", "sorted_base", "classes", "same_place", "names"])


def number_code(equal, pairs=49_000):
    table = pd.DataFrame({"lag": range(1, len(equal) + 1), "pairs": pairs, "equal": equal})
    return table.assign(share=table["equal"] / table["pairs"])


def agreement(*agreeing):
    return pd.DataFrame([(f"c{i}", 100, n) for i, n in enumerate(agreeing)], columns=["copy", "compared", "agreeing"])


def keys(images=100, **names):
    rows = [(key.replace("_", " "), name, "n1 n2", images) for key, shared in names.items() for name in shared]
    return pd.DataFrame(rows, columns=["key", "name", "wnids", "images"])


def every_way(names):
    return pd.concat([keys(x=names).assign(key=way) for way in NAMINGS])


CLASSES = pd.DataFrame({"wnid": list("abcd")})
VALIDATION = pd.DataFrame({"wnid": np.repeat(list("abcd"), 50)})
BOTH = ("fox", "p", "kit fox", "devkit", 0.0, 4), ("tench", "p", "tench", "sorted", 1.0, 4)
TWO = ["crane", "maillot"]

PLANTED = [
    ("same-classes", HOLDS, {"classes": CLASSES, "audit": lists(*BOTH)}),
    ("same-classes", FAILS, {"classes": CLASSES, "audit": lists(("fox", "p", "kit fox", "devkit", 0.0, 3), BOTH[1])}),
    ("same-classes", FAILS, {"classes": CLASSES, "audit": lists(("fox", "p", "kit fox", "sorted", 1.0, 4), BOTH[1])}),
    ("same-classes", UNDECIDED, {"classes": CLASSES, "audit": lists(BOTH[1])}),
    ("sorted-wnids", HOLDS, {"audit": lists(*BOTH)}),
    ("sorted-wnids", FAILS, {"audit": lists(*BOTH, ("odd", "p", "tench", "other", 0.999, 4))}),
    ("sorted-wnids", UNDECIDED, {"audit": lists(BOTH[0])}),
    ("no-place-kept", HOLDS, {"orders": orders(0, 0, 0, 0)}),
    ("no-place-kept", DEPENDS, {"orders": orders(0, 1, 1, 0)}),
    ("no-place-kept", DEPENDS, {"orders": orders(2, 0, 0, 2)}),
    ("no-place-kept", FAILS, {"orders": orders(1, 1, 4, 1)}),
    ("names-carry-nothing", HOLDS, {"number_code": number_code([50, 60, 49])}),
    ("names-carry-nothing", FAILS, {"number_code": number_code([50, 48_000, 49])}),
    ("names-carry-nothing", UNDECIDED, {"number_code": number_code([50, 495, 49])}),
    ("most-sorted", HOLDS, {"audit": packages(12, 1)}),
    ("most-sorted", FAILS, {"audit": packages(1, 12)}),
    ("most-sorted", UNDECIDED, {"audit": packages(4, 3)}),
    ("most-sorted", UNDECIDED, {"audit": packages(0, 0)}),
    ("wnids-agree", HOLDS, {"agreement": agreement(100, 100)}),
    ("wnids-agree", DEPENDS, {"agreement": agreement(100, 99)}),
    ("wnids-agree", FAILS, {"agreement": agreement(99, 99)}),
    ("only-two-names", HOLDS, {"classes": CLASSES, "keys": every_way(TWO)}),
    ("only-two-names", DEPENDS, {"classes": CLASSES, "keys": keys(first_lemma=TWO, words=TWO)}),
    ("only-two-names", DEPENDS, {"classes": CLASSES, "keys": keys(first_lemma=TWO, words=["crane"])}),
    ("only-two-names", FAILS, {"classes": CLASSES, "keys": keys(first_lemma=[*TWO, "hen"])}),
    ("twice-the-images", HOLDS, {"validation": VALIDATION, "keys": keys(first_lemma=TWO)}),
    ("twice-the-images", FAILS, {"validation": VALIDATION, "keys": keys(first_lemma=[*TWO, "hen"])}),
    ("twice-the-images", FAILS, {"validation": VALIDATION, "keys": keys(150, first_lemma=TWO)}),
    ("twice-the-images", FAILS, {"validation": VALIDATION.iloc[1:], "keys": keys(first_lemma=TWO)}),
    ("libraries-free", HOLDS, {"audit": named((0, 0, 0), (0, 0, 0))}),
    ("libraries-free", DEPENDS, {"audit": named((0, 0, 0), (1, 1, 1))}),
    ("libraries-free", DEPENDS, {"audit": named((0, 0, 1), (0, 0, 1))}),
    ("libraries-free", FAILS, {"audit": named((1, 1, 1), (2, 2, 3))}),
    ("libraries-free", UNDECIDED, {"audit": named()}),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "verdict", "evidence"), PLANTED)
def test_each_judge_on_planted_data(claim, verdict, evidence):
    judgement = JUDGES[claim].judged({**evidence, "config": CONFIG})
    assert judgement.verdict == verdict
    assert (judgement.verdict == DEPENDS) <= bool(judgement.condition)


def test_every_verdict_of_every_judge_is_planted():
    planted = {(claim, verdict) for claim, verdict, _ in PLANTED}
    declared = {(claim.id, verdict) for claim in CLAIMS for verdict in claim.can_be}
    assert planted == declared


def test_the_condition_says_on_what():
    judge = JUDGES["no-place-kept"].judge
    assert "none where both lists count from the same number" in judge({"orders": orders(0, 1, 0, 0)}).condition
    assert "even where both lists count from the same number" in judge({"orders": orders(1, 1, 0, 0)}).condition
    condition = JUDGES["libraries-free"].judge({"audit": named((0, 0, 1), (0, 1, 1), (1, 1, 1))}).condition
    assert condition.endswith("of 3 lists are free of them 2 as written, 1 by first synonym, 0 in lower case")


def test_lists_without_names_and_of_no_package_do_not_count_as_named():
    table = named((1, 1, 1), (0, 0, 0), (0, 0, 0))
    table.loc[1, "names"] = "no"
    table.loc[2, "package"] = ""
    assert JUDGES["libraries-free"].judge({"audit": table}).n == 1


def test_packages_without_models_do_not_count_as_users_of_an_order():
    table = packages(12, 1)
    table.loc[12, "models"] = "no"
    judgement = JUDGES["most-sorted"].judge({"audit": table, "config": CONFIG})
    assert (judgement.n, judgement.estimate) == (12, 1.0)


def test_the_best_of_many_lags_pays_for_being_the_best():
    """The interval is corrected for the number of distances tried."""
    judge = JUDGES["names-carry-nothing"].judge
    one = judge({"number_code": number_code([430]), "config": CONFIG})
    many = judge({"number_code": number_code([430] + [40] * 999), "config": CONFIG})
    assert (one.verdict, many.verdict) == (HOLDS, UNDECIDED)


def test_a_mixed_package_is_not_a_sorted_one():
    mixed = packages(12, 0)
    mixed.loc[0, "package"] = "s1"
    mixed.loc[0, "order"] = "devkit"
    judgement = JUDGES["most-sorted"].judge({"audit": mixed, "config": CONFIG})
    assert judgement.n == 11
    assert judgement.estimate == pytest.approx(10 / 11)
    assert "not s1" in judgement.condition


def test_statements_name_no_number_that_is_not_looked_up():
    with pytest.raises(Exception, match="no number is called"):
        judge_all("imagenet", [JUDGES["same-classes"]], {"classes": CLASSES, "audit": lists(*BOTH)}, {})
