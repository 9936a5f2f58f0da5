"""What can be asked: each is one call of REANA's client, or of what it lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .failures import Refused
from .session import NotReana

Call = Callable[..., Any]
ASKS: dict[str, Call] = {}


def ask(call: Call) -> Call:
    """Make a function something that can be asked by its name."""
    ASKS[call.__name__] = call
    return call


def _client() -> Any:
    from reana_client.api import client

    return client


def _operation(name: str, **values: Any) -> Any:
    """An operation of the client's own protocol, where its function keeps a part of the answer back."""
    operation = getattr(_client().current_rs_api_client.api, name)
    answer, _ = operation(**{key: value for key, value in values.items() if value is not None}).result()
    return answer


def _mapping(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise NotReana
    return answer


@ask
def ping(token: str) -> Any:
    """Who one is, and which server it is."""
    you = _mapping(_operation("get_you", access_token=token))
    # the server sends the token back: it goes no further
    you.pop("reana_token", None)
    return you


@ask
def info(token: str) -> Any:
    """What the server says of itself."""
    return _mapping(_client().info(token))


@ask
def workflows(
    token: str, *, search: str, status: list[str], sort: str, page: int, size: int, sessions: bool,
    sizes: bool, workflow: str,
) -> Any:  # fmt: skip
    """A page of the list of workflows."""
    return _mapping(
        _operation(
            "get_workflows", access_token=token, type="interactive" if sessions else "batch", verbose=False,
            search=json.dumps({"name": [search]}) if search else None, sort=sort,
            status=[",".join(status)] if status else None, page=page, size=size, include_progress=True,
            include_workspace_size=sizes, workflow_id_or_name=workflow or None,
        )
    )  # fmt: skip


@ask
def status(token: str, *, workflow: str) -> Any:
    """What one workflow does."""
    return _mapping(_client().get_workflow_status(workflow, token))


@ask
def create(token: str, *, specification: dict[str, Any], name: str) -> Any:
    """Make a workflow."""
    return _mapping(_client().create_workflow(specification, name, token))


@ask
def start(token: str, *, workflow: str, parameters: dict[str, Any]) -> Any:
    """Start a workflow."""
    return _mapping(_client().start_workflow(workflow, token, parameters))


@ask
def stop(token: str, *, workflow: str, force: bool) -> Any:
    """Stop a workflow."""
    return _mapping(_client().stop_workflow(workflow, force, token))


@ask
def delete(token: str, *, workflow: str, all_runs: bool, workspace: bool) -> Any:
    """Delete a workflow."""
    return _mapping(_client().delete_workflow(workflow, all_runs, workspace, token))


@ask
def logs(token: str, *, workflow: str, steps: list[str] | None, page: int | None, size: int | None) -> Any:
    """The logs of a workflow and of its steps."""
    answer = _mapping(_client().get_workflow_logs(workflow, token, steps=steps, page=page, size=size))
    try:
        found = json.loads(answer.get("logs") or "{}")
    except (ValueError, TypeError):
        raise NotReana from None
    return {**answer, "logs": found}


@ask
def parameters(token: str, *, workflow: str) -> Any:
    """The parameters of a workflow."""
    return _mapping(_client().get_workflow_parameters(workflow, token))


@ask
def specification(token: str, *, workflow: str) -> Any:
    """The specification of a workflow."""
    return _mapping(_client().get_workflow_specification(workflow, token))


@ask
def retention(token: str, *, workflow: str) -> Any:
    """How long files are kept."""
    return _mapping(_client().get_workflow_retention_rules(workflow, token))


@ask
def disk_usage(token: str, *, workflow: str, search: str, summarize: bool) -> Any:
    """What files take."""
    wanted: dict[str, Any] = {"summarize": summarize}
    if search:
        wanted["search"] = json.dumps({"name": [search]})
    return _mapping(_client().get_workflow_disk_usage(workflow, wanted, token))


@ask
def files(token: str, *, workflow: str, name: str, search: str, page: int, size: int) -> Any:
    """A page of the list of files."""
    return _mapping(
        _operation(
            "get_files", workflow_id_or_name=workflow, access_token=token, file_name=name or None, page=page,
            size=size, search=json.dumps({"name": [search]}) if search else None,
        )
    )  # fmt: skip


@ask
def remove(token: str, *, workflow: str, path: str) -> Any:
    """Remove files."""
    from reana_client.errors import FileDeletionError

    try:
        return _mapping(_client().delete_file(workflow, path, token))
    except FileDeletionError as error:
        raise Refused("unknown_file", str(error)) from None


@ask
def move(token: str, *, workflow: str, source: str, target: str) -> Any:
    """Move a file."""
    return _mapping(_client().mv_files(source, target, workflow, token))


@ask
def prune(token: str, *, workflow: str, inputs: bool, outputs: bool) -> Any:
    """Remove files that are neither inputs nor outputs, and those when asked for."""
    return _mapping(_client().prune_workspace(workflow, inputs, outputs, token))


@ask
def diff(token: str, *, a: str, b: str, brief: bool, context: int) -> Any:
    """What differs between two workflows."""
    answer = _mapping(_client().diff_workflows(a, b, brief, token, str(context)))
    return {name: _unpacked(value) for name, value in answer.items()}


def _unpacked(value: Any) -> Any:
    """The server sends both parts as JSON in a string."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@ask
def open_session(token: str, *, workflow: str, type: str, image: str) -> Any:
    """Open an interactive session; the path of its address."""
    wanted = {"image": image} if image else {}
    return {"path": _client().open_interactive_session(workflow, token, type, wanted)}


@ask
def close_session(token: str, *, workflow: str) -> Any:
    """Close an interactive session."""
    return _mapping(_client().close_interactive_session(workflow, token))


@ask
def secrets(token: str) -> Any:
    """Names and types of the secrets."""
    found = _client().list_secrets(token)
    if not isinstance(found, list):
        raise NotReana
    return found


@ask
def add_secret(token: str, *, name: str, type: str, value: str, overwrite: bool) -> Any:
    """Keep a secret; its value is in base64."""
    from reana_commons.errors import REANASecretAlreadyExists

    try:
        return _mapping(_client().add_secrets({name: {"value": value, "type": type}}, overwrite, token))
    except REANASecretAlreadyExists:
        raise Refused("exists", f"there is a secret '{name}' already") from None


@ask
def delete_secret(token: str, *, name: str) -> Any:
    """Forget a secret."""
    from reana_commons.errors import REANASecretDoesNotExist

    try:
        return _client().delete_secrets([name], token)
    except REANASecretDoesNotExist:
        raise Refused("unknown_secret", f"there is no secret '{name}'") from None
