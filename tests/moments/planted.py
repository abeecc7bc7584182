"""The study's tables from a run of the smallest size, and planted ones where TensorFlow would be needed."""

import tempfile
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from hearsay.moments import analysis, exact, graph, graph_optimiser, lags, runs, shifted
from hearsay.moments.forgotten import FORGOTTEN, NO, NOT_RUN, YES
from hearsay.moments.graph import GRAPH, OPTIMISER, RAN, SAME
from hearsay.moments.graph_means import WAYS, WORK, means
from hearsay.tables import Table
from hearsay.vision import paired
from tests.moments.test_runs import CONFIG, planted

TINY = CONFIG | {"replicates": 2, "steps": 20, "batches": [4], "depths": [1], "scales": []}


@cache
def raw() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """`OUTCOMES`, `ERRORS` and `TESTED` of a tiny run."""
    with tempfile.TemporaryDirectory() as folder:
        return runs.shard(TINY, planted(), 3, 0, 1, Path(folder, "r"))


@cache
def tensorflow() -> dict[str, pd.DataFrame]:
    """TensorFlow's three tables as if all had run, every value the same."""
    tables = {
        "graph": (GRAPH, [{"arm": arm} for arm in graph.ARMS]),
        "graph_same": (SAME, [{"comparison": name} for name in graph.COMPARISONS]),
        "graph_optimiser": (
            OPTIMISER,
            [{"case": case, "rule": rule} for case, rule in product(graph_optimiser.WORK, graph_optimiser.RULES)],
        ),
    }
    same = {"replicate": 0, "status": RAN}
    return {name: table_of(table, [row | same for row in rows]) for name, (table, rows) in tables.items()}


def table_of(table: Table, rows: list[dict]) -> pd.DataFrame:
    """A table of these rows; where they say nothing, numbers are one half and texts are empty."""
    empty = {column: "" if column in table.text else 0.5 for column in table.columns}
    return pd.DataFrame([empty | row for row in rows], columns=list(table.columns))


@cache
def tiny() -> dict[str, pd.DataFrame]:
    """All tables, by the names under which they are read."""
    outcomes, errors, tested = raw()
    tried = pd.DataFrame({"sentence": list(exact.EXPECTED), "expected": list(exact.EXPECTED.values())})
    tried = tried.assign(cases=3, true=np.where(tried["expected"], 3, 0), largest=1e-7)
    return {
        "summary": paired.summarise(outcomes, analysis.SUMMARY),
        "comparisons": analysis.comparisons(outcomes, tested, TINY),
        "layers": paired.summarise(errors, analysis.LAYERS),
        "until": lags.until(outcomes, TINY),
        "curve": lags.curve(outcomes, TINY),
        "shifted": paired.summarise(tested, shifted.SHIFTED),
        "exact": tried,
        "forgotten": table_of(
            FORGOTTEN,
            [
                {"way": "a", "transformation": "none", "moved": YES, "updates": 1},
                {"way": "a", "transformation": "fx", "moved": NO, "updates": 0},
                {"way": "a", "transformation": "export", "moved": NO, "updates": 0, "said": "b"},
                {"way": "a", "transformation": "script", "moved": NOT_RUN, "updates": 0},
            ],
        ),
        **tensorflow(),
        "graph_ways": means(tensorflow()["graph"], WAYS),
        "graph_work": means(tensorflow()["graph_optimiser"], WORK),
    }
