# The study `duplication`: from simulated and packaged data to what copies and resamples do, as tables, figures, claims.

D = CONFIG["duplication"]
CONFIDENCE = D["judging"]["confidence"]
DT = "results/duplication/tables"
DP = "results/duplication/pieces"
PUBLISHED = "report/published.csv"

TABLES["duplication"] = expand(
    f"{DT}/{{name}}.csv",
    name=[
        *["coverage", "selection", "identities", "distance", "census", "census-cells", "distribution", "random"],
        *["helps", "exchange-rates", "leakage", "oversampling", "positives", "predictions", "calibration"],
        *["intervals", "standard-errors", "intervals-published", "prediction-error", "resampling"],
    ],
)
QUESTIONS["duplication"] = "Does duplicating data help?"
FIGURES["duplication"] = expand(
    "results/duplication/figures/{name}.svg",
    name=["nothing-learned", "census", "census-summary", "calibration", "published", "bootstrap"],
)
PEERS.append("results/benchmarks/duplication-peers.csv")


rule duplication_curve:
    input:
        code=closure("scripts/duplication/curve.py"),
    output:
        coverage=f"{DP}/coverage-{{shard}}.csv",
        selection=f"{DP}/selection-{{shard}}.csv",
        record=record("duplication/curve-{shard}", needed=False),
    log:
        "logs/duplication/curve-{shard}.log",
    benchmark:
        "results/benchmarks/rules/duplication-curve-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["coverage"],
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=D["coverage"]["shards"],
    message:
        "duplication: intervals, tests and selection on copied rows, part {wildcards.shard}"
    script:
        "../scripts/duplication/curve.py"


rule duplication_identities:
    input:
        code=closure("scripts/duplication/identities.py"),
    output:
        identities=f"{DT}/identities.csv",
        distance=f"{DT}/distance.csv",
        record=record("duplication/identities"),
    log:
        "logs/duplication/identities.log",
    benchmark:
        "results/benchmarks/rules/duplication-identities.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["coverage"],
        exact=D["judging"]["exact"],
        seed=CONFIG["seed"],
    message:
        "duplication: exact identities, and the distance to the truth"
    script:
        "../scripts/duplication/identities.py"


rule duplication_census:
    input:
        code=closure("scripts/duplication/census.py"),
    output:
        cells=f"{DP}/census-{{shard}}.csv",
        record=record("duplication/census-{shard}", needed=False),
    log:
        "logs/duplication/census-{shard}.log",
    benchmark:
        "results/benchmarks/rules/duplication-census-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        census=D["census"],
        seed=CONFIG["seed"],
    message:
        "duplication: the census of estimators, part {wildcards.shard}"
    script:
        "../scripts/duplication/census.py"


rule duplication_distribution:
    input:
        code=closure("scripts/duplication/distribution.py"),
    output:
        distribution=f"{DP}/distribution-{{shard}}.csv",
        record=record("duplication/distribution-{shard}", needed=False),
    log:
        "logs/duplication/distribution-{shard}.log",
    benchmark:
        "results/benchmarks/rules/duplication-distribution-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["distribution"],
        confidence=CONFIDENCE,
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
    message:
        "duplication: random estimators over many seeds, part {wildcards.shard}"
    script:
        "../scripts/duplication/distribution.py"


rule duplication_helps:
    input:
        code=closure("scripts/duplication/helps.py"),
    output:
        helps=f"{DP}/helps-{{shard}}.csv",
        record=record("duplication/helps-{shard}", needed=False),
    log:
        "logs/duplication/helps-{shard}.log",
    benchmark:
        "results/benchmarks/rules/duplication-helps-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["helps"],
        confidence=CONFIDENCE,
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
    message:
        "duplication: held-out scores after copying, part {wildcards.shard}"
    script:
        "../scripts/duplication/helps.py"


rule duplication_leakage:
    input:
        code=closure("scripts/duplication/leakage.py"),
    output:
        leakage=f"{DP}/leakage-{{shard}}.csv",
        record=record("duplication/leakage-{shard}", needed=False),
    log:
        "logs/duplication/leakage-{shard}.log",
    benchmark:
        "results/benchmarks/rules/duplication-leakage-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["leakage"],
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=D["leakage"]["shards"],
    message:
        "duplication: cross-validation over copied coin flips, part {wildcards.shard}"
    script:
        "../scripts/duplication/leakage.py"


