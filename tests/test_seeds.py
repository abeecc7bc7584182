"""Replicates draw the same numbers wherever and whenever they run, and different ones from each other."""

from hypothesis import given
from hypothesis import strategies as st

from hearsay.seeds import generator

keys = st.tuples(st.integers(0, 2**40), st.text(max_size=9), st.text(max_size=9), st.integers(0, 2**31))


@given(keys)
def test_same_key_same_numbers(key):
    assert (generator(*key).random(4) == generator(*key).random(4)).all()


@given(keys, keys)
def test_other_key_other_numbers(one, other):
    assert one == other or (generator(*one).random(4) != generator(*other).random(4)).all()


def test_study_and_arm_do_not_run_together():
    assert generator(0, "ab", "c", 0).random() != generator(0, "a", "bc", 0).random()


def test_numbers_stay_as_published():
    """Pinned: a change here changes every result of every study."""
    assert generator(20120614, "imagenet", "random permutation", 0).integers(1000, size=3).tolist() == PINNED


PINNED = [812, 521, 778]
