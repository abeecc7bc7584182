import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from hearsay.duplication import logistic
from hearsay.duplication.population import SPECIFICATIONS, auc, best_auc, limit, log_odds, population
from hearsay.duplication.positives import CALIBRATION, POSITIVES, PREDICTIONS, _coverage, _coverage_law, positives
from hearsay.duplication.positives_runs import BINS, draw, fit_copied, judge, run
from hearsay.errors import HearsayError

CONFIG = {"rows": 1000, "copies": [1, 2, 10], "replicates": 400}


@pytest.fixture(scope="module")
def tables():
    return positives(CONFIG, 5)


def sample(specification="misspecified", rows=600, seed=0):
    x, y = draw(specification, rows, 0, seed)
    return x[0], y[0]


def fit(x, y, copies):
    beta, naive, clustered = np.zeros((3, x.shape[1]))
    assert fit_copied(x, y, copies, beta, naive, clustered) == logistic.CONVERGED
    return beta, naive, clustered


@pytest.mark.parametrize("copies", [1, 2, 5])
def test_fits_and_errors_are_statsmodels(copies):
    x, y = sample()
    origin = np.repeat(np.arange(len(y)), np.where(y == 1, copies, 1))
    model = sm.Logit(y[origin], x[origin])
    plain = model.fit(disp=0, tol=1e-12)
    options = {"groups": origin, "use_correction": False}
    robust = model.fit(disp=0, tol=1e-12, cov_type="cluster", cov_kwds=options)
    ours = fit(x, y, copies)
    for mine, theirs in zip(ours, (plain.params, plain.bse, robust.bse), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-9)
    if copies > 1:  # an error that takes copies for rows of their own is caught
        wrong = model.fit(disp=0, cov_type="HC0").bse
        assert (np.abs(wrong / ours[2] - 1) > 0.05).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from(sorted(SPECIFICATIONS)))
def test_copies_are_weights(seed, copies, specification):
    x, y = sample(specification, 400, seed)
    weighted = logistic.fit(x, y, np.where(y == 1, copies, 1))
    beta, naive, _ = fit(x, y, copies)
    np.testing.assert_allclose(beta, weighted.beta, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(naive, np.sqrt(np.diag(weighted.covariance)), rtol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_copies_of_all_rows_shift_nothing(seed, copies):
    x, y = sample("misspecified", 400, seed)
    all_rows = logistic.fit(np.tile(x, (copies, 1)), np.tile(y, copies))
    beta, naive, _ = fit(x, y, 1)
    np.testing.assert_allclose(all_rows.beta, beta, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(all_rows.covariance)), naive / np.sqrt(copies), rtol=1e-8)


@given(st.floats(1, 100))
@settings(max_examples=20, deadline=None)
def test_a_right_model_tends_to_the_shift_by_the_log_of_the_copies_and_nothing_else(copies):
    found = limit(population("well specified"), copies)
    np.testing.assert_allclose(found.beta, [-3 + np.log(copies), 1, 0], atol=1e-6)
    assert (found.naive <= found.sd * (1 + 1e-9)).all()


def test_the_limit_is_that_of_a_large_sample():
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(400_000), rng.standard_normal((400_000, 2))])
    y = (rng.random(len(x)) < expit(log_odds("misspecified", x[:, 1], x[:, 2]))).astype(float)
    beta, naive, clustered = fit(x, y, 5)
    law = limit(population("misspecified"), 5)
    assert (np.abs(beta - law.beta) <= 4 * clustered).all()
    np.testing.assert_allclose(clustered * np.sqrt(len(x)), law.sd, rtol=0.02)
    np.testing.assert_allclose(naive * np.sqrt(len(x)), law.naive, rtol=0.02)


@pytest.mark.parametrize("specification", SPECIFICATIONS)
def test_population_auc_is_scikit_learn_s(specification):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((400_000, 2))
    chance = expit(log_odds(specification, x[:, 0], x[:, 1]))
    y = rng.random(len(x)) < chance
    for slopes in ([1.0, 0.0], [0.7, -0.4], [-0.2, 0.3]):
        assert auc(specification)(*slopes) == pytest.approx(roc_auc_score(y, x @ slopes), abs=0.005)
    assert best_auc(specification) == pytest.approx(roc_auc_score(y, chance), abs=0.005)
    angles = np.linspace(-np.pi, np.pi, 50)
    assert auc(specification)(np.cos(angles), np.sin(angles)).max() <= best_auc(specification) + 1e-5


