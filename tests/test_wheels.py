import zipfile

import pytest

from hearsay import wheels
from hearsay.errors import HearsayError
from hearsay.files import sha256
from hearsay.wheels import Wheel, fetch, member


def make_wheel(folder, package="toy_list", version="1.0", python=">=3.8", text="tench\n"):
    """Write the least that pip takes for a wheel; its setup would fail if anything of it were run or built."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{package}-{version}-py3-none-any.whl"
    info = f"{package}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise SystemExit('was run')")
        archive.writestr(f"{package}/labels.txt", text)
        archive.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nRequires-Python: {python}\n"
            "Requires-Dist: does-not-exist-anywhere\n",
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that is the only place where pip looks."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_fetches_in_one_call_without_dependencies(index, tmp_path, monkeypatch):
    one = make_wheel(index)
    two = make_wheel(index, "other_list", "2.0", python="<3")  # only its data is wanted, so its Python does not matter
    calls = []
    run = wheels.subprocess.run
    monkeypatch.setattr(wheels.subprocess, "run", lambda *a, **k: calls.append(a) or run(*a, **k))
    wanted = [Wheel("toy-list", "1.0", sha256(one)), Wheel("other.list", "2.0", sha256(two))]
    found = fetch(wanted, tmp_path / "out")
    assert {package: path.name for package, path in found.items()} == {"toy-list": one.name, "other.list": two.name}
    assert member(found["toy-list"], "toy_list/labels.txt") == b"tench\n"
    assert fetch(wanted, tmp_path / "out") == found
    assert len(calls) == 1, "the second time, the files are there"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([one.name, two.name])


def test_a_damaged_copy_is_fetched_again(index, tmp_path):
    wheel = make_wheel(index)
    wanted = [Wheel("toy-list", "1.0", sha256(wheel))]
    path = fetch(wanted, tmp_path / "out")["toy-list"]
    path.write_bytes(b"cut short")
    assert sha256(fetch(wanted, tmp_path / "out")["toy-list"]) == wanted[0].sha256


def test_another_hash_is_refused_and_nothing_stays(index, tmp_path):
    make_wheel(index)
    with pytest.raises(HearsayError, match=r"could not fetch toy-list 1\.0 with pip .*HASH") as caught:
        fetch([Wheel("toy-list", "1.0", "0" * 64)], tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("index")
def test_no_index_is_one_line_with_the_remedies(tmp_path):
    with pytest.raises(HearsayError, match=r"could not fetch absent 3\.1 .*PIP_FIND_LINKS") as caught:
        fetch([Wheel("absent", "3.1", "0" * 64)], tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_reading_members(tmp_path, monkeypatch):
    path = make_wheel(tmp_path)
    with pytest.raises(HearsayError, match="holds no"):
        member(path, "toy_list/absent.txt")
    monkeypatch.setattr(wheels, "LARGEST_MEMBER", 3)
    with pytest.raises(HearsayError, match="larger than"):
        member(path, "toy_list/labels.txt")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(HearsayError, match="cannot be read"):
        member(path, "toy_list/labels.txt")
    with pytest.raises(HearsayError, match="cannot be read"):
        member(tmp_path / "absent.whl", "x")
