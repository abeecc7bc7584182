"""The one exception that people are meant to read."""


class HearsayError(Exception):
    """Bad input or a broken promise, in one line: what, where, what was expected, what to do."""
