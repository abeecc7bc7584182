"""mutual_info_classif sees the target in noise where rows are repeated.

Seen with: scikit-learn 1.9.1
Kind: trap
Expected: copying rows leaves the joint distribution as it is; mutual information is documented to be zero for
    independent variables, and noise is documented to be added to remove repeated values.
Happens: the noise is far smaller than any distance between different rows. With more copies than n_neighbors the
    neighbours of a row are its own copies, which share its label, so that a feature of noise looks like the target
    itself. Oversampling before selecting features does this, and nothing warns.
Fix: warn where repeated rows outnumber n_neighbors, or take neighbours among distinct rows; say it in the
    documentation.
Known: none found
"""

import sys

import numpy as np
from sklearn.feature_selection import mutual_info_classif

random = np.random.default_rng(0)
X, y = random.normal(size=(500, 1)), random.integers(0, 2, 500)

mi = {k: mutual_info_classif(np.tile(X, (k, 1)), np.tile(y, k), random_state=0)[0] for k in (1, 5)}
print("observed:", {f"{k} copies": round(float(value), 3) for k, value in mi.items()})
print("expected: about 0 for any number of copies; the entropy of the target is", round(float(np.log(2)), 3))
if mi[5] > mi[1] + 0.1:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
