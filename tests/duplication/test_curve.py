import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from hearsay import tables
from hearsay.duplication import curve, fits, law, logistic, resampled
from hearsay.duplication.coverage import CLUSTERED, COVERAGE, N_ROWS, ROW_IDS, ROWS
from hearsay.duplication.selection import SELECTION
from hearsay.duplication.simulated import MODELS, TRUTH, draw
from hearsay.errors import HearsayError

CONFIG = {
    "replicates": 2500,
    "sizes": [25],
    "copies": [1, 2, 10],
    "levels": [0.9, 0.95],
    "bootstrap_replicates": 300,
    "resamples": 199,
    "jitter": 0.1,
}
SMALL = CONFIG | {"replicates": 5, "bootstrap_replicates": 3, "resamples": 19, "sizes": [20, 30]}
SEED = 5
FAR = 4.5  # standard errors; the chance of one false alarm in a hundred comparisons is below 1e-3


def table(model, rows=25, config=CONFIG):
    return pd.DataFrame(
        curve._fitted(curve.simulate(model, rows, config, SEED), model, rows, config), columns=list(COVERAGE.columns)
    )


def far(found):
    """Return the rows with an exact law that they miss: coverage, both tails, and rejection."""
    exact = found[found["law_kind"] == "exact"]
    tail = (1 - exact["law"]) / 2
    error = np.sqrt(tail * (1 - tail) / exact["replicates"])
    size = np.sqrt(exact["rejection_law"] * (1 - exact["rejection_law"]) / exact["replicates"])
    misses = np.column_stack([
        exact["z"],
        (exact["below"] - tail) / error,
        (exact["above"] - tail) / error,
        (exact["rejection"] - exact["rejection_law"]) / size,
    ])  # fmt: skip
    return exact[(np.abs(misses) > FAR).any(axis=1)]


@pytest.mark.parametrize("model", ["mean", "linear"])
def test_simulated_coverage_is_the_law(model):
    found = table(model)
    assert len(found[found["law_kind"] == "exact"]) >= 10
    assert far(found).empty
    copies = found[found["arm"] == "copies"]
    np.testing.assert_allclose(copies["width_ratio"], copies["width_law"])
    assert (copies["width_ratio_mc_error"] < 1e-12).all()


def test_a_logistic_fit_is_near_the_asymptotic_law():
    found = table("logistic", 200, CONFIG | {"replicates": 1500, "copies": [1, 3]})
    assert (found["z"].dropna().abs() < FAR).all()
    assert (found["failed"] == 0).all()


def test_a_wrong_exchange_rate_is_caught(monkeypatch):
    """With half-widths shrunk by k ** (1/4) instead of its square root."""
    monkeypatch.setattr(law, "_shrink", lambda copies, rows, parameters: copies**-0.25)
    missed = far(table("linear"))
    assert set(missed["copies"]) == {2, 10}
    assert set(missed["arm"]) == {"copies"}


def test_clusters_that_are_ignored_are_caught(monkeypatch):
    monkeypatch.setattr(curve, "members", lambda rows, copies: np.arange(rows * copies))
    missed = far(table("mean"))
    assert set(missed["copies"]) == {2, 10}
    assert CLUSTERED in set(missed["arm"])


def test_rows_that_are_not_copied_are_caught(monkeypatch):
    monkeypatch.setattr(curve, "copied", lambda values, copies: values.copy())
    missed = far(table("mean"))
    assert {"copies"} <= set(missed["arm"]) <= {"copies", "clustered", "clustered corrected"}
    assert set(missed["copies"]) == {2, 10}


@pytest.mark.parametrize("model", MODELS)
def test_clustered_errors_do_not_see_the_copies(model):
    raw = curve.simulate(model, 30, SMALL, SEED)[:, 0]
    for column in (fits.SLOPE, fits.SLOPE_CLUSTERED, fits.NULL, fits.NULL_CLUSTERED):
        np.testing.assert_allclose(raw[:, 1:, column], raw[:, :1, column].repeat(2, axis=1), rtol=1e-6)
    copies = np.array(SMALL["copies"])
    np.testing.assert_allclose(raw[..., fits.RATIO], raw[:, :1, fits.RATIO] * copies, rtol=1e-6)