def test_judge_is_what_numpy_and_statsmodels_say():
    people = population("misspecified")
    beta, copies = np.array([-0.5, 1.2, 0.4]), 6
    measures, bins = np.empty((2, 3)), np.empty((2, BINS, 3))
    assert judge(beta, copies, *people, measures, bins)
    eta = people.nodes @ beta
    for c, log_odds_predicted in enumerate((eta, eta - np.log(copies))):
        predicted = expit(log_odds_predicted)
        square = people.weight @ (predicted - people.chance) ** 2
        np.testing.assert_allclose(measures[c, :2], [people.weight @ predicted, square], rtol=1e-10)
        np.testing.assert_allclose(bins[c].sum(0)[1:], people.weight @ np.column_stack([people.chance, predicted]))
        model = sm.GLM(
            people.chance, sm.add_constant(log_odds_predicted), sm.families.Binomial(), freq_weights=people.weight
        )
        assert measures[c, 2] == pytest.approx(model.fit(tol=1e-12).params[1], rel=1e-5)


@pytest.mark.parametrize("copies", [1, 7])
def test_the_right_model_corrected_is_calibrated_and_a_wrong_sign_is_caught(copies):
    people = population("well specified")
    measures, bins = np.empty((2, 3)), np.empty((2, BINS, 3))
    beta = limit(people, copies).beta
    judge(beta, copies, *people, measures, bins)
    np.testing.assert_allclose(bins[1, :, 1], bins[1, :, 2], atol=1e-9)
    assert measures[1] == pytest.approx([people.weight @ people.chance, 0, 1], abs=1e-7)
    wrong = people.weight @ expit(people.nodes @ beta + np.log(copies))
    assert (abs(wrong - measures[1, 0]) > 0.3) == (copies > 1)


def test_the_tables_hold_what_they_declare(tables):
    for frame, table in zip(tables, (POSITIVES, PREDICTIONS, CALIBRATION), strict=True):
        table.check(frame)
        assert frame.notna().all().all()
    assert tables[0]["replicates"].eq(CONFIG["replicates"]).all()


def test_simulation_and_law_agree(tables):
    """Every estimate within five of its standard errors, and what a thousand rows leave of small-sample bias."""
    found = tables[0]
    well = found[found["specification"] == "well specified"]
    for side in ("naive", "clustered"):
        off = (found[f"{side}_coverage"] - found[f"{side}_law"]).abs()
        assert (off <= 5 * found[f"{side}_mc"] + 0.03).all(), side
    assert ((found["limit_coverage"] - 0.95).abs() <= 5 * found["limit_mc"] + 0.01).all()
    assert ((well["estimate"] - well["limit"]).abs() <= 5 * well["estimate_mc"] + 0.03).all()
    gap = (found["variance_ratio"] - found["variance_ratio_law"]).abs()
    assert (gap <= 5 * found["variance_ratio_mc"] + 0.03).all()


def test_coverage_that_ignores_the_clusters_is_caught(tables):
    many = tables[0].query("copies == 10")
    assert (many["naive_coverage"] < 0.95 - 10 * many["naive_mc"]).all()


def test_only_the_prior_correction_with_its_sign_restores_the_mean(tables):
    found = tables[1].query("specification == 'well specified' and copies == 10").set_index("corrected")
    assert abs(found.loc["yes", "in_the_large"]) <= 5 * found.loc["yes", "in_the_large_mc"]
    assert found.loc["no", "in_the_large"] > 0.2


def test_a_replicate_does_not_depend_on_how_many_there_are():
    few, more = (run("misspecified", CONFIG | {"replicates": r, "copies": [3]}, 2) for r in (5, 9))
    np.testing.assert_array_equal(few.beta, more.beta[:5])


def test_failures_are_counted():
    coefficients, _, _ = positives({"rows": 50, "copies": [1, 3], "replicates": 60}, 1)
    assert (coefficients["failed"] > 0).all()
    assert (coefficients["replicates"] + coefficients["failed"] == 60).all()
    assert coefficients.drop(columns=["specification", "coefficient"]).notna().all().all()


def test_too_few_fits_are_one_clear_line(monkeypatch):
    monkeypatch.setattr("hearsay.duplication.positives_runs.fit_copied", lambda *_: logistic.SEPARATED)
    with pytest.raises(HearsayError, match="2 of 2 data sets of 60 rows could not be fitted"):
        positives({"rows": 60, "copies": [1], "replicates": 2}, 1)


@given(st.floats(0.2, 3), st.floats(-2, 2))
def test_coverage_and_its_law(se, bias):
    estimate = np.random.default_rng(0).standard_normal(4000) + bias
    held, below, above, error = _coverage(estimate, np.full(4000, se), 0.0, 1.96)
    assert held + below + above == pytest.approx(1)
    assert abs(held - _coverage_law(bias, 1.0, se, 1.96)) <= 5 * error + 1e-3
    assert isinstance(pd.Series([held]).iloc[0], float)
