"""Options that could not give a table are refused before anything runs, in one line that says what to do."""

from pathlib import Path

import pytest
import yaml

from hearsay import config
from hearsay.errors import HearsayError
from hearsay.neat.config import Config

ROOT = Path(__file__).parents[2]


def problem(settings, tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump({"neat": settings}, sort_keys=False))
    with pytest.raises(HearsayError) as error:
        config.validate({"neat": settings}, [file])
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(f"{file}:")
    return str(error.value)


def test_the_defaults_are_valid():
    assert config.validate({})["neat"] == Config().model_dump(mode="json")
    assert config.validate({"neat": {}})["neat"] == config.validate({})["neat"]


@pytest.mark.parametrize("size", ["config", "smoke", "paper"])
def test_the_sizes_are_valid(size):
    given = yaml.safe_load((ROOT / "config" / f"{size}.yaml").read_text())
    found = config.validate(given)["neat"]
    for section, options in given.get("neat", {}).items():
        if isinstance(options, dict):
            assert {name: found[section][name] for name in options} == options


def test_the_bounds_are_those_fixed_before_the_runs():
    """No size may move what decides the claims; only its number of runs and resamples."""
    fixed = ("alpha", "margin", "fewer", "rare")
    for size in ("smoke", "paper"):
        given = yaml.safe_load((ROOT / "config" / f"{size}.yaml").read_text())["neat"]
        assert not set(fixed) & set(given["judging"])
        assert "primary" not in given
    bounds = Config().judging
    assert [getattr(bounds, name) for name in fixed] == [0.05, 0.03, 0.05, 0.01]
    assert Config().primary == ["XOR", "double poles"]


@pytest.mark.parametrize(
    ("settings", "place", "said"),
    [
        ({"runs": {"xor": 19}}, ":3: neat.runs.xor: ", "20"),
        ({"runs": {"poles": "many"}}, ":3: neat.runs.poles: ", "integer"),
        ({"runs": {"parity": 300.5}}, ":3: neat.runs.parity: ", "integer"),
        ({"budgets": {"xor": 499}}, ":3: neat.budgets.xor: ", "500"),
        ({"budgets": {"without": 1999}}, ":3: neat.budgets.without: ", "2000"),
        ({"mechanism": {"runs": 1}}, ":3: neat.mechanism.runs: ", "2"),
        ({"mechanism": {"every": 0}}, ":3: neat.mechanism.every: ", "1"),
        ({"mechanism": {"generations": 1}}, ":3: neat.mechanism.generations: ", "2"),
        ({"judging": {"alpha": 0}}, ":3: neat.judging.alpha: ", "greater than 0"),
        ({"judging": {"alpha": 1}}, ":3: neat.judging.alpha: ", "less than 1"),
        ({"judging": {"margin": 0.5}}, ":3: neat.judging.margin: ", "less than 0.5"),
        ({"judging": {"resamples": 99}}, ":3: neat.judging.resamples: ", "100"),
        ({"judging": {"blocks": 1}}, ":3: neat.judging.blocks: ", "2"),
        ({"shards": 0}, ":2: neat.shards: ", "1"),
        ({"children": 1}, ":2: neat.children: ", "2"),
        ({"identities": 0}, ":2: neat.identities: ", "1"),
        ({"benchmark_generations": 1}, ":2: neat.benchmark_generations: ", "2"),
    ],
)
def test_numbers_out_of_range(tmp_path, settings, place, said):
    found = problem(settings, tmp_path)
    assert place in found and said in found
    assert "; got " in found


@pytest.mark.parametrize(
    ("settings", "near"),
    [
        ({"run": {}}, "neat.runs"),
        ({"runs": {"xors": 20}}, "neat.runs.xor"),
        ({"judging": {"margins": 0.1}}, "neat.judging.margin"),
    ],
)
def test_unknown_options(tmp_path, settings, near):
    assert f"did you mean {near}?" in problem(settings, tmp_path)


@pytest.mark.parametrize(
    ("primary", "said"),
    [
        (["xor"], "no task is called 'xor'; there are"),
        (["XOR", "double poles without velocities"], "no task is called 'double poles without velocities'"),
        ([], "a task is missing"),
        (["XOR", "XOR"], "each once"),
        ("XOR", "list"),
    ],
)
def test_primary_tasks_that_are_none(tmp_path, primary, said):
    assert said in problem({"primary": primary}, tmp_path)


def test_a_primary_task_needs_the_arms_of_every_claim(tmp_path):
    """Parity is run with four arms, without positions, which a claim holds against Stanley's on the primary tasks."""
    found = problem({"primary": ["XOR", "parity"]}, tmp_path)
    assert "no task is called 'parity'" in found


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({"structure": []}, "a multiple is missing"),
        ({"population": []}, "a population is missing"),
        ({"structure": [1.0, 1.0]}, "each once"),
        ({"population": [50, 50]}, "each once"),
        ({"structure": [1.0, 1.0000001]}, "each once"),  # which a name cannot tell apart
        ({"structure": [-1.0]}, "0 or more"),
        ({"structure": [21.0]}, "at most 20"),  # rates above 1
        ({"population": [1]}, "2 or more"),
        # not even one generation
        ({"population": [100_000]}, f"100000 genomes exceed budgets.xor, {Config().budgets.xor} evaluations"),
    ],
)
def test_grids_that_cannot_be_run(tmp_path, grid, said):
    found = problem({"grid": grid}, tmp_path)
    assert "neat" in found and said in found


def test_blocks_that_the_runs_do_not_fill(tmp_path):
    found = problem({"runs": {"xor": 40, "poles": 30}, "judging": {"blocks": 8}}, tmp_path)
    assert "judging.blocks: 8 pairs of blocks need 32 runs" in found and "poles" in found
    config.validate({"neat": {"runs": {"xor": 40, "poles": 32}, "judging": {"blocks": 8}}})


def test_the_engine_agrees_with_the_bounds():
    """The least and the largest of every option make cells that the engine takes."""
    from hearsay.neat import arms

    grid = {"structure": [0.0, 20.0], "population": [2, 500]}
    least = {"xor": 500, "poles": 500, "parity": 500, "without": 2000, "ablation": 500}
    found = config.validate({"neat": {"grid": grid, "budgets": least}})["neat"]
    for cell in arms.cells(found):
        assert cell.budget >= cell.settings.population
