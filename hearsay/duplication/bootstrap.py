"""Bootstrap resamples drawn fast and without bias: a generator in vector lanes, indices packed four to a word.

The generator is xoshiro256++ (Blackman & Vigna 2021, ACM TOMS 47:36). An index is the upper half of a random number
times n, and draws that would favour an index are rejected (Lemire 2019, ACM TOMACS 29:3), so that every resample is
exactly multinomial as far as the generator's words are uniform.
"""

import numpy as np

from hearsay.errors import HearsayError
from hearsay.jit import njit

LANES = 64  # generators advanced together; the compiler spreads them over the processor's vector lanes
PACKED = 2**16  # below so many rows an index fits in a quarter of a word
WORDS = 1024  # packed words made at a time, at least: few enough for the nearest cache

U = np.uint64
PAIR = U(0x0000FFFF0000FFFF)  # fields 0 and 2 of a word, each with room for a product
PAIR_ONE, FOUR_ONES = U(0x0000000100000001), U(0x0001000100010001)
FIELD = U(0xFFFF)
S16, S17, S19, S23, S32, S41, S45, S48 = (U(s) for s in (16, 17, 19, 23, 32, 41, 45, 48))


def state(seeds: np.random.SeedSequence) -> np.ndarray:
    """Return the generator's state (4, LANES): each lane starts with 256 bits of its own from `seeds`."""
    return seeds.generate_state(4 * LANES, U).reshape(4, LANES)


@njit
def advance(state, lane):
    """Return the next word of one lane."""
    a, b, c, d = state[0, lane], state[1, lane], state[2, lane], state[3, lane]
    total = a + d
    c ^= a
    d ^= b
    state[0, lane] = a ^ d
    state[1, lane] = b ^ c
    state[2, lane] = c ^ (b << S17)
    state[3, lane] = (d << S45) | (d >> S19)
    return ((total << S23) | (total >> S41)) + a


@njit
def draw(state, n):
    """Return one index, uniform on [0, n) with n <= 2**32, and advance `state`."""
    n = U(n)
    while True:
        product = (advance(state, 0) >> S32) * n
        low = product & U(0xFFFFFFFF)
        if low >= n or low >= U(2**32) % n:
            return np.int64(product >> S32)


@njit
def pack(state, n, words):
    """Fill `words`, a multiple of LANES, with four fields each: 1 + an index in [0, n), or 0 for a rejected draw.

    n < PACKED. Two 16-bit random numbers are multiplied by n at a time, each in its half of a word: the upper half of
    a product is the index, and a lower half below 2**16 mod n is rejected, which the carry of an addition tells.
    """
    n = U(n)
    keep = (U(PACKED) - U(PACKED) % n) * PAIR_ONE
    lanes = state.shape[1]
    for first in range(0, len(words), lanes):
        row = words[first : first + lanes]
        for lane in range(lanes):
            word = advance(state, lane)
            even, odd = (word & PAIR) * n, ((word >> S16) & PAIR) * n
            kept = ((((even & PAIR) + keep) >> S16) & PAIR_ONE) | (((odd & PAIR) + keep) & (PAIR_ONE << S16))
            index = ((even >> S16) & PAIR) | (odd & ~PAIR)
            row[lane] = (index + FOUR_ONES) & ((kept << S16) - kept)


@njit
def rejected(words):
    """Count the fields of `words` that hold no index."""
    count = np.uint16(0)
    for field in words.view(np.uint16):
        count = np.uint16(count + np.uint16(field == np.uint16(0)))
    return np.int64(count)


@njit
def gather(table, words):
    """Return the sum of the entries of `table` that `words`, an even number of packed words, name."""
    s, t, u, v = 0.0, 0.0, 0.0, 0.0
    w, x, y, z = 0.0, 0.0, 0.0, 0.0
    for i in range(0, len(words), 2):
        a, b = words[i], words[i + 1]
        s += table[a & FIELD]
        t += table[(a >> S16) & FIELD]
        u += table[(a >> S32) & FIELD]
        v += table[a >> S48]
        w += table[b & FIELD]
        x += table[(b >> S16) & FIELD]
        y += table[(b >> S32) & FIELD]
        z += table[b >> S48]
    return ((s + t) + (u + v)) + ((w + x) + (y + z))


@njit
def means(values, resamples, state):
    """Return the means of so many resamples of `values` (n,), float64."""
    n = len(values)
    out = np.empty(resamples)
    each = n // 8 * 2 if n < PACKED else 0  # packed words of a resample; the rest is drawn one by one
    block = max(1, WORDS // max(1, each))
    words = np.empty(-(-block * each // LANES) * LANES, np.uint64)
    table = np.zeros(n + 1)
    for i in range(n):
        table[i + 1] = values[i]
    for first in range(0, resamples, block):
        pack(state, n, words)
        for k in range(min(block, resamples - first)):
            part = words[k * each : (k + 1) * each]
            total = gather(table, part)
            for _ in range(n - 4 * each + rejected(part)):
                total += values[draw(state, n)]
            out[first + k] = total / n
    return out


@njit
def counts(state, out):
    """Fill `out` (resamples, n), any number type, with how often each resample draws each row."""
    n = out.shape[1]
    each = n // 4 if n < PACKED else 0
    words = np.empty(-(-each // LANES) * LANES, np.uint64)
    drawn = np.zeros(n + 1, np.int32)  # the first for rejected draws
    for k in range(len(out)):
        pack(state, n, words)
        for i in range(each):
            word = words[i]
            drawn[word & FIELD] += 1
            drawn[(word >> S16) & FIELD] += 1
            drawn[(word >> S32) & FIELD] += 1
            drawn[word >> S48] += 1
        for _ in range(n - 4 * each + drawn[0]):
            drawn[draw(state, n) + 1] += 1
        for i in range(n):
            out[k, i] = drawn[i + 1]
            drawn[i + 1] = 0
        drawn[0] = 0


def resample_means(x: np.ndarray, resamples: int, seeds: np.random.SeedSequence) -> np.ndarray:
    """Return the means (resamples,) of bootstrap resamples of `x` (n,), drawn from `seeds`: the same for the same.

    Raises HearsayError where `x` is not one row of finite numbers.
    """
    x = np.ascontiguousarray(x, float)
    if x.ndim != 1 or not len(x) or not np.isfinite(x).all():
        raise HearsayError(f"bootstrap: x is to be a row of finite numbers, at least one; its shape is {x.shape}")
    if resamples < 1:
        raise HearsayError(f"bootstrap: {resamples} resamples; at least one is needed")
    return means(x, resamples, state(seeds))
