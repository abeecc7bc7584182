"""Read what `check-duplication` is given: a file of rows, a factory. One clear line for what is wrong."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from hearsay.errors import HearsayError
from hearsay.factory import call, nearest


@dataclass(frozen=True)
class Duplicates:
    """The copies that the data hold already.

    rows: those with an exact copy, target included; conflicting: those with a copy of their features under another
    target; leaking: those with a copy of their features in another of the `folds` shuffled folds.
    """

    rows: int
    conflicting: int
    leaking: int
    folds: int


def read_rows(path: str | os.PathLike, target: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the features and the target of a CSV file with a header row. Raises HearsayError where it cannot."""
    try:
        frame = pd.read_csv(path)
    except FileNotFoundError:
        raise HearsayError(f"{path}: no such file; --data takes a CSV file with a header row") from None
    except pd.errors.EmptyDataError:
        raise HearsayError(f"{path} is empty; --data takes a CSV file with a header row") from None
    except (pd.errors.ParserError, UnicodeDecodeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise HearsayError(f"{path} is no CSV file ({reason}); --data takes a CSV file with a header row") from None
    frame.columns = frame.columns.map(str)
    if target not in frame.columns:
        raise HearsayError(f"{path} has no column {target!r}{nearest(target, frame.columns)}")
    if frame.shape[1] < 2:
        raise HearsayError(f"{path} has the column {target!r} only; features are needed too, separated by commas")
    return frame.drop(columns=target), frame[target]


def features(x: pd.DataFrame | np.ndarray) -> pd.DataFrame | np.ndarray:
    """Return the features as floats, in the container they came in.

    Raises HearsayError for no rows, another shape than (n, p), a column that is not numeric, misses a value, holds an
    infinite one or never varies.
    """
    frame = x if isinstance(x, pd.DataFrame) else pd.DataFrame(np.asarray(x)) if np.ndim(x) == 2 else None
    if frame is None or not frame.shape[1]:
        raise HearsayError(f"features of shape {np.shape(x)}: expected a matrix of rows and columns")
    if not len(frame):
        raise HearsayError("the data have no rows")
    missing = frame.isna()
    for name in frame.columns:
        column = frame[name]
        if missing[name].any():
            raise HearsayError(f"{_missing(f'column {name!r}', missing[name])}; fill it in or drop the row first")
        try:
            values = column.to_numpy(float)
        except (TypeError, ValueError):
            bad = next(value for value in column if not _is_number(value))
            raise HearsayError(f"column {name!r} is not numeric ({str(bad)!r}): encode it as numbers first") from None
        if not np.isfinite(values).all():
            raise HearsayError(
                f"column {name!r} holds an infinite value in row {int(np.argmin(np.isfinite(values))) + 1}"
            )
        if len(values) > 1 and np.ptp(values) == 0:
            raise HearsayError(f"column {name!r} is constant ({values[0]:g}): it tells nothing; drop it")
    return frame.astype(float) if isinstance(x, pd.DataFrame) else frame.to_numpy(float)


def targets(y: pd.Series | np.ndarray, rows: int, classes: bool, folds: int) -> np.ndarray:
    """Return the target (n,), labels if `classes` else floats.

    Raises HearsayError for another length, a missing value, text where numbers are needed, one class, a target that
    never varies, and fewer rows than folds.
    """
    name = f"target {y.name!r}" if isinstance(y, pd.Series) and y.name is not None else "target"
    series = pd.Series(np.asarray(y)) if np.ndim(y) == 1 else None
    if series is None or len(series) != rows:
        raise HearsayError(f"{name} of shape {np.shape(y)}: expected one value for each of the {rows:,} rows")
    if series.isna().any():
        raise HearsayError(f"{_missing(name, series.isna())}; fill it in or drop the row first")
    if rows < folds:
        raise HearsayError(f"the data have {rows} rows, fewer than the {folds} folds; lower --folds or bring more rows")
    if series.nunique() < 2:
        what = "one class only" if classes else "one value only"
        raise HearsayError(f"{name} has {what} ({series.iloc[0]}): there is nothing to learn; bring rows of another")
    if classes:
        if pd.api.types.is_float_dtype(series) and (series % 1 != 0).any():
            raise HearsayError(
                f"{name} is continuous ({series[series % 1 != 0].iloc[0]:g}), the estimator a classifier"
            )
        return series.to_numpy()
    try:
        return series.to_numpy(float)
    except (TypeError, ValueError):
        bad = next(value for value in series if not _is_number(value))
        raise HearsayError(f"{name} is not numeric ({str(bad)!r}), the estimator a regressor") from None


def build(factory: Callable[[], object]) -> object:
    """Call the factory. Raises HearsayError where it raises or returns something that is no scikit-learn estimator."""
    name = getattr(factory, "__qualname__", repr(factory))
    made = call(factory)
    lacks = [method for method in ("fit", "predict", "get_params", "score") if not hasattr(made, method)]
    if isinstance(made, type) or lacks:
        what = f"the class {made.__name__}" if isinstance(made, type) else f"a {type(made).__name__}"
        without = "" if isinstance(made, type) else f" without {', '.join(lacks)}"
        raise HearsayError(f"the factory {name} returned {what}{without}; expected an unfitted classifier or regressor")
    return made


def find_duplicates(ids: np.ndarray, y: np.ndarray, folds: int, seed: int) -> Duplicates:
    """Return the copies that rows hold already; ids (n,) number equal features alike, y (n,) are the targets."""
    frame = pd.DataFrame({"x": ids, "y": pd.factorize(y)[0]})
    shuffled = KFold(folds, shuffle=True, random_state=seed).split(ids)
    frame["fold"] = 0
    for number, (_, test) in enumerate(shuffled):
        frame.loc[test, "fold"] = number
    by_features = frame.groupby("x")
    return Duplicates(
        rows=int(frame.duplicated(["x", "y"], keep=False).sum()),
        conflicting=int((by_features["y"].transform("nunique") > 1).sum()),
        leaking=int((by_features["fold"].transform("nunique") > 1).sum()),
        folds=folds,
    )


def parts(ids: np.ndarray, y: np.ndarray, classes: bool, folds: int, seed: int) -> list:
    """Return (training, held-out) rows of each fold; rows of equal features stand on one side."""
    distinct = len(np.unique(ids))
    if distinct < folds:
        raise HearsayError(f"the data have {distinct} distinct rows, fewer than the {folds} folds; lower --folds")
    if classes:
        sizes = pd.Series(y).value_counts()
        if sizes.min() < 2:
            raise HearsayError(
                f"class {sizes.idxmin()} has one row: it cannot be learned and held out; drop or merge it"
            )
        if sizes.max() < folds:
            raise HearsayError(f"the largest class has {sizes.max()} rows, fewer than the {folds} folds; lower --folds")
    grouped = distinct < len(ids)
    kinds = {(0, 0): KFold, (0, 1): GroupKFold, (1, 0): StratifiedKFold, (1, 1): StratifiedGroupKFold}
    splitter = kinds[int(classes), int(grouped)](folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes with fewer rows than folds
        return list(splitter.split(ids, y, ids))


def _missing(what: str, where: pd.Series) -> str:
    first, count = int(np.argmax(where.to_numpy())) + 1, int(where.sum())
    return f"{what} misses {'a value' if count == 1 else f'{count} values'}, the first in row {first}"


def _is_number(value: object) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
