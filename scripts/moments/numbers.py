from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments.evidence import read_evidence
from hearsay.moments.numbers import numbers
from hearsay.numbers import NUMBERS, frame
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found = read_evidence(snakemake.input.tables)
    write(frame(numbers(found, snakemake.params.config)), NUMBERS, snakemake.output.numbers)
