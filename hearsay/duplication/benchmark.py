"""Time the fast bootstrap beside the field's own tools on the same tasks in one run, on one thread."""

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.duplication import bootstrap, refits
from hearsay.duplication.logistic import fit
from hearsay.duplication.parts import Refitting, draw, gather
from hearsay.errors import HearsayError
from hearsay.peers import PEERS, row
from hearsay.progress import log
from hearsay.tables import Table

ROWS, COLUMNS, MEANS = 1000, 5, 10_000
BETA = (-1.0, 1.0, -0.5, 0.5, 0.0)
BATCHES = (10, 30, 100, 300, 1000)  # of scipy's bootstrap, those among which its best is looked for
CHECKED, CLOSE = 50, 1e-6  # refits held against statsmodels one by one, and the largest difference allowed
ERRORS = 5.0  # Monte Carlo standard errors by which two bootstrap distributions may differ
MEAN_TASK = f"percentile interval of a mean: {MEANS:,} resamples of {ROWS:,} values"
REFIT_TASK = f"refit a logistic regression to resamples of {ROWS:,} rows, {COLUMNS} coefficients"

TIMINGS = Table(
    "benchmarks/duplication-bootstrap",
    "The fast bootstrap, every run",
    key=("task", "tool", "repeat"),
    columns={
        "task": "what is done",
        "tool": "hearsay; 'hearsay, first call', which compiles, or loads from the cache on disk; 'hearsay: ...', one "
        "part of the work alone; ceiling, gathering with indices drawn before, or one evaluation of every resample's "
        "score and information; a peer; or 'scipy scan', one batch size in the search of its best",
        "repeat": "number of the round in which each tool ran, from 0",
        "version": "version of the peer; empty for what is ours",
        "resamples": "resamples of one call",
        "batch": "batch size given to scipy; empty for none",
        "calls": "calls of which wall and cpu are the average",
        "wall": "elapsed time of one call, seconds",
        "cpu": "processor time of one call, user and system, seconds",
    },
    text=("task", "tool", "version"),
)


class Tool(NamedTuple):
    """Who does a task and how.

    run(repeat) returns the resample distribution (resamples, ...), nothing, or, of a tool that is `apart`, the wall and
    processor seconds it has measured itself. A tool is run `ahead` times before the clock starts.
    """

    run: Callable[[int], np.ndarray | tuple[float, float] | None]
    resamples: int
    calls: int = 1
    version: str = ""
    batch: float = np.nan
    ahead: int = 0
    apart: bool = False


def compare(repeats: int, resamples: int, seed: int) -> pd.DataFrame:
    """Time every tool in turn, on one thread; return `TIMINGS`, raw.

    Parameters
    ----------
    repeats
        Rounds. Each runs every tool, in an order that rotates from round to round. Compiling, imports and the search
        of scipy's best batch size come before.
    resamples
        Resamples of the refits, the same for all tools; the means take MEANS.
    seed
        Root seed of data and resamples.

    Raises
    ------
    HearsayError
        Results differ: two tools' bootstrap distributions by more than ERRORS Monte Carlo errors in mean or standard
        deviation, or a refit from statsmodels' by more than CLOSE.

    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = _means(repeats, seed) + _refits(repeats, resamples, seed)
    return pd.DataFrame(rows, columns=list(TIMINGS.columns)).sort_values(list(TIMINGS.key), ignore_index=True)


def peers(raw: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sum up the processor seconds of `TIMINGS` as `hearsay.peers.PEERS`, one row a peer."""
    rows = []
    for task, part in raw.groupby("task"):
        timings = part[part["tool"] != "scipy scan"].pivot(index="repeat", columns="tool", values="cpu")
        for tool, ran in part[part["version"] != ""].groupby("tool"):
            if tool != "scipy scan":
                name = f"{tool} ({ran['version'].iloc[0]})"
                whole = f"{task}, {ran['resamples'].iloc[0]:,} resamples" if task == REFIT_TASK else task
                rows.append(row("duplication", whole, name, "s of processor time", timings, tool, seed))
    return pd.DataFrame(rows, columns=list(PEERS.columns))


