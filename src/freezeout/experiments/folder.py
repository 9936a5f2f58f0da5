"""An experiment's folder: found, read and checked."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.experiments.parameters import Parameter, check_all, read_cell
from freezeout.files import checksums, read_yaml, verify
from freezeout.settings import experiments_path, shared_folder

if TYPE_CHECKING:
    from freezeout.limits.curve import Reference

EXPERIMENT_VARIABLE = "FREEZEOUT_RUN_EXPERIMENT"
"""Set in the kernel of a run: which experiment it is a run of."""

_SCHEMA = Path(__file__).with_name("experiment.schema.json")


@dataclass(frozen=True)
class Experiment:
    """One experiment: everything that its ``experiment.yaml`` and its notebook say.

    Examples
    --------
    >>> from freezeout import experiment
    >>> experiment("darkside50").method
    'direct'
    """

    folder: Path
    description: Mapping[str, object]

    @property
    def id(self) -> str:
        """The folder's short name."""
        return str(self.description["id"])

    @property
    def title(self) -> str:
        """One line for cards and lists."""
        return str(self.description["title"])

    @property
    def method(self) -> str:
        """direct, indirect, collider or neutrino."""
        return str(self.description["method"])

    @property
    def environment(self) -> str:
        """The environment that its notebook runs in."""
        return str(self.description["environment"])

    @property
    def notebook(self) -> Path:
        """The parameterised notebook."""
        return self.folder / str(self.description["notebook"])

    @property
    def references(self) -> tuple[Reference, ...]:
        """The papers whose data and method it uses."""
        from freezeout.limits.curve import Reference  # with numpy, which a list of experiments needs not

        return tuple(Reference(**entry) for entry in self.description["references"])  # type: ignore[attr-defined]

    @property
    def presets(self) -> Mapping[str, Mapping[str, object]]:
        """Named sets of parameter values; ``default`` and ``smoke`` are always there."""
        return self.description["presets"]  # type: ignore[return-value]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The notebook's parameters with the limits that experiment.yaml sets."""
        limits: Mapping[str, object] = self.description["parameters"]  # type: ignore[assignment]
        source = _parameters_source(self.notebook)
        try:
            found = read_cell(source)
        except InputError as error:
            raise InputError(f"{self.notebook}: {error.message}", hint=error.hint, code=error.code) from error
        names = {p.name for p in found}
        strangers = [name for name in limits if name not in names]
        if strangers:
            raise InputError(
                f"{self.folder / 'experiment.yaml'} limits the parameter '{strangers[0]}', "
                f"which {self.notebook.name} does not have"
            )
        complete = []
        for parameter in found:
            extra = dict(limits.get(parameter.name) or {})  # type: ignore[call-overload]
            if "choices" in extra:
                extra["choices"] = tuple(extra["choices"])
            complete.append(replace(parameter, **extra))
        return tuple(complete)

    def check(self, values: Mapping[str, object], preset: str = "default") -> dict[str, object]:
        """All parameters with checked values: the notebook's defaults, then the preset, then `values`.

        An experiment whose parameters depend on each other says so in ``analysis.check``.

        Raises
        ------
        InputError
            When a name is unknown or a value is not allowed.
        """
        if preset not in self.presets:
            raise InputError(
                f"{self.id} has no preset '{preset}'", hint=f"presets: {', '.join(self.presets)}",
                code="unknown_preset",
            )  # fmt: skip
        checked = check_all(self.parameters, values, self.presets[preset])
        try:
            analysis = self.analysis
        except InputError as error:
            if self.environment == "gateway" or not isinstance(error.__cause__, ImportError):
                raise
            return checked  # its packages are elsewhere: the notebook's own kernel checks the rest
        _check_together(analysis, checked)
        return checked

    def from_namespace(self, namespace: Mapping[str, object]) -> dict[str, object]:
        """The checked parameters of a notebook, out of its ``globals()``."""
        running = os.environ.get(EXPERIMENT_VARIABLE, self.id)
        if running != self.id:
            raise InputError(
                f"the notebook of {running} asks for the experiment '{self.id}'",
                hint=f'write freezeout.experiment("{running}") in {running}/{self.notebook.name}',
                code="wrong_experiment",
            )
        names = [p.name for p in self.parameters]
        missing = [name for name in names if name not in namespace]
        if missing:
            raise InputError(f"the parameters cell does not set {missing[0]}")
        checked = check_all(self.parameters, {name: namespace[name] for name in names}, {})
        _check_together(self.analysis, checked)
        return checked

    @property
    def inputs(self) -> dict[str, Path]:
        """Paths of the inputs by name, each verified by its checksum.

        Raises
        ------
        InputError
            When one is missing, damaged or was changed.
        """
        return {
            name: verify(self.folder / entry["file"], entry["sha256"])
            for name, entry in self.description["inputs"].items()  # type: ignore[attr-defined]
        }

    @property
    def analysis(self) -> ModuleType:
        """The module ``analysis.py``, loaded under a name of its own."""
        path = self.folder / "analysis.py"
        tag = hashlib.sha256(str(path).encode()).hexdigest()[:8]
        name = f"freezeout_experiment_{self.id}_{tag}"
        stamp = path.stat().st_mtime_ns if path.is_file() else None
        loaded = sys.modules.get(name)
        if loaded is not None and getattr(loaded, "__stamp__", None) == stamp:
            return loaded
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or stamp is None:
            raise InputError(f"{self.folder} has no analysis.py")
        module = importlib.util.module_from_spec(spec)
        module.__stamp__ = stamp  # type: ignore[attr-defined]
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException as error:
            del sys.modules[name]
            if isinstance(error, FreezeoutError) or not isinstance(error, Exception):
                raise
            raise InputError(
                f"{path} cannot be imported: {type(error).__name__}: {error}", code="bad_experiment"
            ) from error
        return module

    def hashes(self) -> dict[str, str]:
        """SHA-256 of the notebook, of the analysis and of experiment.yaml."""
        names = {
            "notebook": self.notebook.name,
            "analysis": "analysis.py",
            "description": "experiment.yaml",
        }
        return {key: str(checksums(self.folder / name)["sha256"]) for key, name in names.items()}


