"""Time every way of feeding in turn, on one thread: with models of several sizes, without any, and a model alone."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import repeat as again
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.feeding import machine, peak
from hearsay.feeding.clock import Epoch, clock, epoch
from hearsay.feeding.data import Data, draw
from hearsay.feeding.feeds import Mode
from hearsay.feeding.modes import SLICES, modes
from hearsay.feeding.nets import SIZES, Trainer
from hearsay.peers import DRAWS, PEERS
from hearsay.peers import row as beside
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.vision.device import CPU, prepare

TRAINING, FETCH, READY, STEP = "training", "fetch", "ready", "step"
PAUSE, PAUSES = 0.01, 20  # seconds after which workers have a batch ready, and how often at most that is tried
LEFT_OUT = 1 + 4  # steps at the start of an epoch that the steady state leaves out, of every way alike

TIMINGS = Table(
    "benchmarks/feeding-modes",
    "Trainings in PyTorch with every way of feeding, every round",
    key=("device", "model", "batch", "what", "mode", "repeat"),
    columns={
        "device": "cpu or cuda",
        "processor": "model of the processor, on cuda of the GPU as well",
        "cores": "cores that the process might use",
        "model": f"the model that is trained; empty where what is {FETCH} or {READY}",
        "batch": "images of a step",
        "what": f"{TRAINING}; {FETCH}, the same batches handed over and nothing done with them; {READY}, the same of "
        f"ways with workers, after pauses in which these can fetch ahead; {STEP}, steps of the model on one batch that "
        "is there already",
        "mode": f"way of feeding; empty where what is {STEP}",
        "repeat": "number of the round in which everything ran, from 0",
        "steps": "steps of the epoch",
        "wall": "seconds a step, from asking for a fresh iterator to the end of the last step",
        "first": "seconds from asking for a fresh iterator to the first batch",
        "steady": f"seconds a step, the first {LEFT_OUT} left out: workers fetch some ahead while they start",
        "waiting": "share of the steady time without a batch: on cpu, that the loop spends in next(); on cuda, between "
        "events at the end of a step's work and after the next batch's arrival, so what the device waits",
        "cpu": "processor time of the loop's process, seconds a steady step",
        "workers_cpu": "processor time of workers that ended with the epoch, seconds a step, their start included",
        "copied": "bytes a step that are copied to make the batch, wherever the data are",
        "moved": "bytes a step that go from the host to the device; 0 on cpu",
        "build": "seconds to make the way ready from the files of the data, once; no iterator, no worker yet",
        "peak": "highest resident memory of a process that makes a few such steps, and passes over the data, bytes",
        "peak_worker": "the same of its largest worker; 0 without any",
        "peak_device": "highest memory that tensors took on the GPU, bytes; 0 on cpu",
        "baseline": "`peak` of a process that makes the same steps on one batch of zeros and has no data",
    },
    text=("device", "processor", "model", "what", "mode"),
)

_SHARES = {
    "relative": "steps/s of a whole epoch, its start included, relative to resident slices in the same round, median",
    "steady_relative": "the same of the steady state",
}
_ENDS = {"_low": "lower end of its 95 % interval", "_high": "upper end"}
_MEDIANS = ("wall", "steady", "first", "waiting", "cpu", "workers_cpu")
_ONCE = ("copied", "moved", "build", "peak", "peak_worker", "peak_device", "baseline")
SUMMARY = Table(
    "benchmarks/feeding-summary",
    "Ways of feeding beside resident slices",
    key=("device", "model", "batch", "mode"),
    columns={name: TIMINGS.columns[name] for name in ("device", "processor", "cores", "model", "batch", "mode")}
    | {"repeats": "rounds", "steps": TIMINGS.columns["steps"]}
    | {name + end: what for name, means in _SHARES.items() for end, what in ({"": means} | _ENDS).items()}
    | {name: f"{TIMINGS.columns[name]}; median" for name in _MEDIANS}
    | {name: TIMINGS.columns[name] for name in _ONCE},
    text=("device", "processor", "model", "mode"),
)


def timings(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Time every way of feeding in turn and return `TIMINGS`.

    config: `examples` and `side` (pixels of an image's side) of the data; `batches`: examples of a step, one or more;
    `steps`: of an epoch, more than LEFT_OUT, one number or a number for each model; `repeats`: rounds, in each of which
    everything runs once, in an order of its own; `rate`: of gradient descent. May be left out: `models`: names out of
    `nets.MODELS` (`SIZES`); `modes`: names out of `modes.ON_CPU` and `ON_CUDA` (all that the device has); `device`
    (cpu); `peak`: whether memory is measured.
    Raises HearsayError for a device that is not there, too few examples or steps, or an unknown way.
    """
    device = config.get("device", CPU)
    prepare(device)
    asked = config["steps"]
    if (fewest := min(asked.values()) if isinstance(asked, Mapping) else asked) <= LEFT_OUT:
        raise HearsayError(f"feeding: {fewest} steps of an epoch; expected more than the {LEFT_OUT} that are left out")
    rows = []
    with one_thread():
        for batch in config["batches"]:
            rows += _of_batch(config, batch, device, seed)
    same = {"device": device, "processor": machine.processor(device), "cores": machine.cores()}
    frame = pd.DataFrame([same | row for row in rows], columns=list(TIMINGS.columns))
    return frame.sort_values(list(TIMINGS.key), ignore_index=True)


