"""The simulated data sets whose truth is known: a mean, a linear and a logistic regression."""

import numpy as np

from hearsay.seeds import generator

# coefficients of the column of ones and of two standard normal predictors; the last one is truly zero
TRUTH = {"mean": (0.0,), "linear": (1.0, 0.5, 0.0), "logistic": (-0.5, 0.5, 0.0)}
MODELS = tuple(TRUTH)


def stream(model: str, rows: int, seed: int, replicate: int) -> np.random.Generator:
    """Return the generator of one data set; the sample is what is drawn first."""
    return generator(seed, "duplication", f"coverage: {model}, {rows} rows", replicate)


def draw(model: str, rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return x (p, rows), its first row all ones, and y (rows,): normal with variance one, or 0 and 1 if logistic."""
    truth = np.array(TRUTH[model])
    x = np.ones((len(truth), rows))
    for j in range(1, len(truth)):
        x[j] = rng.standard_normal(rows)
    mean = truth @ x
    if model == "logistic":
        return x, (rng.random(rows) * (1 + np.exp(-mean)) < 1).astype(float)
    return x, mean + rng.standard_normal(rows)
