"""The numbers of this study that the text may cite, by key."""

from collections.abc import Mapping

import pandas as pd

from hearsay.imagenet.claims import FREE, free_of, named_lists
from hearsay.imagenet.confusion import BY_NAME, CORRECT, OFF_BY_ONE, OTHER_BASE, OTHER_ORDER, RANDOM
from hearsay.imagenet.labels import NAMINGS


def numbers(tables: Mapping[str, pd.DataFrame], standin: bool) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables; standin: whether the images are generated."""
    return {
        **_data(tables, standin),
        **_orders(tables),
        **_names(tables),
        **_cost(tables["cost"]),
        **_visibility(tables["visibility"]),
        **_lists(tables["audit"]),
    }


def _data(tables: Mapping[str, pd.DataFrame], standin: bool) -> dict[str, tuple]:
    validation, agreement = tables["validation"], tables["agreement"]
    official = tables["archives"].set_index("archive").loc["devkit", "official"]
    each = validation["wnid"].value_counts()
    reassessed = validation["reassessed"]
    black = validation["blacklisted"]
    return {
        "standin": (standin, "", "whether the images are generated stand-ins"),
        "official_devkit": (official == "yes", "", "whether the devkit archive is the official one, by its hash"),
        "classes": (len(tables["classes"]), "classes", "classes of the challenge"),
        "images": (len(validation), "images", "validation images"),
        "images_per_class": (int(each.min()), "images", "fewest validation images of a class; all have as many"),
        "most_images_per_class": (int(each.max()), "images", "most validation images of a class"),
        "copies": (len(agreement), "copies", "independent copies of the validation labels"),
        "copies_agreeing": (
            int((agreement["agreeing"] == agreement["compared"]).sum()),
            "copies",
            "copies that agree on every image",
        ),
        "labels_compared": (int(agreement["compared"].sum()), "labels", "labels compared with copies"),
        "labels_agreeing": (int(agreement["agreeing"].sum()), "labels", "labels that agree"),
        "reassessed_images": (int((reassessed != "").sum()), "images", "images with a reassessed label"),
        "reassessed_none": (int((reassessed == "").sum()), "images", "images without any reassessed label"),
        "blacklist_known": (bool((black != "unknown").all()), "", "whether the config names a blacklist"),
        "blacklisted": (int((black == "yes").sum()), "images", "blacklisted validation images, where known"),
    }


def _orders(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    orders = tables["orders"]
    same = orders["devkit_base"] == orders["sorted_base"]
    classes = tables["classes"].set_index("first_lemma")
    lag = tables["number_code"].sort_values("share").iloc[-1]
    return {
        "same_place_same_base": (
            int(orders.loc[same, "same_place"].max()),
            "classes",
            "classes with the same number in both orders, both counting from the same number",
        ),
        "same_place_mixed_base": (
            int(orders.loc[~same, "same_place"].max()),
            "classes",
            "the same, one list counting from 0 and the other from 1; the larger of the two ways",
        ),
        "kit_fox_id": (int(classes.loc["kit fox", "ilsvrc2012_id"]), "", "devkit ID of kit fox"),
        "kit_fox_index": (int(classes.loc["kit fox", "sorted_index"]), "", "sorted index of kit fox"),
        "tench_id": (int(classes.loc["tench", "ilsvrc2012_id"]), "", "devkit ID of tench"),
        "tench_index": (int(classes.loc["tench", "sorted_index"]), "", "sorted index of tench"),
        "number_code_best": (float(lag["share"]), "share", "accuracy of the best guess of a class from image numbers"),
        "number_code_chance": (1 / len(tables["classes"]), "share", "accuracy of a guess by chance"),
        "number_code_lags": (len(tables["number_code"]), "distances", "distances tried"),
    }


def _names(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    keys = tables["keys"]
    count = keys["key"].value_counts().reindex(NAMINGS, fill_value=0)
    return {
        "shared_words": (int(count["words"]), "names", "full synonym strings that two classes share"),
        "shared_first": (int(count["first lemma"]), "names", "first lemmas that two classes share"),
        "shared_casefold": (int(count["first lemma, case folded"]), "names", "the same with case folded"),
        "shared_any": (int(count["any lemma"]), "names", "lemmas that are a synonym of two classes"),
        "images_per_shared_name": (int(keys["images"].max()), "images", "images that go by one shared name"),
        "lemmas": (
            int(tables["classes"]["words"].str.split(",").map(len).sum()),
            "names",
            "lemmas of all classes, shared ones counted for each class",
        ),
    }


def _cost(cost: pd.DataFrame) -> dict[str, tuple]:
    kept = cost[cost["blacklist"] == "kept"].set_index(["reading", "truth"])

    def accuracy(reading: str, truth: str = "original") -> float:
        return float(kept.loc[(reading, truth), "accuracy"])

    meaning = "accuracy of a perfect classifier"
    found = {
        "accuracy_other_order": (accuracy(OTHER_ORDER), "share", f"{meaning} read in the other order, same base"),
        "accuracy_other_base": (accuracy(OTHER_BASE), "share", f"{meaning} whose index is taken as a devkit ID"),
        "accuracy_off_by_one": (accuracy(OFF_BY_ONE), "share", f"{meaning} read one place too far"),
        "accuracy_by_name": (accuracy(BY_NAME), "share", f"{meaning} keyed by first lemma"),
        "wrong_by_name": (
            int(kept.loc[(BY_NAME, "original"), "images"] - kept.loc[(BY_NAME, "original"), "right"]),
            "images",
            "images that it gets wrong",
        ),
    }
    if (CORRECT, "reassessed") in kept.index:
        found["accuracy_reassessed"] = (
            accuracy(CORRECT, "reassessed"),
            "share",
            "share of the images with a reassessed label whose original label is among them",
        )
        found["right_reassessed"] = (
            int(kept.loc[(CORRECT, "reassessed"), "right"]),
            "images",
            "images whose original label is among the reassessed ones",
        )
    return found


def _visibility(visibility: pd.DataFrame) -> dict[str, tuple]:
    rows = visibility.set_index("reading")
    found = {}
    for key, reading in {"other_order": OTHER_ORDER, "off_by_one": OFF_BY_ONE, "random": RANDOM}.items():
        row = rows.loc[reading]
        found[f"parent_{key}"] = (
            float(row["shares_parent"]),
            "share",
            f"wrong labels with a direct parent in common with the right one: {reading}",
        )
        found[f"lca_{key}"] = (
            float(row["lca_height"]),
            "edges",
            f"mean height of the lowest common ancestor: {reading}",
        )
    for end in ("low", "high"):
        found[f"parent_random_{end}"] = (float(rows.loc[RANDOM, f"shares_parent_{end}"]), "share", f"{end} quantile")
        found[f"lca_random_{end}"] = (float(rows.loc[RANDOM, f"lca_height_{end}"]), "edges", f"{end} quantile")
    return found


def _lists(audit: pd.DataFrame) -> dict[str, tuple]:
    shipped = audit[audit["package"] != ""]
    named = named_lists(audit)
    dictionary = audit[audit["list"] == "torchvision class_to_idx"].iloc[0]
    return {
        "lists": (len(shipped), "lists", "label lists of packages that were audited"),
        "packages": (shipped["package"].nunique(), "packages", "packages that ship them"),
        "lists_sorted": (int((shipped["order"] == "sorted").sum()), "lists", "lists in the sorted order"),
        "lists_devkit": (int((shipped["order"] == "devkit").sum()), "lists", "lists in the devkit's order"),
        "lists_other": (int((shipped["order"] == "other").sum()), "lists", "lists in another order"),
        "named_lists": (len(named), "lists", "lists of packages that give names"),
        **{
            f"named_free_{key}": (
                int(free_of(named, FREE[way]).sum()),
                "lists",
                f"of them, without ambiguous names {way}",
            )
            for key, way in {"written": "as written", "first": "by first synonym", "casefold": "in lower case"}.items()
        },
        "class_to_idx_keys": (int(dictionary["length"]), "names", "keys of torchvision's class_to_idx"),
        "class_to_idx_unreachable": (int(dictionary["unreachable"]), "classes", "classes that no key leads to"),
        "class_to_idx_overwritten": (
            int(dictionary["overwritten"]),
            "names",
            "first lemmas that lead to another class than their own",
        ),
    }
