"""Small planted tables of the study, by the columns that the real ones declare, and the study's own at a tiny size."""

import gc
from functools import cache

import numpy as np
import pandas as pd

from hearsay.neat import (
    alignment,
    analysis,
    benchmark,
    calibration,
    collisions,
    comparison,
    harmless,
    identities,
    mechanism,
    published,
    runs,
    shares,
    versions,
    watched,
)
from hearsay.neat.arms import MAIN, cells
from hearsay.neat.comparison import VERDICTS
from hearsay.neat.config import Config
from hearsay.neat.details import details
from hearsay.neat.evidence import TABLES

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
SEED = 3
SHAPES = TABLES | {"alignment": alignment.ALIGNMENT, "engines": benchmark.TIMINGS, "runs": runs.RUNS}

# As the smoke size, but for fewer and shorter runs.
TINY = Config().model_dump() | {
    "runs": dict.fromkeys(Config().model_dump()["runs"], 2) | {"xor": 8, "poles": 8},
    "budgets": {"xor": 2000, "poles": 1650, "parity": 1650, "without": 2000, "ablation": 450},
    "grid": {"structure": [1.0, 3.0], "population": [50]},
    "mechanism": {"runs": 2, "every": 10, "generations": 11, "shards": 1},
    "identities": 1,
}
TINY["judging"] |= {"resamples": 100, "blocks": 2}

# Figures of the paper, by the keys of `report/published.csv`.
SAID = {
    "stanley.xor-evaluations": 4755.0,
    "stanley.xor-sd": 2553.0,
    "stanley.xor-generations": 32.0,
    "stanley.xor-hidden": 2.35,
    "stanley.xor-hidden-sd": 1.11,
    "stanley.xor-connections": 7.48,
    "stanley.xor-worst": 13459.0,
    "stanley.xor-failures": 0.0,
    "stanley.poles": 3600.0,
    "stanley.poles-failures": 0.0,
    "stanley.without": 33184.0,
    "stanley.without-generalisation": 286.0,
    "stanley.no-growth": 30239.0,
    "stanley.no-growth-failures": 0.8,
    "stanley.no-speciation": 25600.0,
    "stanley.no-speciation-failures": 0.25,
    "stanley.random": 23033.0,
    "stanley.random-failures": 0.05,
    "stanley.no-mating": 5557.0,
    "stanley.no-mating-failures": 0.0,
}


def table(name: str, rows, /, **common) -> pd.DataFrame:
    """Return the table of that name: '' where a text and NaN where a number is not given; its shape is checked."""
    shape = SHAPES[name]
    blank = {column: "" if column in shape.text else np.nan for column in shape.columns}
    rows = [common | row for row in rows]
    unknown = {column for row in rows for column in row} - set(blank)
    assert not unknown, f"{name} has no column {unknown}"
    frame = pd.DataFrame([blank | row for row in rows], columns=list(blank))
    shape.check(frame)
    return frame


# Comparisons

SAME, WITHIN, SLOWER, FASTER, BETTER, UNCLEAR = (
    {"verdict": verdict, "a12": a12, "a12_low": low, "a12_high": high, "not_slower_p": p, "not_slower_p_holm": p}
    for verdict, a12, low, high, p in (
        (EQUIVALENT, 0.5, 0.49, 0.51, 1e-4),
        (NEGLIGIBLE, 0.48, 0.475, 0.485, 1e-9),
        (DIFFERENT, 0.6, 0.55, 0.65, 1.0),
        (DIFFERENT, 0.4, 0.35, 0.45, 1e-9),
        (OPEN, 0.45, 0.39, 0.51, 0.01),
        (OPEN, 0.52, 0.45, 0.6, 0.4),
    )
)


def compared(*rows: tuple) -> dict[str, pd.DataFrame]:
    """Return comparisons of (family, task, group, arm, other, outcome)."""
    names = ("family", "task", "group", "arm", "other")
    rows = [dict(zip(names, row[:5], strict=True)) | row[5] for row in rows]
    return {"comparisons": table("comparisons", rows, n_arm=100, n_other=90)}


# What happens in runs


def happened(name: str, quantity: str, *cases: tuple, group: str = MAIN) -> pd.DataFrame:
    """Return means over runs of (task, arm, mean, error[, runs]) as the table `name`."""
    names = ("task", "arm", "mean", "error", "runs")
    rows = [{"runs": 1000} | dict(zip(names, case, strict=False)) for case in cases]
    return table(name, rows, group=group, quantity=quantity)


