from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.feeding.claims import CLAIMS, spoken
from hearsay.feeding.evidence import read_evidence
from hearsay.job import job
from hearsay.numbers import texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, config = snakemake.input, snakemake.params.config
    evidence = read_evidence(found.tables) | {"config": config}
    rows = judge_all("feeding", CLAIMS, evidence, spoken(config["judging"], texts(found.numbers)))
    write_claims(rows, snakemake.output.claims)
