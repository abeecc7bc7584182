from typing import TYPE_CHECKING

from hearsay.duplication import census, coverage, distribution, helps, leakage, selection
from hearsay.duplication.random_verdicts import RANDOM, verdicts
from hearsay.duplication.settled import EXCHANGE_RATES, exchange_rates, settle
from hearsay.job import job
from hearsay.tables import read_all, read_whole, write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, made, params = snakemake.input, snakemake.output, snakemake.params
    over_seeds = distribution.gather(read_all(found.distribution, distribution.DISTRIBUTION))
    random = verdicts(over_seeds, params.equivalence, params.confidence)
    cells = census.gather(found.cells)
    settled = settle(census.summarise(cells, params.census), random)
    write(cells, census.CELLS, made.cells)
    write(settled, census.CENSUS, made.census)
    write(exchange_rates(settled), EXCHANGE_RATES, made.exchange_rates)
    write(over_seeds, distribution.DISTRIBUTION, made.distribution)
    write(random, RANDOM, made.random)
    write(helps.gather(read_all(found.helps, helps.HELPS), params.confidence), helps.HELPS, made.helps)
    write(read_whole(found.coverage, coverage.COVERAGE), coverage.COVERAGE, made.coverage)
    write(read_whole(found.selection, selection.SELECTION), selection.SELECTION, made.selection)
    write(read_whole(found.leakage, leakage.LEAKAGE), leakage.LEAKAGE, made.leakage)
