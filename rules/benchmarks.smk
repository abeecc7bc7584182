# Timings, side by side with the field's own tools and others: `snakemake benchmarks --cores all`. They never decide a
# verdict here; what rests on timings reads reference/benchmarks/, which `make reference` replaces.


rule benchmarks:
    input:
        peers=PEERS,
        times=TIMES,
        code=closure("scripts/report/peers.py"),
    output:
        peers="results/benchmarks/peers.csv",
    log:
        "logs/benchmarks/peers.log",
    benchmark:
        "results/benchmarks/rules/benchmarks.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "gather the side-by-side timings"
    script:
        "../scripts/report/peers.py"


# The timings of one study alone: `snakemake feeding_timings --cores all`.
for study in STUDIES:

    rule:
        name:
            f"{study}_timings"
        input:
            [path for path in PEERS + TIMES if path.startswith(f"results/benchmarks/{study}-")],
        message:
            "the timings of one study are in results/benchmarks"
