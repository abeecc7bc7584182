"""The reader's own work, named as `MODULE:FACTORY`: find it, and say in one line what is wrong with it."""

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from hearsay.errors import HearsayError


def load_factory(name: str, returns: str, example: str = "my_work:make") -> Callable[[], object]:
    """Return the callable that `MODULE:FACTORY` names; modules of the current folder are found too.

    returns: what it is expected to return, and example: such a name, both for the errors. Raises HearsayError where
    there is none.
    """
    module_name, colon, path = name.partition(":")
    if not (module_name and colon and path):
        raise HearsayError(f"{name!r} names no factory; expected MODULE:FACTORY, such as {example}")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            where = f"there is no module {error.name!r} in the current folder or among the installed packages"
            raise HearsayError(f"{name}: {where}") from None
        raise HearsayError(f"{name}: module {module_name!r} needs {error.name!r}, which is not installed") from None
    except Exception as error:
        raise HearsayError(f"{name}: importing {module_name!r} raised {said(error)}") from None
    found = module
    for part in path.split("."):
        if not hasattr(found, part):
            public = [other for other in dir(found) if not other.startswith("_")]
            raise HearsayError(f"{name}: {module_name} has no {path!r}{nearest(part, public)}")
        found = getattr(found, part)
    if not callable(found):
        raise HearsayError(f"{name} is no callable; expected a function or class that returns {returns}")
    return found


def call(factory: Callable[[], object]) -> object:
    """Return what the factory returns. Raises HearsayError where it raises."""
    try:
        return factory()
    except Exception as error:
        name = getattr(factory, "__qualname__", repr(factory))
        raise HearsayError(f"the factory {name} raised {said(error)}") from None


def said(error: BaseException) -> str:
    """Return an error in one line: its type, and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def nearest(name: str, among: Iterable[object]) -> str:
    """Return, to be put behind a sentence, the name that was probably meant, or all there are if they are few."""
    known = [str(other) for other in among]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6) or [
        other for other in known if other.casefold() == name.casefold()
    ]
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; it has {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}" if len(known) <= 30 else ""
