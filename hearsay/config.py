"""The configuration: pydantic models are its only source, for defaults, checks and the option reference.

Each study keeps its section beside itself, a model called `Config` in `hearsay/STUDY/config.py`; a new study adds one
and touches nothing here. A section of several studies lies beside what they share. `python -m hearsay.config` prints
the reference (config/README.md).
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticUndefined

import hearsay
from hearsay.errors import HearsayError


class Section(BaseModel):
    """A group of options: unknown keys are refused, every option has a default and a description."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


SHARED = {"data": ("hearsay.vision.section", "Data")}  # sections of more than one study: module and model


class _Run(Section):
    seed: int = Field(20120614, ge=0, description="root seed; every random number of every study derives from it")
    size: str = Field("desk", pattern="^(smoke|desk|paper)$", description="name of the size, printed in the paper")


def studies() -> list[str]:
    """Return the names of the studies: the packages in `hearsay/` that have a `config` module."""
    packages = [m.name for m in pkgutil.iter_modules(hearsay.__path__) if m.ispkg]
    return sorted(p for p in packages if (Path(hearsay.__path__[0]) / p / "config.py").is_file())


def known_studies(names: Iterable[str] | None) -> list[str]:
    """Return these studies, each once, or all where none is named. Raises HearsayError for one that there is not."""
    for name in names or []:
        if name not in studies():
            raise HearsayError(f"no study is called {name}; there are {', '.join(studies())}")
    return list(dict.fromkeys(names or studies()))


def model() -> type[BaseModel]:
    """Return the model of the whole configuration: one section a study, and those of several."""
    places = {name: (f"hearsay.{name}.config", "Config") for name in studies()} | SHARED
    sections = {name: getattr(importlib.import_module(module), kind) for name, (module, kind) in places.items()}
    fields = {name: (section, Field(default_factory=section)) for name, section in sections.items()}
    return create_model("Configuration", __base__=_Run, **fields)


def validate(config: Mapping[str, Any], files: Iterable[str | Path] = ()) -> dict[str, Any]:
    """Return the configuration with its defaults, as plain dicts, lists, strings and numbers.

    files: the YAML files that it was read from, the one that overrides the others first, to say where a bad key stands.
    Raises HearsayError, one line a problem.
    """
    whole = model()
    try:
        return whole.model_validate(dict(config)).model_dump(mode="json")
    except ValidationError as error:
        raise HearsayError("\n".join(_explain(problem, whole, list(files)) for problem in error.errors())) from None


def _explain(problem: Mapping[str, Any], whole: type[BaseModel], files: list[str | Path]) -> str:
    keys = [str(key) for key in problem["loc"]]
    place = next(filter(None, (_locate(keys, file) for file in files)), "config")
    name = ".".join(keys)
    if problem["type"] == "extra_forbidden":
        section = whole
        for key in keys[:-1]:
            section = section.model_fields[key].annotation
        near = difflib.get_close_matches(keys[-1], section.model_fields, 1, cutoff=0.0)
        return f"{place}: no option is called {name}; did you mean {'.'.join([*keys[:-1], *near])}?"
    said = problem["msg"].removeprefix("Value error, ")
    return f"{place}: {name}: {said[0].lower()}{said[1:]}; got {problem['input']!r}"


def _locate(keys: list[str], file: str | Path) -> str | None:
    """Return FILE:LINE of the longest known part of a key path, or None where the file does not have it at all."""
    node, line = yaml.compose(Path(file).read_text(encoding="utf-8")), None
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        pair = next((p for p in pairs if p[0].value == key), None)
        if pair is None:
            return None if line is None or isinstance(node, yaml.MappingNode) else f"{file}:{line}"
        line, node = pair[0].start_mark.line + 1, pair[1]
    return f"{file}:{line}"


def _options(section: type[BaseModel], prefix: str = "") -> dict[str, Any]:
    """Return dotted name -> field of all options, the sections' own included."""
    options = {}
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            options |= _options(field.annotation, f"{prefix}{name}.")
        else:
            options[prefix + name] = field
    return options


def _inline(value: Any) -> str:
    """Return a value as YAML in one line."""
    return yaml.safe_dump(value, default_flow_style=True, width=float("inf")).split("\n")[0]


def reference() -> str:
    """Return the option reference as Markdown."""
    lines = [
        "# Every option",
        "",
        "Written by `python -m hearsay.config > config/README.md`; a test holds it against the code.",
        "`config.yaml` is the desk size, `smoke.yaml` and `paper.yaml` override it: `--configfile config/paper.yaml`.",
        "Paths are relative to the folder in which Snakemake runs. Threads and memory belong to the profile.",
        "",
        "| option | type | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in sorted(_options(model()).items(), key=lambda item: (item[0].count("."), item[0])):
        default = field.get_default(call_default_factory=True)
        default = "required" if default is PydanticUndefined else _inline(default)
        kind = getattr(field.annotation, "__name__", None) if not hasattr(field.annotation, "__args__") else None
        kind = kind or str(field.annotation).replace("typing.", "").replace("pathlib.", "").replace(
            " | None", ", or null"
        )
        kind = kind.replace("|", "or")
        lines.append(f"| `{name}` | {kind} | `{default}` | {field.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(reference(), end="")