def test_selection_is_the_law():
    raw = curve.simulate("linear", 25, CONFIG, SEED)[:, 0, :, fits.RATIO]
    found = pd.DataFrame(curve.selected(raw, "copies", "linear", 25, CONFIG["copies"]), columns=list(SELECTION.columns))
    assert (found["z"].abs() < FAR).all()
    assert (found["selected"] - law.selection("AIC", 1, 25, 3, True)).abs().max() > 0.3


def test_cells_add_up_and_do_not_depend_on_the_shard(tmp_path):
    whole = curve.curve(SMALL, SEED)
    parts = [curve.curve(SMALL, SEED, shard, 2) for shard in range(2)]
    for i, shape in enumerate((COVERAGE, SELECTION)):
        tables.write(whole[i], shape, tmp_path / "whole.csv")
        tables.write(pd.concat([part[i] for part in parts]), shape, tmp_path / "parts.csv")
        assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "parts.csv").read_bytes()
    arms = whole[0].groupby("arm")["model"].nunique()
    assert len(arms) == 8
    assert (arms == 3).all()


def test_a_data_set_does_not_depend_on_how_many_others_or_copies_there_are():
    few = curve.simulate("linear", 20, SMALL | {"replicates": 2, "copies": [1, 2]}, SEED)
    many = curve.simulate("linear", 20, SMALL, SEED)
    np.testing.assert_array_equal(few[:, 0], many[:2, 0, :2])


def test_fits_without_a_maximum_are_counted(monkeypatch):
    def separated(model, rows, rng):
        x, y = draw(model, rows, rng)
        return x, (x[1] > 0).astype(float) if x[1, 0] > 0 else y

    monkeypatch.setattr(curve, "draw", separated)
    monkeypatch.setattr(resampled, "draw", separated)
    coverage, selection = curve.curve(SMALL | {"replicates": 8, "sizes": [30], "bootstrap_replicates": 8}, SEED, 0, 3)
    for found in (coverage, selection):
        logit = found[found["model"].eq("logistic") & found["arm"].isin(["copies", CLUSTERED])]
        assert len(logit)
        assert logit["failed"].between(1, 7).all()
    config = SMALL | {"bootstrap_replicates": 8}
    coverage = pd.DataFrame(resampled.resampled("logistic", 30, config, SEED), columns=list(COVERAGE.columns))
    assert coverage["failed"].between(1, 7).all()


@pytest.mark.parametrize(("change", "words"), [({"sizes": [10]}, "sizes: 10 rows"), ({"copies": [2]}, "copies: 1 is")])
def test_a_config_that_cannot_be_run(change, words):
    with pytest.raises(HearsayError, match=words):
        curve.curve(CONFIG | change, SEED)


def test_jitter_leaves_the_rows_and_moves_the_copies():
    x, y = draw("linear", 500, np.random.default_rng(0))
    many_x, many_y = curve.jittered("linear", x, y, 2, 0.1, np.random.default_rng(1))
    np.testing.assert_array_equal(many_x[0], 1)
    noise = many_x[1].reshape(2, -1) - x[1]
    assert noise.std() == pytest.approx(0.1 * x[1].std(), rel=0.1)
    assert (many_y.reshape(2, -1) - y).std() == pytest.approx(0.1 * y.std(), rel=0.1)
    labels = (y > 0).astype(float)
    np.testing.assert_array_equal(curve.jittered("logistic", x, labels, 1, 0.1, np.random.default_rng(1))[1], labels)


