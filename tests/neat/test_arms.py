"""The cells of every size: each once, valid, and what the names say."""

from pathlib import Path

import pytest
import yaml

from hearsay import config
from hearsay.neat import arms
from hearsay.neat.arms import ABLATION, GRID, GROUPS, KEPT, MAIN, MEMORY, POLES, SCHEMES, TASKS, WITHOUT, XOR, A, B, C
from hearsay.neat.settings import FOREVER, NOTHING, NUMBER, PAIR, POSITION, Settings, settings
from hearsay.neat.start import STARTS
from tests.neat.planted_tables import TINY

ROOT = Path(__file__).parents[2]


def of_size(size):
    """The study's section of a configuration."""
    return config.validate(yaml.safe_load((ROOT / "config" / f"{size}.yaml").read_text()))["neat"]


SIZES = {"tiny": TINY} | {size: of_size(size) for size in ("config", "smoke", "paper")}


@pytest.mark.parametrize("size", SIZES)
def test_every_cell_can_run(size):
    found = arms.cells(SIZES[size])
    assert len({cell[:3] for cell in found}) == len(found)
    for cell in found:
        assert cell.task in TASKS and cell.start in STARTS
        assert cell.group in {*GROUPS, ABLATION} or cell.group.startswith(GRID)
        assert settings(cell.settings) == cell.settings  # checked again, field by field
        assert cell.n >= 2 and cell.n in SIZES[size]["runs"].values()
        assert cell.budget >= cell.settings.population
    # arms of a task and group are compared, which needs one budget
    assert len({(cell.task, cell.group, cell.budget) for cell in found}) == len({cell[:2] for cell in found})


@pytest.mark.parametrize("size", SIZES)
def test_an_arm_differs_from_the_others_of_its_group_in_its_scheme_alone(size):
    scheme = ("identity", "link_memory", "node_memory")
    for cell in arms.cells(SIZES[size]):
        if cell.group == ABLATION:
            continue
        assert cell.settings == settings(cell.settings, **SCHEMES[cell.arm])
        changed = {f for f in Settings._fields if getattr(cell.settings, f) != getattr(Settings(), f)} - {*scheme}
        base = set(arms.BASE[cell.task]) | set(GROUPS.get(cell.group, {}))
        grid = {"add_node", "add_link", "population"} if cell.group.startswith(GRID) else set()
        assert changed <= base | grid


def test_the_paper_s_sizes():
    found = {cell[:3]: cell for cell in arms.cells(SIZES["paper"])}
    for arm in (*MEMORY, arms.D1, arms.D3):
        assert found[XOR, MAIN, arm].n >= 10_000 and found[POLES, MAIN, arm].n >= 2000
    for arm in (A, B, C):
        assert found[WITHOUT, MAIN, arm].n >= 100
        assert found[arms.PARITY, MAIN, arm].n >= 300
    assert found[XOR, MAIN, arms.AGAIN].settings == found[XOR, MAIN, B].settings
    assert {arm for _, group, arm in found if group == ABLATION} == set(arms.ABLATIONS)


def test_the_schemes_are_what_their_names_say():
    memory = [SCHEMES[arm]["link_memory"] for arm in MEMORY]
    assert memory == sorted(memory) == [0, 1, 5, 20, FOREVER]
    assert all(SCHEMES[arm]["node_memory"] == SCHEMES[arm]["link_memory"] for arm in MEMORY)
    made = {arm: settings(**SCHEMES[arm]) for arm in SCHEMES}
    assert made[B] == made[arms.AGAIN] == Settings()
    assert {arm: one.identity for arm, one in made.items() if one.identity != NUMBER} == {
        arms.D1: PAIR,
        arms.D2: PAIR,
        arms.D3: POSITION,
        arms.NONE: NOTHING,
    }
    assert made[arms.D1].node_memory == made[arms.D3].node_memory == 0
    assert set(arms.SCHEME_WORDS) == set(SCHEMES)


def test_every_group_changes_something_and_no_two_are_alike():
    made = [settings(**changes) for changes in GROUPS.values()]
    assert len(set(made)) == len(GROUPS)


def test_places_of_the_grid():
    found = [cell for cell in arms.cells(SIZES["paper"]) if cell.group.startswith(GRID)]
    grid = SIZES["paper"]["grid"]
    assert len(found) == len(grid["structure"]) * len(grid["population"]) * len(MEMORY)
    for cell in found:
        structure = cell.settings.add_node / Settings().add_node
        assert cell.settings.add_link == pytest.approx(structure * Settings().add_link)
        assert cell.group == arms.grid_group(structure, cell.settings.population)


@pytest.mark.parametrize("size", SIZES)
def test_watched_cells_are_cells_of_the_experiment(size):
    every = {cell[:3]: cell for cell in arms.cells(SIZES[size])}
    found = arms.watched(SIZES[size])
    for cell in found:
        assert cell._replace(n=every[cell[:3]].n) == every[cell[:3]]
        assert cell.n == min(SIZES[size]["mechanism"]["runs"], every[cell[:3]].n)
    seen = {cell[:3] for cell in found}
    # each gets to the generation in which species are compared, and to a second look
    for cell in found:
        generations = min(cell.budget // cell.settings.population, SIZES[size]["mechanism"]["generations"])
        assert generations >= max(SIZES[size]["judging"]["generation"], 1 + SIZES[size]["mechanism"]["every"]), cell[:3]
    # what the claims look at
    assert {(task, MAIN, arm) for task in (XOR, POLES, arms.PARITY) for arm in (A, B, C)} <= seen
    assert {(task, KEPT, arm) for task in (XOR, POLES) for arm in (A, arms.D1)} <= seen
