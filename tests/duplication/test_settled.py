"""The settled census: random verdicts replaced, lost ones open, and the exchange rates by what they restore."""

import numpy as np
import pandas as pd
import pytest

from hearsay import tables
from hearsay.duplication import random_verdicts as random_
from hearsay.duplication import verdicts
from hearsay.duplication.census import CENSUS
from hearsay.duplication.evidence import TABLES, read_evidence
from hearsay.duplication.settled import EXCHANGE_RATES, HOW, exchange_rates, settle
from tests.duplication import planted
from tests.duplication.planted import table

NAMES = {"DecisionTreeClassifier": random_.SAME, "MLPClassifier": random_.RESTORED, "SGDClassifier": random_.CHANGED,
         "Perceptron": random_.UNDECIDED}  # fmt: skip


def unsettled(*names, verdict=verdicts.RANDOM):
    return planted.census(*[(name, "", "classification", "mean", verdict, "") for name in names])


def over_seeds(**found):
    rows = [
        {"name": name, "verdict": verdict, "note": "" if verdict == random_.SAME else f"why {name}",
         "remedy": "alpha * k" if verdict == random_.RESTORED else ""}
        for name, verdict in found.items()
    ]  # fmt: skip
    return table("random", rows, kind="classification")


def test_random_verdicts_are_those_of_the_seeds():
    census = pd.concat([unsettled(*NAMES), unsettled("Ridge", verdict=verdicts.CHANGED)], ignore_index=True)
    before = census.copy()
    found = settle(census, over_seeds(**NAMES)).set_index("name")
    assert found["verdict"].to_dict() == {**NAMES, "Ridge": verdicts.CHANGED}
    assert found["setting_that_restores"].to_dict() == dict.fromkeys(found.index, "") | {"MLPClassifier": "alpha * k"}
    assert found.loc["SGDClassifier", "note"] == "why SGDClassifier"
    assert found.index[np.isnan(found["difference_after"])].tolist() == ["MLPClassifier"]
    assert found.loc["Ridge"].equals(before.set_index("name").loc["Ridge"])
    pd.testing.assert_frame_equal(census, before)  # what went in stays as it was
    CENSUS.check(found.reset_index()[list(CENSUS.columns)])


def test_an_entry_that_the_seeds_do_not_hold_is_open_and_says_why():
    found = settle(unsettled(*NAMES), over_seeds(Perceptron=random_.SAME)).set_index("name")
    assert found["verdict"].tolist() == [random_.UNDECIDED] * 3 + [random_.SAME]
    assert found.loc["MLPClassifier", "note"].startswith("random on these rows, and not on those of the many seeds")
    assert not found["verdict"].eq(verdicts.RANDOM).any()


def test_the_kind_is_part_of_the_name():
    """A classifier's verdict is not that of a regressor of the same name."""
    found = settle(unsettled("Perceptron"), over_seeds(Perceptron=random_.SAME).assign(kind="regression"))
    assert found["verdict"].tolist() == [random_.UNDECIDED]


def test_only_random_verdicts_are_replaced():
    for verdict in verdicts.VERDICTS:
        found = settle(unsettled("Perceptron", verdict=verdict), over_seeds(Perceptron=random_.SAME))
        assert found["verdict"].item() == (random_.SAME if verdict == verdicts.RANDOM else verdict)


def test_exchange_rates_are_grouped_by_setting_and_by_how_well_they_do():
    census = planted.census(
        ("SVR", "", "regression", "sum", verdicts.RESTORED, "C / k"),
        ("LinearSVC", "", "classification", "sum", verdicts.RESTORED, "C / k"),
        ("LinearSVC", "dual=True", "classification", "sum", verdicts.RESTORED, "C / k"),
        ("NuSVR", "", "regression", "sum", verdicts.ROUNDING, "C / k"),
        ("MLPClassifier", "", "classification", "sum", random_.RESTORED, "alpha * k"),
        ("LinearRegression", "", "regression", "mean", verdicts.ROUNDING, ""),
        ("GaussianNB", "", "classification", "mean", verdicts.INVARIANT, ""),
    )
    census.loc[0, ["private", "difference_default", "difference_after"]] = 1, 3.0, 1e-9
    found = exchange_rates(census)
    EXCHANGE_RATES.check(found)
    found = found.set_index(["setting_that_restores", "how"])
    assert found["estimators"].to_dict() == {
        ("C / k", "exactly"): "LinearSVC, SVR",
        ("C / k", "up to rounding"): "NuSVR",
        ("alpha * k", "in distribution"): "MLPClassifier",
    }
    exact = found.loc[("C / k", "exactly")]
    assert (exact["entries"], exact["private"]) == (3, 1)
    assert (exact["difference_default"], exact["difference_after"]) == (3.0, 1e-9)
    assert np.isnan(found.loc[("alpha * k", "in distribution"), "difference_after"])


@pytest.mark.parametrize("verdict", sorted({*verdicts.VERDICTS, *NAMES.values()} - set(HOW)))
def test_a_setting_that_does_not_restore_is_no_exchange_rate(verdict):
    """Whatever a row says was set: without the verdict of the cells, or of the seeds, it is no rate."""
    assert exchange_rates(planted.census(("Ridge", "", "regression", "sum", verdict, "alpha / k"))).empty


def test_a_wrong_rate_among_cells_never_becomes_an_exchange_rate():
    cells = pd.DataFrame(
        {
            "data": "wine", "copies": 3, "how": how, "remedy": remedy, "step": step, "private": 0,
            "difference": 0.4 if remedy != right else 1e-12, "flips": 0.0, "converged": 1, "seed_floor": np.nan,
            "order_floor": 0.0, "copies_floor": 0.0, "weight_floor": np.nan, "power_floor": np.nan,
            "nudge_floor": np.nan, "error": "", "right": right,
        }
        for right in ("alpha * k", "nothing")
        for step, remedy in enumerate(("", "alpha / k", "alpha * k"))
        for how in ("tile", "repeat")
    )  # fmt: skip
    rates = {}
    for right, here in cells.groupby("right"):
        found = verdicts.verdict(here, "sum", verdicts.Bounds(1e-8, 1e-6))
        row = planted.census(("Ridge", "", "regression", "sum", found["verdict"], found["setting_that_restores"]))
        rates[right] = exchange_rates(row)["setting_that_restores"].tolist()
    assert rates == {"alpha * k": ["alpha * k"], "nothing": []}


def test_evidence_is_read_by_the_names_of_its_files(tmp_path):
    """What the claims read is what the rules write: every table of the study, by its own name."""
    everything = planted.everything()
    paths = []
    for name, frame in everything.items():
        paths.append(tmp_path / f"{name.replace('_', '-')}.csv")
        tables.write(frame, TABLES[paths[-1].stem], paths[-1])
    read = read_evidence(paths)
    assert set(read) == set(everything) == {name.replace("-", "_") for name in TABLES}
    assert read["census"]["setting"].eq("").any()  # empty texts stay texts
    for name, frame in read.items():
        assert len(frame) == len(everything[name])


def test_every_table_of_the_rules_is_evidence():
    import re
    from pathlib import Path

    rules = (Path(__file__).parents[2] / "rules/duplication.smk").read_text()
    listed = re.search(r'TABLES\["duplication"\] = expand\((.*?)\n\)', rules, re.S).group(1)
    assert set(re.findall(r'"([a-z-]+)"', listed)) == set(TABLES)