def in_runs(quantity: str, *cases: tuple, group: str = MAIN) -> dict[str, pd.DataFrame]:
    """Return the evidence of one quantity of `mechanism-runs`."""
    return {"mechanism_runs": happened("mechanism-runs", quantity, *cases, group=group)}


def together(*parts: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return evidence put together, table by table."""
    names = {name for part in parts for name in part}
    return {name: pd.concat([p[name] for p in parts if len(p.get(name, ()))], ignore_index=True) for name in names}


def timings() -> dict[str, pd.DataFrame]:
    """Return timings of alignments and of engines, as they are committed."""
    rows = [
        {"genes": genes, "way": way, "language": language, "ratio": ratio, "ratio_low": ratio / 2, "ratio_high": ratio}
        for genes in (5, 300)
        for language in (alignment.COMPILED, alignment.PYTHON)
        for way, ratio in ((alignment.MERGE, 1.0), (alignment.KEPT, 3.0 + genes / 100))
    ]
    tools = ("hearsay", "ceiling", "hearsay: evaluation", "hearsay: reproduction")
    engines = [
        {"task": task, "tool": tool, "repeat": k, "cpu_each": 1e-5 * (3 - i / 2) * (1 + k / 10), "wall": 1.0}
        for task in (benchmark.XOR_TASK, benchmark.POLES_TASK)
        for i, tool in enumerate(tools)
        for k in range(3)
    ]
    begun = {"task": benchmark.XOR_TASK, "repeat": 0, "wall": 60.0, "cpu_each": 0.2}
    engines += [begun | {"tool": f"hearsay, {tool}"} for tool in ("compiling", "from the cache")]
    return {
        "alignment": table("alignment", rows, pairs=alignment.MATES, rounds=9),
        "engines": table("engines", engines, units=100, cpu=1.0),
    }


# The study itself


def planted_runs(config: dict, seed: int = 0) -> pd.DataFrame:
    """Return runs of every cell, drawn and not evolved: exponential evaluations, whatever the arm."""
    rng, rows = np.random.default_rng(seed), []
    for cell in cells(config):
        for replicate in range(cell.n):
            needed = int(rng.exponential(cell.budget / 2)) + 1
            solved = needed <= cell.budget
            row = {"task": cell.task, "group": cell.group, "arm": cell.arm, "replicate": replicate}
            row |= {"evaluations": needed if solved else cell.budget, "solved": solved, "budget": cell.budget}
            rows.append(row)
    frame = pd.DataFrame(rows)
    counts = {column: rng.integers(50, 99, len(frame)) for column in runs.RUNS.columns if column not in frame}
    return pd.concat([frame, pd.DataFrame(counts)], axis=1)[list(runs.RUNS.columns)]


@cache
def tiny_runs() -> pd.DataFrame:
    """Return all runs of the tiny size."""
    return runs.shard(TINY, SEED, 0, 1)


@cache
def tiny_watched() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what was watched in them."""
    return watched.shard(TINY, SEED, 0, 1)


@cache
def tiny() -> dict[str, pd.DataFrame]:
    """Return every table of the tiny size that claims and numbers read, by the names that they use."""
    frame, (looks, counted, left) = tiny_runs(), tiny_watched()
    gc.freeze()  # statsmodels' corrections collect garbage in every call
    found = {
        "identities": identities.check(1, SEED),
        "summary": comparison.summarise(frame),
        "comparisons": analysis.comparisons(frame, TINY, SEED),
        "false_positives": analysis.false_positives(frame, TINY, SEED),
        "survival": analysis.survival(frame),
        "published": published.beside(frame, SAID),
        "shares": shares.shares(frame),
        "mechanism": mechanism.average([looks]),
        "mechanism_runs": shares.whole(looks),
        "collisions": collisions.collisions(counted),
        "versions": versions.summarise(left),
        "harmless": harmless.check(TINY, SEED),
        "implementations": table(
            "implementations", [{"code": "one", "known": "run"}, {"code": "two", "known": "read"}]
        ),
        "details": details(),
    }
    gc.unfreeze()
    for name, frame in found.items():
        SHAPES[name.replace("_", "-")].check(frame)
    assert set(calibration.FALSE_POSITIVES.columns) == set(found["false_positives"].columns)
    return found | timings()
