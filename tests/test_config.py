"""Bad configurations get one line that names the key, its place and the nearest valid key."""

import re
from pathlib import Path

import pytest
import yaml

from hearsay import config
from hearsay.errors import HearsayError

ROOT = Path(__file__).parents[1]


def problem(settings, tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False))
    with pytest.raises(HearsayError) as error:
        config.validate(settings, [file])
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(file), "my.yaml")


def test_defaults_are_plain_data():
    whole = config.validate({})
    assert whole["imagenet"]["devkit"] is None
    assert yaml.safe_load(yaml.safe_dump(whole)) == whole


@pytest.mark.parametrize("size", ["config", "smoke", "paper"])
def test_the_sizes_are_valid_and_named(size):
    settings = yaml.safe_load((ROOT / "config" / f"{size}.yaml").read_text())
    assert config.validate(settings)["size"] == ("desk" if size == "config" else size)


def test_unknown_key(tmp_path):
    said = problem({"seed": 1, "imagenet": {"devkti": None}}, tmp_path)
    assert said == "my.yaml:3: no option is called imagenet.devkti; did you mean imagenet.devkit?"


def test_unknown_section(tmp_path):
    assert "no option is called imagnet; did you mean imagenet?" in problem({"imagnet": {"devkit": None}}, tmp_path)


def test_wrong_type(tmp_path):
    said = problem({"imagenet": {"permutations": "many"}}, tmp_path)
    assert said.startswith("my.yaml:2: imagenet.permutations: ")
    assert "integer" in said
    assert "'many'" in said


def test_section_of_the_wrong_type(tmp_path):
    assert problem({"imagenet": 3}, tmp_path).startswith("my.yaml:1: imagenet: ")


@pytest.mark.parametrize("key", ["devkit", "images", "blacklist"])
def test_missing_file(tmp_path, key):
    said = problem({"imagenet": {key: "nowhere/x"}}, tmp_path)
    assert said.startswith(f"my.yaml:2: imagenet.{key}: no such file")
    assert "nowhere/x" in said


def test_a_folder_is_no_devkit(tmp_path):
    assert "imagenet.devkit: no such file" in problem({"imagenet": {"devkit": str(tmp_path)}}, tmp_path)


def test_links_need_a_folder(tmp_path):
    assert "needs images to be the folder" in problem({"imagenet": {"images_by": "symlink"}}, tmp_path)


@pytest.mark.parametrize("settings", [{"seed": True}, {"seed": "5"}, {"imagenet": {"confidence": "0.9"}}])
def test_types_are_not_guessed(tmp_path, settings):
    problem(settings, tmp_path)


def test_a_whole_number_is_a_number():
    assert config.validate({"imagenet": {"number_accuracy_bound": 0.5}})["imagenet"]["number_accuracy_bound"] == 0.5


def test_missing_list(tmp_path):
    assert "mine: no such file: nowhere.txt" in problem(
        {"imagenet": {"label_lists": {"mine": "nowhere.txt"}}}, tmp_path
    )


def test_value_from_the_command_line_has_no_file(tmp_path):
    with pytest.raises(HearsayError, match=r"^config: imagenet.lags: "):
        config.validate({"imagenet": {"lags": 0}}, [ROOT / "config" / "smoke.yaml"])


def test_the_file_that_overrides_is_named(tmp_path):
    for name in ("strong", "weak"):
        (tmp_path / f"{name}.yaml").write_text("seed: one\n")
    with pytest.raises(HearsayError, match="strong"):
        config.validate({"seed": "one"}, [tmp_path / "strong.yaml", tmp_path / "weak.yaml"])


def test_defaults_in_the_reference_are_whole():
    printed = dict(re.findall(r"^\| `([\w.]+)` \| .*? \| `(.*?)` \|", config.reference(), re.MULTILINE))
    for name, field in config._options(config.model()).items():
        if not field.is_required():
            default = field.get_default(call_default_factory=True)
            assert yaml.safe_load(printed[name]) == default, name


def test_the_reference_is_current():
    assert (ROOT / "config" / "README.md").read_text() == config.reference()
