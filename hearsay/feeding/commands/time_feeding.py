"""`hearsay time-feeding`: every way of feeding a model from a data set, timed, and one of them recommended."""

import argparse
import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hearsay.feeding.own import Report
    from hearsay.feeding.own_choice import Timed

NAME = "time-feeding"
HELP = "time the ways of feeding your model from your data set, and recommend one"
EXAMPLE = "Example: hearsay time-feeding my_work:make --batch 64, where make() returns (model, dataset)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.epilog = EXAMPLE
    parser.add_argument(
        "factory",
        metavar="MODULE:FACTORY",
        help="a function that returns (model, dataset) or (model, dataset, loss) when called without arguments: a "
        "torch.nn.Module, a map-style data set, a function of output and target; the module is imported, from the "
        "current folder too",
    )
    parser.add_argument("--batch", type=int, default=64, metavar="N", help="examples of a step (64)")
    parser.add_argument(
        "--seconds",
        type=float,
        default=20,
        metavar="S",
        help="how long to measure, roughly (20); a slow data set takes longer, as every way runs a few rounds",
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the model is trained (cpu)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Time a model and its data set: 0 when that was done.

    Raises HearsayError where they cannot be used (exit status 2).
    """
    from hearsay.factory import call, load_factory

    factory = load_factory(args.factory, "(model, dataset)")
    from hearsay.feeding.own import time_feeding  # after the factory's errors: it takes torch's import
    from hearsay.feeding.own_input import work

    model, dataset, loss = work(call(factory))
    report = time_feeding(model, dataset, args.batch, args.seconds, args.device, loss)
    print(json.dumps(plain(report), indent=2, ensure_ascii=False) if args.json else text(report))
    return 0


def plain(report: "Report") -> dict:
    """Return a report as JSON can hold it."""
    from dataclasses import asdict

    return asdict(report) | {"ways": [way._asdict() for way in report.ways]}


def text(report: "Report") -> str:
    """Return a report in words, the answer first."""
    chosen = next(way for way in report.ways if way.name == report.recommended)
    start = "take" if report.settled else "not settled, until then take"
    if not report.matters:
        start = "feeding does not matter for this model: keep"
    lines = [
        f"{start} {chosen.name}: {report.reason}",
        *(f"  {line}" for line in chosen.code.splitlines()),
    ]
    if report.matters and chosen.name != report.ways[0].name:
        gain = f"{_times(chosen.faster)} times as fast as {report.ways[0].name}{_interval(chosen)}"
        lines.append(f"  {gain}{_paid(report, chosen)}")
    lines += ["", _table(report)]
    lines += [f"left out: {name}: {why}" for name, why in report.left_out.items()]
    lines += [f"note: {note}" for note in report.notes]
    lines.append(
        f"{report.rounds} rounds, batches of {report.batch:,}, an epoch of {report.examples:,} examples, a step by "
        f"itself {_seconds(report.step)}; [95 % intervals]; {report.device}: {report.processor}"
    )
    return "\n".join(lines)


def _table(report: "Report") -> str:
    from tabulate import tabulate

    return tabulate(
        [
            (
                f"{'> ' if way.name == report.recommended else ''}{way.name}",
                _seconds(way.epoch),
                f"{_times(way.faster)} x{_interval(way)}" if way.name != report.ways[0].name else "1",
                f"{way.waiting:.0%}",
                _seconds(way.first),
                _seconds(way.once) if way.once else "",
            )
            for way in report.ways
        ],
        headers=("way", "an epoch", "as fast as the first", "waiting", "first batch", "once before"),
        disable_numparse=True,
        colalign=("left", "right", "left", "right", "right", "right"),
    )


def _interval(way: "Timed") -> str:
    return f" [{_times(way.low)}, {_times(way.high)}]"


def _paid(report: "Report", chosen: "Timed") -> str:
    """Return after how many epochs the reading before them is paid back, where there is any."""
    gain = report.ways[0].epoch - chosen.epoch
    if not chosen.once or gain <= 0:
        return ""
    epochs = math.ceil(chosen.once / gain)
    paid = f"paid back after {epochs} epoch{'s' if epochs > 1 else ''}"
    return f"; reading all once takes {_seconds(chosen.once)}, {paid}"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _seconds(value: float) -> str:
    scales = ((1, "s"), (1e-3, "ms"), (1e-6, "us"))
    scale, unit = next((pair for pair in scales if value >= pair[0]), scales[-1])
    return f"{value / scale:.3g} {unit}"
