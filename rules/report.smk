# From the studies' claims, numbers, tables and figures to the paper and the provenance of everything.


rule claims:
    message:
        "gather the verdicts of all studies"
    input:
        claims=expand("results/{study}/claims.json", study=STUDIES),
        code=closure("scripts/report/claims.py"),
    output:
        claims="results/claims.csv",
        record=record("report/claims"),
    log:
        "logs/report/claims.log",
    benchmark:
        "results/benchmarks/rules/report-claims.tsv"
    conda:
        "../envs/data.yaml"
    script:
        "../scripts/report/claims.py"


rule numbers:
    message:
        "gather the numbers that the text cites"
    input:
        **{study: f"results/{study}/tables/numbers.csv" for study in STUDIES},
        code=closure("scripts/report/numbers.py"),
    output:
        numbers="results/numbers.json",
        record=record("report/numbers"),
    params:
        seed=CONFIG["seed"],
        size=CONFIG["size"],
        studies=STUDIES,
    log:
        "logs/report/numbers.log",
    benchmark:
        "results/benchmarks/rules/report-numbers.tsv"
    conda:
        "../envs/data.yaml"
    script:
        "../scripts/report/numbers.py"


rule paper:
    message:
        "typeset the paper"
    input:
        results=["results/claims.csv", "results/numbers.json"],
        claims=expand("results/{study}/claims.json", study=STUDIES),
        tables=list(TABLES.values()),
        figures=list(FIGURES.values()),
        timings="reference/benchmarks/peers.csv",
        records=[path for path in RECORDS],
        text=sorted(str(path) for path in Path("report").rglob("*") if path.is_file()),
        code=closure("scripts/report/paper.py"),
    output:
        paper="results/paper.pdf",
        record=record("report/paper"),
    params:
        studies=STUDIES,
    log:
        "logs/report/paper.log",
    benchmark:
        "results/benchmarks/rules/report-paper.tsv"
    conda:
        "../envs/report.yaml"
    # An input that is not declared is not there.
    shadow:
        "minimal"
    script:
        "../scripts/report/paper.py"


rule provenance:
    message:
        "hold every result against its record"
    input:
        records=[path for path in RECORDS],
        code=closure("scripts/report/provenance.py"),
    output:
        provenance="results/provenance.json",
    log:
        "logs/report/provenance.log",
    benchmark:
        "results/benchmarks/rules/report-provenance.tsv"
    conda:
        "../envs/data.yaml"
    script:
        "../scripts/report/provenance.py"
