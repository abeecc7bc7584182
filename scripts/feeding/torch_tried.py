from typing import TYPE_CHECKING

import pandas as pd

from hearsay import tables
from hearsay.feeding import torch_demonstrations, torch_matrix
from hearsay.feeding.outcomes import DEMONSTRATIONS, MATRIX
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# Not called torch.py, for the same reason as graph.py.
with job(snakemake):
    given, made = snakemake.input, snakemake.output
    tried = [tables.read(given.graph_demonstrations, DEMONSTRATIONS), torch_demonstrations.frame()]
    cells = [tables.read(given.graph_matrix, MATRIX), torch_matrix.matrix()]
    tables.write(pd.concat(tried), DEMONSTRATIONS, made.demonstrations)
    tables.write(pd.concat(cells), MATRIX, made.matrix)
