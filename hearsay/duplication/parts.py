"""Parts of the fast bootstrap, each alone: where its time goes, and what it cannot beat."""

import numpy as np

from hearsay.duplication import bootstrap, refits
from hearsay.duplication.logistic import fit
from hearsay.jit import njit


@njit
def draw(state, n, words, resamples):
    """Draw the packed indices of so many resamples of n rows, over and over into `words`."""
    for _ in range(resamples * (n // 4) // len(words)):
        bootstrap.pack(state, n, words)


@njit
def gather(table, words, resamples):
    """Sum the entries of `table` (n + 1,) for so many resamples whose packed indices are at hand in `words`."""
    total = 0.0
    each = (len(table) - 1) // 8 * 2
    for k in range(resamples):
        first = k * each % (len(words) - each)
        total += bootstrap.gather(table, words[first : first + each])
    return total


class Refitting:
    """The parts of `refits.refit_logistic`: drawing, and one evaluation of every resample, its exponentials apart.

    Each method does its part for all resamples, block by block; its argument, the number of the round, is not used.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, resamples: int, drawn: np.random.SeedSequence) -> None:
        """Take the data, and what decides the resamples."""
        n, p = x.shape
        self.blocks = -(-resamples // refits.BLOCK)
        self.state, self.y, self.start = bootstrap.state(drawn), y, refits.start(x, y, fit(x, y))
        self.count, self.variance = (np.zeros((refits.BLOCK, n), np.float32) for _ in range(2))
        self.eta, self.z = np.zeros((refits.BLOCK, n)), np.zeros((refits.BLOCK, p))
        self.score = np.empty((refits.BLOCK, p))
        self.packed = np.empty((refits.BLOCK, p * (p + 1) // 2), np.float32)

    def draw(self, _: int) -> None:
        """Count how often each resample draws each row."""
        for _ in range(self.blocks):
            bootstrap.counts(self.state, self.count)

    def exponentials(self, _: int) -> None:
        """Turn log odds into residuals and variances."""
        for _ in range(self.blocks):
            self._exponentials()

    def products(self, _: int) -> None:
        """Multiply the matrices: log odds, scores, information."""
        for _ in range(self.blocks):
            self._products()

    def evaluation(self, _: int) -> None:
        """Do the work of `exponentials` and `products`, and nothing else."""
        for _ in range(self.blocks):
            self._products()
            self._exponentials()

    def _exponentials(self) -> None:
        refits.evaluate(self.eta, self.count, self.y, self.start.offset, self.variance)

    def _products(self) -> None:
        np.dot(self.z, self.start.columns, out=self.eta)
        np.dot(self.eta, self.start.rows, out=self.score)
        np.dot(self.variance, self.start.pairs, out=self.packed)
