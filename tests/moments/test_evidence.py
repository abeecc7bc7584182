"""The study's tables come back from the disk as they were written."""

import pandas as pd

from hearsay import tables
from hearsay.moments.evidence import TABLES, read_evidence
from tests.moments.planted import tiny


def test_every_table_is_read_back_as_it_was(tmp_path):
    evidence = tiny()
    assert {name.replace("-", "_") for name in TABLES} == set(evidence)
    paths = [tmp_path / f"{name}.csv" for name in TABLES]
    for path in paths:
        tables.write(evidence[path.stem.replace("-", "_")], TABLES[path.stem], path)
    found = read_evidence(paths)
    assert set(found) == set(evidence)
    for name, frame in found.items():
        table = TABLES[name.replace("_", "-")]
        expected = evidence[name].sort_values(list(table.key), kind="stable", ignore_index=True)
        pd.testing.assert_frame_equal(frame, expected.fillna(dict.fromkeys(table.text, "")), check_dtype=False)
