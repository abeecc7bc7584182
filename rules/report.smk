# From the studies' claims, numbers, tables and figures to the paper and the provenance of everything.


rule claims:
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
    message:
        "gather the verdicts of all studies"
    script:
        "../scripts/report/claims.py"


rule numbers:
    input:
        **{study: f"results/{study}/tables/numbers.csv" for study in STUDIES},
        code=closure("scripts/report/numbers.py"),
    output:
        numbers="results/numbers.json",
        record=record("report/numbers"),
    log:
        "logs/report/numbers.log",
    benchmark:
        "results/benchmarks/rules/report-numbers.tsv"
    conda:
        "../envs/data.yaml"
    params:
        seed=CONFIG["seed"],
        size=CONFIG["size"],
        studies=STUDIES,
    message:
        "gather the numbers that the text cites"
    script:
        "../scripts/report/numbers.py"


rule paper:
    input:
        results=["results/claims.csv", "results/numbers.json"],
        claims=expand("results/{study}/claims.json", study=STUDIES),
        tables=list(TABLES.values()),
        figures=list(FIGURES.values()),
        timings="reference/benchmarks/peers.csv",
        records=[path for path in RECORDS],
        text=sorted(str(path) for path in Path("report").rglob("*") if path.is_file()),
        spoken=expand("hearsay/{study}/{module}.py", study=STUDIES, module=["claims", "figures"]),
        code=closure("scripts/report/paper.py"),
    output:
        paper="results/paper.pdf",
        record=record("report/paper"),
    log:
        "logs/report/paper.log",
    benchmark:
        "results/benchmarks/rules/report-paper.tsv"
    # An input that is not declared is not there.
    shadow:
        "minimal"
    conda:
        "../envs/report.yaml"
    params:
        studies=STUDIES,
    message:
        "typeset the paper"
    script:
        "../scripts/report/paper.py"


rule provenance:
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
    message:
        "hold every result against its record"
    script:
        "../scripts/report/provenance.py"
