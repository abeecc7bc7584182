"""How often AIC and BIC take in a predictor that has no effect, when every row is copied."""

from collections.abc import Sequence

import numpy as np

from hearsay.duplication import law
from hearsay.duplication.coverage import NEW_ROWS, share
from hearsay.duplication.simulated import TRUTH
from hearsay.tables import Table

CRITERIA = ("AIC", "BIC")

SELECTION = Table(
    "duplication/selection",
    "Selection of a predictor without effect, by copies of every row",
    ("criterion", "model", "rows", "arm", "copies"),
    {
        "criterion": "AIC: -2 log likelihood + 2 p; BIC: + p log(rows that the fit sees)",
        "model": "linear: y = 1 + 0.5 x1 + 0 x2 + N(0, 1); logistic: logit = -0.5 + 0.5 x1 + 0 x2; "
        "x1, x2 independent N(0, 1). With x2 against without",
        "rows": "rows n of the sample, before copying",
        "arm": "copies: every row k times; new rows: kn rows, all fresh",
        "copies": "copies k of every row, the row itself counted",
        "replicates": "simulated data sets, the same as those of the coverage",
        "failed": "data sets left out: a fit separated or not converged",
        "selected": "share of data sets in which the model with x2 has the smaller criterion",
        "selected_mc_error": "its Monte Carlo standard error",
        "law": "that share in closed form",
        "law_kind": "exact: through F, for any n; asymptotic: through chi-square, for large n",
        "z": "(selected - law) over the Monte Carlo standard error that the law implies",
    },
    text=("criterion", "model", "arm", "law_kind"),
)


def selected(ratios: np.ndarray, arm: str, model: str, rows: int, copies: Sequence[int]) -> list[tuple]:
    """Return the rows of `SELECTION`; ratios (replicates, copies): likelihood ratio statistics, nan where a fit failed.

    The model with one more coefficient has the smaller criterion exactly where its likelihood ratio statistic exceeds
    the penalty of one coefficient.
    """
    found, linear = [], model == "linear"
    for i, k in enumerate(copies):
        done = ratios[np.isfinite(ratios[:, i]), i]
        for criterion in CRITERIA:
            penalty = 2.0 if criterion == "AIC" else np.log(k * rows)
            seen = (1, k * rows) if arm == NEW_ROWS else (k, rows)
            expected = law.selection(criterion, *seen, len(TRUTH[model]), linear)
            taken, error = share(done > penalty)
            implied = np.sqrt(expected * (1 - expected) / len(done)) if len(done) else np.nan
            kind = "exact" if linear else "asymptotic"
            found.append((
                criterion, model, rows, arm, k, len(ratios), len(ratios) - len(done),
                taken, error, expected, kind, (taken - expected) / implied,
            ))  # fmt: skip
    return found
