"""MODULE:FACTORY, named by hand: what is there is offered, what Python adds to every module is not."""

import pytest

from hearsay.errors import HearsayError
from hearsay.factory import load_factory


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "some_work.py").write_text("def make():\n    pass\n\n\ndef other():\n    pass\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize(("name", "hint"), [("mke", "; did you mean 'make'?"), ("nothing", "; it has make, other")])
def test_a_name_that_is_not_there_gets_the_names_that_are(module, name, hint):
    with pytest.raises(HearsayError) as raised:
        load_factory(f"some_work:{name}", "a thing")
    assert str(raised.value) == f"some_work:{name}: some_work has no {name!r}{hint}"
