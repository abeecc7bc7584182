import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from hearsay.duplication import intervals as module
from hearsay.duplication.bootstrap import draw, state
from hearsay.duplication.intervals import (
    INTERVALS,
    LAWS,
    METHODS,
    STANDARD_ERRORS,
    coverage_law,
    intervals,
    limits,
    quantiles,
    resample,
    simulate,
)  # fmt: skip
from hearsay.duplication.intervals_published import PUBLISHED, compare
from hearsay.errors import HearsayError
from hearsay.seeds import generator, seed_sequence

CONFIG = {"sizes": [10, 20], "replicates": 2000, "resamples": 199}


def rng(i=0):
    return generator(1, "duplication", "test", i)


def words(i=0):
    return state(seed_sequence(1, "duplication", "test", i))


def drawn(x, resamples, i=0):
    """Means and pivots by the kernel, relative to the sample mean."""
    means, pivots = np.empty(resamples), np.empty(resamples)
    resample(x - x.mean(), words(i), means, pivots)
    return means, pivots


def ends(x, resamples=999, i=0):
    return dict(zip(METHODS, limits(x, *drawn(x, resamples, i)), strict=True))


@pytest.fixture(scope="module")
def run():
    covered, errors = intervals(CONFIG, 1)
    INTERVALS.check(covered)
    STANDARD_ERRORS.check(errors)
    return covered.set_index(["distribution", "rows", "method"]), errors.set_index(["distribution", "rows"])


def test_the_kernel_is_a_resample_taken_row_by_row():
    x, source = rng().exponential(size=12), words()
    means, pivots = drawn(x, 50)
    for b in range(50):
        rows = x[[draw(source, 12) for _ in range(12)]]
        assert x.mean() + means[b] == pytest.approx(rows.mean())
        assert pivots[b] == pytest.approx((rows.mean() - x.mean()) / (rows.std() / np.sqrt(12)))


def test_a_resample_of_one_value_has_no_finite_pivot():
    _, pivots = drawn(np.array([0.0, 1.0]), 200)
    assert np.isinf(pivots).any()
    found = limits(np.array([0.0, 1.0]), *drawn(np.array([0.0, 1.0]), 200))
    assert not np.isfinite(found[METHODS.index("studentised")]).any()


