from typing import TYPE_CHECKING

from hearsay.claims import judge_all, write_claims
from hearsay.duplication.claims import CLAIMS, spoken
from hearsay.duplication.evidence import read_evidence
from hearsay.job import job
from hearsay.numbers import texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    judging = snakemake.params.judging
    evidence = read_evidence(snakemake.input.tables) | {"config": {"judging": judging}}
    rows = judge_all("duplication", CLAIMS, evidence, spoken(judging, texts(snakemake.input.numbers)))
    write_claims(rows, snakemake.output.claims)
