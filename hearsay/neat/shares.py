"""What happened in the runs, as shares: equal parents, matched mutations, growth; a run is the unit of every error."""

import pandas as pd

from hearsay.neat.collisions import mean_and_error
from hearsay.neat.mechanism import QUANTITIES
from hearsay.tables import Table

SHARES = Table(
    "neat/shares",
    "What happened in whole runs",
    key=("task", "group", "arm", "quantity"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme",
        "arm": "the identity scheme",
        "quantity": "equal: crossovers between two equally fit genomes that differ, share of those between two; "
        "same: between equally fit genomes that do not differ; self: of a genome with itself; links_matched: link "
        "mutations given a remembered number, share of link mutations; splits_matched: node mutations given a "
        "remembered node, share of node mutations; splits_held: those denied it because the genome held it; delta: "
        "times that only the two best species went on; hidden, connections: of the champion; largest: most genes of a "
        "genome",
        "mean": "mean over runs",
        "error": "its Monte Carlo standard error; empty for one run",
        "runs": "runs, those in which there was nothing to take a share of left out",
    },
    text=("task", "group", "arm", "quantity"),
)
WHOLE = Table(
    "neat/mechanism-runs",
    "Mechanism, over the watched generations of a run",
    key=("task", "group", "arm", "quantity"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme",
        "arm": "the identity scheme",
        "quantity": "what was watched; as in the table of the mechanism by generation",
        "mean": "mean over runs of the mean over a run's watched generations but the first. Runs end with their "
        "solution: none is left out, and a long one counts no more than a short one",
        "error": "its Monte Carlo standard error; empty for one run",
        "runs": "runs with a value",
    },
    text=("task", "group", "arm", "quantity"),
)

_OF = {
    "self": ("self", "crossovers"),
    "same": ("equal_same", "crossovers"),
    "links_matched": ("links_matched", "links"),
    "splits_matched": ("splits_matched", "splits"),
    "splits_held": ("splits_held", "splits"),
}


def shares(runs: pd.DataFrame) -> pd.DataFrame:
    """Return `SHARES` of `RUNS`."""
    found = {name: runs[part] / runs[whole].where(runs[whole] > 0) for name, (part, whole) in _OF.items()}
    between = runs["crossovers"] - runs["self"]
    found["equal"] = (runs["equal"] - runs["equal_same"]) / between.where(between > 0)
    found |= {name: runs[name].astype(float) for name in ("delta", "hidden", "connections", "largest")}
    values = pd.concat([runs[["task", "group", "arm"]], pd.DataFrame(found)], axis=1)
    tidy = values.melt(["task", "group", "arm"], var_name="quantity").dropna(subset="value")
    return _summed(tidy, SHARES)


def whole(watched: pd.DataFrame) -> pd.DataFrame:
    """Return `WHOLE` of `WATCHED` frames."""
    evolved = watched[(watched["generation"] > 1) & watched["quantity"].isin(list(QUANTITIES))]
    known = evolved.dropna(subset="value")
    means = known.groupby(["task", "group", "arm", "replicate", "quantity"], sort=True)["value"].mean().reset_index()
    return _summed(means, WHOLE)


def _summed(values: pd.DataFrame, table: Table) -> pd.DataFrame:
    rows = []
    for key, part in values.groupby(list(table.key), sort=True):
        rows.append((*key, *mean_and_error(part["value"]), len(part)))
    return pd.DataFrame(rows, columns=list(table.columns))