def _time(task: str, name: str, tool: Tool, repeat: int) -> tuple[tuple, np.ndarray | None]:
    for _ in range(tool.ahead):
        tool.run(repeat)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(tool.calls):
        result = tool.run(repeat)
    wall, cpu = (time.perf_counter() - wall) / tool.calls, (time.process_time() - cpu) / tool.calls
    if tool.apart:
        (wall, cpu), result = result, None
    log.info("%s, round %d: %s %.4f s", task, repeat + 1, name, wall)
    return (task, name, repeat, tool.version, tool.resamples, tool.batch, tool.calls, wall, cpu), result


def _rounds(task: str, tools: dict[str, Tool], repeats: int) -> list[tuple]:
    """Time the tools in turn; hold each peer's distribution of the last round against ours."""
    first, _ = _time(task, "hearsay", tools["hearsay"]._replace(calls=1), 0)
    rows, results = [(task, "hearsay, first call", *first[2:])], {}
    names = list(tools)
    for name in names:
        if name != "hearsay" and not tools[name].version:
            tools[name].run(0)
    for repeat in range(repeats):
        for i in range(len(names)):
            name = names[(repeat + i) % len(names)]
            timing, results[name] = _time(task, name, tools[name], repeat)
            rows.append(timing)
    for name in names:
        if tools[name].version and not tools[name].apart:
            same_distribution(f"{task}: hearsay and {name}", results["hearsay"], results[name])
    return rows


