"""numba's on-disk cache made sound: an edit in any module that a function reaches gives it a new cache folder.

numba invalidates a cached function only when its own file changes; a callee edited elsewhere would return old results.
"""

from collections.abc import Callable
from pathlib import Path

from hearsay import closure

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "build" / "numba"


def njit(function: Callable | None = None, **options) -> Callable:
    """Compile as `numba.njit(cache=True)` does, with the cache keyed by the code closure of the function's file."""
    if function is None:
        return lambda f: njit(f, **options)
    import numba

    source = Path(function.__code__.co_filename).resolve()
    root = ROOT if source.is_relative_to(ROOT) else source.parent
    files = closure.closure(source, root) if root == ROOT else [source.name]
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(CACHE / closure.digest(files, root)[:16])
    try:
        return numba.njit(cache=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
