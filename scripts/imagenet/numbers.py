from typing import TYPE_CHECKING

from hearsay.imagenet.evidence import read_evidence
from hearsay.imagenet.numbers import numbers
from hearsay.job import job
from hearsay.numbers import NUMBERS, frame
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found = numbers(read_evidence(snakemake.input.tables), snakemake.params.standin)
    write(frame(found), NUMBERS, snakemake.output.numbers)
