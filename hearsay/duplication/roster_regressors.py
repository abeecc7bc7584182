"""The census's regressors: class, expectation, reason, and how it is taken."""

from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import CCA, PLSCanonical, PLSRegression
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import (
    AdaBoostRegressor,
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.isotonic import IsotonicRegression
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    GammaRegressor,
    HuberRegressor,
    Lars,
    LarsCV,
    Lasso,
    LassoCV,
    LassoLars,
    LassoLarsCV,
    LassoLarsIC,
    LinearRegression,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLasso,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    PassiveAggressiveRegressor,
    PoissonRegressor,
    QuantileRegressor,
    RANSACRegressor,
    Ridge,
    RidgeCV,
    SGDRegressor,
    TheilSenRegressor,
    TweedieRegressor,
)
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.neighbors import KNeighborsRegressor, RadiusNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR, LinearSVR, NuSVR
from sklearn.tree import DecisionTreeRegressor, ExtraTreeRegressor

from hearsay.duplication.data import near, one_column, two_targets, unit_target

INNER = "the estimator inside sums its loss against an absolute penalty"
MEAN_LOSS = "a mean loss and a penalty"
FOLDS = "internal folds in the order of the rows"


def rows() -> list[tuple]:
    """Return (class, expectation, reason, how) rows; how: view, required arguments and parameters that are set."""
    inner = {"estimator": Ridge()}
    several = {"estimators": [("ridge", Ridge()), ("tree", DecisionTreeRegressor(max_depth=3))]}
    return [
        *_penalised(),
        *_paths(),
        *_other(),
        *_trees(),
        (MultiOutputRegressor, "sum", INNER, {"required": inner, "view": two_targets}),
        (RegressorChain, "sum", INNER, {"required": inner, "view": two_targets}),
        (StackingRegressor, "folds", "internal folds, and absolute penalties", {"required": several}),
        (TransformedTargetRegressor, "mean", "least squares inside", {}),
        (VotingRegressor, "sum", INNER, {"required": several}),
    ]


def _penalised() -> list[tuple]:
    return [
        (LinearRegression, "mean", "least squares", {}),
        (Ridge, "sum", "summed squares against an absolute penalty", {}),
        (RidgeCV, "folds", "leave-one-out over a grid of absolute penalties", {}),
        (RidgeCV, "folds", FOLDS + ", over a grid of absolute penalties", {"cv": 5}),
        (KernelRidge, "sum", "summed squares against an absolute penalty", {}),
        (KernelRidge, "sum", "summed squares against an absolute penalty", {"kernel": "rbf"}),
        (HuberRegressor, "sum", "a summed loss against an absolute penalty", {}),
        (Lasso, "mean", MEAN_LOSS, {}),
        (ElasticNet, "mean", MEAN_LOSS, {}),
        (MultiTaskLasso, "mean", MEAN_LOSS, {"view": two_targets}),
        (MultiTaskElasticNet, "mean", MEAN_LOSS, {"view": two_targets}),
        (GammaRegressor, "mean", MEAN_LOSS, {}),
        (PoissonRegressor, "mean", MEAN_LOSS, {}),
        (PoissonRegressor, "mean", MEAN_LOSS + "; Newton steps", {"solver": "newton-cholesky"}),
        (TweedieRegressor, "mean", MEAN_LOSS, {}),
        (QuantileRegressor, "mean", MEAN_LOSS + "; a median between two rows is not unique", {}),
        (QuantileRegressor, "mean", MEAN_LOSS + "; a quantile that is one row", {"quantile": 0.5037}),
        (QuantileRegressor, "mean", MEAN_LOSS + " that does not hide every column", {"alpha": 0.1}),
        (LinearSVR, "sum", "C multiplies the summed loss", {}),
        (SVR, "sum", "C multiplies the summed loss", {}),
        (NuSVR, "sum", "nu is a fraction, C multiplies the summed loss; the intercept need not be unique", {}),
        (NuSVR, "sum", "nu is a fraction, C multiplies the summed loss", {"C": 100.0}),
        (BayesianRidge, "size", "degrees of freedom are taken from n", {}),
        (
            BayesianRidge,
            "size",
            "degrees of freedom, and priors that count as rows",
            {"alpha_1": 10.0, "alpha_2": 10.0},
        ),
        (ARDRegression, "size", "degrees of freedom are taken from n", {}),
        (SGDRegressor, "steps", "one update a row and pass", {}),
        (
            SGDRegressor,
            "steps",
            "one update a row, in order, a fixed number of passes",
            {"shuffle": False, "tol": None, "max_iter": 30},
        ),
        (SGDRegressor, "split", "early stopping on a validation part", {"early_stopping": True}),
        (PassiveAggressiveRegressor, "steps", "one update a row and pass", {}),
    ]


