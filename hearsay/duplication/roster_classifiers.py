"""The census's classifiers: class, expectation, reason, and how it is taken."""

import math

from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    PassiveAggressiveClassifier,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.semi_supervised import LabelPropagation, LabelSpreading, SelfTrainingClassifier
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from hearsay.duplication.data import binary, counts, half_labelled, indicators, near

INNER = "the estimator inside sums its loss against an absolute penalty"


def rows() -> list[tuple]:
    """Return (class, expectation, reason, how) rows; how: view, required arguments and parameters that are set."""
    inner = {"estimator": LogisticRegression()}
    several = {"estimators": [("logistic", LogisticRegression()), ("bayes", GaussianNB())]}
    return [
        *_linear(),
        *_bayes_and_neighbours(),
        *_trees(),
        (CalibratedClassifierCV, "folds", "internal folds; Platt's targets add absolute pseudo-counts", {}),
        (
            CalibratedClassifierCV,
            "folds",
            "internal folds; isotonic calibration has no constant",
            {"method": "isotonic"},
        ),
        (ClassifierChain, "sum", INNER, {"required": inner, "view": indicators}),
        (FixedThresholdClassifier, "sum", INNER, {"required": inner, "view": binary}),
        (MultiOutputClassifier, "sum", INNER, {"required": inner, "view": indicators}),
        (OneVsOneClassifier, "sum", INNER, {"required": inner}),
        (OneVsRestClassifier, "sum", INNER, {"required": inner}),
        (OutputCodeClassifier, "sum", INNER, {"required": inner}),
        (SelfTrainingClassifier, "sum", INNER, {"required": inner, "view": half_labelled}),
        (
            SelfTrainingClassifier,
            "count",
            "an absolute number of rows is labelled in each round",
            {"required": inner, "view": half_labelled, "criterion": "k_best"},
        ),
        (StackingClassifier, "folds", "internal folds, and two penalties", {"required": several}),
        (TunedThresholdClassifierCV, "folds", "internal folds, and a penalty", {"required": inner, "view": binary}),
        (VotingClassifier, "sum", INNER, {"required": several}),
        (VotingClassifier, "sum", INNER, {"required": several, "voting": "soft"}),
    ]


def _linear() -> list[tuple]:
    return [
        (LogisticRegression, "sum", "C multiplies the summed loss", {}),
        (LogisticRegression, "mean", "without a penalty: maximum likelihood", {"C": math.inf}),
        (
            LogisticRegression,
            "mean",
            "without a penalty: maximum likelihood; Newton steps",
            {"C": math.inf, "solver": "newton-cholesky"},
        ),
        (LogisticRegressionCV, "folds", "internal folds over a grid of C", {}),
        (RidgeClassifier, "sum", "summed squares against an absolute penalty", {}),
        (RidgeClassifierCV, "folds", "leave-one-out over a grid of absolute penalties", {}),
        (LinearSVC, "sum", "C multiplies the summed loss", {}),
        (SVC, "sum", "C multiplies the summed loss", {}),
        (NuSVC, "mean", "nu is a fraction of the rows", {}),
        (SGDClassifier, "steps", "one update a row and pass", {}),
        (
            SGDClassifier,
            "steps",
            "one update a row, in order, a fixed number of passes",
            {"shuffle": False, "tol": None, "max_iter": 30},
        ),
        (SGDClassifier, "split", "early stopping on a validation part", {"early_stopping": True}),
        (Perceptron, "steps", "one update a row and pass", {}),
        (PassiveAggressiveClassifier, "steps", "one update a row and pass", {}),
        (MLPClassifier, "steps", "batches of min(200, n) rows, one step each", {}),
        (MLPClassifier, "steps", "batches of a fixed number of rows, one step each", {"batch_size": 32}),
        (MLPClassifier, "sum", "full-batch descent; the penalty is divided by the rows", {"solver": "lbfgs"}),
        (MLPClassifier, "split", "early stopping on a validation part", {"early_stopping": True}),
        (GaussianProcessClassifier, "sum", "a likelihood summed over rows against a fixed prior", {}),
        (LinearDiscriminantAnalysis, "mean", "class means and pooled covariance", {}),
        (
            LinearDiscriminantAnalysis,
            "size",
            "Ledoit and Wolf's shrinkage falls with n",
            {"solver": "lsqr", "shrinkage": "auto"},
        ),
        (LinearDiscriminantAnalysis, "mean", "a fixed shrinkage", {"solver": "lsqr", "shrinkage": 0.5}),
        (QuadraticDiscriminantAnalysis, "mean", "class means and covariances", {"reg_param": 0.1}),
        (QuadraticDiscriminantAnalysis, "mean", "class means and covariances", {}),
        (
            QuadraticDiscriminantAnalysis,
            "size",
            "Ledoit and Wolf's shrinkage falls with n",
            {"solver": "eigen", "shrinkage": "auto"},
        ),
    ]


