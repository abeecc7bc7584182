import numpy as np
import pytest

from hearsay.duplication import law
from hearsay.duplication.identities import IDENTITIES, farthest, identities


@pytest.fixture(scope="module")
def found():
    return identities([1, 2, 3], 1e-8, 1)


def test_every_identity_holds_or_fails_as_predicted(found):
    IDENTITIES.check(found)
    assert found.loc[found["same"] != found["predicted"], ["identity", "model", "data"]].empty
    assert {"yes", "no"} == set(found["same"])
    assert set(found["copies"]) == {2, 3}


@pytest.mark.parametrize("model", ["normal", "gamma", "linear", "logistic", "Poisson", "gamma regression"])
def test_each_model_is_held_against_simulated_and_real_data(found, model):
    rows = found[(found["model"] == model) & (found["identity"] == "maximum likelihood estimates unchanged")]
    assert rows["data"].nunique() == 2
    assert (rows["difference"] < 1e-8).all()


def test_a_wrong_factor_is_caught(monkeypatch):
    right = law.cluster_correction
    monkeypatch.setattr(law, "cluster_correction", lambda copies, rows, p: right(copies, copies * rows, p))
    wrong = identities([2], 1e-8, 1)
    missed = wrong[wrong["same"] != wrong["predicted"]]
    assert missed["identity"].str.contains("default correction over the original").all()
    assert set(missed["model"]) == {"linear", "logistic", "Poisson", "gamma regression"}


def test_the_farthest_of_several_is_told():
    assert farthest(np.array([1.0, 3.0]), np.array([1.0, 2.0])) == (0.5, 3.0, 2.0)