# Everything that compares all parts with one another: verdicts, and corrections for the number of comparisons.
rule duplication_gather:
    input:
        coverage=expand(rules.duplication_curve.output.coverage, shard=range(D["coverage"]["shards"])),
        selection=expand(rules.duplication_curve.output.selection, shard=range(D["coverage"]["shards"])),
        cells=expand(rules.duplication_census.output.cells, shard=range(D["census"]["shards"])),
        distribution=expand(
            rules.duplication_distribution.output.distribution, shard=range(D["distribution"]["shards"])
        ),
        helps=expand(rules.duplication_helps.output.helps, shard=range(D["helps"]["shards"])),
        leakage=expand(rules.duplication_leakage.output.leakage, shard=range(D["leakage"]["shards"])),
        code=closure("scripts/duplication/gather.py"),
    output:
        coverage=f"{DT}/coverage.csv",
        selection=f"{DT}/selection.csv",
        cells=f"{DT}/census-cells.csv",
        distribution=f"{DT}/distribution.csv",
        random=f"{DT}/random.csv",
        census=shown(f"{DT}/census.csv", "census of estimators"),
        exchange_rates=shown(f"{DT}/exchange-rates.csv", "what undoes the copies"),
        helps=shown(f"{DT}/helps.csv", "held-out scores after copying"),
        leakage=f"{DT}/leakage.csv",
        record=record("duplication/gather"),
    log:
        "logs/duplication/gather.log",
    benchmark:
        "results/benchmarks/rules/duplication-gather.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        census=D["census"],
        equivalence=D["distribution"]["equivalence"],
        confidence=CONFIDENCE,
    message:
        "duplication: gather the parts, and give every estimator its verdict"
    script:
        "../scripts/duplication/gather.py"


rule duplication_oversampling:
    input:
        published=PUBLISHED,
        code=closure("scripts/duplication/oversampling.py"),
    output:
        oversampling=shown(f"{DT}/oversampling.csv", "oversampling before the split"),
        record=record("duplication/oversampling"),
    log:
        "logs/duplication/oversampling.log",
    benchmark:
        "results/benchmarks/rules/duplication-oversampling.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["leakage"],
        seed=CONFIG["seed"],
    message:
        "duplication: oversampling before and after the split, beside the published experiment"
    script:
        "../scripts/duplication/oversampling.py"


rule duplication_positives:
    input:
        code=closure("scripts/duplication/positives.py"),
    output:
        positives=f"{DT}/positives.csv",
        predictions=f"{DT}/predictions.csv",
        calibration=f"{DT}/calibration.csv",
        record=record("duplication/positives"),
    log:
        "logs/duplication/positives.log",
    benchmark:
        "results/benchmarks/rules/duplication-positives.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["positives"],
        confidence=CONFIDENCE,
        seed=CONFIG["seed"],
    message:
        "duplication: a logistic regression whose positives alone are copied"
    script:
        "../scripts/duplication/positives.py"


rule duplication_intervals:
    input:
        published=PUBLISHED,
        code=closure("scripts/duplication/intervals.py"),
    output:
        intervals=f"{DT}/intervals.csv",
        standard_errors=f"{DT}/standard-errors.csv",
        published=f"{DT}/intervals-published.csv",
        record=record("duplication/intervals"),
    log:
        "logs/duplication/intervals.log",
    benchmark:
        "results/benchmarks/rules/duplication-intervals.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["intervals"],
        seed=CONFIG["seed"],
    message:
        "duplication: bootstrap intervals of a mean, beside published ones"
    script:
        "../scripts/duplication/intervals.py"


