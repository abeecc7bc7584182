"""One tiny run for all tests of the study in a process."""

import pytest

from tests.triplet import planted


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder in which the tiny run keeps how far it has come; one, so that the run is done once."""
    return str(tmp_path_factory.mktemp("triplet"))


@pytest.fixture(scope="session")
def raw(folder):
    return planted.raw(folder)


@pytest.fixture(scope="session")
def tables(folder):
    return planted.tables(folder)
