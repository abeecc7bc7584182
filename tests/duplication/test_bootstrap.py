"""Resamples are exactly multinomial: the generator is the published one, and no index is favoured."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.duplication import bootstrap
from hearsay.errors import HearsayError

MASK = 2**64 - 1
# the first words from the state 1, 2, 3, 4, as the reference implementation gives them
PUBLISHED = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162]


def seeds(number=1):
    return np.random.SeedSequence(number)


def words_of(lane, count):
    """xoshiro256++ in Python's integers."""
    a, b, c, d = (int(word) for word in lane)
    rotate = lambda word, by: ((word << by) | (word >> (64 - by))) & MASK  # noqa: E731
    for _ in range(count):
        yield (rotate((a + d) & MASK, 23) + a) & MASK
        shifted = (b << 17) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotate(d, 45)


def test_the_generator_is_the_published_one():
    state = np.arange(1, 5, dtype=np.uint64).reshape(4, 1)
    assert [int(bootstrap.advance(state, 0)) for _ in PUBLISHED] == PUBLISHED
    assert list(words_of([1, 2, 3, 4], len(PUBLISHED))) == PUBLISHED


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, bootstrap.PACKED - 1), seed=st.integers(0, 2**32), rows=st.integers(1, 3))
def test_packed_indices_are_those_of_plain_integers(n, seed, rows):
    state = bootstrap.state(seeds(seed))
    lanes = [list(words_of(lane, rows)) for lane in state.T]
    words = np.empty(rows * bootstrap.LANES, np.uint64)
    bootstrap.pack(state, n, words)
    for i, packed in enumerate(words):
        word = lanes[i % bootstrap.LANES][i // bootstrap.LANES]
        for field in range(4):
            product = (word >> 16 * field & 0xFFFF) * n
            expected = 0 if product % 2**16 < 2**16 % n else 1 + product // 2**16
            assert int(packed) >> 16 * field & 0xFFFF == expected


@pytest.mark.parametrize("n", [1, 3, 1000, 4096, 40_000, 65_535])
def test_no_index_is_favoured(n):
    """Of all 16-bit numbers, equally many lead to each index once the rejected ones are taken out."""
    product = np.arange(2**16) * n
    index = product[product % 2**16 >= 2**16 % n] // 2**16
    assert set(np.bincount(index, minlength=n)) == {2**16 // n}


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 2**32), seed=st.integers(0, 1000))
def test_single_draws_are_those_of_plain_integers(n, seed):
    state = bootstrap.state(seeds(seed))
    products = (((word >> 32) * n) for word in words_of(state[:, 0], 100))
    expected = next(product >> 32 for product in products if product % 2**32 >= 2**32 % n)
    assert bootstrap.draw(state, n) == expected


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 300), seed=st.integers(0, 1000))
def test_means_are_those_of_the_indices_drawn(n, seed):
    x = np.random.default_rng(n).standard_normal(n)
    state = bootstrap.state(seeds(seed))
    each = n // 8 * 2
    block = max(1, bootstrap.WORDS // max(1, each))
    words = np.empty(-(-block * each // bootstrap.LANES) * bootstrap.LANES, np.uint64)
    bootstrap.pack(state, n, words)
    for mean, part in zip(bootstrap.resample_means(x, 3, seeds(seed)), words[: 3 * each].reshape(3, each), strict=True):
        indices = part.view(np.uint16)[part.view(np.uint16) > 0] - 1
        rest = [bootstrap.draw(state, n) for _ in range(n - len(indices))]
        assert mean == pytest.approx(np.mean(x[np.append(indices, rest).astype(int)]), rel=1e-12, abs=1e-14)


def drawn(n, resamples, seed=3):
    counts = np.empty((resamples, n), np.int64)
    bootstrap.counts(bootstrap.state(seeds(seed)), counts)
    return counts


def unequal(counts):
    """P value of the chi-square test that all rows are drawn equally often."""
    return scipy.stats.chisquare(counts.sum(axis=0)).pvalue


@pytest.mark.parametrize(("n", "resamples"), [(2, 20_000), (7, 20_000), (100, 5000), (1000, 5000), (70_000, 20)])
def test_every_row_is_drawn_equally_often_and_n_rows_a_resample(n, resamples):
    counts = drawn(n, resamples)
    assert (counts.sum(axis=1) == n).all()
    assert unequal(counts) > 1e-4


def test_a_generator_that_favours_rows_is_noticed():
    """The same draws without the rejection: 536 of 1000 rows are drawn 1.5 per cent too rarely."""
    halves = np.random.default_rng(0).integers(0, 2**16, 5_000_000)
    assert unequal(np.bincount(halves * 1000 >> 16, minlength=1000)[None]) < 1e-4


def test_resamples_of_three_rows_have_their_exact_probabilities():
    counts = drawn(3, 50_000)
    outcomes, seen = np.unique(counts, axis=0, return_counts=True)
    assert len(outcomes) == 10
    expected = scipy.stats.multinomial.pmf(outcomes, 3, [1 / 3] * 3) * len(counts)
    assert scipy.stats.chisquare(seen, expected).pvalue > 1e-4


def test_counts_of_two_rows_are_correlated_as_they_must_be_and_resamples_are_independent():
    n, resamples = 20, 40_000
    counts = drawn(n, resamples)
    correlation = np.corrcoef(counts.T)
    off = correlation[np.triu_indices(n, 1)]
    assert np.abs((off + 1 / (n - 1)) * np.sqrt(resamples)).max() < 4.5
    lagged = np.corrcoef(counts[:-1, 0], counts[1:, 0])[0, 1]
    assert abs(lagged) * np.sqrt(resamples) < 4.5
    assert counts.var(axis=0) == pytest.approx(1 - 1 / n, rel=0.05)


@pytest.mark.parametrize("n", [10, 1000])
def test_the_means_of_zeros_and_ones_are_binomial(n):
    x = (np.arange(n) < n * 0.3).astype(float)
    means = bootstrap.resample_means(x, 40_000, seeds())
    assert np.abs(means * n - np.round(means * n)).max() < 1e-9
    law = scipy.stats.binom(n, 0.3)
    seen = np.bincount(np.round(means * n).astype(int), minlength=n + 1)
    many = law.pmf(np.arange(n + 1)) * len(means) >= 10
    expected = law.pmf(np.arange(n + 1))[many] * len(means)
    statistic = ((seen[many] - expected) ** 2 / expected).sum()
    assert scipy.stats.chi2.sf(statistic, many.sum()) > 1e-4


def test_the_distribution_is_that_of_scipy():
    x = np.random.default_rng(0).standard_exponential(200)
    ours = bootstrap.resample_means(x, 20_000, seeds())
    theirs = scipy.stats.bootstrap((x,), np.mean, n_resamples=20_000, batch=100, method="percentile", rng=1)
    assert scipy.stats.ks_2samp(ours, theirs.bootstrap_distribution).pvalue > 1e-4


def test_the_same_seed_gives_the_same_and_another_another():
    x = np.random.default_rng(0).standard_normal(100)
    first = bootstrap.resample_means(x, 500, seeds(1))
    assert np.array_equal(first, bootstrap.resample_means(x, 500, seeds(1)))
    assert not np.isin(first, bootstrap.resample_means(x, 500, seeds(2))).any()


@pytest.mark.parametrize(("x", "resamples"), [([1.0, np.nan], 10), ([], 10), ([[1.0]], 10), ([1.0, 2.0], 0)])
def test_bad_input_is_one_line(x, resamples):
    with pytest.raises(HearsayError, match=r"^bootstrap: [^\n]+$"):
        bootstrap.resample_means(np.array(x), resamples, seeds())
