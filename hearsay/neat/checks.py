"""Checks of what a reader hands over, with one line where it is wrong."""

from typing import Any

import numpy as np

from hearsay.errors import HearsayError


def shown(value: Any) -> str:
    """Return a value as it is written, in one line of at most 60 characters."""
    return " ".join(repr(value).split())[:60]


def whole(where: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number from `least` to `most`; raise HearsayError that begins with `where` if it is not one."""
    number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if number and value >= least and (most is None or value <= most):
        return int(value)
    among = f"of {least} or more" if most is None else f"from {least} to {most}"
    raise HearsayError(f"{where}: expected a whole number {among}; got {shown(value)}")