def _bayes_and_neighbours() -> list[tuple]:
    return [
        (BernoulliNB, "sum", "absolute pseudo-counts", {}),
        (BernoulliNB, "sum", "what never occurs has the pseudo-count alone, however small", {"alpha": 1e-3}),
        (CategoricalNB, "sum", "absolute pseudo-counts", {"view": counts}),
        (ComplementNB, "sum", "absolute pseudo-counts", {"view": counts}),
        (MultinomialNB, "sum", "absolute pseudo-counts", {"view": counts}),
        (GaussianNB, "mean", "class means and variances", {}),
        (DummyClassifier, "mean", "class frequencies", {}),
        (DummyClassifier, "mean", "class frequencies", {"strategy": "stratified"}),
        (KNeighborsClassifier, "count", "an absolute number of neighbours", {}),
        (
            KNeighborsClassifier,
            "count",
            "an absolute number of neighbours, weighted by distance",
            {"weights": "distance"},
        ),
        (RadiusNeighborsClassifier, "mean", "shares within a radius", {"view": near}),
        (NearestCentroid, "size", "class means; scores divide by n minus the classes", {}),
        (NearestCentroid, "size", "the shrinkage of centroids has class sizes in it", {"shrink_threshold": 0.5}),
        (LabelPropagation, "mean", "shares along a row-normalised graph", {"view": half_labelled}),
        (
            LabelPropagation,
            "count",
            "a graph of an absolute number of neighbours",
            {"view": half_labelled, "kernel": "knn"},
        ),
        (LabelPropagation, "mean", "shares along a row-normalised graph", {"view": half_labelled, "gamma": 0.1}),
        (LabelSpreading, "count", "a graph without self-loops, but copies are linked", {"view": half_labelled}),
        (
            LabelSpreading,
            "count",
            "a graph without self-loops, but copies are linked",
            {"view": half_labelled, "gamma": 0.1},
        ),
    ]


def _trees() -> list[tuple]:
    return [
        (DecisionTreeClassifier, "mean", "impurities are fractions; one row is enough for a leaf", {}),
        (DecisionTreeClassifier, "count", "an absolute number of rows in a leaf", {"min_samples_leaf": 5}),
        (DecisionTreeClassifier, "count", "an absolute number of rows in a split", {"min_samples_split": 40}),
        (DecisionTreeClassifier, "mean", "a leaf's share of the rows", {"min_samples_leaf": 0.05}),
        (DecisionTreeClassifier, "mean", "best splits first", {"max_leaf_nodes": 4}),
        (DecisionTreeClassifier, "mean", "pruned by shares", {"ccp_alpha": 0.02}),
        (DecisionTreeClassifier, "mean", "the gain is weighted by shares", {"min_impurity_decrease": 0.02}),
        (ExtraTreeClassifier, "mean", "random cuts of a range", {}),
        (ExtraTreesClassifier, "mean", "random cuts of a range, all rows in every tree", {}),
        (ExtraTreesClassifier, "count", "an absolute number of rows in a leaf", {"min_samples_leaf": 5}),
        (RandomForestClassifier, "resample", "each tree draws n rows", {}),
        (
            RandomForestClassifier,
            "mean",
            "each tree draws a fixed number of rows with replacement: the same in distribution",
            {"max_samples": 60, "draws": True},
        ),
        (RandomForestClassifier, "resample", "each tree draws a share of the rows", {"max_samples": 0.5}),
        (RandomForestClassifier, "resample", "each tree draws n rows; an absolute leaf", {"min_samples_leaf": 5}),
        (BaggingClassifier, "resample", "each tree draws n rows", {}),
        (AdaBoostClassifier, "mean", "row weights are shares", {}),
        (GradientBoostingClassifier, "mean", "all rows in every tree; one row is enough for a leaf", {}),
        (GradientBoostingClassifier, "count", "an absolute number of rows in a leaf", {"min_samples_leaf": 5}),
        (GradientBoostingClassifier, "resample", "each tree draws half of the rows", {"subsample": 0.5}),
        (GradientBoostingClassifier, "split", "early stopping on a validation part", {"n_iter_no_change": 5}),
        (HistGradientBoostingClassifier, "count", "an absolute number of rows in a leaf", {}),
        (
            HistGradientBoostingClassifier,
            "sum",
            "summed curvature against an absolute penalty",
            {"l2_regularization": 1.0},
        ),
        (HistGradientBoostingClassifier, "split", "early stopping on a validation part", {"early_stopping": True}),
    ]
