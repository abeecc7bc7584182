"""bootstrap_point632_score mixes unseen rows into the resubstitution accuracy.

Seen with: mlxtend 0.25.0
Kind: defect
Expected: the user guide defines the .632 estimate by the accuracy out of the bag and the resubstitution accuracy, and
    the docstring names Efron (1983), whose apparent error is that of the rule on the rows it was made from. The
    nearest neighbour of a row it was made from is the row itself, so for 1-NN that accuracy is one.
Happens: each round's model, fitted to a resample, is scored on all rows, of which about a third are out of its bag
    and count twice. For learners that overfit the estimate is too low, the more so the closer they fit.
Fix: fit the estimator to all rows once and score it on them.
Known: none found
"""

import sys

import numpy as np
from mlxtend.evaluate import bootstrap_point632_score
from sklearn.neighbors import KNeighborsClassifier

random = np.random.default_rng(0)
X, y = random.normal(size=(60, 2)), random.permutation(np.repeat([0, 1], 30))
score = {
    method: bootstrap_point632_score(KNeighborsClassifier(1), X, y, n_splits=50, method=method, random_seed=0).mean()
    for method in ("oob", ".632")
}
resubstitution = KNeighborsClassifier(1).fit(X, y).score(X, y)

observed = round(score[".632"], 3)
expected = round(0.632 * score["oob"] + 0.368 * resubstitution, 3)
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
