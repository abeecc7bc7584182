"""The roster holds every estimator that scikit-learn lists."""

import warnings

import pytest
from sklearn.linear_model import Ridge
from sklearn.utils import all_estimators
from threadpoolctl import threadpool_limits

from hearsay.duplication import roster
from hearsay.duplication.arena import Arena
from hearsay.duplication.config import Census
from hearsay.duplication.data import load
from hearsay.errors import HearsayError


def test_every_estimator_has_an_entry_at_its_defaults():
    assert roster.missing() == []
    plain = [entry for entry in roster.roster() if not entry.setting]
    assert len(plain) == sum(len(all_estimators(type_filter=kind)) for kind in ("classifier", "regressor"))


def test_an_estimator_that_is_dropped_is_missed():
    kept = [entry for entry in roster.roster() if entry.name != "HuberRegressor"]
    assert roster.missing(kept) == ["HuberRegressor"]
    only_set = [entry for entry in roster.roster() if entry.name != "NuSVR"]
    assert roster.missing(only_set) == ["NuSVR"], "an entry with a setting does not stand for the defaults"


def test_defaults_are_defaults():
    for entry in roster.roster():
        made = entry.build(7)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            required = getattr(type(made), "_required_parameters", [])
            bare = type(made)(
                **{
                    name: getattr(made, name)
                    for name in (*required, "estimator", "estimators")
                    if name in made.get_params(deep=False)
                }
            )
        differ = {
            name
            for name, value in made.get_params(deep=False).items()
            if name != "random_state" and repr(value) != repr(bare.get_params(deep=False)[name])
        }
        assert all(f"{name}=" in entry.setting for name in differ), entry.name


SET = [entry for entry in roster.roster() if entry.setting and entry.expects != "mean"]


@pytest.mark.parametrize("entry", SET, ids=lambda entry: entry.name)
def test_a_setting_that_is_expected_to_matter_does_at_desk_size(entry):
    desk = Census()
    names = [name for name in desk.data if load(name).kind == entry.kind]
    with threadpool_limits(1):
        arenas = [Arena(entry, name, desk.rows, 1) for name in names]
        assert any(arena.floor(arena.copied(3, "tile", None, False)) > desk.invariant for arena in arenas)


def test_draws_by_place_are_marked():
    marked = {entry.name for entry in roster.roster() if entry.draws and entry.expects == "mean"}
    assert marked == {"RandomForestClassifier(max_samples=60)", "RandomForestRegressor(max_samples=60)"}


def test_seeds_reach_every_random_state():
    entry = next(e for e in roster.roster() if e.name == "StackingRegressor")
    states = {name: v for name, v in entry.build(11).get_params().items() if name.endswith("random_state")}
    assert states and set(states.values()) == {11}


def test_an_unknown_expectation_is_refused():
    with pytest.raises(HearsayError, match="Ridge expects 'magic'"):
        roster.row("regression", Ridge, "magic", "")
