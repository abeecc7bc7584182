# The study `moments`: one training under every way of keeping moving statistics, TensorFlow's own graphs, claims.

M = CONFIG["moments"]
MT = "results/moments/tables"
MP = "results/moments/pieces"

TABLES["moments"] = expand(
    f"{MT}/{{name}}.csv",
    name=[
        *["summary", "comparisons", "layers", "until", "curve", "shifted", "exact", "forgotten"],
        *["graph", "graph-same", "graph-optimiser", "graph-ways", "graph-work"],
    ],
)
QUESTIONS["moments"] = "Why update statistics?"
FIGURES["moments"] = expand("results/moments/figures/{name}.svg", name=["steps", "curve", "settings", "shift"])


rule moments_runs:
    input:
        images=IMAGES_READ,
        code=closure("scripts/moments/runs.py"),
    output:
        outcomes=f"{MP}/outcomes-{{shard}}.csv",
        errors=f"{MP}/errors-{{shard}}.csv",
        tested=f"{MP}/tested-{{shard}}.csv",
        record=record("moments/runs-{shard}", needed=False),
    log:
        "logs/moments/runs-{shard}.log",
    benchmark:
        "results/benchmarks/rules/moments-runs-{shard}.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={
            key: value
            for key, value in M.items()
            if key not in ("judging", "usual", "forgotten", "graph", "shards", "cases")
        },
        seed=CONFIG["seed"],
        shard=lambda wildcards: int(wildcards.shard),
        shards=M["shards"],
    message:
        "moments: train and evaluate, part {wildcards.shard}"
    script:
        "../scripts/moments/runs.py"


rule moments_exact:
    input:
        images=IMAGES_READ,
        code=closure("scripts/moments/exact.py"),
    output:
        exact=f"{MT}/exact.csv",
        record=record("moments/exact"),
    log:
        "logs/moments/exact.log",
    benchmark:
        "results/benchmarks/rules/moments-exact.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        pixels=M["pixels"],
        cases=M["cases"],
        seed=CONFIG["seed"],
    message:
        "moments: what is true exactly"
    script:
        "../scripts/moments/exact.py"


rule moments_forgotten:
    input:
        code=closure("scripts/moments/forgotten.py"),
    output:
        forgotten=shown(f"{MT}/forgotten.csv", "updates that compilers drop"),
        record=record("moments/forgotten"),
    log:
        "logs/moments/forgotten.log",
    benchmark:
        "results/benchmarks/rules/moments-forgotten.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        inductor=M["forgotten"]["inductor"],
    message:
        "moments: pass a moving average through the compilers, and see whether it moves"
    script:
        "../scripts/moments/forgotten.py"


# A process of its own: TensorFlow and torch do not share one.
rule moments_graph:
    input:
        images=IMAGES_READ,
        code=closure("scripts/moments/graph.py"),
    output:
        graph=f"{MT}/graph.csv",
        same=f"{MT}/graph-same.csv",
        optimiser=f"{MT}/graph-optimiser.csv",
        record=record("moments/graph"),
    log:
        "logs/moments/graph.log",
    benchmark:
        "results/benchmarks/rules/moments-graph.tsv"
    conda:
        "../envs/tensorflow.yaml"
    params:
        config=M["graph"],
        seed=CONFIG["seed"],
    message:
        "moments: train and evaluate graphs in TensorFlow"
    script:
        "../scripts/moments/graph.py"


rule moments_gather:
    input:
        outcomes=expand(rules.moments_runs.output.outcomes, shard=range(M["shards"])),
        errors=expand(rules.moments_runs.output.errors, shard=range(M["shards"])),
        tested=expand(rules.moments_runs.output.tested, shard=range(M["shards"])),
        graph=rules.moments_graph.output.graph,
        optimiser=rules.moments_graph.output.optimiser,
        code=closure("scripts/moments/gather.py"),
    output:
        summary=f"{MT}/summary.csv",
        comparisons=shown(f"{MT}/comparisons.csv", "all comparisons"),
        layers=f"{MT}/layers.csv",
        until=f"{MT}/until.csv",
        curve=f"{MT}/curve.csv",
        shifted=f"{MT}/shifted.csv",
        ways=shown(f"{MT}/graph-ways.csv", "ways in TensorFlow's graphs"),
        work=shown(f"{MT}/graph-work.csv", "a flag that follows the optimiser"),
        record=record("moments/gather"),
    log:
        "logs/moments/gather.log",
    benchmark:
        "results/benchmarks/rules/moments-gather.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={key: M[key] for key in ("decays", "usual", "samples", "test_batches", "judging")},
    message:
        "moments: compare the ways of keeping statistics"
    script:
        "../scripts/moments/gather.py"


rule moments_numbers:
    input:
        tables=TABLES["moments"],
        code=closure("scripts/moments/numbers.py"),
    output:
        numbers=f"{MT}/numbers.csv",
        record=record("moments/numbers"),
    log:
        "logs/moments/numbers.log",
    benchmark:
        "results/benchmarks/rules/moments-numbers.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config=M,
    message:
        "moments: the numbers that the text cites"
    script:
        "../scripts/moments/numbers.py"


rule moments_claims:
    input:
        tables=TABLES["moments"],
        numbers=f"{MT}/numbers.csv",
        code=closure("scripts/moments/claims.py"),
    output:
        claims=shown("results/moments/claims.json", "claims and verdicts"),
        record=record("moments/claims"),
    log:
        "logs/moments/claims.log",
    benchmark:
        "results/benchmarks/rules/moments-claims.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": M["judging"], "decays": M["decays"]},
    message:
        "moments: judge the claims"
    script:
        "../scripts/moments/claims.py"


rule moments_figures:
    input:
        tables=TABLES["moments"],
        code=closure("scripts/moments/figures.py"),
    output:
        steps=shown("results/moments/figures/steps.svg", "training and evaluation by step"),
        curve=shown("results/moments/figures/curve.svg", "how long averages lag"),
        settings=shown("results/moments/figures/settings.svg", "batch, depth and scale"),
        shift=shown("results/moments/figures/shift.svg", "shifted test images"),
        record=record("moments/figures"),
    log:
        "logs/moments/figures.log",
    benchmark:
        "results/benchmarks/rules/moments-figures.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": M["judging"]},
    message:
        "moments: draw the figures"
    script:
        "../scripts/moments/figures.py"


PARTS = expand(rules.moments_runs.output, shard=range(M["shards"]))
RESULTS += PARTS
RECORDS += [path for path in PARTS if path.startswith("results/provenance/")]
for job in ["exact", "forgotten", "graph", "gather", "numbers", "claims", "figures"]:
    RESULTS += getattr(rules, f"moments_{job}").output
