"""Real data sets that ship with installed packages, split and scaled for the census."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from hearsay.errors import HearsayError

TEST_ROWS = 200  # held-out rows of a split, at most: enough for probes, cheap for kernel methods
NAMES = ("breast_cancer", "wine", "digits", "diabetes", "autompg")


@dataclass(frozen=True)
class Data:
    """A data set: x (n, p) float in the units it came in; y (n,), class numbers or a target in its own unit.

    kind: 'classification' or 'regression'.
    """

    name: str
    kind: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Split:
    """Training rows x (n, p), y (n,) or (n, q), and held-out rows of the same data set; columns of x standardised."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@cache
def load(name: str) -> Data:
    """Return one of NAMES. Rows with a missing value are dropped. Raises HearsayError for another name."""
    import sklearn.datasets

    if name not in NAMES:
        raise HearsayError(f"duplication: no data set {name!r}; expected one of {', '.join(NAMES)}")
    if name == "autompg":
        from mlxtend.data import autompg_data

        x, y = autompg_data()
        x = x[:, :7]  # the eighth column is the car's name, which the package reads as missing
    else:
        x, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
    kind = "regression" if name in ("diabetes", "autompg") else "classification"
    whole = ~np.isnan(np.column_stack([x, y])).any(axis=1)
    x, y = np.ascontiguousarray(x[whole], float), y[whole]
    return Data(name, kind, x, y.astype(int) if kind == "classification" else y.astype(float))


def split(data: Data, rows: int, generator: np.random.Generator) -> Split:
    """Draw at most `rows` training rows, by class in equal shares as far as they go, and TEST_ROWS others.

    Columns are centred and scaled by the training rows before any is copied. Mean and n-denominator standard deviation
    are functionals of the empirical distribution, so scaling the copies would give the same numbers up to rounding;
    doing it once keeps that rounding out of the comparison. Targets stay in their unit, as an absolute penalty meets
    them in practice. Raises HearsayError where too few rows are left to hold out.
    """
    from sklearn.model_selection import train_test_split

    n = len(data.y)
    rows = min(rows, n - n // 5)
    classes = data.y if data.kind == "classification" else None
    if classes is not None and rows < 2 * len(np.unique(classes)):
        raise HearsayError(f"duplication: {rows} training rows are too few for the classes of {data.name}")
    state = int(generator.integers(2**31))
    train, test = train_test_split(
        np.arange(n), train_size=rows, test_size=min(TEST_ROWS, n - rows), stratify=classes, random_state=state
    )
    mean, spread = data.x[train].mean(axis=0), data.x[train].std(axis=0)
    scaled = (data.x - mean) / np.where(spread > 0, spread, 1.0)
    return Split(scaled[train], data.y[train], scaled[test], data.y[test])


def plain(split: Split) -> Split:
    """Return the rows as they are."""
    return split


def binary(split: Split) -> Split:
    """Return the rows of the first two classes only."""
    train, test = split.y < 2, split.y_test < 2
    return Split(split.x[train], split.y[train], split.x_test[test], split.y_test[test])


def counts(split: Split) -> Split:
    """Return columns binned to whole numbers 0..6, one bin 2/3 of a standard deviation; no bin unseen in training."""
    x, x_test = (np.clip(np.floor(1.5 * part + 3.0), 0, 6) for part in (split.x, split.x_test))
    return replace(split, x=x, x_test=np.minimum(x_test, x.max(axis=0)))


def one_column(split: Split) -> Split:
    """Return the column that correlates most with the target, as a matrix of one column."""
    spread = np.where(split.x.std(axis=0) > 0, split.x.std(axis=0), np.inf)
    best = int(np.argmax(np.abs((split.x * (split.y - split.y.mean())[:, None]).mean(axis=0) / spread)))
    return replace(split, x=split.x[:, [best]], x_test=split.x_test[:, [best]])


def near(split: Split) -> Split:
    """Return the two columns of largest spread, clipped at two standard deviations and halved.

    A radius of 1 then holds neighbours, and not all rows.
    """
    keep = np.argsort(-split.x.std(axis=0), kind="stable")[:2]
    x, x_test = (0.5 * np.clip(part[:, keep], -2.0, 2.0) for part in (split.x, split.x_test))
    return replace(split, x=x, x_test=x_test)


def unit_target(split: Split) -> Split:
    """Return the target divided by the root of its sum of squares about the mean, over the training rows."""
    size = float(np.sqrt(((split.y - split.y.mean()) ** 2).sum()))
    return replace(split, y=split.y / size, y_test=split.y_test / size)


def two_targets(split: Split) -> Split:
    """Return the last column as a second target, in the spread of the first, and x without it."""
    scale = split.y.std()
    y, y_test = (np.column_stack([y, scale * x[:, -1]]) for x, y in ((split.x, split.y), (split.x_test, split.y_test)))
    return Split(split.x[:, :-1], y, split.x_test[:, :-1], y_test)


def indicators(split: Split) -> Split:
    """Return one column of 0 and 1 a class as the target."""
    classes = np.unique(split.y)
    return replace(
        split, y=(split.y[:, None] == classes).astype(int), y_test=(split.y_test[:, None] == classes).astype(int)
    )


def half_labelled(split: Split) -> Split:
    """Return every second training row without its label (-1), as the semi-supervised methods take them."""
    hidden = np.arange(len(split.y)) % 2 == 1
    return replace(split, y=np.where(hidden, -1, split.y))