@given(st.integers(2, 40), st.lists(st.floats(0, 1), min_size=2, max_size=2), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_quantiles_are_numpys(n, p, seed):
    values = rng(seed).normal(size=n)
    np.testing.assert_allclose(quantiles(values, np.array(p)), np.quantile(values, p), atol=1e-12)


@pytest.mark.parametrize("method, ours", [("percentile", "percentile"), ("basic", "basic"), ("BCa", "BCa")])
@pytest.mark.parametrize("name", ["exponential", "lognormal"])
def test_intervals_of_the_same_resamples_are_scipys(method, ours, name):
    """Scipy is handed our resamples by its own door: it takes a distribution that was drawn before."""
    x = LAWS[name].draw(rng(3), 15)
    means, pivots = drawn(x, 999)
    given_before = type("Result", (), {"bootstrap_distribution": x.mean() + means})()
    theirs = stats.bootstrap((x,), np.mean, n_resamples=0, bootstrap_result=given_before, method=method)
    expected = theirs.confidence_interval
    found = dict(zip(METHODS, limits(x, means, pivots), strict=True))[ours]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_students_interval_is_scipys():
    x = rng().normal(size=9)
    expected = stats.t.interval(0.95, 8, x.mean(), stats.sem(x))
    np.testing.assert_allclose(ends(x)["Student"], expected)


def test_the_studentised_interval_is_its_definition():
    x = rng().exponential(size=14)
    means, pivots = drawn(x, 999)
    high, low = np.quantile(pivots, [0.975, 0.025])
    expected = x.mean() - np.array([high, low]) * x.std() / np.sqrt(14)
    np.testing.assert_allclose(limits(x, means, pivots)[METHODS.index("studentised")], expected)


@given(st.floats(-50, 50), st.floats(0.1, 30))
@settings(max_examples=20, deadline=None)
def test_intervals_move_with_origin_and_unit(move, scale):
    x = rng().exponential(size=11)
    plain, moved = np.array(list(ends(x).values())), np.array(list(ends(scale * x + move).values()))
    np.testing.assert_allclose(moved, scale * plain + move, rtol=1e-7, atol=1e-7)


def test_a_mirrored_sample_mirrors_the_intervals():
    """A planted fault that this catches: tails swapped, as basic and percentile are each other's mirror."""
    x = rng().exponential(size=20)
    means, pivots = drawn(x, 999)
    plain, mirrored = limits(x, means, pivots), limits(-x, -means, -pivots)
    np.testing.assert_allclose(mirrored, -plain[:, ::-1], rtol=1e-10)
    found = ends(x)
    # rows are skewed to the right: percentile, BCa and studentised reach further up than basic
    assert found["studentised"].sum() > found["BCa"].sum() > found["percentile"].sum() > found["basic"].sum()


def test_bca_without_its_acceleration_is_another_interval():
    x = rng().exponential(size=20)
    means, pivots = drawn(x, 1999)
    found = dict(zip(METHODS, limits(x, means, pivots), strict=True))["BCa"]
    bias = special.ndtri((means < 0).mean())
    planted = x.mean() + quantiles(means, special.ndtr(2 * bias + np.array([-1.96, 1.96])))
    assert found.sum() > planted.sum() + 0.02


def test_students_interval_is_exact_for_normal_rows(run):
    """The calibration: what is known to be right must come out right."""
    rows = run[0].loc["normal"].reset_index()
    known = rows[rows["law"].notna()]
    assert sorted(known["method"].unique()) == ["Student", "normal"]
    assert (abs(known["coverage"] - known["law"]) < 4 * known["coverage_mc_error"] + 0.002).all()
    student = rows[rows["method"] == "Student"]
    assert (abs(student["below"] - 0.025) < 0.015).all() and (abs(student["above"] - 0.025) < 0.015).all()


def test_the_law_of_the_normal_interval():
    s = rng().standard_normal((200_000, 10))
    half = 1.959964 * s.std(axis=1) / np.sqrt(10)
    assert coverage_law("normal", 10, "normal") == pytest.approx((abs(s.mean(axis=1)) <= half).mean(), abs=0.004)
    assert coverage_law("normal", 10, "Student") == 0.95
    assert np.isnan(coverage_law("lognormal", 10, "Student"))


def test_skewed_rows_are_missed_from_below(run):
    found = run[0].xs(("exponential", 20), level=("distribution", "rows"))
    assert found.loc["basic", "coverage"] < found.loc["percentile", "coverage"] < found.loc["studentised", "coverage"]
    assert (found["below"] > found["above"]).all()
    np.testing.assert_allclose(found["coverage"] + found["below"] + found["above"], 1)


def test_the_standard_error_misses_by_its_known_factor(run):
    errors = run[1]
    assert (abs(errors["to_textbook"] - errors["law"]) < 4 * errors["to_textbook_mc_error"] + 0.002).all()
    normal = errors.loc["normal", 10]
    c4 = np.sqrt(2 / 9) * special.gamma(5) / special.gamma(4.5)
    assert normal["textbook"] == pytest.approx(c4, abs=4 * normal["textbook_mc_error"])
    assert normal["ratio"] == pytest.approx(c4 * np.sqrt(0.9), abs=4 * normal["ratio_mc_error"] + 0.002)


@pytest.mark.parametrize("name", LAWS)
def test_the_distributions_have_their_moments(name):
    law = LAWS[name]
    x = law.draw(rng(), 400_000)
    assert x.mean() == pytest.approx(law.mean, abs=5 * law.sd / np.sqrt(len(x)))
    assert np.median(x.reshape(400, -1).std(axis=1)) == pytest.approx(law.sd, rel=0.15)


def test_a_sample_does_not_depend_on_how_many_there_are(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 5)
    few, many = (simulate("exponential", 10, r, 60, 1)[0] for r in (7, 12))
    np.testing.assert_array_equal(few, many[:7])


def test_shards_hold_the_whole(run):
    config = CONFIG | {"replicates": 50}
    whole = intervals(config, 1)[0]
    parts = pd.concat([intervals(config, 1, shard, 3)[0] for shard in range(3)])
    key = list(INTERVALS.key)
    pd.testing.assert_frame_equal(whole.sort_values(key, ignore_index=True), parts.sort_values(key, ignore_index=True))


def published(**cells):
    values = {"welson.replicates": "10000", "welson.resamples": "199", "other.key": "1"}
    return values | {key.replace("_", "-"): str(value) for key, value in cells.items()}


def test_published_cells_are_held_against_ours(run):
    covered = run[0].reset_index()[list(INTERVALS.columns)]
    ours = run[0]["coverage"]
    exact, bca, far = (ours["exponential", 20, m] for m in ("basic", "BCa", "Student"))
    cells = {
        "welson.exponential-20-basic": exact,
        "welson.exponential-20-bca": bca,
        "welson.exponential-20-t": far - 0.05,
        "welson.lognormal-20-percentile": ours["mild lognormal", 20, "percentile"],
        "welson.exponential-500-basic": 0.9,
    }
    frame = compare(covered, published() | {key: str(value) for key, value in cells.items()})
    PUBLISHED.check(frame)
    found = frame.set_index(["distribution", "method"])
    assert len(frame) == 4
    assert found.loc[("exponential", "basic"), "z"] == 0
    assert found.loc[("exponential", "Student"), "z"] > 5 and found.loc[("exponential", "Student"), "p_holm"] < 1e-6
    assert found.loc[("exponential", "BCa"), "compared"] == "no" and np.isnan(found.loc[("exponential", "BCa"), "z"])
    assert found.loc[("mild lognormal", "percentile"), "compared"] == "yes"


def test_cells_with_other_resamples_are_not_compared(run):
    covered = run[0].reset_index()[list(INTERVALS.columns)]
    cells = {"welson.normal-20-basic": "0.92", "welson.normal-20-t": "0.95", "welson.resamples": "1000"}
    found = compare(covered, published() | cells).set_index("method")
    assert found["compared"].to_dict() == {"basic": "no", "Student": "yes"}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"welson.resamples": None}, "no key 'welson.resamples'"),
        ({"welson.normal-20-jackknife": "0.9"}, "names no cell"),
        ({}, "none of the cells"),
    ],
)
def test_published_figures_that_do_not_fit_are_named(run, change, said):
    values = {key: value for key, value in (published() | change).items() if value is not None}
    with pytest.raises(HearsayError, match=said):
        compare(run[0].reset_index()[list(INTERVALS.columns)], values)
