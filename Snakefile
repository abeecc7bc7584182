# The table of contents: the configuration, the studies, what they lead to. Nothing is computed here.
from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


report: "report/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/vision.smk"


for study in STUDIES:

    include: f"rules/{study}.smk"


include: "rules/report.smk"
include: "rules/benchmarks.smk"


rule all:
    default_target: True
    input:
        RESULTS,
        FOLDERS,
        "results/claims.csv",
        "results/paper.pdf",
        "results/answers.html",
        "results/provenance.json",
        "results/ro-crate-metadata.json",
    message:
        "the answers are results/answers.html, the verdicts results/claims.csv, the paper results/paper.pdf"
