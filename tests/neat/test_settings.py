"""Settings: the paper's by default, checked, and one line that names the field where they are wrong."""

import math

import numpy as np
import pytest

from hearsay.errors import HearsayError
from hearsay.neat import settings as module
from hearsay.neat.checks import whole
from hearsay.neat.settings import COUNTS, FOREVER, NOT_NEGATIVE, PAIR, RATES, Settings, settings


def complaint(**changes):
    with pytest.raises(HearsayError) as caught:
        settings(**changes)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("neat settings: ")
    return message


def test_the_defaults_are_valid_and_the_papers():
    found = settings()
    assert found == Settings()
    assert (found.population, found.threshold, found.c1, found.c2, found.c3) == (150, 3.0, 1.0, 1.0, 0.4)
    assert (found.stagnation, found.champion, found.mutate_only, found.disable) == (15, 5, 0.25, 0.75)
    assert (found.interspecies, found.add_node, found.add_link) == (0.001, 0.03, 0.05)
    assert (found.link_memory, found.node_memory, found.identity) == (1, 1, module.NUMBER)


def test_every_field_has_its_type_so_that_kernels_compile_once():
    found = settings(population=20.0, add_node=1, copy_weight=1, threshold=4, identity="pair")
    assert [type(value) for value in found] == list(Settings.__annotations__.values())
    assert (found.population, found.add_node, found.copy_weight, found.identity) == (20, 1.0, True, PAIR)


def test_changes_to_a_base():
    base = settings(population=20, tie="both")
    assert settings(base, add_node=0.5) == base._replace(add_node=0.5)
    assert settings(base) == base


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("value", [-0.01, 1.01, 1e9, math.inf, -math.inf, math.nan])
def test_rates(name, value):
    assert name in complaint(**{name: value})


@pytest.mark.parametrize("name", NOT_NEGATIVE)
@pytest.mark.parametrize("value", [-1, math.nan])
def test_what_is_not_negative(name, value):
    assert name in complaint(**{name: value})


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    assert name in complaint(**{name: COUNTS[name] - 1})
    assert name in complaint(**{name: 2.5})
    assert settings(**{name: COUNTS[name]})


@pytest.mark.parametrize("name", Settings._fields)
@pytest.mark.parametrize("value", ["much", None, [1, 2], math.nan, FOREVER * 2**40 + 0.5, 10**400])
def test_whatever_is_no_number_is_named(name, value):
    if isinstance(value, float | int) and Settings.__annotations__[name] is float and value == FOREVER * 2**40 + 0.5:
        return  # large, but a number
    assert name in complaint(**{name: value})


@pytest.mark.parametrize("name", Settings._fields)
def test_only_the_threshold_may_be_infinite(name):
    if name == "threshold":
        assert settings(threshold=math.inf).threshold == math.inf
    else:
        assert name in complaint(**{name: math.inf})


def test_words():
    assert settings(identity="pair", tie="both") == settings(identity=1, tie=1)
    assert "tie: expected one of smaller, both, either; got 'larger'" in complaint(tie="larger")
    assert "identity: expected one of number, pair, position, nothing; got 7" in complaint(identity=7)
    assert "tie: expected one of" in complaint(tie=-1)


def test_unknown_fields():
    assert complaint(add_nodes=3).endswith("no field is called add_nodes; did you mean add_node?")
    assert "did you mean add_link?" in complaint(adlink=0.1)
    assert "did you mean" in complaint(xyz=3)


def test_without_parents_there_is_no_offspring():
    assert "survival" in complaint(survival=0)


def test_the_whole_run_is_the_longest_memory():
    assert settings(link_memory=FOREVER, node_memory=FOREVER)
    assert settings(link_memory="forever", node_memory="forever") == settings(link_memory=FOREVER, node_memory=FOREVER)
    assert "link_memory" in complaint(link_memory=FOREVER + 1)
    assert "or \"forever\"; got 'always'" in complaint(node_memory="always")
    assert "forever" not in complaint(population="forever").split(";")[0]


def test_words_in_a_base_are_translated():
    assert settings(Settings(identity="pair", tie="both")) == settings(identity="pair", tie="both")


def test_values_are_shown_in_one_line():
    assert len(complaint(c1=np.ones((40, 40)))) < 150


@pytest.mark.parametrize("value", [2, np.int64(7), 10**20])
def test_whole_numbers(value):
    assert whole("here", value, 2) == value
    assert type(whole("here", value, 2)) is int


@pytest.mark.parametrize("value", [1, 2.0, "2", None, True, [2], np.array([2])])
def test_what_is_no_whole_number(value):
    with pytest.raises(HearsayError, match=r"^here: expected a whole number of 2 or more; got "):
        whole("here", value, 2)


def test_a_range_of_whole_numbers():
    assert whole("here", 3, 0, 3) == 3
    with pytest.raises(HearsayError, match="from 0 to 3; got 4"):
        whole("here", 4, 0, 3)