def _paths() -> list[tuple]:
    return [
        (Lars, "mean", "angles between means of products", {}),
        (LassoLars, "mean", MEAN_LOSS, {}),
        (LassoLarsIC, "size", "a criterion of n: rows against the penalty of a column", {}),
        (LassoLarsIC, "size", "a criterion of n: rows against the penalty of a column", {"criterion": "bic"}),
        (LarsCV, "folds", FOLDS, {}),
        (LassoCV, "folds", FOLDS, {}),
        (LassoLarsCV, "folds", FOLDS, {}),
        (ElasticNetCV, "folds", FOLDS, {}),
        (MultiTaskElasticNetCV, "folds", FOLDS, {"view": two_targets}),
        (MultiTaskLassoCV, "folds", FOLDS, {"view": two_targets}),
        (OrthogonalMatchingPursuit, "mean", "a share of the columns", {}),
        (
            OrthogonalMatchingPursuit,
            "sum",
            "summed squares left, as an absolute number; the target's own sum is 1",
            {"view": unit_target, "tol": 0.6},
        ),
        (OrthogonalMatchingPursuitCV, "folds", FOLDS, {}),
    ]


def _other() -> list[tuple]:
    white = RBF(3.0) + WhiteKernel(0.1)
    return [
        (CCA, "mean", "correlations", {"view": two_targets}),
        (PLSCanonical, "mean", "covariances", {"view": two_targets}),
        (PLSRegression, "mean", "covariances", {}),
        (DummyRegressor, "mean", "the mean", {}),
        (
            DummyRegressor,
            "size",
            "a quantile interpolated between ranks; only where it takes a whole number of rows do copies not move it",
            {"strategy": "quantile", "quantile": 0.3083},
        ),
        (IsotonicRegression, "mean", "pooled means", {"view": one_column}),
        (GaussianProcessRegressor, "sum", "a variance of noise a row", {}),
        (
            GaussianProcessRegressor,
            "sum",
            "a variance of noise a row; the kernel stays as it is",
            {"view": near, "alpha": 0.1, "optimizer": None},
        ),
        (
            GaussianProcessRegressor,
            "size",
            "a marginal likelihood, which is no mean over rows",
            {"kernel": white, "normalize_y": True},
        ),
        (KNeighborsRegressor, "count", "an absolute number of neighbours", {}),
        (
            KNeighborsRegressor,
            "count",
            "an absolute number of neighbours, weighted by distance",
            {"weights": "distance"},
        ),
        (RadiusNeighborsRegressor, "mean", "means within a radius", {"view": near}),
        (MLPRegressor, "steps", "batches of min(200, n) rows, one step each", {}),
        (MLPRegressor, "sum", "full-batch descent; the penalty is divided by the rows", {"solver": "lbfgs"}),
        (MLPRegressor, "split", "early stopping on a validation part", {"early_stopping": True}),
        (RANSACRegressor, "resample", "subsets of p + 1 rows, drawn without replacement", {}),
        (TheilSenRegressor, "resample", "subsets of p + 1 rows, drawn without replacement", {}),
    ]


def _trees() -> list[tuple]:
    return [
        (DecisionTreeRegressor, "mean", "impurities are means; one row is enough for a leaf", {}),
        (DecisionTreeRegressor, "count", "an absolute number of rows in a leaf", {"min_samples_leaf": 5}),
        (DecisionTreeRegressor, "count", "an absolute number of rows in a split", {"min_samples_split": 20}),
        (DecisionTreeRegressor, "mean", "best splits first", {"max_leaf_nodes": 4}),
        (DecisionTreeRegressor, "mean", "pruned by shares", {"ccp_alpha": 50.0}),
        (DecisionTreeRegressor, "mean", "the gain is weighted by shares", {"min_impurity_decrease": 10.0}),
        (ExtraTreeRegressor, "mean", "random cuts of a range", {}),
        (ExtraTreesRegressor, "mean", "random cuts of a range, all rows in every tree", {}),
        (RandomForestRegressor, "resample", "each tree draws n rows", {}),
        (
            RandomForestRegressor,
            "mean",
            "each tree draws a fixed number of rows with replacement: the same in distribution",
            {"max_samples": 60, "draws": True},
        ),
        (RandomForestRegressor, "resample", "each tree draws a share of the rows", {"max_samples": 0.5}),
        (BaggingRegressor, "resample", "each tree draws n rows", {}),
        (AdaBoostRegressor, "resample", "each tree draws n rows", {}),
        (GradientBoostingRegressor, "mean", "all rows in every tree; one row is enough for a leaf", {}),
        (GradientBoostingRegressor, "count", "an absolute number of rows in a leaf", {"min_samples_leaf": 5}),
        (GradientBoostingRegressor, "resample", "each tree draws half of the rows", {"subsample": 0.5}),
        (GradientBoostingRegressor, "split", "early stopping on a validation part", {"n_iter_no_change": 5}),
        (HistGradientBoostingRegressor, "count", "an absolute number of rows in a leaf", {}),
        (
            HistGradientBoostingRegressor,
            "sum",
            "summed curvature against an absolute penalty",
            {"l2_regularization": 10.0},
        ),
        (HistGradientBoostingRegressor, "split", "early stopping on a validation part", {"early_stopping": True}),
    ]
