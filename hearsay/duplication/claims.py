"""What the thread claims about duplicated and resampled data: endpoints and rules; the judges are beside it.

The first claims are about copies of all rows, the next about validation and the positives, the last about resampling.
"""

from collections.abc import Mapping

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, NONE, OPEN, UNDECIDED, Claim
from hearsay.duplication import claims_errors as errors
from hearsay.duplication import claims_fits as fits

THREAD = "Does it help to duplicate the rows of a data set, and what does bootstrapping do instead?"

CLAIMS = [
    Claim(
        "no-information",
        THREAD,
        "Copying every row adds no information about where the rows came from.",
        "coverage of the usual interval computed from really copied rows, minus the closed form for an estimate that"
        " learned nothing from the copies; the largest deviation over models, rows and copies",
        "Holds if all deviations lie within {law} of nothing, with their intervals; fails if one lies outside;"
        " undecided otherwise.",
        errors.no_information,
        (HOLDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "variance-same",
        THREAD,
        "The variance of the copied data is exactly that of the data.",
        "variance after copying over variance before, with either denominator",
        "Holds if it is exactly the same with both denominators; depends if with one; fails otherwise.",
        fits.variance_same,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "distribution-no-better",
        THREAD,
        "Copies give no more precise estimate of the distribution.",
        "distance of the empirical distribution to the truth (Kolmogorov's and Wasserstein's) with copies, over that"
        " without",
        "Holds if no ratio differs from one while new rows lower both; fails if one differs; undecided if new rows do"
        " not lower it, since the distance would then be blind.",
        fits.distribution_no_better,
        (HOLDS, FAILS, UNDECIDED),
        NONE,
    ),
    Claim(
        "likelihood-same",
        THREAD,
        "Maximum likelihood gives exactly the same answer.",
        "relative difference of the estimates with and without copies, largest over models, data and copies",
        "Holds if it is exactly the same for all models; depends if for some; fails if for none.",
        fits.likelihood_same,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "intervals-stay-right",
        THREAD,
        "The usual confidence interval keeps its level when every row is copied.",
        "coverage at the usual level with the fewest copies, lowest over models and rows",
        "Holds if all coverages lie at most {law} below the level; fails if all lie lower; depends if some do;"
        " undecided if their intervals contain that bound.",
        errors.intervals_stay_right,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "fit-unchanged",
        THREAD,
        "Copying every row leaves the fitted model as it was.",
        "share of scikit-learn's classifiers and regressors, at their defaults, whose scores stay the same",
        "Holds if all stay the same; fails if none; depends if some do and some do not; undecided otherwise.",
        fits.fit_unchanged,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "trees-and-svms",
        THREAD,
        "By another argument, copies leave trees and support vector machines as they were too.",
        "share of single trees and support vector machines, at their defaults, whose scores stay the same",
        "Holds if all stay the same; fails if none; depends if some do and some do not; undecided otherwise.",
        fits.trees_and_svms,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "functional",
        THREAD,
        "That other argument: a fit stays the same exactly where its criterion is a function of the empirical"
        " distribution alone.",
        "share of estimators and settings for which what the documented objective lets one expect, written before they"
        " were fitted, agrees with what was measured",
        "Holds if they agree for all; else fails if for no more than a guess reaches that always names the commoner"
        " outcome; depends if for more than that, even if all open cases should disagree; undecided otherwise.",
        fits.functional,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "score-never-rises",
        THREAD,
        "Copying the training rows never raises the score on held-out rows.",
        "estimators and data sets whose held-out score rises, on average over random splits of the data set at hand,"
        " beyond chance by Holm's correction",
        "Holds if every fit stays the same or its score falls; fails if one score rises; undecided otherwise.",
        fits.score_never_rises,
        (HOLDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "default-not-data",
        THREAD,
        "Where copies raise a score, re-setting a default does as well without them.",
        "share of the cases that rise in which the re-set default, on the rows alone, loses less than {score} to the"
        " copies",
        "Holds if this is shown for all of them; fails if all are shown to lose more; depends if some are shown to do"
        " as well and some to lose more; undecided otherwise, and where no re-set default is known.",
        fits.default_not_data,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "folds-find-skill",
        THREAD,
        "Cross-validation over copied rows sees skill where there is none.",
        "accuracy in cross-validation on labels that are coin flips, with the most copies, lowest over the learners",
        "Holds if it exceeds one half by {skill} for every learner; fails if for none; depends if for some;"
        " undecided if the intervals contain the bound, and where grouped folds, the control, exceed it.",
        errors.folds_find_skill,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "oversampling-first",
        THREAD,
        "Oversampling the positives before the split makes noise look like signal.",
        "AUC of a random forest on random labels, oversampled before the split; lower of the two ways of oversampling",
        "Holds if it exceeds one half by {skill} for both ways of oversampling; fails if for neither; depends if for"
        " one; undecided if an interval contains the bound.",
        errors.oversampling_first,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "positives-matter",
        THREAD,
        "Copying only the positive rows makes a difference to a logistic regression.",
        "change of intercept, slopes, ranking (AUC) and calibration with the most copies, for a model that fits the"
        " truth and for one that does not",
        "Holds if all of them change in both, coefficients by more than {coefficient} and the others by more than"
        " {score}; fails if none does; depends if some do and some do not; undecided otherwise.",
        errors.positives_matter,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "resample-costs",
        THREAD,
        "Training on one bootstrap resample instead of the rows costs held-out score.",
        "change of the held-out score, for each learner and data set, mean over random splits of the data at hand,"
        " by Holm's correction",
        "Holds if the score falls for all; fails if for all it is shown to lose less than {score}; depends if either is"
        " shown for some; undecided otherwise.",
        errors.one_resample_costs,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "bagging-helps",
        THREAD,
        "Averaging over bootstrap resamples raises the held-out score.",
        "change of the held-out score, for each learner and data set, mean over random splits of the data at hand,"
        " by Holm's correction",
        "Holds if the score rises for all; fails if for all it is shown to gain less than {score}; depends if either is"
        " shown for some; undecided otherwise.",
        errors.bagging_helps,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
    Claim(
        "bootstrap-covers",
        THREAD,
        "Bootstrap intervals for a mean keep their level with little data.",
        "coverage of each bootstrap interval for each distribution and number of rows; the lowest",
        "Holds if all coverages lie at most {law} below the level; fails if all lie lower; depends if some do and some"
        " do not; undecided otherwise.",
        errors.bootstrap_covers,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "bootstrap-validation",
        THREAD,
        "Bootstrap validation helps with little data.",
        "squared error, as an estimate of the true error, of the bootstrap estimator that was named beforehand against"
        " plain cross-validation, paired over training sets, for each learner, problem and number of rows, by Holm's"
        " correction",
        "Holds if the bootstrap's is smaller in all cases; fails if larger in all; depends if smaller in some and"
        " larger in others; undecided otherwise.",
        errors.bootstrap_validation,
        (HOLDS, DEPENDS, FAILS, UNDECIDED),
        OPEN,
    ),
]


def spoken(judging: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and the bounds of its config."""
    return dict(numbers) | {key: f"{value:,}" for key, value in judging.items()}
