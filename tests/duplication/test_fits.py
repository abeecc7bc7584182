import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.duplication import curve, fits, law, logistic
from hearsay.duplication.simulated import draw

K, N = 3, 60


def sample(model, rows=N, seed=0):
    return draw(model, rows, np.random.default_rng(seed))


@settings(deadline=None)  # the first call compiles
@given(st.floats(-700, 700))
def test_the_exponential(t):
    assert fits.exp_minus(t) == pytest.approx(np.exp(-t), rel=1e-15)


def kernel(model, x, y, members):
    out, beta = np.empty(fits.FIELDS), np.zeros(len(x))
    if model == "logistic":
        done = fits.logistic(x, y, members, members.max() + 1, beta, beta[:-1].copy(), True, out)
    else:
        done = fits.linear(x, y, members, members.max() + 1, out)
    assert done
    return out


@pytest.mark.parametrize("model", ["mean", "linear", "logistic"])
def test_kernels_are_statsmodels(model):
    x, y = sample(model)
    p = len(x)
    x, y, groups = curve.copied(x, K), curve.copied(y, K), curve.members(N, K)
    out = kernel(model, x, y, groups)
    peer = (sm.Logit if model == "logistic" else sm.OLS)(y, x.T)
    options = {"disp": False, "tol": 1e-12} if model == "logistic" else {}
    kwds = {"groups": groups, "use_correction": False}
    naive, clustered = peer.fit(**options), peer.fit(cov_type="cluster", cov_kwds=kwds, **options)
    corrected = peer.fit(cov_type="cluster", cov_kwds={"groups": groups}, **options)
    for at, j in ((fits.SLOPE, min(1, p - 1)), (fits.NULL, p - 1)):
        np.testing.assert_allclose(out[at], naive.params[j], rtol=1e-9)
        np.testing.assert_allclose(out[at + 1], naive.bse[j], rtol=1e-6)
        np.testing.assert_allclose(out[at + 2], clustered.bse[j], rtol=1e-6)
        np.testing.assert_allclose(out[at + 2] * law.cluster_correction(K, N, p) ** 0.5, corrected.bse[j], rtol=1e-6)
    if p > 1:
        smaller = type(peer)(y, x[:-1].T).fit(**options)
        np.testing.assert_allclose(out[fits.RATIO], 2 * (naive.llf - smaller.llf), rtol=1e-7)


def test_ignoring_the_clusters_gives_other_errors():
    x, y = sample("linear")
    x, y = curve.copied(x, K), curve.copied(y, K)
    right, wrong = kernel("linear", x, y, curve.members(N, K)), kernel("linear", x, y, np.arange(K * N))
    np.testing.assert_allclose(wrong[fits.SLOPE_CLUSTERED], right[fits.SLOPE_CLUSTERED] / np.sqrt(K))


@pytest.mark.parametrize("rows", [3, fits.BLOCK, fits.BLOCK + 1])
def test_the_log_likelihood(rows):
    x, y = sample("logistic", rows, 3)
    beta = np.array([-0.2, 2.0, 0.5])
    eta = beta @ x
    assert fits.log_likelihood(x, y, beta) == pytest.approx((y * eta - np.log1p(np.exp(eta))).sum(), rel=1e-13)


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_newton_is_the_careful_solver(seed):
    x, y = sample("logistic", 40, seed)
    weights = np.random.default_rng(seed).multinomial(40, np.full(40, 1 / 40)).astype(float)
    slow = logistic.fit(x.T, y, weights)
    beta, inverse, residuals = np.zeros(3), np.empty((3, 3)), np.empty(40)
    done = fits.newton(x, y, weights, beta, inverse, residuals)
    if done:  # plain steps may fail where halved ones do not
        assert slow.status == logistic.CONVERGED
        np.testing.assert_allclose(beta, slow.beta, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(inverse, slow.covariance, rtol=1e-4, atol=1e-6)


def test_separated_rows_have_no_fit():
    x, _ = sample("logistic")
    assert not fits.newton(x, (x[1] > 0).astype(float), np.ones(N), np.zeros(3), np.empty((3, 3)), np.empty(N))


@pytest.mark.parametrize("size", [7, 8])
def test_drawn_rows_are_counted(size):
    rows, copies = 4, 2
    words = np.random.default_rng(1).bit_generator.random_raw((50, (size + 1) // 2))
    counts = np.empty((50, rows))
    fits.count(words, size, rows, copies, counts)
    halves = np.stack([words >> 32, words & 0xFFFFFFFF], axis=-1).reshape(50, -1)[:, :size]
    slow = [np.bincount([(int(half) * copies * rows >> 32) % rows for half in line], minlength=rows) for line in halves]
    np.testing.assert_array_equal(counts, slow)