def summary(raw: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Sum up the trainings of `TIMINGS` as `SUMMARY`, one row a device, model, batch and way.

    The speed relative to resident slices is taken within a round; its interval is that of `median_interval`.
    """
    rows = []
    for keys, part in raw[raw["what"] == TRAINING].groupby(["device", "model", "batch"]):
        slices = part[part["mode"] == SLICES].set_index("repeat")
        for mode, ran in part.groupby("mode"):
            ran, row = ran.set_index("repeat"), ran.iloc[0].to_dict()
            row |= dict(zip(("device", "model", "batch"), keys, strict=True))
            row |= {"mode": mode, "repeats": len(ran)} | {name: ran[name].median() for name in _MEDIANS}
            for name, column in zip(_SHARES, ("wall", "steady"), strict=True):
                found = median_interval((slices[column] / ran[column]).to_numpy(), seed)
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))
            rows.append({column: row[column] for column in SUMMARY.columns})
    return pd.DataFrame(rows, columns=list(SUMMARY.columns))


def peers(raw: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Sum up `TIMINGS` as `hearsay.peers.PEERS`: resident slices beside torch's own DataLoader, in the steady state.

    One row a model and way of loading, on each device, at the middle one of the sizes of batches; the ceiling is the
    step on a batch that is there.
    """
    rows, sizes = [], sorted(raw["batch"].unique())
    raw = raw[(raw["model"] != "") & (raw["batch"] == sizes[len(sizes) // 2])]
    for (device, model, batch), part in raw.groupby(["device", "model", "batch"]):
        walls = part.assign(tool=part["mode"].where(part["what"] == TRAINING, "ceiling"))
        timed = walls.pivot(index="repeat", columns="tool", values="steady").rename(columns={SLICES: "hearsay"})
        task = f"a training step fed from memory, {model}, batch of {batch}, {device}"
        loaders = [mode for mode in timed.columns if mode.startswith("DataLoader")]
        rows += [
            beside("feeding", task, f"{mode} (torch {torch.__version__})", "s", timed, mode, seed) for mode in loaders
        ]
    return pd.DataFrame(rows, columns=list(PEERS.columns))


def median_interval(values: Sequence[float] | np.ndarray, seed: int) -> tuple[float, float, float]:
    """Return the median and its 95 % interval, by the percentiles of 10,000 bootstrap samples of the values."""
    samples = np.random.default_rng(seed).choice(np.asarray(values, float), (DRAWS, len(values)))
    return float(np.median(values)), *map(float, np.percentile(np.median(samples, axis=1), [2.5, 97.5]))


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread, whatever it did before and will do afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _of_batch(config: Mapping[str, Any], batch: int, device: str, seed: int) -> list[dict[str, Any]]:
    models, rows = config.get("models", SIZES), []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = draw(config, batch, folder, seed)
        chosen = modes(device, config.get("modes"))
        builds = {name: _build_seconds(way, data.folder, device) for name, way in chosen.items()}
        memory = _memory(models, chosen, folder, device) if config.get("peak") else {}
        ways = {name: way(data, device) for name, way in chosen.items()}
        for way in ways.values():
            stack.callback(way.close)
        trainers = {model: Trainer(model, config["side"], config["rate"], seed, device) for model in models}
        there = next(ways[SLICES].batches(1))
        for trainer in trainers.values():  # what is done once comes before the clock starts
            trainer.step(there)
        for way in ways.values():
            next(way.batches(1))

        asked = config["steps"]
        each = {model: asked[model] if isinstance(asked, Mapping) else asked for model in models}
        steps = {(what, model): each[model] for what in (STEP, TRAINING) for model in models}
        steps |= {(FETCH, ""): max(each.values()), (READY, ""): min(PAUSES, *each.values())}

        def ran(what: str, model: str, mode: str) -> Epoch:
            batches = ways[mode].batches if mode else lambda steps: again(there, steps)
            step = trainers[model].step if model else (lambda _: time.sleep(PAUSE)) if what == READY else None
            return epoch(batches, step, steps[what, model], LEFT_OUT, clock(device))

        cells = [(FETCH, "", mode) for mode in ways]
        cells += [(READY, "", mode) for mode, way in ways.items() if way.workers]
        for model in models:
            cells += [(STEP, model, ""), *((TRAINING, model, mode) for mode in ways)]
        turns = [(repeat, i) for repeat in range(config["repeats"]) for i in _shuffled(len(cells), repeat, seed)]
        for repeat, i in progress(turns, f"feeding, batches of {batch}"):
            what, model, mode = cells[i]
            row = {"model": model, "batch": batch, "mode": mode, "repeat": repeat, "steps": steps[what, model]}
            row |= {"what": what} | ran(what, model, mode)._asdict()
            if mode:
                way = ways[mode]
                row |= {"copied": way.copies * data.bytes, "moved": way.moves * data.bytes, "build": builds[mode]}
            rows.append(row | memory.get((model, mode), {}))
    return rows


def _shuffled(cells: int, repeat: int, seed: int) -> list[int]:
    """Return the order of a round: drawn, for in one that rotates each has always the same one before it."""
    return seeds.generator(seed, "feeding", "turns", repeat).permutation(cells).tolist()


def _build_seconds(way: type[Mode], folder: Path, device: str) -> float:
    begun = time.perf_counter()
    built = way(Data(folder), device)
    taken = time.perf_counter() - begun
    built.close()
    return taken


def _memory(models: Sequence[str], ways: Sequence[str], folder: str, device: str) -> dict[tuple, dict[str, int]]:
    asked = [peak.Asked(model, mode, folder) for model in models for mode in (peak.NOTHING, *ways)]
    found = {each[:2]: taken for each, taken in zip(asked, peak.peaks(asked, device), strict=True)}
    return {
        (model, mode): {
            "peak": taken.host,
            "peak_worker": taken.worker,
            "peak_device": taken.device,
            "baseline": found[model, peak.NOTHING].host,
        }
        for (model, mode), taken in found.items()
        if mode
    }
