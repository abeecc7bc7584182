from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.job import job
from hearsay.moments.claims import CLAIMS, spoken
from hearsay.moments.evidence import read_evidence
from hearsay.numbers import texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, config = snakemake.input, snakemake.params.config
    evidence = read_evidence(found.tables) | {"config": config}
    write_claims(judge_all("moments", CLAIMS, evidence, spoken(config, texts(found.numbers))), snakemake.output.claims)
