"""Run by `test_graph.py` in a process of its own: `tables FOLDER` writes tables, `probes FOLDER` what else is asked."""

import json
import sys
from pathlib import Path

import numpy as np

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.moments import graph, graph_arms, graph_nets, graph_process, graph_runs
from hearsay.moments.graph_data import Data, Examples, draw, same

CONFIG = {"replicates": 2, "steps": 30, "batch": 16, "maps": 4, "decay": 0.8, "rate": 0.05}
CONFIG |= {"tested": 60, "full": 100, "tune": 8}
SEED = 5


def data() -> Data:
    """Three classes of small images, each a bright row at another height, noisy."""
    rng = np.random.default_rng(0)

    def some(n: int) -> Examples:
        labels = rng.integers(0, 3, n)
        pixels = rng.integers(0, 120, (n, 8, 8, 1))
        pixels[np.arange(n), 2 * labels + 1] += 120
        return Examples(pixels.astype(np.uint8), labels)

    return Data(some(200), some(80), 3)


def write_tables(folder: Path) -> None:
    found = graph.frames(CONFIG, data(), SEED)
    for frame, table in zip(found, (graph.GRAPH, graph.SAME, graph.OPTIMISER), strict=True):
        tables.write(frame, table, folder / f"{table.name.split('/')[1]}.csv")


def probes(folder: Path) -> None:
    found = {"measured": {}}
    for name in ("before cond, today", "before cond", "flag to nothing"):
        outcomes = list(graph_runs.outcomes(graph_runs.ARMS[name], CONFIG, _tested(data()), SEED))
        found["measured"][name] = [outcome.measured for outcome in outcomes]
    found["reference"] = _reference()
    try:
        list(graph_runs.outcomes(graph_runs.ARMS["one flag"], CONFIG | {"rate": 1e30}, data(), SEED))
    except HearsayError as error:
        found["loss"] = str(error)
    found["switched"] = _switched()
    found["torch"] = "torch" in sys.modules
    (folder / "probes.json").write_text(json.dumps(found))


def _tested(images: Data) -> Data:
    return images._replace(test=graph.some(images.test, CONFIG["tested"], SEED))


def _reference() -> list[list[float]]:
    """Moving mean and variance of the first block after two steps: TensorFlow's, and by hand in numpy."""
    images, decay = data(), CONFIG["decay"]
    way = graph_runs.ARMS["layers, updates by dependencies"].way
    with graph_process.graph():
        recipe = graph_nets.Recipe(CONFIG["maps"], decay, 1e-12)  # so slow that the kernel of the first step remains
        program = graph_arms.build(way, recipe, images.train, images.classes)
        fresh = program.read()
        shapes = {name: fresh[name].shape for name in program.trainable if name.endswith("/kernel")}
        drawn = draw(shapes, 200, 32, SEED, 0)
        graph_arms.begin(program, drawn.weights, fresh)
        assert all(same([program.read()[name]], [value]) for name, value in drawn.weights.items())
        graph_arms.train(program, images.train, drawn, 16, "a test")
        state = program.read()
        program.session.close()
    kernel, mean, variance = drawn.weights["conv0/kernel"], np.zeros(4), np.ones(4)
    for first in (0, 16):
        pixels, _ = images.train.at(drawn.order[first : first + 16])
        padded = np.pad(pixels, ((0, 0), (0, 1), (0, 1), (0, 0)))  # as SAME pads for stride 2
        seen = np.array(
            [
                np.tensordot(padded[:, y : y + 3, x : x + 3], kernel, axes=3)
                for y in range(0, 8, 2)
                for x in range(0, 8, 2)
            ]
        ).reshape(-1, 4)
        mean = decay * mean + (1 - decay) * seen.mean(0)
        variance = decay * variance + (1 - decay) * seen.var(0, ddof=1)
    ours = [state["norm0/moving_mean"], state["norm0/moving_variance"]]
    return [[float(x) for x in row] for row in (*ours, mean, variance)]


def _switched() -> list[bool]:
    """Whether the process has the control flow and variables that it had, after a graph and after one that failed."""
    v1 = graph_process.start().v1
    before = v1.control_flow_v2_enabled(), v1.resource_variables_enabled()
    for control_flow in (graph_process.THREAD, graph_process.TODAY):
        try:
            with graph_process.graph(control_flow):
                raise KeyError
        except KeyError:
            pass
    return [before == (v1.control_flow_v2_enabled(), v1.resource_variables_enabled())]


if __name__ == "__main__":
    {"tables": write_tables, "probes": probes}[sys.argv[1]](Path(sys.argv[2]))