rule duplication_prediction_error:
    input:
        code=closure("scripts/duplication/prediction_error.py"),
    output:
        prediction_error=f"{DT}/prediction-error.csv",
        record=record("duplication/prediction-error"),
    log:
        "logs/duplication/prediction-error.log",
    benchmark:
        "results/benchmarks/rules/duplication-prediction-error.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["prediction_error"],
        seed=CONFIG["seed"],
    message:
        "duplication: estimates of the error from little data, against the true error"
    script:
        "../scripts/duplication/prediction_error.py"


rule duplication_resampling:
    input:
        code=closure("scripts/duplication/resampling.py"),
    output:
        resampling=f"{DT}/resampling.csv",
        record=record("duplication/resampling"),
    log:
        "logs/duplication/resampling.log",
    benchmark:
        "results/benchmarks/rules/duplication-resampling.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D["resampling"],
        seed=CONFIG["seed"],
    message:
        "duplication: training on resamples, and bagging"
    script:
        "../scripts/duplication/resampling.py"


rule duplication_numbers:
    input:
        tables=TABLES["duplication"],
        code=closure("scripts/duplication/numbers.py"),
    output:
        numbers=f"{DT}/numbers.csv",
        record=record("duplication/numbers"),
    log:
        "logs/duplication/numbers.log",
    benchmark:
        "results/benchmarks/rules/duplication-numbers.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=D,
    message:
        "duplication: the numbers that the text cites"
    script:
        "../scripts/duplication/numbers.py"


rule duplication_claims:
    input:
        tables=TABLES["duplication"],
        numbers=f"{DT}/numbers.csv",
        code=closure("scripts/duplication/claims.py"),
    output:
        claims=shown("results/duplication/claims.json", "claims and verdicts"),
        record=record("duplication/claims"),
    log:
        "logs/duplication/claims.log",
    benchmark:
        "results/benchmarks/rules/duplication-claims.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        judging=D["judging"],
    message:
        "duplication: judge the claims"
    script:
        "../scripts/duplication/claims.py"


rule duplication_figures:
    input:
        tables=TABLES["duplication"],
        code=closure("scripts/duplication/figures.py"),
    output:
        nothing_learned=shown("results/duplication/figures/nothing-learned.svg", "nothing learned, everything claimed"),
        census=shown("results/duplication/figures/census.svg", "census of estimators"),
        census_summary=shown("results/duplication/figures/census-summary.svg", "census of estimators at a glance"),
        calibration=shown("results/duplication/figures/calibration.svg", "copying the positives only"),
        published=shown("results/duplication/figures/published.svg", "published against ours"),
        bootstrap=shown("results/duplication/figures/bootstrap.svg", "what bootstrapping does"),
        record=record("duplication/figures"),
    log:
        "logs/duplication/figures.log",
    benchmark:
        "results/benchmarks/rules/duplication-figures.tsv"
    conda:
        "../envs/statistics.yaml"
    message:
        "duplication: draw the figures"
    script:
        "../scripts/duplication/figures.py"


rule duplication_benchmark:
    input:
        code=closure("scripts/duplication/benchmark.py"),
    output:
        timings="results/benchmarks/duplication-bootstrap.csv",
        peers="results/benchmarks/duplication-peers.csv",
    log:
        "logs/duplication/benchmark.log",
    benchmark:
        "results/benchmarks/rules/duplication-benchmark.tsv"
    conda:
        "../envs/statistics.yaml"
    # All cores, so that nothing runs beside what is timed.
    threads: EXCLUSIVE
    params:
        repeats=D["benchmark_repeats"],
        refits=D["benchmark_refits"],
        seed=CONFIG["seed"],
    message:
        "duplication: time the bootstrap beside the field's own tools"
    script:
        "../scripts/duplication/benchmark.py"


for job, section in {
    "curve": "coverage",
    "census": "census",
    "distribution": "distribution",
    "helps": "helps",
    "leakage": "leakage",
}.items():
    parts = expand(getattr(rules, f"duplication_{job}").output, shard=range(D[section]["shards"]))
    RESULTS += parts
    RECORDS += [path for path in parts if path.startswith("results/provenance/")]
for job in [
    *["gather", "identities", "oversampling", "positives", "intervals", "prediction_error", "resampling"],
    *["numbers", "claims", "figures"],
]:
    RESULTS += getattr(rules, f"duplication_{job}").output
