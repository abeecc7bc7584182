from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.imagenet.claims import CLAIMS, spoken
from hearsay.imagenet.evidence import read_evidence
from hearsay.job import job
from hearsay.numbers import texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    config = snakemake.params.config
    evidence = read_evidence(snakemake.input.tables) | {"config": config}
    rows = judge_all("imagenet", CLAIMS, evidence, spoken(config, texts(snakemake.input.numbers)))
    write_claims(rows, snakemake.output.claims)
