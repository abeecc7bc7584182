# The study `imagenet`: from the devkit, the packages' label lists and the images to tables, figures and claims.
from hearsay.imagenet.sources import source_files

SOURCES = "results/imagenet/sources"
DEVKIT = CONFIG["imagenet"]["devkit"] or f"{SOURCES}/ILSVRC2012_devkit_t12.tar.gz"
STANDIN = "results/imagenet/stand-in.tar"
IMAGES = CONFIG["imagenet"]["images"] or STANDIN
LISTS = CONFIG["imagenet"]["label_lists"]

TABLES["imagenet"] = expand(
    "results/imagenet/tables/{name}.csv",
    name=[
        *["archives", "classes", "groups", "validation", "agreement", "orders", "keys", "number-code", "cost"],
        *["visibility", "audit"],
    ],
)
QUESTIONS["imagenet"] = "Why do label lists disagree?"
FIGURES["imagenet"] = expand("results/imagenet/figures/{name}.svg", name=["two-orders", "images-per-name"])
PEERS.append("results/benchmarks/imagenet-peers.csv")


rule imagenet_devkit:
    input:
        code=closure("scripts/imagenet/devkit.py"),
    output:
        devkit=f"{SOURCES}/ILSVRC2012_devkit_t12.tar.gz",
        record=record("imagenet/devkit", needed=not CONFIG["imagenet"]["devkit"]),
    log:
        "logs/imagenet/devkit.log",
    benchmark:
        "results/benchmarks/rules/imagenet-devkit.tsv"
    retries: 2
    conda:
        "../envs/data.yaml"
    message:
        "imagenet: fetch the official development kit"
    script:
        "../scripts/imagenet/devkit.py"


rule imagenet_sources:
    input:
        code=closure("scripts/imagenet/sources.py"),
    output:
        lists=source_files(f"{SOURCES}/lists"),
        record=record("imagenet/sources"),
    log:
        "logs/imagenet/sources.log",
    benchmark:
        "results/benchmarks/rules/imagenet-sources.tsv"
    retries: 2
    conda:
        "../envs/data.yaml"
    message:
        "imagenet: fetch the packages' label lists"
    script:
        "../scripts/imagenet/sources.py"


rule imagenet_classes:
    input:
        devkit=DEVKIT,
        code=closure("scripts/imagenet/classes.py"),
    output:
        archives="results/imagenet/tables/archives.csv",
        classes="results/imagenet/tables/classes.csv",
        groups="results/imagenet/tables/groups.csv",
        orders="results/imagenet/tables/orders.csv",
        record=record("imagenet/classes"),
    log:
        "logs/imagenet/classes.log",
    benchmark:
        "results/benchmarks/rules/imagenet-classes.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "imagenet: the classes under every name and number"
    script:
        "../scripts/imagenet/classes.py"


rule imagenet_validation:
    input:
        devkit=DEVKIT,
        blacklist=CONFIG["imagenet"]["blacklist"] or [],
        lists=rules.imagenet_sources.output.lists,
        code=closure("scripts/imagenet/validation.py"),
    output:
        validation="results/imagenet/tables/validation.csv",
        agreement=shown("results/imagenet/tables/agreement.csv", "agreement with independent copies"),
        shared_names="results/imagenet/tables/keys.csv",
        number_code="results/imagenet/tables/number-code.csv",
        record=record("imagenet/validation"),
    log:
        "logs/imagenet/validation.log",
    benchmark:
        "results/benchmarks/rules/imagenet-validation.tsv"
    conda:
        "../envs/data.yaml"
    params:
        lags=CONFIG["imagenet"]["lags"],
    message:
        "imagenet: the label of every validation image, beside the independent copies"
    script:
        "../scripts/imagenet/validation.py"


rule imagenet_standin:
    input:
        code=closure("scripts/imagenet/standin.py"),
    output:
        images=temp(STANDIN),
        record=record("imagenet/standin", needed=not CONFIG["imagenet"]["images"]),
    log:
        "logs/imagenet/standin.log",
    benchmark:
        "results/benchmarks/rules/imagenet-standin.tsv"
    conda:
        "../envs/data.yaml"
    params:
        seed=CONFIG["seed"],
    message:
        "imagenet: generate stand-ins for the validation images"
    script:
        "../scripts/imagenet/standin.py"


rule imagenet_relabel:
    input:
        devkit=DEVKIT,
        images=IMAGES,
        code=closure("scripts/imagenet/relabel.py"),
    output:
        tree=directory("results/imagenet/val"),
        images="results/imagenet/tables/images.csv",
        record=record("imagenet/relabel"),
    log:
        "logs/imagenet/relabel.log",
    benchmark:
        "results/benchmarks/rules/imagenet-relabel.tsv"
    conda:
        "../envs/data.yaml"
    # One core reads, hashes and makes files, the other makes files.
    threads: 2
    params:
        how=CONFIG["imagenet"]["images_by"],
    message:
        "imagenet: put every validation image into the folder of its class"
    script:
        "../scripts/imagenet/relabel.py"


