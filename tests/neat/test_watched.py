"""Watched runs, split over jobs: what is written does not depend on how many."""

from hearsay import tables
from hearsay.neat import watched
from hearsay.neat.arms import KEPT, LOTTERY, MAIN, PARITY, POLES, WITHOUT, XOR
from hearsay.neat.arms import watched as cells
from hearsay.neat.collisions import COUNTED
from hearsay.neat.mechanism import QUANTITIES, WATCHED
from hearsay.neat.versions import COUNTED_VERSIONS
from hearsay.neat.watched import shard
from tests.neat.planted_tables import SEED, TINY, tiny_watched

TABLES = (WATCHED, COUNTED, COUNTED_VERSIONS)
FEW = TINY | {"mechanism": {"runs": 2, "every": 2, "generations": 3, "shards": 1}}


def written(parts, folder):
    """The bytes of the three tables, their parts written apart, read back, and written together."""
    folder.mkdir()
    found = []
    for shape, frames in zip(TABLES, zip(*parts, strict=True), strict=True):
        paths = [folder / f"{k}.csv" for k in range(len(frames))]
        for frame, path in zip(frames, paths, strict=True):
            tables.write(frame, shape, path)
        tables.write(tables.read_whole(paths, shape), shape, folder / "whole.csv")
        found.append((folder / "whole.csv").read_bytes())
    return found


def test_the_number_of_shards_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(watched, "watched", lambda config: cells(config)[::3])
    one, *others = (
        written([shard(FEW, SEED, k, shards) for k in range(shards)], tmp_path / str(shards)) for shards in (1, 2, 3)
    )
    assert others == [one, one]  # the last has a shard without any run
    assert min(len(text.splitlines()) for text in one) > len(cells(FEW)[::3])


def test_every_watched_run_is_there():
    looks, counted, left = tiny_watched()
    expected = {(*cell[:3], k) for cell in cells(TINY) for k in range(cell.n)}
    for frame in (looks, counted, left):
        found = set(frame[["task", "group", "arm", "replicate"]].itertuples(index=False, name=None))
        assert found == expected
    assert set(looks["quantity"]) == set(QUANTITIES)
    assert set(looks["generation"]) <= {1, 11}  # every tenth, eleven at most
    assert {(task, group) for task, group, _, _ in expected} == {
        *((task, MAIN) for task in (XOR, POLES, PARITY)),
        *((task, group) for task in (XOR, POLES) for group in (KEPT, LOTTERY)),
    }
    assert WITHOUT not in set(looks["task"])
