"""bootstrap_point632_score(method=".632+") leaves the range of an accuracy.

Seen with: mlxtend 0.25.0
Kind: defect
Expected: the documentation names Efron and Tibshirani (1997), who bound the relative overfitting rate to lie between
    nought and one, and the error by the no-information rate. An accuracy lies between nought and one.
Happens: neither bound is applied. In rounds where the error out of the bag exceeds the no-information rate the weight
    grows beyond one, and scores leave the range of an accuracy. Their mean and percentiles are reported as usual.
Fix: take the error out of the bag as at most the no-information rate, and the rate as nought where it is negative.
Known: none found
"""

import sys

import numpy as np
from mlxtend.evaluate import bootstrap_point632_score
from sklearn.neighbors import KNeighborsClassifier

random = np.random.default_rng(0)
X, y = random.normal(size=(40, 2)), random.permutation(np.repeat([0, 1], 20))
scores = bootstrap_point632_score(KNeighborsClassifier(1), X, y, n_splits=50, method=".632+", random_seed=0)

print("observed: lowest", round(scores.min(), 3), "highest", round(scores.max(), 3))
print("expected: accuracies between 0 and 1")
if scores.min() < 0 or scores.max() > 1:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
