"""The command `hearsay`: each study's tools for the reader's own work, and what the Makefile needs.

A command is a module `commands/NAME.py`, here or in a study, with NAME, HELP, add_arguments(parser) and run(args).
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import hearsay
from hearsay.errors import HearsayError

ROOT = Path(hearsay.__path__[0])


def commands() -> list[ModuleType]:
    """Return the command modules, the house's own and then the studies'."""
    packages = [
        "hearsay.commands",
        *(f"hearsay.{m.name}.commands" for m in pkgutil.iter_modules([str(ROOT)]) if m.ispkg),
    ]
    found = []
    for package in packages:
        folder = ROOT.joinpath(*package.split(".")[1:])
        names = sorted(m.name for m in pkgutil.iter_modules([str(folder)]))
        found += [importlib.import_module(f"{package}.{name}") for name in names]
    return found


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(prog="hearsay", description=hearsay.__doc__)
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands():
        sub = subparsers.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: its own (0 well, 1 what was checked fails), 2 for bad usage or bad input."""
    args = parser().parse_args(arguments)
    try:
        return args.run(args)
    except HearsayError as error:
        print(f"hearsay: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
