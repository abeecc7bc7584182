"""One entry of the census on one data set: its rows, and every fit made once."""

from collections.abc import Callable

import numpy as np

from hearsay.duplication import probe
from hearsay.duplication.data import load, split
from hearsay.duplication.private import HISTOGRAM, weightable
from hearsay.duplication.remedies import Remedy, tighten
from hearsay.duplication.roster import Entry
from hearsay.duplication.verdicts import TIMES, order_free
from hearsay.errors import HearsayError
from hearsay.seeds import generator

NUDGES = 2  # draws of weights one rounding unit apart


class Fitted:
    """Scores and labels of one fit on the probes, its held-out score, and its error where it had one."""

    def __init__(self, scores=None, labels=None, held_out=float("nan"), converged=True, error=""):
        self.scores, self.labels, self.held_out = scores, labels, held_out
        self.converged, self.error = converged, error

    @classmethod
    def of(cls, make: Callable, arena: "Arena") -> "Fitted":
        """Fit and score on the probes; whatever an estimator raises becomes the error of its row."""
        try:
            model, converged = make()
            scores = probe.scores(model, arena.probes)
            if not np.isfinite(scores).all(axis=1).any():
                raise HearsayError("no row has finite scores, so that no two fits can be compared")
            return cls(
                scores,
                probe.labels(model, arena.probes),
                probe.held_out(model, arena.split.x_test, arena.split.y_test),
                converged,
            )
        except Exception as error:  # whatever an estimator raises is its row's result, never the end of the census
            return cls(error=" ".join(f"{type(error).__name__}: {error}".split())[:300])


class Arena:
    """One entry on one data set: its rows, and every fit made once."""

    def __init__(self, entry: Entry, name: str, rows: int, seed: int):
        self.entry, self.name = entry, name
        draw = generator(seed, "duplication", f"census/{name}", 0)
        self.split = entry.view(split(load(name), min(rows, entry.cap or rows), draw))
        self.order = draw.permutation(len(self.split.y))
        state = int(generator(seed, "duplication", "census/state", 0).integers(2**31))
        self.estimator, self.other = entry.build(state), entry.build(state + 1)
        self.probes = np.vstack([self.split.x_test, self.split.x])
        self.fits: dict[tuple, Fitted] = {}

    def fit(self, key: tuple, make: Callable) -> Fitted:
        """Return the fit called `key`, made by `make` the first time."""
        if key not in self.fits:
            self.fits[key] = Fitted.of(make, self)
        return self.fits[key]

    def original(self, tight: bool) -> Fitted:
        """Return the fit to the rows as they are; tight: with tolerances tightened."""
        model = tighten(self.estimator) if tight else self.estimator
        return self.fit(("original", tight), lambda: probe.fit(model, self.split.x, self.split.y))

    def copied(self, k: int, how: str, remedy: Remedy | None, tight: bool) -> Fitted:
        """Return the fit to `k` copies with `remedy` applied."""

        def make():
            x, y, ids = probe.copied(self.split.x, self.split.y, k, how)
            model = self.estimator if remedy is None else remedy.apply(self.estimator, k, ids, x, y)
            return probe.fit(tighten(model) if tight else model, x, y)

        return self.fit((k, how, remedy and remedy.name, tight), make)

    def seed_floor(self) -> float:
        """Return the difference between two random states, NaN where there is none."""
        if "random_state" not in {p.split("__")[-1] for p in self.estimator.get_params()}:
            return float("nan")
        return self.floor(self.fit(("seed",), lambda: probe.fit(self.other, self.split.x, self.split.y)))

    def order_floor(self) -> float:
        """Return the difference that a permutation of the rows makes."""
        x, y = self.split.x[self.order], self.split.y[self.order]
        return self.floor(self.fit(("order",), lambda: probe.fit(self.estimator, x, y)))

    def rounding(self, k: int, bound: float) -> float:
        """Return the difference that rounding may explain, 0 where order may matter; the rule is `rounding_floor`'s."""
        if not order_free(self.entry.expects, self.entry.draws):
            return 0.0
        clean = self.weight_floor(2.0) <= bound
        floors = [self.order_floor(), self.nudge_floor(), self.weight_floor(k) if clean else 0.0]
        return TIMES * float(np.nanmax([0.0, *floors]))

    def weight_floor(self, weight: float) -> float:
        """Return the difference that a constant sample weight makes, NaN where none is taken."""
        return self._weighted(("weight", weight), np.full(len(self.split.y), float(weight)))

    def nudge_floor(self) -> float:
        """Return the largest difference that moving weights of 1 by one rounding unit makes, NaN where none is taken.

        A functional that is continuous at these rows cannot feel it; a tie between two cuts or two optima can.
        """
        draws = (np.random.default_rng(number).integers(-1, 2, len(self.split.y)) for number in range(NUDGES))
        # histogram boosting holds its gradients in single precision, where a finer nudge vanishes
        unit = np.finfo(np.float32 if isinstance(self.estimator, HISTOGRAM) else float).eps
        return float(np.max([self._weighted(("nudge", i), 1.0 + unit * draw) for i, draw in enumerate(draws)]))

    def _weighted(self, key: tuple, weights: np.ndarray) -> float:
        if not weightable(self.estimator):
            return float("nan")
        x, y = self.split.x, self.split.y
        return self.floor(self.fit(key, lambda: probe.fit(self.estimator, x, y, sample_weight=weights)))

    def floor(self, other: Fitted) -> float:
        """Return the difference of `other` from the fit to the rows, NaN where one failed."""
        if other.error or self.original(False).error:
            return float("nan")
        return probe.difference(self.original(False).scores, other.scores)
