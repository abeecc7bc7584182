# The study `triplet`: trainings of triplet networks, what their branches share, tables, figures, claims.

T = CONFIG["triplet"]
TT = "results/triplet/tables"
# What a GPU makes has other bytes: it stays apart from what the processor makes, and neither overwrites the other.
TP = "results/triplet/pieces" if T["device"] == "cpu" else "results/triplet/pieces-cuda"
HOFFER_SHARDS = 2 * T["hoffer"]["seeds"]  # a run each, with and without normalisation

TABLES["triplet"] = expand(
    f"{TT}/{{name}}.csv", name=["summary", "comparisons", "steps", "layers", "exact", "untying", "hoffer"]
)
QUESTIONS["triplet"] = "How to share batch norm?"
FIGURES["triplet"] = expand(
    "results/triplet/figures/{name}.svg",
    name=["sharing", "shift", "steps", "layers", "factors", "moderators", "losses", "keeping", "leak"],
)
PEERS.append("results/benchmarks/triplet-peers.csv")


rule triplet_runs:
    input:
        images=IMAGES_READ,
        code=closure("scripts/triplet/runs.py"),
    output:
        outcomes=f"{TP}/outcomes-{{shard}}.csv",
        steps=f"{TP}/steps-{{shard}}.csv",
        layers=f"{TP}/layers-{{shard}}.csv",
        record=record("triplet/runs-{shard}", needed=False),
    log:
        "logs/triplet/runs-{shard}.log",
    benchmark:
        "results/benchmarks/rules/triplet-runs-{shard}.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={key: value for key, value in T.items() if key not in ("judging", "hoffer", "shards", "cases")},
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=T["shards"],
    message:
        "triplet: train and evaluate, part {wildcards.shard}"
    script:
        "../scripts/triplet/runs.py"


rule triplet_hoffer:
    input:
        images=DIGITS_READ,
        code=closure("scripts/triplet/hoffer.py"),
    output:
        runs=f"{TP}/hoffer-{{shard}}.csv",
        record=record("triplet/hoffer-{shard}", needed=False),
    log:
        "logs/triplet/hoffer-{shard}.log",
    benchmark:
        "results/benchmarks/rules/triplet-hoffer-{shard}.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config=T["hoffer"],
        data="mnist5k",
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=HOFFER_SHARDS,
    message:
        "triplet: a shortened run of Hoffer and Ailon's net, part {wildcards.shard}"
    script:
        "../scripts/triplet/hoffer.py"


rule triplet_exact:
    input:
        images=IMAGES_READ,
        code=closure("scripts/triplet/exact.py"),
    output:
        exact=shown(f"{TT}/exact.csv", "what is true exactly"),
        untying=shown(f"{TT}/untying.csv", "what unties branches"),
        record=record("triplet/exact"),
    log:
        "logs/triplet/exact.log",
    benchmark:
        "results/benchmarks/rules/triplet-exact.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        cases=T["cases"],
        seed=CONFIG["seed"],
    message:
        "triplet: what is true exactly, and what unties what"
    script:
        "../scripts/triplet/exact.py"


rule triplet_gather:
    input:
        outcomes=expand(rules.triplet_runs.output.outcomes, shard=range(T["shards"])),
        steps=expand(rules.triplet_runs.output.steps, shard=range(T["shards"])),
        layers=expand(rules.triplet_runs.output.layers, shard=range(T["shards"])),
        hoffer=expand(rules.triplet_hoffer.output.runs, shard=range(HOFFER_SHARDS)),
        published="report/published.csv",
        code=closure("scripts/triplet/gather.py"),
    output:
        summary=f"{TT}/summary.csv",
        comparisons=shown(f"{TT}/comparisons.csv", "all comparisons"),
        steps=f"{TT}/steps.csv",
        layers=f"{TT}/layers.csv",
        hoffer=f"{TT}/hoffer.csv",
        record=record("triplet/gather"),
    log:
        "logs/triplet/gather.log",
    benchmark:
        "results/benchmarks/rules/triplet-gather.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        judging=T["judging"],
    message:
        "triplet: compare the trainings"
    script:
        "../scripts/triplet/gather.py"


rule triplet_numbers:
    input:
        tables=TABLES["triplet"],
        code=closure("scripts/triplet/numbers.py"),
    output:
        numbers=f"{TT}/numbers.csv",
        record=record("triplet/numbers"),
    log:
        "logs/triplet/numbers.log",
    benchmark:
        "results/benchmarks/rules/triplet-numbers.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config=T,
    message:
        "triplet: the numbers that the text cites"
    script:
        "../scripts/triplet/numbers.py"


rule triplet_claims:
    input:
        tables=TABLES["triplet"],
        numbers=f"{TT}/numbers.csv",
        code=closure("scripts/triplet/claims.py"),
    output:
        claims=shown("results/triplet/claims.json", "claims and verdicts"),
        record=record("triplet/claims"),
    log:
        "logs/triplet/claims.log",
    benchmark:
        "results/benchmarks/rules/triplet-claims.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": T["judging"]},
    message:
        "triplet: judge the claims"
    script:
        "../scripts/triplet/claims.py"


rule triplet_figures:
    input:
        tables=TABLES["triplet"],
        code=closure("scripts/triplet/figures.py"),
    output:
        sharing=shown("results/triplet/figures/sharing.svg", "what sharing is worth"),
        shift=shown("results/triplet/figures/shift.svg", "shifted domains"),
        steps=shown("results/triplet/figures/steps.svg", "branches drifting apart"),
        layers=shown("results/triplet/figures/layers.svg", "distance layer by layer"),
        factors=shown("results/triplet/figures/factors.svg", "other ways and trainings"),
        moderators=shown("results/triplet/figures/moderators.svg", "where it costs more"),
        losses=shown("results/triplet/figures/losses.svg", "other losses"),
        keeping=shown("results/triplet/figures/keeping.svg", "keeping one pair of statistics"),
        leak=shown("results/triplet/figures/leak.svg", "telling the branch apart"),
        record=record("triplet/figures"),
    log:
        "logs/triplet/figures.log",
    benchmark:
        "results/benchmarks/rules/triplet-figures.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": T["judging"]},
    message:
        "triplet: draw the figures"
    script:
        "../scripts/triplet/figures.py"


rule triplet_benchmark:
    input:
        code=closure("scripts/triplet/benchmark.py"),
    output:
        steps="results/benchmarks/triplet-steps.csv",
        peers="results/benchmarks/triplet-peers.csv",
    log:
        "logs/triplet/benchmark.log",
    benchmark:
        "results/benchmarks/rules/triplet-benchmark.tsv"
    conda:
        "../envs/vision.yaml"
    # All cores, so that nothing runs beside what is timed.
    threads: EXCLUSIVE
    params:
        repeats=T["benchmark_repeats"],
        steps=T["benchmark_steps"],
        seed=CONFIG["seed"],
    message:
        "triplet: time a step, beside pytorch-metric-learning"
    script:
        "../scripts/triplet/benchmark.py"


for job, shards in {"runs": T["shards"], "hoffer": HOFFER_SHARDS}.items():
    parts = expand(getattr(rules, f"triplet_{job}").output, shard=range(shards))
    RESULTS += parts
    RECORDS += [path for path in parts if path.startswith("results/provenance/")]
for job in ["exact", "gather", "numbers", "claims", "figures"]:
    RESULTS += getattr(rules, f"triplet_{job}").output