rule imagenet_audit:
    input:
        devkit=DEVKIT,
        lists=rules.imagenet_sources.output.lists,
        own=list(LISTS.values()),
        code=closure("scripts/imagenet/audit.py"),
    output:
        audit=shown("results/imagenet/tables/audit.csv", "label lists in packages"),
        duplicates="results/imagenet/tables/duplicates.csv",
        record=record("imagenet/audit"),
    log:
        "logs/imagenet/audit.log",
    benchmark:
        "results/benchmarks/rules/imagenet-audit.tsv"
    conda:
        "../envs/torch.yaml"
    params:
        own=list(LISTS),
    message:
        "imagenet: audit the label lists that people use"
    script:
        "../scripts/imagenet/audit.py"


rule imagenet_confusion:
    input:
        devkit=DEVKIT,
        validation="results/imagenet/tables/validation.csv",
        code=closure("scripts/imagenet/confusion.py"),
    output:
        cost=shown("results/imagenet/tables/cost.csv", "what a mix-up costs"),
        visibility=shown("results/imagenet/tables/visibility.csv", "how visible a mix-up is"),
        record=record("imagenet/confusion"),
    log:
        "logs/imagenet/confusion.log",
    benchmark:
        "results/benchmarks/rules/imagenet-confusion.tsv"
    conda:
        "../envs/data.yaml"
    params:
        permutations=CONFIG["imagenet"]["permutations"],
        seed=CONFIG["seed"],
    message:
        "imagenet: what reading the wrong list costs, and how visible it is"
    script:
        "../scripts/imagenet/confusion.py"


rule imagenet_numbers:
    input:
        tables=TABLES["imagenet"],
        code=closure("scripts/imagenet/numbers.py"),
    output:
        numbers="results/imagenet/tables/numbers.csv",
        record=record("imagenet/numbers"),
    log:
        "logs/imagenet/numbers.log",
    benchmark:
        "results/benchmarks/rules/imagenet-numbers.tsv"
    conda:
        "../envs/data.yaml"
    params:
        standin=not CONFIG["imagenet"]["images"],
    message:
        "imagenet: the numbers that the text cites"
    script:
        "../scripts/imagenet/numbers.py"


rule imagenet_claims:
    input:
        tables=TABLES["imagenet"],
        numbers="results/imagenet/tables/numbers.csv",
        code=closure("scripts/imagenet/claims.py"),
    output:
        claims=shown("results/imagenet/claims.json", "claims and verdicts"),
        record=record("imagenet/claims"),
    log:
        "logs/imagenet/claims.log",
    benchmark:
        "results/benchmarks/rules/imagenet-claims.tsv"
    conda:
        "../envs/data.yaml"
    params:
        config={key: CONFIG["imagenet"][key] for key in ["confidence", "lags", "most", "number_accuracy_bound"]},
    message:
        "imagenet: judge the claims"
    script:
        "../scripts/imagenet/claims.py"


rule imagenet_figures:
    input:
        tables=expand("results/imagenet/tables/{name}.csv", name=["classes", "groups", "validation", "keys"]),
        code=closure("scripts/imagenet/figures.py"),
    output:
        two_orders=shown("results/imagenet/figures/two-orders.svg", "the two orders at a glance"),
        images_per_name=shown("results/imagenet/figures/images-per-name.svg", "names that classes share"),
        record=record("imagenet/figures"),
    log:
        "logs/imagenet/figures.log",
    benchmark:
        "results/benchmarks/rules/imagenet-figures.tsv"
    conda:
        "../envs/report.yaml"
    message:
        "imagenet: draw the figures"
    script:
        "../scripts/imagenet/figures.py"


rule imagenet_benchmark:
    input:
        devkit=DEVKIT,
        # Of a folder there is no tar to time.
        images=STANDIN if Path(IMAGES).is_dir() else IMAGES,
        code=closure("scripts/imagenet/benchmark.py"),
    output:
        timings="results/benchmarks/imagenet-relabel.csv",
        peers="results/benchmarks/imagenet-peers.csv",
    log:
        "logs/imagenet/benchmark.log",
    benchmark:
        "results/benchmarks/rules/imagenet-benchmark.tsv"
    conda:
        "../envs/torch.yaml"
    # All cores, so that nothing runs beside what is timed.
    threads: EXCLUSIVE
    params:
        repeats=CONFIG["imagenet"]["benchmark_repeats"],
        seed=CONFIG["seed"],
    message:
        "imagenet: time the relabelling beside torchvision's"
    script:
        "../scripts/imagenet/benchmark.py"


FOLDERS.append("results/imagenet/val")
FETCHED += [SOURCES, *(["results/imagenet/val"] if CONFIG["imagenet"]["images"] else [])]
RESULTS += rules.imagenet_devkit.output if not CONFIG["imagenet"]["devkit"] else []
for job in ["sources", "classes", "validation", "relabel", "audit", "confusion", "numbers", "claims", "figures"]:
    RESULTS += [path for path in getattr(rules, f"imagenet_{job}").output if path not in FOLDERS]
