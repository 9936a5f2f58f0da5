"""What a client gives: a specification, a name, parameters and options, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.workspace import parts

ENGINES = ("serial", "snakemake", "cwl", "yadage")
_OPTIONS = {
    "serial": ("CACHE", "FROM", "TARGET"),
    "cwl": ("TARGET", "--target"),
    "yadage": ("toplevel", "initdir", "initfiles", "accept_metadir"),
    "snakemake": ("report",),
}
_LONGEST_NAME = 200
_MOST_DAYS = 100_000


def name(given: str) -> str:
    """The name of a new workflow; "workflow" when none was given.

    Raises
    ------
    Refusal
        400, when it is none.
    """
    text = given.strip()
    if not text:
        return "workflow"
    if not text.isascii() or not text.isprintable() or "." in text or "/" in text:
        raise Refusal(400, f"The name {given[:80]!r} holds a dot, a slash or a letter that is not ASCII.")
    if len(text) > _LONGEST_NAME:
        raise Refusal(400, f"The name of a workflow has at most {_LONGEST_NAME} letters.")
    try:
        UUID(text)
    except ValueError:
        return text
    raise Refusal(400, "The name of a workflow cannot be a UUID.")


def specification(given: Any) -> tuple[Mapping[str, Any], str]:
    """A specification that has what the server needs, and the type of its workflow.

    Raises
    ------
    Refusal
        400, naming what is wrong.
    """
    if not isinstance(given, dict) or not given:
        raise Refusal(400, "A REANA specification has to be given, as a JSON object.")
    given = _without_nulls({name: _without_nulls(section) for name, section in given.items()})
    if not isinstance(given.get("version", ""), str):
        raise Refusal(400, "'version' in the specification is not a text.")
    workflow = _section(given, "workflow")
    kind = workflow.get("type")
    if kind not in ENGINES:
        raise Refusal(
            400, f"The type of the workflow is {str(kind)[:80]!r}, not one of {', '.join(ENGINES)}."
        )
    # of Yadage the client sends the name of its file only, which is uploaded later
    by_file = kind == "yadage" and workflow.get("specification") is None
    if by_file and isinstance(workflow.get("file"), str):
        parts(workflow["file"])
    elif not isinstance(workflow.get("specification"), dict):
        raise Refusal(400, "workflow.specification is missing: the client puts the workflow there.")
    if not isinstance(workflow.get("file", ""), str):
        raise Refusal(400, "workflow.file is not a path.")
    steps = (workflow.get("specification") or {}).get("steps", [])
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise Refusal(400, "workflow.specification.steps is not a list of steps.")
    if kind == "serial" and not all(_is_texts(step.get("commands", [])) for step in steps):
        raise Refusal(400, "The commands of a step are not a list of texts.")
    inputs = _section(given, "inputs")
    _section(inputs, "parameters")
    options(str(kind), _section(inputs, "options"))
    _paths(inputs, "inputs")
    _paths(_section(given, "outputs"), "outputs")
    _retention(_section(given, "workspace"))
    return given, str(kind)


def _without_nulls(section: Any) -> Any:
    """A section without what was not given: a client that read a specification may send it as null."""
    if not isinstance(section, dict):
        return section
    return {name: value for name, value in section.items() if value is not None}


def _section(holder: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    value = holder.get(section)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal(400, f"'{section}' in the specification is not an object.")
    return value


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def _paths(section: Mapping[str, Any], of: str) -> None:
    for key in ("files", "directories"):
        paths = section.get(key, [])
        if not _is_texts(paths):
            raise Refusal(400, f"{of}.{key} is not a list of paths.")
        for path in paths:
            parts(path)


def _retention(section: Mapping[str, Any]) -> None:
    for pattern, days in _section(section, "retention_days").items():
        whole = isinstance(days, int) and not isinstance(days, bool)
        if not whole or not 0 <= days <= _MOST_DAYS:
            raise Refusal(400, f"retention_days of {pattern[:80]!r} is no number of days from 0 on.")
        parts(pattern)


def options(kind: str, given: Any) -> Mapping[str, Any]:
    """Operational options that the engine knows.

    Raises
    ------
    Refusal
        400, for another one.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Refusal(400, "operational_options is not an object.")
    for option in given:
        if option not in _OPTIONS[kind]:
            known = ", ".join(_OPTIONS[kind])
            raise Refusal(400, f"The option {option[:80]!r} is not one of {kind} workflows: {known}.")
    return given


def parameters(given: Any, of: Mapping[str, Any]) -> Mapping[str, Any]:
    """Input parameters that the specification has.

    Raises
    ------
    Refusal
        400, for another one.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Refusal(400, "input_parameters is not an object.")
    known = (of.get("inputs") or {}).get("parameters") or {}
    for parameter in given:
        if parameter not in known:
            there = ", ".join(map(str, known)) or "it has none"
            raise Refusal(400, f"The specification has no parameter {parameter[:80]!r}: {there}.")
    return given
