# The study `neat`: runs of NEAT under different identities of genes, what happened in them, tables, figures, claims.

N = CONFIG["neat"]
NT = "results/neat/tables"
NP = "results/neat/pieces"

TABLES["neat"] = expand(
    f"{NT}/{{name}}.csv",
    name=[
        *["identities", "summary", "comparisons", "false-positives", "survival", "published", "shares"],
        *["mechanism", "mechanism-runs", "collisions", "versions", "doubles", "harmless"],
        *["implementations", "implementation-probes", "details"],
    ],
)
QUESTIONS["neat"] = "Why innovation numbers?"
FIGURES["neat"] = expand(
    "results/neat/figures/{name}.svg",
    name=["schemes", "moderators", "survival", "mechanism", "doubles", "published"],
)
PEERS.append("results/benchmarks/neat-peers.csv")
TIMINGS = ["reference/benchmarks/neat-alignment.csv", "reference/benchmarks/neat-engines.csv"]


# First, because the experiment rests on it; it also compiles the engine once for all jobs that follow.
rule neat_identities:
    input:
        code=closure("scripts/neat/identities.py"),
    output:
        identities=f"{NT}/identities.csv",
        record=record("neat/identities"),
    log:
        "logs/neat/identities.log",
    benchmark:
        "results/benchmarks/rules/neat-identities.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        runs=N["identities"],
        seed=CONFIG["seed"],
    message:
        "neat: compile the engine, and check the exact identities between schemes"
    script:
        "../scripts/neat/identities.py"


rule neat_runs:
    input:
        identities=rules.neat_identities.output.identities,
        code=closure("scripts/neat/runs.py"),
    output:
        runs=f"{NP}/runs-{{shard}}.csv",
        record=record("neat/runs-{shard}", needed=False),
    log:
        "logs/neat/runs-{shard}.log",
    benchmark:
        "results/benchmarks/rules/neat-runs-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={key: N[key] for key in ("runs", "budgets", "grid")},
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=N["shards"],
    message:
        "neat: evolve, part {wildcards.shard}"
    script:
        "../scripts/neat/runs.py"


rule neat_watched:
    input:
        identities=rules.neat_identities.output.identities,
        code=closure("scripts/neat/watched.py"),
    output:
        watched=f"{NP}/watched-{{shard}}.csv",
        counted=f"{NP}/counted-{{shard}}.csv",
        versions=f"{NP}/versions-{{shard}}.csv",
        record=record("neat/watched-{shard}", needed=False),
    log:
        "logs/neat/watched-{shard}.log",
    benchmark:
        "results/benchmarks/rules/neat-watched-{shard}.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={key: N[key] for key in ("runs", "budgets", "grid", "mechanism")},
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=N["mechanism"]["shards"],
    message:
        "neat: watch runs generation by generation, part {wildcards.shard}"
    script:
        "../scripts/neat/watched.py"


# Everything that compares runs with one another, corrected for the number of comparisons.
rule neat_gather:
    input:
        runs=expand(rules.neat_runs.output.runs, shard=range(N["shards"])),
        watched=expand(rules.neat_watched.output.watched, shard=range(N["mechanism"]["shards"])),
        counted=expand(rules.neat_watched.output.counted, shard=range(N["mechanism"]["shards"])),
        versions=expand(rules.neat_watched.output.versions, shard=range(N["mechanism"]["shards"])),
        published="report/published.csv",
        code=closure("scripts/neat/gather.py"),
    output:
        summary=shown(f"{NT}/summary.csv", "schemes on every task"),
        comparisons=shown(f"{NT}/comparisons.csv", "all comparisons"),
        false_positives=f"{NT}/false-positives.csv",
        survival=f"{NT}/survival.csv",
        published=shown(f"{NT}/published.csv", "published against ours"),
        shares=f"{NT}/shares.csv",
        mechanism=f"{NT}/mechanism.csv",
        mechanism_runs=f"{NT}/mechanism-runs.csv",
        collisions=f"{NT}/collisions.csv",
        versions=f"{NT}/versions.csv",
        record=record("neat/gather"),
    log:
        "logs/neat/gather.log",
    benchmark:
        "results/benchmarks/rules/neat-gather.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={key: N[key] for key in ("judging", "primary")},
        seed=CONFIG["seed"],
    message:
        "neat: compare the arms"
    script:
        "../scripts/neat/gather.py"


