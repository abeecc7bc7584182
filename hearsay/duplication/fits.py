"""Linear and logistic regressions with textbook and cluster-robust standard errors, fast enough to simulate coverage.

Columns lie in rows of `x` (p, N), so that the loops over the data run in vector lanes. The mean is the linear
regression on a column of ones.
"""

import numpy as np

from hearsay.jit import njit

# What vector lanes need: sums may be reordered, and a division by zero gives infinity instead of an exception.
LANES = {"fastmath": {"reassoc", "nsz", "contract"}, "error_model": "numpy"}
SLOPE, SLOPE_SE, SLOPE_CLUSTERED, NULL, NULL_SE, NULL_CLUSTERED, RATIO = range(7)
FIELDS = 7
ITERATIONS = 25
STEP = 1e-6  # a Newton step this small leaves an error of its square
FLAT = 1e-10  # share of the information at a half that is left where a fit runs off to infinity
BLOCK = 512  # factors in (1, 2] multiplied before one logarithm is taken


@njit
def exp_minus(t):
    """Return exp(-t) to 1 ulp for |t| <= 700 (beyond: that of 700), in a form that compilers vectorise.

    Cody & Waite's reduction by a two-part log 2, then the Taylor polynomial of degree 13 on |r| <= log(2) / 2.
    """
    t = max(min(t, 700.0), -700.0)
    m = np.floor(t * 1.4426950408889634 + 0.5)
    r = (m * 0.6931471803691238 - t) + m * 1.9082149292705877e-10
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * np.int64((np.int64(1023) - np.int64(m)) << 52).view(np.float64)


@njit(**LANES)
def _weighted_products(x, v, a):
    """Put the sum of v x x' over the columns of x (p, N) into `a` (p, p)."""
    p, n = x.shape
    for j in range(p):
        for m in range(j + 1):
            s = 0.0
            for i in range(n):
                s += v[i] * x[j, i] * x[m, i]
            a[j, m] = s
            a[m, j] = s


@njit
def _invert(a):
    """Invert a positive definite matrix in place; False where a pivot vanishes."""
    p = a.shape[0]
    for j in range(p):
        if not a[j, j] > 0.0:
            return False
        pivot = 1.0 / a[j, j]
        a[j, j] = 1.0
        for m in range(p):
            a[j, m] *= pivot
        for i in range(p):
            if i != j:
                factor = a[i, j]
                a[i, j] = 0.0
                for m in range(p):
                    a[i, m] -= factor * a[j, m]
    return True


@njit(**LANES)
def _combine(x, beta, out):
    p, n = x.shape
    for i in range(n):
        out[i] = 0.0
    for j in range(p):
        b = beta[j]
        for i in range(n):
            out[i] += b * x[j, i]


@njit(**LANES)
def newton(x, y, w, beta, inverse, residuals):
    """Maximise a weighted logistic likelihood from `beta` (p,), in place; False where Newton's steps do not settle.

    x (p, N), y (N,) of 0 and 1, w (N,) >= 0; left behind: the inverse information (p, p) and w (y - mu) (N,), both one
    step of at most STEP before the result. Plain steps: what fails here is for `hearsay.duplication.logistic`, which
    halves them and tells separation.
    """
    p, n = x.shape
    score = np.empty(p)
    v = np.empty(n)
    total = 0.0
    for i in range(n):
        total += w[i]
    for _ in range(ITERATIONS):
        _combine(x, beta, residuals)
        spread = 0.0
        for i in range(n):
            e = exp_minus(residuals[i])
            mu = 1.0 / (1.0 + e)
            v[i] = w[i] * e * mu * mu
            spread += v[i]
            residuals[i] = w[i] * (y[i] - mu)
        for j in range(p):
            s = 0.0
            for i in range(n):
                s += residuals[i] * x[j, i]
            score[j] = s
        _weighted_products(x, v, inverse)
        if not spread > FLAT * 0.25 * total or not _invert(inverse):
            return False
        step = 0.0
        size = 1.0
        for j in range(p):
            s = 0.0
            for m in range(p):
                s += inverse[j, m] * score[m]
            beta[j] += s
            step = max(step, abs(s))
            size = max(size, abs(beta[j]))
        if not size < 1e6:
            return False
        if step <= STEP * size:
            return True
    return False


@njit(**LANES)
def log_likelihood(x, y, beta):
    """Return the log likelihood of a logistic regression; x (p, N), y (N,), beta (p,)."""
    n = x.shape[1]
    eta = np.empty(n)
    _combine(x, beta, eta)
    total = 0.0
    for start in range(0, n, BLOCK):
        product = 1.0
        for i in range(start, min(start + BLOCK, n)):
            total += y[i] * eta[i] - max(eta[i], 0.0)
            product *= 1.0 + exp_minus(abs(eta[i]))
        total -= np.log(product)
    return total


