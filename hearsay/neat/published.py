"""Stanley and Miikkulainen's figures beside ours: the engine's calibration."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.neat.arms import ABLATION, MAIN, POLES, WITHOUT, XOR, B
from hearsay.neat.survival import summary
from hearsay.tables import Table

PUBLISHED = Table(
    "neat/published",
    "Published figures of NEAT beside ours",
    key=("task", "arm", "quantity"),
    columns={
        "task": "the task",
        "arm": "the paper's NEAT, or one of its ablations",
        "quantity": "evaluations, sd, worst: to solution, over the runs that solve the task; hidden, connections: "
        "hidden nodes and enabled genes of the solution; failures: share of runs unsolved within our budget; "
        "generations: until the solution; generalisation: of 625 starts, those that the solution holds",
        "published": "the paper's figure",
        "published_se": "its standard error, where the paper's spread and number of runs give one",
        "ours": "our figure",
        "ours_low": "its 95 % interval: t, Wilson's, or of a standard deviation the normal one; for `worst`, the "
        "median and interval of the slowest of so many runs as the paper's",
        "ours_high": "",
        "n": "our runs",
        "budget": "evaluations after which a run of ours stops",
        "z": "difference over its standard error, of both sides; where the paper gives runs and no spread, by ours; "
        "empty where it gives no number of runs, for `worst` and shares",
    },
    text=("task", "arm", "quantity"),
)

RUNS_OF_XOR = 100  # the paper's runs of XOR
ARMS = {
    "no growth": "no-growth",
    "no speciation, random start": "no-speciation",
    "random start": "random",
    "no mating": "no-mating",
}


def beside(runs: pd.DataFrame, published: Mapping[str, float]) -> pd.DataFrame:
    """Return `PUBLISHED` from `RUNS` and the published figures by their keys (`stanley.*`)."""
    xor = _arm(runs, XOR, MAIN, B)
    solved = xor[xor["solved"]]
    spreads = {"evaluations": published["stanley.xor-sd"], "hidden": published["stanley.xor-hidden-sd"]}
    rows = [
        *(
            _mean(
                XOR, "NEAT", name, published[f"stanley.xor-{name}"], solved[name], xor, RUNS_OF_XOR, spreads.get(name)
            )
            for name in ("evaluations", "generations", "hidden", "connections")
        ),
        _spread(published["stanley.xor-sd"], solved["evaluations"], xor),
        _worst(published["stanley.xor-worst"], solved["evaluations"], xor),
        _failures(XOR, "NEAT", published["stanley.xor-failures"], xor),
    ]
    for task, key in ((POLES, "stanley.poles"), (WITHOUT, "stanley.without")):
        arm = _arm(runs, task, MAIN, B)
        rows.append(_mean(task, "NEAT", "evaluations", published[key], arm.loc[arm["solved"], "evaluations"], arm))
        # the paper gives no failures without velocities
        rows.append(_failures(task, "NEAT", published["stanley.poles-failures"] if task == POLES else np.nan, arm))
        if task == WITHOUT:
            held, said = arm.loc[arm["solved"], "generalisation"], published["stanley.without-generalisation"]
            rows.append(_mean(task, "NEAT", "generalisation", said, held, arm))
    for name, key in ARMS.items():
        arm = _arm(runs, POLES, ABLATION, name)
        solved = arm.loc[arm["solved"], "evaluations"]
        rows.append(_mean(POLES, name, "evaluations", published[f"stanley.{key}"], solved, arm))
        rows.append(_failures(POLES, name, published[f"stanley.{key}-failures"], arm))
    alone = _arm(runs, POLES, ABLATION, "no speciation")
    rows.append(_mean(POLES, "no speciation", "evaluations", np.nan, alone.loc[alone["solved"], "evaluations"], alone))
    rows.append(_failures(POLES, "no speciation", np.nan, alone))
    return pd.DataFrame(rows, columns=list(PUBLISHED.columns))


def _arm(runs: pd.DataFrame, task: str, group: str, arm: str) -> pd.DataFrame:
    return runs[(runs["task"] == task) & (runs["group"] == group) & (runs["arm"] == arm)]


def _mean(
    task: str,
    arm: str,
    quantity: str,
    said: float,
    values: pd.Series,
    runs: pd.DataFrame,
    runs_said: float = np.nan,
    sd_said: float | None = None,
) -> tuple:
    n, budget = len(values), int(runs["budget"].iloc[0])
    said_se = np.nan if sd_said is None else sd_said / np.sqrt(runs_said)
    if n < 2:
        ours = float(values.mean()) if n else np.nan
        return (task, arm, quantity, said, said_se, ours, np.nan, np.nan, n, budget, np.nan)
    mean, error = values.mean(), values.std() / np.sqrt(n)
    low, high = stats.t.interval(0.95, n - 1, mean, error) if error > 0 else (mean, mean)
    whole = np.hypot(error, values.std() / np.sqrt(runs_said) if sd_said is None else said_se)
    z = (mean - said) / whole if whole > 0 else np.nan
    return (task, arm, quantity, said, said_se, mean, low, high, n, budget, z)


def _spread(said: float, values: pd.Series, runs: pd.DataFrame) -> tuple:
    """Return the row of the standard deviation; its error from the fourth moment (runs are far from normal)."""
    n, sd, budget = len(values), values.std(), int(runs["budget"].iloc[0])
    fourth = ((values - values.mean()) ** 4).mean()
    # a handful of runs may have no error by moments: then there is no interval
    error = np.sqrt((fourth - sd**4) / n) / (2 * sd) if fourth > sd**4 else np.nan
    z = (sd - said) / (error * np.sqrt(1 + n / RUNS_OF_XOR))
    return (XOR, "NEAT", "sd", said, np.nan, sd, sd - 1.96 * error, sd + 1.96 * error, n, budget, z)


def _worst(said: float, values: pd.Series, runs: pd.DataFrame) -> tuple:
    """Return the row of the slowest of as many runs as the paper had: the distribution of the maximum."""
    # the maximum of n runs lies below w with probability F(w)^n
    shares = np.array([0.025, 0.5, 0.975]) ** (1 / RUNS_OF_XOR)
    low, middle, high = np.quantile(values, shares) if len(values) else (np.nan, np.nan, np.nan)
    budget = int(runs["budget"].iloc[0])
    return (XOR, "NEAT", "worst", said, np.nan, middle, low, high, len(values), budget, np.nan)


def _failures(task: str, arm: str, said: float, runs: pd.DataFrame) -> tuple:
    budget = int(runs["budget"].iloc[0])
    found = summary(runs["evaluations"].to_numpy(float), runs["solved"].to_numpy(bool), budget)
    failed = 1 - found["success"]
    return (
        task,
        arm,
        "failures",
        said,
        np.nan,
        failed,
        1 - found["success_high"],
        1 - found["success_low"],
        len(runs),
        budget,
        np.nan,
    )
