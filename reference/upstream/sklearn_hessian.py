"""HistGradientBoosting has a hidden absolute threshold on weights.

Seen with: scikit-learn 1.9.1
Kind: undocumented
Expected: the documentation of fit calls sample_weight the weights of the training data; multiplying all by one factor
    changes neither the weighted mean loss nor the fit of a DecisionTreeClassifier.
Happens: a node is split only if each child has a summed second derivative of 1e-3, a constant of the grower that no
    parameter reaches and the documentation does not name. The smaller the weights, the smaller the trees; with tiny
    ones there is no split at all, the model is a constant, and nothing warns.
Fix: make the threshold relative to the mean weight, or a documented parameter.
Known: none found
"""

import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

random = np.random.default_rng(0)
X = random.normal(size=(2000, 3))
y = (np.sin(3 * X[:, 0]) + X[:, 1] * X[:, 2] > 0).astype(int)


def accuracy(weight):
    """Return the accuracy on the training rows where every row has this weight."""
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    return round(model.fit(X, y, sample_weight=np.full(len(y), weight)).score(X, y), 2)


observed, expected = accuracy(1e-6), accuracy(1.0)
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
