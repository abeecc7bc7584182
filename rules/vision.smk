# The images that more than one study trains on.

IMAGES_READ = "results/vision/images.npz"
DIGITS_READ = "results/vision/digits.npz"


rule vision_images:
    input:
        # Labels that one study prepares feed the training of others.
        **({"tree": "results/imagenet/val"} if CONFIG["data"]["source"] == "imagenet" else {}),
        code=closure("scripts/vision/images.py"),
    output:
        images=IMAGES_READ,
        record=record("vision/images"),
    log:
        "logs/vision/images.log",
    benchmark:
        "results/benchmarks/rules/vision-images.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        options=CONFIG["data"],
        seed=CONFIG["seed"],
    message:
        "images: read and resize what data.source names"
    script:
        "../scripts/vision/images.py"


# Whatever data.source is: a published figure stands beside results on these.
rule vision_digits:
    input:
        code=closure("scripts/vision/images.py"),
    output:
        images=DIGITS_READ,
        record=record("vision/digits"),
    log:
        "logs/vision/digits.log",
    benchmark:
        "results/benchmarks/rules/vision-digits.tsv"
    conda:
        "../envs/vision.yaml"
    params:
        options=validate({})["data"] | {"pixels": 28},
        seed=CONFIG["seed"],
    message:
        "images: read the digits"
    script:
        "../scripts/vision/images.py"


FETCHED += [IMAGES_READ, DIGITS_READ]
RESULTS += [*rules.vision_images.output, *rules.vision_digits.output]