@njit(**LANES)
def _standard_errors(x, residuals, inverse, variance, members, clusters, out):
    """Fill in the naive and the CR0 standard errors of the slope and of the null coefficient (the last)."""
    p, n = x.shape
    sums = np.zeros((clusters, p))
    for i in range(n):
        for j in range(p):
            sums[members[i], j] += residuals[i] * x[j, i]
    for place in range(2):
        row = min(1, p - 1) if place == 0 else p - 1
        s = 0.0
        for c in range(clusters):
            u = 0.0
            for j in range(p):
                u += inverse[row, j] * sums[c, j]
            s += u * u
        out[SLOPE_SE + 3 * place] = np.sqrt(variance * inverse[row, row])
        out[SLOPE_CLUSTERED + 3 * place] = np.sqrt(s)


@njit(**LANES)
def linear(x, y, members, clusters, out):
    """Fit least squares of y (N,) on x (p, N); put FIELDS numbers into `out`; return whether the fit exists.

    Slope is the coefficient of the second column (of the only one), null that of the last. Standard errors: the
    textbook's, with N - p degrees of freedom, and CR0 with `members` (N,) in 0..clusters-1. RATIO is the likelihood
    ratio statistic of the last coefficient, N log(1 + t^2 / (N - p)).
    """
    p, n = x.shape
    inverse = np.empty((p, p))
    residuals = np.empty(n)
    for i in range(n):
        residuals[i] = 1.0
    _weighted_products(x, residuals, inverse)
    if not _invert(inverse):
        return False
    beta, cross = np.zeros(p), np.empty(p)
    for j in range(p):
        s = 0.0
        for i in range(n):
            s += x[j, i] * y[i]
        cross[j] = s
    for j in range(p):
        for m in range(p):
            beta[j] += inverse[j, m] * cross[m]
    _combine(x, beta, residuals)
    s = 0.0
    for i in range(n):
        residuals[i] = y[i] - residuals[i]
        s += residuals[i] * residuals[i]
    out[SLOPE] = beta[min(1, p - 1)]
    out[NULL] = beta[p - 1]
    _standard_errors(x, residuals, inverse, s / (n - p), members, clusters, out)
    out[RATIO] = n * np.log1p(beta[p - 1] ** 2 / (inverse[p - 1, p - 1] * s))
    return s > 0.0


@njit
def logistic(x, y, members, clusters, beta, smaller, ratio, out):
    """Fit a logistic regression as `linear` does; `beta` (p,) and `smaller` (p - 1,) are start and result.

    `smaller` belongs to the model without the last column, which is fitted only if `ratio`; else RATIO is not a number.
    """
    p, n = x.shape
    weights, residuals = np.ones(n), np.empty(n)
    inverse = np.empty((p - 1, p - 1))
    if ratio and not newton(x[: p - 1], y, weights, smaller, inverse, residuals):
        return False
    inverse = np.empty((p, p))
    if not newton(x, y, weights, beta, inverse, residuals):
        return False
    out[SLOPE] = beta[1]
    out[NULL] = beta[p - 1]
    _standard_errors(x, residuals, inverse, 1.0, members, clusters, out)
    out[RATIO] = np.nan
    if ratio:
        out[RATIO] = 2.0 * (log_likelihood(x, y, beta) - log_likelihood(x[: p - 1], y, smaller))
    return True


@njit
def logistic_resampled(x, y, counts, start, slopes, settled):
    """Fit one logistic regression a row of `counts` (B, n), the times that each data row is in a resample.

    start (p,): where every fit starts; slopes (B, 2): slope and null coefficient; settled (B,): whether Newton did.
    """
    p, n = x.shape
    beta, inverse, residuals = np.empty(p), np.empty((p, p)), np.empty(n)
    for b in range(counts.shape[0]):
        for j in range(p):
            beta[j] = start[j]
        settled[b] = newton(x, y, counts[b], beta, inverse, residuals)
        slopes[b, 0] = beta[1]
        slopes[b, 1] = beta[p - 1]


@njit(**LANES)
def count(words, size, rows, copies, counts):
    """Draw `size` of `copies` * `rows` tiled rows; count in counts (B, rows) how often each original row was drawn.

    words (B, at least size / 2) uint64: random bits, for two draws each. A row's probability is off by less than
    2**-32 (Lemire 2019, ACM TOMACS 29:3, without the rejection).
    """
    population = np.uint64(copies * rows)
    half = np.uint64(32)
    times = np.empty(copies * rows, np.int32)
    for b in range(words.shape[0]):
        for i in range(len(times)):
            times[i] = 0
        for i in range(size // 2):
            word = words[b, i]
            times[((word >> half) * population) >> half] += 1
            times[((word & np.uint64(0xFFFFFFFF)) * population) >> half] += 1
        if size % 2:
            times[((words[b, size // 2] >> half) * population) >> half] += 1
        for i in range(rows):
            counts[b, i] = 0.0
        for c in range(copies):
            for i in range(rows):
                counts[b, i] += times[c * rows + i]
