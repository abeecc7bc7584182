from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.job import job
from hearsay.numbers import texts
from hearsay.triplet.claims import CLAIMS, spoken
from hearsay.triplet.evidence import read_evidence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, config = snakemake.input, snakemake.params.config
    evidence = read_evidence(found.tables) | {"config": config}
    said = spoken(config["judging"], texts(found.numbers))
    write_claims(judge_all("triplet", CLAIMS, evidence, said), snakemake.output.claims)
