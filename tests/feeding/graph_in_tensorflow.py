"""Run by `test_graph_tables.py` in a process of its own: everything that is asked of TensorFlow, into a folder."""

import json
import sys
from pathlib import Path

from hearsay import graph_process, tables
from hearsay.feeding import graph_changes, graph_saved, graph_tables, graph_timing, graph_ways, outcomes
from hearsay.feeding.graph_feeding import AGAIN, PLACEHOLDER, training
from hearsay.feeding.graph_models import MODELS, SOFTMAX, task

CONFIG = {"examples": 40, "side": 6, "steps": 8, "batch": 10, "rate": 0.1}
TIMED = CONFIG | {"steps": 2, "repeats": 2, "models": [SOFTMAX], "peak": True}
SEED = 3


def main(folder: Path) -> None:
    threads = _threads_after_the_import()
    found = graph_tables.frames(CONFIG, SEED)
    declared = outcomes.DEMONSTRATIONS, outcomes.MATRIX, graph_ways.TABLE, graph_changes.COMPLICATION
    for frame, table in zip(found, declared, strict=True):
        tables.write(frame, table, folder / f"{table.name.split('/')[1]}.csv")
    again = graph_tables.frames(CONFIG, SEED)  # in another order of things: after all that went before
    tables.write(graph_tables.timings(TIMED, SEED), graph_timing.TIMINGS, folder / "timings.csv")
    probes = {
        "threads": threads,
        "same again": [left.equals(right) for left, right in zip(found, again, strict=True)],
        "losses": {model: _losses(model) for model in MODELS},
        "unlike": _losses(SOFTMAX, PLACEHOLDER, seed=SEED + 1),
        "ways": [_losses(SOFTMAX, way) for way in (AGAIN, PLACEHOLDER)],
        "torch": "torch" in sys.modules,
        "bad": _said_of_a_bad_config(),
        "saved": len(graph_saved.answered()),
    }
    (folder / "probes.json").write_text(json.dumps(probes))


def _threads_after_the_import() -> int:
    """How many threads the process has when TensorFlow is imported: with one, a fork is safe; 1 where nobody knows."""
    graph_process.start()
    folder = Path("/proc/self/task")
    return len(list(folder.iterdir())) if folder.exists() else 1


def _losses(model: str, way: str = PLACEHOLDER, seed: int = SEED) -> list[float]:
    with training(way, task(model, CONFIG, seed)) as trained:
        trained.initialise()
        return [trained.step(i) for i in range(2 * CONFIG["steps"])]


def _said_of_a_bad_config() -> str:
    from hearsay.errors import HearsayError
    from hearsay.feeding.graph_peak import peaks

    try:
        peaks(CONFIG, [("no such model", "no such way")], SEED)
    except HearsayError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
