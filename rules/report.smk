# From the studies' claims, numbers, tables and figures to answers, page and paper, and the provenance of everything.
from hearsay.crate import sources
from hearsay.report import spoken


rule claims:
    input:
        claims=expand("results/{study}/claims.json", study=STUDIES),
        code=closure("scripts/report/claims.py"),
    output:
        claims=shown("results/claims.csv", "all claims and verdicts"),
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


rule answers:
    input:
        words=expand("report/chapters/{study}.yaml", study=STUDIES),
        allowed="report/numbers-allowed.txt",
        claims=expand("results/{study}/claims.json", study=STUDIES),
        numbers=expand("results/{study}/tables/numbers.csv", study=STUDIES),
        code=closure("scripts/report/answers.py"),
    output:
        answers="results/answers.json",
        record=record("report/answers"),
    log:
        "logs/report/answers.log",
    benchmark:
        "results/benchmarks/rules/report-answers.tsv"
    conda:
        "../envs/data.yaml"
    params:
        studies=STUDIES,
    message:
        "put the answers into the words of their verdicts"
    script:
        "../scripts/report/answers.py"


RESULTS += [*rules.claims.output, *rules.numbers.output, *rules.answers.output]


rule check:
    input:
        results=RESULTS,
        records=list(RECORDS),
        code=closure("scripts/report/provenance.py"),
    output:
        provenance="results/checked.json",
    log:
        "logs/report/check.log",
    benchmark:
        "results/benchmarks/rules/report-check.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "hold every result against its record"
    script:
        "../scripts/report/provenance.py"


rule paper:
    input:
        # Nothing is typeset before every result was found to be what its job wrote.
        checked="results/checked.json",
        results=["results/claims.csv", "results/numbers.json", "results/answers.json"],
        claims=expand("results/{study}/claims.json", study=STUDIES),
        tables=list(TABLES.values()),
        figures=list(FIGURES.values()),
        timings="reference/benchmarks/peers.csv",
        findings="reference/upstream/findings.csv",
        text=sorted(
            str(path)
            for path in Path("report").rglob("*")
            if path.suffix in (".bib", ".csv", ".txt", ".typ") and "page" not in path.parts
        ),
        spoken=spoken(workflow.basedir, STUDIES),
        code=closure("scripts/report/paper.py"),
    output:
        paper=shown("results/paper.pdf", "the paper"),
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


rule page:
    input:
        # As for the paper.
        checked="results/checked.json",
        results=["results/answers.json", "results/numbers.json"],
        claims=expand("results/{study}/claims.json", study=STUDIES),
        figures=list(FIGURES.values()),
        captions=sorted(map(str, Path("report/captions").glob("*/figures/*.rst"))),
        template=expand("report/page/page.{kind}", kind=["css", "html", "js"]),
        code=closure("scripts/report/page.py"),
    output:
        page=shown("results/answers.html", "the answers"),
        record=record("report/page"),
    log:
        "logs/report/page.log",
    benchmark:
        "results/benchmarks/rules/report-page.tsv"
    shadow:
        "minimal"
    conda:
        "../envs/report.yaml"
    params:
        studies=STUDIES,
    message:
        "lay out the page of the answers"
    script:
        "../scripts/report/page.py"


rule provenance:
    input:
        paper="results/paper.pdf",
        page="results/answers.html",
        records=list(RECORDS),
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
        "list where every result comes from"
    script:
        "../scripts/report/provenance.py"


rule crate:
    input:
        provenance="results/provenance.json",
        results=[*RESULTS, "results/checked.json", "results/paper.pdf", "results/answers.html"],
        readme="results/README.md",
        sources=sources(workflow.basedir),
        code=closure("scripts/report/crate.py"),
    output:
        metadata="results/ro-crate-metadata.json",
        workflow=directory("results/workflow"),
    log:
        "logs/report/crate.log",
    benchmark:
        "results/benchmarks/rules/report-crate.tsv"
    conda:
        "../envs/data.yaml"
    params:
        config=CONFIG,
        folders=FOLDERS,
        fetched=FETCHED,
    message:
        "describe the run as a Workflow Run RO-Crate"
    script:
        "../scripts/report/crate.py"


# One study alone, with where its results come from: `snakemake feeding --cores all`.
for study in STUDIES:

    rule:
        name:
            study
        input:
            results=[path for path in RESULTS + FOLDERS if path.startswith(f"results/{study}/")],
            records=[path for path in RECORDS if path.startswith(f"results/provenance/{study}/")],
            code=closure("scripts/report/provenance.py"),
        output:
            provenance=f"results/{study}/provenance.json",
        log:
            f"logs/report/{study}.log",
        benchmark:
            f"results/benchmarks/rules/report-{study}.tsv"
        conda:
            "../envs/data.yaml"
        message:
            "the study is finished"
        script:
            "../scripts/report/provenance.py"
