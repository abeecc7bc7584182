"""The same small model trained in TensorFlow with each way of feeding, and the losses compared bit by bit."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hearsay.feeding.graph_feeding import PLACEHOLDER, WAYS, training
from hearsay.feeding.graph_models import HIDDEN, SOFTMAX, task
from hearsay.feeding.outcomes import FAILS, NOT_RUN, WORKS, first_line
from hearsay.tables import Table

COMPARED = (SOFTMAX, HIDDEN)

TABLE = Table(
    "feeding/graph-ways",
    "The same model trained in TensorFlow, its batches in the same order, with every way of feeding",
    key=("model", "way"),
    columns={
        "model": "the model that is trained",
        "way": "way of feeding",
        "outcome": f"{WORKS}, {FAILS}, or {NOT_RUN} where TensorFlow cannot be run",
        "said": "first line of the error where there was one",
        "steps": "steps of training",
        "batch": "images of a step",
        "losses": "SHA-256 of the losses of all steps, 32-bit floats",
        "first_loss": "loss of the first step",
        "final_loss": "loss of the last step",
        "same": f"whether all losses are those of the way '{PLACEHOLDER}' in every bit, 0 or 1",
        "apart": f"largest difference from the losses of '{PLACEHOLDER}', in shares of them",
        "fed": "bytes that Python hands over in a step",
        "graph_bytes": "bytes of the graph's protocol buffer; 0 without a graph",
    },
    text=("model", "way", "outcome", "said", "losses"),
)


def ways(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Train every model with every way and return `TABLE`.

    config: `examples`, `side` (pixels of an image's side), `steps`, `batch` and `rate`.
    """
    rows = []
    for model in COMPARED:
        drawn, losses = task(model, config, seed), {}
        for way in WAYS:
            row = {"model": model, "way": way, "steps": config["steps"], "batch": config["batch"]}
            try:
                with training(way, drawn) as trained:
                    trained.initialise()
                    losses[way] = np.array([trained.step(i) for i in range(config["steps"])], np.float32)
            except Exception as error:  # whatever TensorFlow raises is the outcome
                rows.append(row | {"outcome": FAILS, "said": first_line(error)})
                continue
            rows.append(
                row
                | {"outcome": WORKS, "fed": trained.fed, "graph_bytes": trained.graph_bytes}
                | _compared(losses[way], losses[PLACEHOLDER])
            )
    return _framed(rows)


def not_run(reason: str) -> pd.DataFrame:
    """Return the rows of `TABLE` where TensorFlow cannot be run."""
    rows = [{"model": model, "way": way, "outcome": NOT_RUN, "said": reason} for model in COMPARED for way in WAYS]
    return _framed(rows)


def _compared(losses: np.ndarray, first: np.ndarray) -> dict[str, Any]:
    return {
        "losses": hashlib.sha256(losses.tobytes()).hexdigest(),
        "first_loss": float(losses[0]),
        "final_loss": float(losses[-1]),
        "same": int(np.array_equal(losses, first)),
        "apart": float((np.abs(losses - first) / np.abs(first)).max()),
    }


def _framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = {column: "" if column in TABLE.text else np.nan for column in TABLE.columns}
    frame = pd.DataFrame([empty | row for row in rows], columns=list(TABLE.columns))
    return frame.sort_values(list(TABLE.key), ignore_index=True)
