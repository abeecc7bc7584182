"""The arms of the experiment: identity schemes, tasks, and the settings under which schemes are compared."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hearsay.neat.settings import FOREVER, Settings, settings
from hearsay.neat.start import FULL, MINIMAL, RANDOM

A, B, C, D1, D2, D3, K5, K20, AGAIN, NONE = "a", "b", "c", "d1", "d2", "d3", "k5", "k20", "b again", "none"

# Who is matched with whom. d2 names the same classes as c, and is no arm but a test; `again` has other seeds than b.
SCHEMES: dict[str, dict[str, Any]] = {
    A: {"link_memory": 0, "node_memory": 0},
    B: {"link_memory": 1, "node_memory": 1},
    K5: {"link_memory": 5, "node_memory": 5},
    K20: {"link_memory": 20, "node_memory": 20},
    C: {"link_memory": FOREVER, "node_memory": FOREVER},
    D1: {"identity": "pair", "link_memory": FOREVER, "node_memory": 0},
    D2: {"identity": "pair", "link_memory": FOREVER, "node_memory": FOREVER},
    D3: {"identity": "position", "link_memory": FOREVER, "node_memory": 0},
    AGAIN: {"link_memory": 1, "node_memory": 1},
    NONE: {"identity": "nothing", "link_memory": 0, "node_memory": 0},
}
SCHEME_WORDS = {
    A: "a: every mutation its own number",
    B: "b: remembered for one generation",
    K5: "for 5 generations",
    K20: "for 20 generations",
    C: "c: remembered for ever",
    D1: "d1: pairs, every split its own node",
    D2: "d2: pairs, splits remembered",
    D3: "d3: pairs of positions",
    AGAIN: "b again, other seeds",
    NONE: "nothing is aligned",
}
MEMORY = (A, B, K5, K20, C)  # by how long the record is kept

XOR, POLES, PARITY, WITHOUT = "XOR", "double poles", "parity", "double poles without velocities"
TASKS = (XOR, POLES, PARITY, WITHOUT)
# The paper's and the release's values for double poles without velocities; the other tasks keep the defaults.
HARD = {
    "population": 1000,
    "c3": 3.0,
    "threshold": 4.0,
    "survival": 0.4,
    "weight_power": 1.8,
    "mutate_weights": 0.8,
    "add_node": 0.01,
    "add_link": 0.3,
    "recurrent": 0.2,
    "toggle": 0.1,
    "reenable": 0.05,
}
BASE = {XOR: {}, POLES: {}, PARITY: {}, WITHOUT: HARD}

MAIN, ABLATION, GRID = "main", "ablation", "grid"
KEPT, LOTTERY, COPIED = "ties: both, doubles kept", "ties: either, doubles kept", "weight copied"
UNCROSSED, UNSPECIATED, TEN = "no crossover", "no speciation", "ten species"
# Mediators, tie rules and the rest: what is set beside the scheme.
GROUPS: dict[str, dict[str, Any]] = {
    MAIN: {},
    UNCROSSED: {"mutate_only": 1.0},
    UNSPECIATED: {"threshold": np.inf},
    TEN: {"species": 10},
    KEPT: {"tie": "both", "refuse_doubles": False},
    LOTTERY: {"tie": "either", "refuse_doubles": False},
    "distance by size": {"normalise": True},
    COPIED: {"copy_weight": True},
}
# Under these settings more schemes than a, b and c: what a scheme does to the number of species acts on a task too.
SCHEMES_UNDER = {
    UNCROSSED: (A, B, C, D1, D3),
    UNSPECIATED: (A, B, C, D1, D3, NONE),
    TEN: (A, B, C, D1, D3, NONE),
    KEPT: (A, B, C, D1),
    COPIED: (B, C),
}
ABLATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "full": (MINIMAL, {}),
    "no growth": (FULL, {"add_node": 0.0, "add_link": 0.0}),
    "no speciation": (MINIMAL, {"threshold": np.inf}),
    "no speciation, random start": (RANDOM, {"threshold": np.inf}),
    "random start": (RANDOM, {}),
    "no mating": (MINIMAL, {"mutate_only": 1.0}),
}


class Cell(NamedTuple):
    """The runs of one arm: `n` replicates from 0 on, each with its own random numbers."""

    task: str
    group: str
    arm: str
    settings: Settings
    start: str
    n: int
    budget: int


def grid_group(structure: float, population: int) -> str:
    """Return the name of a place in the grid: structural rates, as a multiple of the paper's, and population."""
    return f"{GRID}: structure x {structure:g}, population {population}"


def cells(config: Mapping[str, Any]) -> list[Cell]:
    """Return all cells of the experiment, from the study's section of the configuration."""
    runs, budgets = config["runs"], config["budgets"]
    found = []

    def add(task: str, group: str, arms: tuple[str, ...], n: int, **changes: Any) -> None:
        for arm in arms:
            given = settings(**{**BASE[task], **changes, **SCHEMES[arm]})
            found.append(Cell(task, group, arm, given, MINIMAL, n, budgets[_key(task)]))

    add(XOR, MAIN, (*MEMORY, D1, D3, AGAIN), runs["xor"])
    add(XOR, MAIN, (NONE,), runs["mediators_xor"])
    add(POLES, MAIN, (*MEMORY, D1, D3), runs["poles"])
    add(POLES, MAIN, (NONE,), runs["mediators_poles"])
    add(PARITY, MAIN, (A, B, C, D1), runs["parity"])
    add(WITHOUT, MAIN, (A, B, C), runs["without"])
    for group, changes in GROUPS.items():
        if group != MAIN:
            schemes = SCHEMES_UNDER.get(group, (A, B, C))
            add(XOR, group, schemes, runs["mediators_xor"], **changes)
            add(POLES, group, schemes, runs["mediators_poles"], **changes)
    for structure in config["grid"]["structure"]:
        for population in config["grid"]["population"]:
            rates = {"add_node": 0.03 * structure, "add_link": 0.05 * structure, "population": population}
            # one generation against for ever is what the grid is for: more runs
            add(XOR, grid_group(structure, population), (B, C), runs["grid"], **rates)
            add(XOR, grid_group(structure, population), (A, K5, K20), runs["grid_others"], **rates)
    for arm, (start, changes) in ABLATIONS.items():
        given = settings(**{**BASE[POLES], **changes, **SCHEMES[B]})
        found.append(Cell(POLES, ABLATION, arm, given, start, runs["ablation"], budgets["ablation"]))
    return found


def watched(config: Mapping[str, Any]) -> list[Cell]:
    """Return the cells whose runs are watched: main arms and both tie rules that keep doubles; not what takes long."""
    arms = (A, B, C, D1, D3)
    return [
        cell._replace(n=min(cell.n, config["mechanism"]["runs"]))
        for cell in cells(config)
        if cell.task != WITHOUT and cell.group in (MAIN, KEPT, LOTTERY) and cell.arm in arms
    ]


def _key(task: str) -> str:
    return {XOR: "xor", POLES: "poles", PARITY: "parity", WITHOUT: "without"}[task]
