"""Progress of long work: a bar in a terminal, plain lines in a log."""

import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
log = logging.getLogger("hearsay")
# A bar belongs to one process. The lock that tqdm shares between processes stays locked where its holder is killed.
tqdm.set_lock(threading.RLock())
SECONDS_BETWEEN_LINES = 5.0


def progress(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Yield from `items`; say how far they are, as `label`, on a terminal's standard error and in the log."""
    if total is None and hasattr(items, "__len__"):
        total = len(items)
    bar = tqdm(items, desc=label, total=total, leave=False, disable=not sys.stderr.isatty())
    last, done = time.monotonic(), 0
    for item in bar:
        yield item
        done += 1
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            log.info("%s: %s", label, f"{done:,} of {total:,}" if total else f"{done:,}")
    log.info("%s: done, %s", label, f"{done:,}")