def _check_together(analysis: ModuleType, checked: Mapping[str, object]) -> None:
    together = getattr(analysis, "check", None)
    if together is not None:
        together(**checked)


def _parameters_source(notebook: Path) -> str:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
        sources = ["".join(c["source"]) for c in tagged]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a notebook"
        raise InputError(f"cannot read the notebook {notebook}: {reason}") from error
    if len(sources) != 1:
        raise InputError(f"{notebook} has {len(sources)} cells tagged 'parameters' instead of one")
    return sources[0] if sources[0].endswith("\n") else sources[0] + "\n"


def read_experiment(folder: Path) -> Experiment:
    """Read and check one experiment's folder.

    Raises
    ------
    InputError
        When experiment.yaml does not follow the schema.
    """
    path = folder / "experiment.yaml"
    found = read_yaml(path)
    fault = _fault(found, json.loads(_SCHEMA.read_text(encoding="utf-8")))
    if fault:
        raise InputError(f"{path}: {fault}", code="bad_experiment")
    assert isinstance(found, dict)
    if found["id"] != folder.name:
        raise InputError(f"{path}: the id '{found['id']}' is not the folder's name '{folder.name}'")
    return Experiment(folder, found)


def _fault(found: object, schema: Mapping[str, Any]) -> str:
    """Where a description does not follow the schema."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        # a kernel in a small environment: whoever started the run has checked all of it
        said = found if isinstance(found, Mapping) else {}
        missing = [name for name in schema["required"] if name not in said]
        return f"the file: '{missing[0]}' is a required property" if missing else ""
    errors = sorted(Draft202012Validator(schema).iter_errors(found), key=lambda e: list(map(str, e.path)))
    if not errors:
        return ""
    where = ".".join(str(part) for part in errors[0].path) or "the file"
    return f"{where}: {errors[0].message}"


def experiment_folders() -> dict[str, Path]:
    """Folders with an ``experiment.yaml`` by name; the user's own come first."""
    found: dict[str, Path] = {}
    for root in [*experiments_path(), shared_folder("notebooks")]:
        if root.is_dir():
            for path in sorted(root.glob("*/experiment.yaml")):
                found.setdefault(path.parent.name, path.parent)
    return found


def scan_experiments() -> tuple[list[Experiment], list[FreezeoutError]]:
    """All experiments by name, and what is wrong with the folders that cannot be used."""
    found: list[Experiment] = []
    damaged: list[FreezeoutError] = []
    for _, folder in sorted(experiment_folders().items()):
        try:
            one = read_experiment(folder)
            _ = one.parameters
            found.append(one)
        except FreezeoutError as error:
            damaged.append(error)
    return found, damaged


def experiment(id: str) -> Experiment:
    """The experiment of this id.

    Raises
    ------
    InputError
        When there is none, or its folder is not in order.
    """
    folders = experiment_folders()
    if id not in folders:
        near = difflib.get_close_matches(id, folders, 1, 0.4)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            f"there is no experiment '{id}'",
            hint=f"{meant}experiments: {', '.join(sorted(folders)) or 'none found'}",
            code="unknown_experiment",
        )
    return read_experiment(folders[id])
