"""Swapping the values of two params does not rerun the job.

Seen with: snakemake 9.27.1
Kind: defect
Expected: the help of --rerun-triggers says that the default, all triggers, guarantees results that are consistent
    with code and configuration.
Happens: a job's params are recorded as a sorted list of values without their names, and compared as sets. Exchanging
    two values, moving a value to another name, or repeating one leaves the set as it was: nothing to be done, and the
    file of the old configuration stays.
Fix: record and compare pairs of name (or position) and value.
Known: snakemake/snakemake#2212 (related)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SNAKEFILE = """
rule:
    output: "out.txt"
    params: low=config["low"], high=config["high"]
    shell: "echo {params.low} {params.high} > {output}"
"""


def run(folder, *config):
    """Run the workflow and return what its file says."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all", "--config", *config]
    subprocess.run(command, cwd=folder, check=True)
    return Path(folder, "out.txt").read_text().strip()


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "Snakefile").write_text(SNAKEFILE)
    run(folder, "low=1", "high=2")
    observed = run(folder, "low=2", "high=1")

expected = "2 1"
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