@pytest.mark.parametrize("model", MODELS)
def test_a_resample_is_fitted_as_its_rows_are(model):
    x, y = draw(model, 40, np.random.default_rng(2))
    counts = resampled.resample(ROWS, 40, 3, 5, np.random.default_rng(3))
    slopes = resampled.estimates(model, x, y, counts, np.array(TRUTH[model]))
    for b in range(5):
        rows = np.repeat(np.arange(40), counts[b].astype(int))
        peer = (sm.Logit if model == "logistic" else sm.OLS)(y[rows], x.T[rows])
        params = peer.fit(**({"disp": False, "tol": 1e-12} if model == "logistic" else {})).params
        np.testing.assert_allclose(slopes[b], params[[min(1, len(x) - 1), -1]], rtol=1e-8, atol=1e-10)


def test_resamples_draw_what_they_say():
    rng, rows, k, many = np.random.default_rng(4), 10, 3, 4000
    counts = {arm: resampled.resample(arm, rows, k, many, rng) for arm in (ROW_IDS, ROWS, N_ROWS)}
    assert (counts[ROW_IDS] % k == 0).all()
    for arm, drawn in {ROW_IDS: k * rows, ROWS: k * rows, N_ROWS: rows}.items():
        np.testing.assert_array_equal(counts[arm].sum(axis=1), drawn)
        np.testing.assert_allclose(counts[arm].mean(axis=0), drawn / rows, rtol=0.1)
    # a row's count is binomial: its variance over the mean is 1 - 1/n, and k times that if copies come together
    spread = [(counts[arm].var(axis=0) / counts[arm].mean(axis=0)).mean() for arm in (ROWS, N_ROWS, ROW_IDS)]
    np.testing.assert_allclose(spread, [0.9, 0.9, 2.7], rtol=0.05)


def test_only_the_bootstrap_of_rows_is_fooled():
    config = CONFIG | {"copies": [1, 10]}
    found = pd.DataFrame(resampled.resampled("mean", 100, config, SEED), columns=list(COVERAGE.columns))
    assert (found["z"].abs() < FAR).all()
    fooled = found[(found["arm"] == ROWS) & (found["copies"] == 10)]
    assert (fooled["coverage"] < 0.6).all()
    np.testing.assert_allclose(fooled["width_ratio"], 10**-0.5, rtol=0.03)


def test_the_mean_is_resampled_at_every_size_and_regressions_at_the_smallest():
    for sizes in ([20], [20, 30], [40, 20, 30]):
        pieces = curve.cells({"sizes": sizes})
        assert len(set(pieces)) == len(pieces)
        assert {(m, n) for kind, m, n in pieces if kind == "fits"} == {(m, n) for m in MODELS for n in sizes}
        expected = {("linear", 20), ("logistic", 20), *(("mean", n) for n in sizes)}
        assert {(m, n) for kind, m, n in pieces if kind == "resamples"} == expected


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_ends_are_the_quantiles_that_few_resamples_allow(level):
    """Of 199 uniform draws the expected order statistics: type 6 leaves the tail below, type 7 by far more."""
    tail, expected = (1 - level) / 2, np.arange(1, 200) / 200
    low, high = resampled.ends_of(np.column_stack([expected, expected]), [level])[:, 0, :].T
    np.testing.assert_allclose((low, high), [[tail] * 2, [1 - tail] * 2])
    assert np.quantile(expected, tail) == pytest.approx((199 * tail + 1 - tail) / 200)


def test_a_careful_solver_is_asked_where_newton_fails(monkeypatch):
    x, y = draw("logistic", 40, np.random.default_rng(2))
    expected = logistic.fit(x.T, y).beta[1:]
    far_off = np.array([0.0, 60.0, -60.0])
    counts, slopes, settled = np.ones((1, 40)), np.empty((1, 2)), np.empty(1, bool)
    fits.logistic_resampled(x, y, counts, far_off, slopes, settled)
    assert not settled[0]
    np.testing.assert_allclose(resampled.estimates("logistic", x, y, counts, far_off)[0], expected, rtol=1e-7)
    out = np.full(fits.FIELDS, np.nan)
    curve._fit("logistic", x, y, np.arange(40), (far_off, far_off[:2].copy()), True, out)
    np.testing.assert_allclose(out[[fits.SLOPE, fits.NULL]], expected, rtol=1e-7)