rule neat_doubles:
    input:
        identities=rules.neat_identities.output.identities,
        code=closure("scripts/neat/doubles.py"),
    output:
        doubles=f"{NT}/doubles.csv",
        harmless=f"{NT}/harmless.csv",
        record=record("neat/doubles"),
    log:
        "logs/neat/doubles.log",
    benchmark:
        "results/benchmarks/rules/neat-doubles.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={"mechanism": N["mechanism"]},
        children=N["children"],
        seed=CONFIG["seed"],
    message:
        "neat: cross equally fit parents, and see what doubled connections do"
    script:
        "../scripts/neat/doubles.py"


rule neat_implementations:
    input:
        known=["hearsay/neat/implementations.csv", "hearsay/neat/details.csv"],
        code=closure("scripts/neat/implementations.py"),
    output:
        implementations=shown(f"{NT}/implementations.csv", "today's implementations"),
        probes=f"{NT}/implementation-probes.csv",
        details=f"{NT}/details.csv",
        record=record("neat/implementations"),
    log:
        "logs/neat/implementations.log",
    benchmark:
        "results/benchmarks/rules/neat-implementations.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        generations=N["probed"],
        seed=CONFIG["seed"],
    message:
        "neat: ask implementations how they number genes, and list what the engine does"
    script:
        "../scripts/neat/implementations.py"


rule neat_numbers:
    input:
        tables=TABLES["neat"],
        timings=TIMINGS,
        code=closure("scripts/neat/numbers.py"),
    output:
        numbers=f"{NT}/numbers.csv",
        record=record("neat/numbers"),
    log:
        "logs/neat/numbers.log",
    benchmark:
        "results/benchmarks/rules/neat-numbers.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config=N,
    message:
        "neat: the numbers that the text cites"
    script:
        "../scripts/neat/numbers.py"


rule neat_claims:
    input:
        tables=TABLES["neat"],
        timings=TIMINGS,
        numbers=f"{NT}/numbers.csv",
        code=closure("scripts/neat/claims.py"),
    output:
        claims=shown("results/neat/claims.json", "claims and verdicts"),
        record=record("neat/claims"),
    log:
        "logs/neat/claims.log",
    benchmark:
        "results/benchmarks/rules/neat-claims.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={key: N[key] for key in ("judging", "primary")},
    message:
        "neat: judge the claims"
    script:
        "../scripts/neat/claims.py"


rule neat_figures:
    input:
        tables=TABLES["neat"],
        code=closure("scripts/neat/figures.py"),
    output:
        schemes=shown("results/neat/figures/schemes.svg", "schemes against one generation"),
        moderators=shown("results/neat/figures/moderators.svg", "when memory matters"),
        survival=shown("results/neat/figures/survival.svg", "unsolved runs over time"),
        mechanism=shown("results/neat/figures/mechanism.svg", "inside the populations"),
        doubles=shown("results/neat/figures/doubles.svg", "genes made twice"),
        published=shown("results/neat/figures/published.svg", "published against ours"),
        record=record("neat/figures"),
    log:
        "logs/neat/figures.log",
    benchmark:
        "results/benchmarks/rules/neat-figures.tsv"
    conda:
        "../envs/statistics.yaml"
    params:
        config={key: N[key] for key in ("judging", "primary")},
        seed=CONFIG["seed"],
    message:
        "neat: draw the figures"
    script:
        "../scripts/neat/figures.py"


rule neat_benchmark:
    input:
        code=closure("scripts/neat/benchmark.py"),
    output:
        engines="results/benchmarks/neat-engines.csv",
        alignment="results/benchmarks/neat-alignment.csv",
        peers="results/benchmarks/neat-peers.csv",
    log:
        "logs/neat/benchmark.log",
    benchmark:
        "results/benchmarks/rules/neat-benchmark.tsv"
    conda:
        "../envs/statistics.yaml"
    # All cores, so that nothing runs beside what is timed.
    threads: EXCLUSIVE
    params:
        repeats=N["benchmark_repeats"],
        generations=N["benchmark_generations"],
        seed=CONFIG["seed"],
    message:
        "neat: time the engine beside the field's own, and the alignment of genes"
    script:
        "../scripts/neat/benchmark.py"


for job, shards in {"runs": N["shards"], "watched": N["mechanism"]["shards"]}.items():
    parts = expand(getattr(rules, f"neat_{job}").output, shard=range(shards))
    RESULTS += parts
    RECORDS += [path for path in parts if path.startswith("results/provenance/")]
for job in ["identities", "gather", "doubles", "implementations", "numbers", "claims", "figures"]:
    RESULTS += getattr(rules, f"neat_{job}").output
