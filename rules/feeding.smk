# The study `feeding`: what placeholders are in TensorFlow and in torch, tried; ways of feeding, timed; claims.

F = CONFIG["feeding"]
FT = "results/feeding/tables"
# What rests on timings reads the committed ones.
FEEDING_TIMES = expand(
    "reference/benchmarks/feeding-{name}.csv",
    name=["graph", "modes", "summary", "prediction", "crossings", "calibration"],
)

FEEDING_TABLES = expand(
    f"{FT}/{{name}}.csv", name=["demonstrations", "matrix", "complication", "graph-ways", "training"]
)
TABLES["feeding"] = FEEDING_TABLES + expand(f"{FT}/{{name}}.csv", name=["ways", "graph-speed"])
QUESTIONS["feeding"] = "How should data be fed?"
FIGURES["feeding"] = expand(
    "results/feeding/figures/{name}.svg", name=["speed", "pipelines", "crossings", "workers", "tried", "matrix"]
)
PEERS.append("results/benchmarks/feeding-peers.csv")
TIMES += ["results/benchmarks/feeding-graph.csv", "results/benchmarks/feeding-calibration.csv"]


# A process of its own: TensorFlow and torch do not share one.
rule feeding_graph:
    input:
        code=closure("scripts/feeding/graph.py"),
    output:
        demonstrations="results/feeding/pieces/graph-demonstrations.csv",
        matrix="results/feeding/pieces/graph-matrix.csv",
        complication=f"{FT}/complication.csv",
        ways=f"{FT}/graph-ways.csv",
        record=record("feeding/graph"),
    log:
        "logs/feeding/graph.log",
    benchmark:
        "results/benchmarks/rules/feeding-graph.tsv"
    conda:
        "../envs/tensorflow.yaml"
    params:
        config={key: F["graph"][key] for key in ("examples", "side", "steps", "batch", "rate")},
        seed=CONFIG["seed"],
    message:
        "feeding: try every way in TensorFlow"
    script:
        "../scripts/feeding/graph.py"


rule feeding_torch:
    input:
        graph_demonstrations=rules.feeding_graph.output.demonstrations,
        graph_matrix=rules.feeding_graph.output.matrix,
        code=closure("scripts/feeding/torch_tried.py"),
    output:
        demonstrations=shown(f"{FT}/demonstrations.csv", "what placeholders do"),
        matrix=shown(f"{FT}/matrix.csv", "what each way can do"),
        record=record("feeding/torch"),
    log:
        "logs/feeding/torch.log",
    benchmark:
        "results/benchmarks/rules/feeding-torch.tsv"
    conda:
        "../envs/vision.yaml"
    message:
        "feeding: try every way in torch"
    script:
        "../scripts/feeding/torch_tried.py"


rule feeding_training:
    input:
        code=closure("scripts/feeding/training.py"),
    output:
        training=f"{FT}/training.csv",
        record=record("feeding/training"),
    log:
        "logs/feeding/training.log",
    benchmark:
        "results/benchmarks/rules/feeding-training.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={key: F["torch"][key] for key in ("examples", "side", "batches", "rate", "training_steps")},
        seed=CONFIG["seed"],
    message:
        "feeding: the same training, fed in every way"
    script:
        "../scripts/feeding/training.py"


rule feeding_numbers:
    input:
        tables=FEEDING_TABLES + FEEDING_TIMES,
        code=closure("scripts/feeding/numbers.py"),
    output:
        numbers=f"{FT}/numbers.csv",
        ways=shown(f"{FT}/ways.csv", "speed in PyTorch"),
        graph=shown(f"{FT}/graph-speed.csv", "speed in TensorFlow"),
        record=record("feeding/numbers"),
    log:
        "logs/feeding/numbers.log",
    benchmark:
        "results/benchmarks/rules/feeding-numbers.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": F["judging"]},
        seed=CONFIG["seed"],
    message:
        "feeding: the numbers that the text cites, and timings as it shows them"
    script:
        "../scripts/feeding/numbers.py"


