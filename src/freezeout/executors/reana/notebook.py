"""Any notebook: its parameters as far as they are typed, its environment, the files that it reads."""

from __future__ import annotations

import ast
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from freezeout.environments.folder import GATEWAY
from freezeout.environments.kernels import PREFIX
from freezeout.errors import InputError, quoted
from freezeout.executors.reana.values import fault, parsed
from freezeout.experiments.parameters import Parameter, check_all, read_cell

_FORMAT = 4
_TYPES: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "str", dict: "dict"}


@dataclass(frozen=True)
class Notebook:
    """A notebook that is to be executed somewhere else.

    Attributes
    ----------
    path : Path
    parameters : tuple of Parameter
        Of the cell tagged ``parameters``; those without a type have that of their default.
    untyped : frozenset of str
        Their names.
    free : tuple of str
        Parameters of which nothing is known but the name: their default is None or computed.
    environment : str
        That of its kernel.
    """

    path: Path
    parameters: tuple[Parameter, ...]
    untyped: frozenset[str]
    free: tuple[str, ...]
    environment: str

    def check(self, values: Mapping[str, object]) -> dict[str, object]:
        """Every parameter with its checked value; free ones only when they are given.

        Raises
        ------
        InputError
            For an unknown name, or a value that its parameter's type does not allow.
        """
        given = dict(values)
        anything = {name: given.pop(name) for name in self.free if name in given}
        if given and not self.parameters and not self.free:
            raise InputError(
                f"{self.path.name} has no parameters, and '{next(iter(given))}' is given",
                hint="tag a cell 'parameters': its lines 'name = value' are the parameters",
                code="unknown_parameter",
            )
        return check_all(self.declared(given), given) | anything

    def parse(self, texts: Mapping[str, str]) -> dict[str, object]:
        """The values that texts mean, as after ``-p name=``."""
        return parsed(self.declared(texts), texts)

    def declared(self, values: Mapping[str, object]) -> list[Parameter]:
        """The parameters, for these values.

        A whole number as the default of what has no type does not mean that others are forbidden.
        """
        return [
            replace(one, type="float")
            if one.type == "int" and one.name in self.untyped and not _is_whole(values.get(one.name, 0))
            else one
            for one in self.parameters
        ]

    def beside(self, inputs: Sequence[str | Path]) -> dict[str, Path]:
        """The files that the user names, by their path from the notebook's folder.

        Raises
        ------
        InputError
            When one is not there, or not beside the notebook.
        """
        root = self.path.parent.resolve()
        found: dict[str, Path] = {}
        for given in inputs:
            path = (root / Path(given).expanduser()).resolve()
            if not path.is_relative_to(root) or path == root:
                raise InputError(
                    f"the input {given} is not beside {self.path.name}",
                    hint=f"copy it into {root}, where the notebook finds it by the same name everywhere",
                    code="bad_input_file",
                )
            if not path.exists():
                raise InputError(f"the input {given} is not in {root}", code="input_missing")
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                hidden = any(part[0] == "." or part == "__pycache__" for part in file.relative_to(root).parts)
                if file.is_file() and file.resolve() != self.path.resolve() and not hidden:
                    found[file.relative_to(root).as_posix()] = file
        return found


def read_notebook(path: Path) -> Notebook:
    """Read a notebook that is in Python.

    Raises
    ------
    InputError
        When it is none, is in another language, or has parameters that cannot be read.
    """
    data = _contents(path)
    try:
        metadata: Mapping[str, Any] = data.get("metadata", {})
        cells = [
            ("".join(cell["source"]), cell.get("metadata", {}).get("tags", [])) for cell in data["cells"]
        ]
        sources = [source for source, tags in cells if "parameters" in tags]
        kernel = metadata.get("kernelspec", {})
        language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, "it is damaged: a cell or its description is not as in a notebook") from error
    if str(language).lower() != "python":
        raise InputError(
            f"{path.name} is in {language}, and only Python's can be submitted", code="bad_notebook"
        )
    if len(sources) > 1:
        raise InputError(
            f"{path.name} has {len(sources)} cells tagged 'parameters'", hint="tag one", code="bad_notebook"
        )
    parameters, untyped, free = _read(sources[0], path) if sources else ([], set(), [])
    name = str(kernel.get("name", ""))
    environment = name.removeprefix(PREFIX) if name.startswith(PREFIX) else GATEWAY
    return Notebook(path, tuple(parameters), frozenset(untyped), tuple(free), environment)


def _contents(path: Path) -> Mapping[str, Any]:
    """A notebook of the present format as it is in its file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or "it is not text") from error
    try:
        data = json.loads(text)
        version = data["nbformat"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        wrong = "it is empty" if not text.strip() else "it is not a notebook, or only a part of one"
        raise _unreadable(path, wrong) from error
    if version == _FORMAT:
        assert isinstance(data, dict)
        return data
    if isinstance(version, int) and version < _FORMAT:
        file = shlex.quote(str(path))
        hint = f"open and save it in Lab, or: jupyter nbconvert --to notebook --nbformat 4 --inplace {file}"
        raise _unreadable(path, f"it has the old format {version}, and only {_FORMAT} can be submitted", hint)
    raise _unreadable(
        path, f"it has the format {quoted(version)}, and only {_FORMAT} is known here", "save it as that"
    )


def _unreadable(path: Path, wrong: str, hint: str = "") -> InputError:
    return InputError(f"cannot read the notebook {path}: {wrong}", hint=hint, code="bad_notebook")


def _read(source: str, path: Path) -> tuple[Sequence[Parameter], set[str], list[str]]:
    """The parameters of a cell that follows no rule but Python's: with a type, by their default, free."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as error:
        raise InputError(
            f"the parameters cell of {path.name} is not Python: {error}", code="bad_notebook"
        ) from error
    found: dict[str, Parameter | None] = {}
    untyped = set()
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if not isinstance(target, ast.Name):
            continue
        # with its comment, which is the help
        lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
        try:
            (found[target.id],) = read_cell("\n".join(lines) + "\n")
        except InputError:
            found[target.id] = _guessed(target.id, value)
            untyped.add(target.id)
    # infinite ones, above all, have no place in JSON
    free = [name for name, one in found.items() if one is None or fault(one.default)]
    return [one for name, one in found.items() if one is not None and name not in free], untyped, free


def _guessed(name: str, value: ast.expr) -> Parameter | None:
    """A parameter without a type has that of its default, when that is a plain value."""
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return None
    if isinstance(default, list):
        for kind, of in (("int", int), ("float", int | float), ("str", str)):
            if default and all(isinstance(item, of) and not isinstance(item, bool) for item in default):
                return Parameter(name, f"list[{kind}]", default)
        return None
    kind = _TYPES.get(type(default), "")
    return Parameter(name, kind, default) if kind else None


def _is_whole(value: object) -> bool:
    """Whether a value, or the text of one, is not plainly a number with a fraction."""
    try:
        return not isinstance(value, str | float) or float(value).is_integer()
    except (ValueError, OverflowError):
        return True  # told as what it is
