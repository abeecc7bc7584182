"""What studies share of TensorFlow's start, as far as it needs none; the rest is tried in the studies' own tests."""

import subprocess
import sys

from hearsay import graph_process


def test_missing_names_those_that_are_not_installed():
    assert graph_process.missing(("json", "no_such_package_of_ours", "tokenize")) == ("no_such_package_of_ours",)


def test_versions_are_empty_where_there_is_none():
    found = graph_process.versions(("numpy", "no_such_package_of_ours"))
    assert found["numpy"].count(".") == 2
    assert found["no_such_package_of_ours"] == ""


def test_neither_tensorflow_nor_torch_is_imported_before_it_is_asked_for():
    source = (
        "import sys; from hearsay.feeding import graph_tables; from hearsay.moments import graph; "
        "print(sorted({'tensorflow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
