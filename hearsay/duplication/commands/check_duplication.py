"""`hearsay check-duplication`: what copying every row does to an estimator on a data file, and what undoes it."""

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hearsay.duplication.check import Report

NAME = "check-duplication"
HELP = "tell what duplicating every row does to your estimator on your data, and the setting that undoes it"
PROBLEMS = ("changed", "duplicates")
EXAMPLE = "Example: hearsay check-duplication sklearn.svm:SVC --data wine.csv --target class --copies 3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.epilog = EXAMPLE
    parser.add_argument(
        "factory",
        metavar="MODULE:FACTORY",
        help="a function or class that returns an unfitted scikit-learn estimator when called without arguments; the "
        "module is imported, from the current folder too",
    )
    parser.add_argument("--data", required=True, metavar="FILE.csv", help="rows, with a header; all columns numbers")
    parser.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    parser.add_argument("--copies", type=int, default=3, metavar="K", help="copies of every row in all (3)")
    parser.add_argument("--folds", type=int, default=5, metavar="F", help="folds of the cross-validation (5)")
    parser.add_argument("--seeds", type=int, default=10, metavar="S", help="fits an arm of a random estimator (10)")
    parser.add_argument(
        "--fail-on",
        type=_problems,
        default=(),
        metavar="PROBLEM[,PROBLEM]",
        help="exit with 1 on these problems: changed (copying changes the fit), duplicates (rows have copies already)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Check an estimator on a data file: 0 when that was done, 1 when it has a problem named by --fail-on.

    Raises HearsayError where the data or the factory cannot be used (exit status 2).
    """
    from dataclasses import asdict

    from hearsay.duplication.check import check_duplication
    from hearsay.duplication.check_input import read_rows
    from hearsay.factory import load_factory

    x, y = read_rows(args.data, args.target)
    factory = load_factory(args.factory, "an unfitted estimator", "sklearn.svm:SVC")
    report = check_duplication(factory, x, y, args.copies, args.folds, args.seeds)
    print(json.dumps(asdict(report), indent=2, ensure_ascii=False) if args.json else text(report))
    has = {"changed": report.verdict == "changed", "duplicates": report.duplicates.leaking > 0}
    return int(any(has[problem] for problem in args.fail_on))


def text(report: "Report") -> str:
    """Return a report in words, the answer first."""
    lines = [_answer(report)]
    measure = "accuracy" if report.kind == "classification" else "R squared"
    over = f"mean of {report.seeds} seeds" if report.random else f"mean of {report.folds} folds"
    lines.append(f"held-out {measure}: {report.score:.4g} before, {report.score_copied:.4g} with the copies ({over})")
    if report.flips is not None and report.verdict == "changed":
        lines.append(f"held-out labels that change: {report.flips:,} of {report.rows:,}")
    if report.setting:
        sets = f" (here {report.sets})" if report.sets else ""
        private = "; it is reached only behind the public interface" if report.private else ""
        lines.append(f"{'not told apart with' if report.random else 'what undoes it'}: {report.setting}{sets}{private}")
        lines.append(f"  {_after(report)}; held-out {measure} {report.score_after:.4g}")
    elif report.verdict == "changed":
        lines.append("what undoes it: nothing that was tried")
        lines += [f"  {name} still leaves {left:.2g} of their spread" for name, left in report.tried.items()]
    if report.untried and report.verdict == "changed":
        lines.append(f"not tried, inside the search: {', '.join(report.untried)} (together with grouped folds)")
    if not report.converged:
        lines.append("warning: a fit stopped before it had converged; scale the columns or allow more iterations")
    return "\n".join(lines + _warnings(report))


def _answer(report: "Report") -> str:
    copying = f"{report.copies} copies of every row"
    moved = f"{report.difference:.2g} of their spread"
    answers = {
        "invariant": f"invariant: {copying} give the same fit (scores move by at most {moved})",
        "invariant with tightened tolerance": f"invariant with tightened tolerance: {copying} move the scores by up to "
        f"{moved}, because the solver stops early; iterated on, they agree",
        "changed": f"changed: {copying} move the scores by up to {moved}",
        "not shown": f"no change shown: {copying} move the scores no more than another seed does",
    }
    answer = f"{report.estimator}: {answers[report.verdict]}"
    if not report.random:
        return answer
    if report.verdict == "changed":
        answer = f"{report.estimator}: changed in distribution: {copying} shift the fits beyond what seeds do"
    return (
        f"{answer}\n  random: {report.seeds} seeds an arm (p = {report.p:.2g}); two seeds differ by "
        f"{report.seed_floor:.2g} of the scores' spread (median), copies from originals by {report.difference:.2g}; "
        "so few seeds show large shifts only"
    )


def _after(report: "Report") -> str:
    if report.random:
        return f"{report.seeds} seeds an arm show no difference (p = {report.p_after:.2g}), which proves no sameness"
    return f"verified on these data: scores agree within {report.after:.2g} of their spread"


def _warnings(report: "Report") -> list[str]:
    found, lines = report.duplicates, []
    if found.rows:
        lines.append(f"warning: {found.rows:,} of {report.rows:,} rows have an exact copy in the data already")
    if found.conflicting:
        lines.append(f"warning: {found.conflicting:,} rows have a copy of their features under another target")
    if found.leaking:
        lines.append(
            f"warning: {found.leaking:,} rows would have a copy in another of {found.folds} shuffled folds, so plain "
            "cross-validation leaks; split by row id (sklearn.model_selection.GroupKFold), as was done here"
        )
    return lines


def _problems(value: str) -> tuple[str, ...]:
    problems = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    unknown = [problem for problem in problems if problem not in PROBLEMS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no problem; choose from {', '.join(PROBLEMS)}")
    return problems
