"""Three classifiers small enough to refit millions of times: linear discriminant, 1 and 3 nearest neighbours.

Each is defined for every weighted data set, so that no resample and no fold ever has to be dropped: with rows of one
class only, that class is predicted; with a singular covariance, the nearer centroid. Two classes, 0 and 1.
"""

import numpy as np

from hearsay.jit import njit

LDA = 0  # code of the linear discriminant; k >= 1 codes k nearest neighbours
SINGULAR = 1e-12  # determinant of a pooled covariance over its squared trace that counts as none


@njit
def discriminant(x, y, w, line):
    """Fit Fisher's discriminant to weighted rows; fill `line` (3,) with u, v, c; return whether it was singular.

    Class 1 is predicted where u x0 + v x1 + c > 0. Both classes have the same prior, so c puts the line through the
    middle of the centroids; the pooled covariance is the n-denominator one, whose factor does not move the line.
    x: (n, 2); y: (n,) of 0 and 1; w: (n,) numbers of copies.
    """
    weight, mean = np.zeros(2), np.zeros((2, 2))
    for i in range(len(y)):
        weight[y[i]] += w[i]
        mean[y[i], 0] += w[i] * x[i, 0]
        mean[y[i], 1] += w[i] * x[i, 1]
    if weight[0] == 0 or weight[1] == 0:
        line[0], line[1], line[2] = 0.0, 0.0, 1.0 if weight[0] == 0 else -1.0
        return False
    # scalars one by one: array expressions would cost seconds of compilation
    for k in range(2):
        mean[k, 0] /= weight[k]
        mean[k, 1] /= weight[k]
    a, b, c = 0.0, 0.0, 0.0
    for i in range(len(y)):
        p, q = x[i, 0] - mean[y[i], 0], x[i, 1] - mean[y[i], 1]
        a += w[i] * p * p
        b += w[i] * p * q
        c += w[i] * q * q
    u, v = mean[1, 0] - mean[0, 0], mean[1, 1] - mean[0, 1]
    determinant = a * c - b * b
    singular = determinant <= SINGULAR * (a + c) ** 2
    if not singular:
        u, v = (c * u - b * v) / determinant, (a * v - b * u) / determinant
    line[0], line[1] = u, v
    line[2] = -0.5 * (u * (mean[0, 0] + mean[1, 0]) + v * (mean[0, 1] + mean[1, 1]))
    return singular


@njit
def order_by_distance(points, x):
    """Return (m, n): for each of `points` (m, 2) the rows of `x` (n, 2) from near to far, equals in their order."""
    order, distance = np.empty((len(points), len(x)), np.int64), np.empty(len(x))
    for p in range(len(points)):
        near = order[p]
        for i in range(len(x)):
            a, b = x[i, 0] - points[p, 0], x[i, 1] - points[p, 1]
            distance[i] = a * a + b * b
            j = i
            while j > 0 and distance[near[j - 1]] > distance[i]:
                near[j] = near[j - 1]
                j -= 1
            near[j] = i
    return order


@njit
def vote(order, y, w, k):
    """Return the class of the majority among the `k` nearest rows, k odd; `order` (n,) from near to far.

    A row with several copies counts so often, and one with w = 0 is not there.
    """
    found, ones = 0, 0
    for j in order:
        take = min(w[j], k - found)
        found += take
        ones += take * y[j]
        if found == k:
            break
    return 1 if 2 * ones > found else 0


@njit
def predict(learner, x, y, w, order, line, out):
    """Fit to the rows with numbers of copies `w`; predict every row of `x` into `out`; return whether it was singular.

    order: (n, n) from `order_by_distance(x, x)`, read by the neighbours; line: (3,), work space.
    """
    singular = False
    if learner == LDA:
        singular = discriminant(x, y, w, line)
        for i in range(len(y)):
            out[i] = 1 if line[0] * x[i, 0] + line[1] * x[i, 1] + line[2] > 0 else 0
    else:
        for i in range(len(y)):
            out[i] = vote(order[i], y, w, learner)
    return singular
