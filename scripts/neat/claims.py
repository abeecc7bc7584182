from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.job import job
from hearsay.neat.claims import CLAIMS, spoken
from hearsay.neat.evidence import read_evidence, read_timings
from hearsay.numbers import texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, config = snakemake.input, snakemake.params.config
    evidence = read_evidence(found.tables) | read_timings(*found.timings) | {"config": config}
    write_claims(
        judge_all("neat", CLAIMS, evidence, spoken(config["judging"], texts(found.numbers))), snakemake.output.claims
    )