def same_distribution(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Raise HearsayError where mean or deviation over the first axis differ by more than ERRORS Monte Carlo errors."""
    spread = np.sqrt(ours.var(axis=0) / len(ours) + theirs.var(axis=0) / len(theirs))
    for name, difference, error in (
        ("means", ours.mean(axis=0) - theirs.mean(axis=0), spread),
        ("standard deviations", ours.std(axis=0) - theirs.std(axis=0), spread / np.sqrt(2)),
    ):
        worst = np.max(np.abs(difference) / error)
        if not worst <= ERRORS:
            raise HearsayError(f"{what}: their {name} over resamples differ by {worst:.1f} Monte Carlo errors")


def _means(repeats: int, seed: int) -> list[tuple]:
    import scipy.stats
    from arch.bootstrap import IIDBootstrap

    x = seeds.generator(seed, "duplication", "benchmark mean", 0).standard_exponential(ROWS)

    def interval(means: np.ndarray) -> np.ndarray:
        np.quantile(means, [0.025, 0.975])
        return means

    def ours(repeat: int) -> np.ndarray:
        return interval(
            bootstrap.resample_means(x, MEANS, seeds.seed_sequence(seed, "duplication", "benchmark hearsay", repeat))
        )

    def with_scipy(batch: int | None) -> Tool:
        def run(repeat: int) -> np.ndarray:
            rng = seeds.generator(seed, "duplication", "benchmark scipy", repeat)
            return scipy.stats.bootstrap(
                (x,), np.mean, n_resamples=MEANS, batch=batch, method="percentile", rng=rng
            ).bootstrap_distribution

        return Tool(run, MEANS, 1, version("scipy"), np.nan if batch is None else batch, ahead=1)

    def with_arch(repeat: int) -> np.ndarray:
        rng = seeds.generator(seed, "duplication", "benchmark arch", repeat)
        return interval(IIDBootstrap(x, seed=rng).apply(np.mean, MEANS)[:, 0])

    drawing = bootstrap.state(seeds.seed_sequence(seed, "duplication", "benchmark drawing", 0))
    words = np.empty(bootstrap.WORDS, np.uint64)
    table = np.append(0.0, x)
    scan = [_time(MEAN_TASK, "scipy scan", with_scipy(batch), k)[0] for k, batch in enumerate((BATCHES[0], *BATCHES))][
        1:
    ]
    best = BATCHES[int(np.argmin([timing[-1] for timing in scan]))]
    tools = {
        "scipy.stats.bootstrap, default batch, new process": Tool(_new_process, MEANS, 1, version("scipy"), apart=True),
        "scipy.stats.bootstrap, default batch": with_scipy(None),
        "scipy.stats.bootstrap, best batch": with_scipy(best),
        "arch IIDBootstrap": Tool(with_arch, MEANS, 1, version("arch")),
        "hearsay": Tool(ours, MEANS, 20),
        "hearsay: drawing": Tool(lambda _: draw(drawing, ROWS, words, MEANS), MEANS, 20),
        "ceiling": Tool(lambda _: gather(table, words, MEANS), MEANS, 20),
    }
    return scan + _rounds(MEAN_TASK, tools, repeats)


# The default holds every resample at once, and the system hands out so much memory slowly the first time.
_FIRST_CALL = f"""
import time
import numpy as np
import scipy.stats
rng = np.random.default_rng(0)
for x, resamples in ((np.arange(9.0), 99), (rng.standard_exponential({ROWS}), {MEANS})):
    wall, cpu = time.perf_counter(), time.process_time()
    scipy.stats.bootstrap((x,), np.mean, n_resamples=resamples, method="percentile", rng=rng)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(wall, cpu)
"""


def _new_process(_: int) -> tuple[float, float]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_CALL], env=environment, capture_output=True, text=True, check=True
    )
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)


def _refits(repeats: int, resamples: int, seed: int) -> list[tuple]:
    from sklearn.linear_model import LogisticRegression
    from statsmodels.api import Logit

    random = seeds.generator(seed, "duplication", "benchmark refit", 0)
    x = np.column_stack([np.ones(ROWS), random.standard_normal((ROWS, COLUMNS - 1))])
    y = (random.random(ROWS) < 1 / (1 + np.exp(-x @ BETA))).astype(float)
    full = fit(x, y)
    agree(x, y, seeds.seed_sequence(seed, "duplication", "benchmark checked", 0))

    def ours(repeat: int) -> np.ndarray:
        drawn = seeds.seed_sequence(seed, "duplication", "benchmark hearsay", repeat)
        return refits.refit_logistic(x, y, resamples, drawn).coefficients

    def loop(name: str, one: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Tool:
        def run(repeat: int) -> np.ndarray:
            rng = seeds.generator(seed, "duplication", f"benchmark {name}", repeat)
            return np.array([one(x[i], y[i]) for i in (rng.integers(0, ROWS, ROWS) for _ in range(resamples))])

        return Tool(run, resamples, 1, version(name))

    # each peer in the fastest way found: started at the full fit or at the last one, and sparing what is not asked for
    def with_statsmodels(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        model = Logit(y, x, check_rank=False)
        return model.fit(start_params=full.beta, method="newton", disp=0, skip_hessian=True).params

    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8, fit_intercept=False, warm_start=True)
    parts = Refitting(x, y, resamples, seeds.seed_sequence(seed, "duplication", "benchmark drawing", 0))
    calls = max(1, 10_000 // resamples)
    tools = {
        "statsmodels Logit, one by one": loop("statsmodels", with_statsmodels),
        "scikit-learn LogisticRegression, one by one": loop("scikit-learn", lambda x, y: model.fit(x, y).coef_[0]),
        "hearsay": Tool(ours, resamples, calls),
        "hearsay: drawing": Tool(parts.draw, resamples, calls),
        "hearsay: exponentials": Tool(parts.exponentials, resamples, calls),
        "hearsay: products": Tool(parts.products, resamples, calls),
        "ceiling": Tool(parts.evaluation, resamples, calls),
    }
    return _rounds(REFIT_TASK, tools, repeats)


def agree(x: np.ndarray, y: np.ndarray, drawn: np.random.SeedSequence) -> None:
    """Raise HearsayError where one of CHECKED refits differs from statsmodels' by more than CLOSE."""
    from statsmodels.api import Logit

    rows = np.empty((CHECKED, len(y)))
    bootstrap.counts(bootstrap.state(drawn), rows)
    ours = refits.refit_counts(x, y, rows).coefficients
    for mine, times in zip(ours, rows.astype(int), strict=True):
        theirs = Logit(np.repeat(y, times), np.repeat(x, times, axis=0)).fit(method="newton", tol=1e-12, disp=0).params
        difference = np.max(np.abs(mine - theirs))
        if not difference <= CLOSE:
            raise HearsayError(f"{REFIT_TASK}: hearsay and statsmodels differ by {difference:.1e} in a coefficient")
