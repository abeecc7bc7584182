"""Every judge on planted data, once for each verdict that it can give, and the real data's own answers."""

import numpy as np
import pandas as pd
import pytest

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, judge_all
from hearsay.imagenet.claims import CLAIMS
from hearsay.imagenet.config import Config

CONFIG = Config().model_dump()
JUDGES = {claim.id: claim for claim in CLAIMS}


def audit(*rows):
    """An audit table of (list, package, starts_with, keyed_by, order, share_sorted, classes, safe)."""
    columns = ["list", "package", "starts_with", "keyed_by", "order", "share_sorted", "classes", "safe"]
    return pd.DataFrame(rows, columns=columns)


def lists(*named):
    return audit(*[(name, package, start, "wnid", order, share, classes, "yes")
                   for name, package, start, order, share, classes in named])  # fmt: skip


def packages(sorted_ones, others):
    rows = [(f"s{i}", f"s{i}", "tench", "name", "sorted", 1.0, 4, "yes") for i in range(sorted_ones)]
    return audit(*rows, *[(f"o{i}", f"o{i}", "kit fox", "name", "devkit", 0.0, 4, "yes") for i in range(others)])


def keyed(**safe):
    return audit(*[(name, name, "tench", "name", "sorted", 1.0, 4, yes) for name, yes in safe.items()])


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
    ("only-two-names", HOLDS, {"classes": CLASSES, "keys": keys(first_lemma=TWO, words=TWO)}),
    ("only-two-names", DEPENDS, {"classes": CLASSES, "keys": keys(first_lemma=TWO, words=["crane"])}),
    ("only-two-names", FAILS, {"classes": CLASSES, "keys": keys(first_lemma=[*TWO, "hen"])}),
    ("twice-the-images", HOLDS, {"validation": VALIDATION, "keys": keys(first_lemma=TWO)}),
    ("twice-the-images", FAILS, {"validation": VALIDATION, "keys": keys(first_lemma=[*TWO, "hen"])}),
    ("twice-the-images", FAILS, {"validation": VALIDATION, "keys": keys(150, first_lemma=TWO)}),
    ("twice-the-images", FAILS, {"validation": VALIDATION.iloc[1:], "keys": keys(first_lemma=TWO)}),
    ("libraries-free", HOLDS, {"audit": keyed(a="yes", b="yes")}),
    ("libraries-free", DEPENDS, {"audit": keyed(a="yes", b="no")}),
    ("libraries-free", FAILS, {"audit": keyed(a="no", b="no")}),
    ("libraries-free", UNDECIDED, {"audit": keyed()}),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "verdict", "evidence"), PLANTED)
def test_each_judge_on_planted_data(claim, verdict, evidence):
    judgement = JUDGES[claim].judge({**evidence, "config": CONFIG})
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
    judge = JUDGES["libraries-free"].judge
    assert judge({"audit": keyed(a="yes", b="yes", bad="no"), "config": CONFIG}).condition == "on the list: not bad"
    assert judge({"audit": keyed(a="no", b="no", good="yes"), "config": CONFIG}).condition == "on the list: only good"


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