rule feeding_claims:
    input:
        tables=FEEDING_TABLES + FEEDING_TIMES,
        numbers=f"{FT}/numbers.csv",
        code=closure("scripts/feeding/claims.py"),
    output:
        claims=shown("results/feeding/claims.json", "claims and verdicts"),
        record=record("feeding/claims"),
    log:
        "logs/feeding/claims.log",
    benchmark:
        "results/benchmarks/rules/feeding-claims.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        config={"judging": F["judging"]},
    message:
        "feeding: judge the claims"
    script:
        "../scripts/feeding/claims.py"


rule feeding_figures:
    input:
        tables=FEEDING_TABLES + FEEDING_TIMES,
        code=closure("scripts/feeding/figures.py"),
    output:
        speed=shown("results/feeding/figures/speed.svg", "speed of every way"),
        pipelines=shown("results/feeding/figures/pipelines.svg", "pipelines beside feeding"),
        crossings=shown("results/feeding/figures/crossings.svg", "when a way costs hardly anything"),
        workers=shown("results/feeding/figures/workers.svg", "when workers pay"),
        tried=shown("results/feeding/figures/tried.svg", "what placeholders do"),
        matrix=shown("results/feeding/figures/matrix.svg", "what each way can do"),
        record=record("feeding/figures"),
    log:
        "logs/feeding/figures.log",
    benchmark:
        "results/benchmarks/rules/feeding-figures.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        alpha=F["judging"]["alpha"],
    message:
        "feeding: draw the figures"
    script:
        "../scripts/feeding/figures.py"


# Timings have the machine to themselves.
rule feeding_time_graph:
    input:
        code=closure("scripts/feeding/time_graph.py"),
    output:
        times="results/benchmarks/feeding-graph.csv",
    log:
        "logs/feeding/time_graph.log",
    benchmark:
        "results/benchmarks/rules/feeding-time-graph.tsv"
    conda:
        "../envs/tensorflow.yaml"
    threads: EXCLUSIVE
    params:
        config=F["graph"] | {"steps": F["graph"]["timed_steps"]},
        seed=CONFIG["seed"],
    message:
        "feeding: time every way in TensorFlow"
    script:
        "../scripts/feeding/time_graph.py"


rule feeding_time_torch:
    input:
        code=closure("scripts/feeding/time_torch.py"),
    output:
        modes="results/benchmarks/feeding-modes.csv",
        summary="results/benchmarks/feeding-summary.csv",
        prediction="results/benchmarks/feeding-prediction.csv",
        crossings="results/benchmarks/feeding-crossings.csv",
        peers="results/benchmarks/feeding-peers.csv",
    log:
        "logs/feeding/time_torch.log",
    benchmark:
        "results/benchmarks/rules/feeding-time-torch.tsv"
    conda:
        "../envs/vision.yaml"
    threads: EXCLUSIVE
    params:
        config=F["torch"],
        share=F["judging"]["share"],
        seed=CONFIG["seed"],
    message:
        "feeding: time every way in PyTorch"
    script:
        "../scripts/feeding/time_torch.py"


rule feeding_time_workers:
    input:
        code=closure("scripts/feeding/time_workers.py"),
    output:
        times="results/benchmarks/feeding-calibration.csv",
    log:
        "logs/feeding/time_workers.log",
    benchmark:
        "results/benchmarks/rules/feeding-time-workers.tsv"
    conda:
        "../envs/vision.yaml"
    threads: EXCLUSIVE
    params:
        config=F["planted"],
        seed=CONFIG["seed"],
    message:
        "feeding: time planted fetches, by the loop and by workers"
    script:
        "../scripts/feeding/time_workers.py"


for job in ["graph", "torch", "training", "numbers", "claims", "figures"]:
    RESULTS += getattr(rules, f"feeding_{job}").output
