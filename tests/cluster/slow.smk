# What goes wrong on a cluster, without the wait: a job that is over its time limit once, and one that says where it ran.


rule all:
    input:
        "slow.txt",


rule slow:
    output:
        "slow.txt",
    retries: 1
    resources:
        # minutes: too short for the sleep at first, long enough at the second attempt
        runtime=lambda wildcards, attempt: 1 if attempt == 1 else 3,
    shell:
        "sleep 100; hostname > {output}"


rule short:
    output:
        "short.txt",
    resources:
        runtime=2,
    shell:
        "sleep 20; echo $SLURMD_NODENAME > {output}"
