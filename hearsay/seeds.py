"""Random numbers that depend on what is drawn, never on where or in which order."""

import hashlib

import numpy as np


def seed_sequence(root: int, study: str, arm: str, replicate: int) -> np.random.SeedSequence:
    """Return the seed sequence of one replicate, keyed by its study, arm and number under the root seed."""
    key = hashlib.sha256(f"{study}\0{arm}".encode()).digest()[:16]
    words = (int.from_bytes(key[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.SeedSequence(root, spawn_key=(*words, replicate))


def generator(root: int, study: str, arm: str, replicate: int) -> np.random.Generator:
    """Return numpy's generator of one replicate; for torch take `seed_sequence(...).generate_state(1)`."""
    return np.random.default_rng(seed_sequence(root, study, arm, replicate))
