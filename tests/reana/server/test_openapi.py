"""The published OpenAPI of REANA, operation by operation, and an unfriendly client that knows it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest

from ...conftest import comes_true
from .conftest import serial

Specification = dict[str, Any]
NEVER = {  # what is documented and cannot be there, and why
    "get_you.reana_token.value",  # the token itself is not given back
    "get_workflows.items.session_status",  # no session is open
    "get_workflows.items.session_type",
    "get_workflows.items.session_uri",
    "get_workflow_specification.specification.workflow.file",  # the client that expands it names none
    "get_workflow_specification.specification.inputs.options",
    "get_workflow_specification.specification.inputs.directories",
    "get_workflow_specification.specification.outputs.directories",
}
NOT_THERE = {"gitlab", "launch", "token"}  # GitLab, another site's specifications, requests for tokens


@pytest.fixture(scope="module")
def published(reana_client: Path) -> Specification:
    """The file that reana-client itself works by, out of its own environment."""
    name = "site-packages/reana_commons/openapi_specifications/reana_server.json"
    found = next((reana_client / "environments" / "reana").resolve().rglob(name))
    return dict(json.loads(found.read_text()))


def _operations(published: Specification) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        one["operationId"]: (method, path, one)
        for path, methods in published["paths"].items()
        for method, one in methods.items()
    }


def _nullable(schema: Any) -> Any:
    """A schema of OpenAPI 2 in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: _nullable(value) for key, value in schema.items()}
    if inside.pop("x-nullable", False) and isinstance(inside.get("type"), str):
        inside["type"] = [inside["type"], "null"]
    return inside


def _missing(schema: Any, value: Any, where: str) -> set[str]:
    """Documented properties that an answer has not."""
    if isinstance(value, list):
        return {one for item in value for one in _missing(schema.get("items", {}), item, where)}
    if not isinstance(value, dict):
        return set()
    return {
        one
        for name, inside in schema.get("properties", {}).items()
        for one in (
            _missing(inside, value[name], f"{where}.{name}") if name in value else {f"{where}.{name}"}
        )
    }


FULL = serial(
    "echo ${word} > out.txt",
    inputs={"parameters": {"word": "hello"}, "files": ["in.txt"]},
    outputs={"files": ["out.txt"]},
    workspace={"retention_days": {"*.tmp": 7}},
)
VALUE = base64.b64encode(b"secret").decode()
DONE, NEW, GONE = "the one that is done", "the new one", "nothing.7"
CALLS: list[tuple[str, int, dict[str, Any]]] = [
    ("ping", 200, {}), ("get_you", 200, {}), ("info", 200, {}), ("get_config", 200, {}), ("status", 200, {}),
    ("get_workflows", 200, {"type": "batch", "verbose": True, "page": 1, "size": 3}),
    ("get_workflows", 200, {"type": "interactive"}),
    ("get_workflows", 400, {"type": "batch", "status": ["flying"]}),
    ("get_workflows", 400, {"type": "batch", "search": "x"}),
    ("create_workflow", 201, {"workflow_name": "fit", "reana_specification": FULL}),
    ("create_workflow", 400, {"workflow_name": "a.b", "reana_specification": FULL}),
    ("create_workflow", 400, {"workflow_name": "é", "reana_specification": FULL}),
    ("create_workflow", 400, {"workflow_name": "fit", "reana_specification": {}}),
    ("create_workflow", 400, {"workflow_name": "fit", "reana_specification": {"workflow": {"type": "x"}}}),
    ("get_workflow_status", 200, {"id": DONE}), ("get_workflow_status", 404, {"id": GONE}),
    ("get_workflow_logs", 200, {"id": DONE}), ("get_workflow_logs", 200, {"id": DONE, "steps": ["step1"]}),
    ("get_workflow_logs", 404, {"id": GONE}), ("get_workflow_logs", 400, {"id": DONE, "steps": [1]}),
    ("get_workflow_parameters", 200, {"id": DONE}), ("get_workflow_parameters", 404, {"id": GONE}),
    ("get_workflow_specification", 200, {"id": DONE}), ("get_workflow_specification", 404, {"id": GONE}),
    ("get_workflow_retention_rules", 200, {"id": DONE}), ("get_workflow_retention_rules", 404, {"id": GONE}),
    ("upload_file", 200, {"id": NEW, "file_name": "/in.txt", "file": b"1"}),
    ("upload_file", 400, {"id": NEW, "file_name": "../in.txt", "file": b"1"}),
    ("upload_file", 404, {"id": GONE, "file_name": "in.txt", "file": b"1"}),
    ("get_files", 200, {"id": DONE, "page": 1, "size": 1}), ("get_files", 404, {"id": GONE}),
    ("get_files", 200, {"id": DONE, "file_name": "*.txt", "search": '{"name": ["out"]}'}),
    ("get_files", 400, {"id": DONE, "search": "x"}), ("get_files", 400, {"id": DONE, "file_name": "../*"}),
    ("download_file", 200, {"id": DONE, "file_name": "out.txt"}),
    ("download_file", 404, {"id": DONE, "file_name": "nothing"}),
    ("download_file", 404, {"id": GONE, "file_name": "out.txt"}),
    ("move_files", 200, {"id": NEW, "source": "in.txt", "target": "moved.txt"}),
    ("move_files", 404, {"id": NEW, "source": "nothing", "target": "moved.txt"}),
    ("move_files", 409, {"id": NEW, "source": "moved.txt", "target": "moved.txt"}),
    ("move_files", 400, {"id": NEW, "source": "moved.txt", "target": "../x"}),
    ("move_files", 404, {"id": GONE, "source": "a", "target": "b"}),
    ("delete_file", 200, {"id": NEW, "file_name": "moved.txt"}),
    ("delete_file", 404, {"id": GONE, "file_name": "a"}),
    ("get_workflow_diff", 200, {"a": DONE, "b": NEW, "brief": False, "context_lines": "5"}),
    ("get_workflow_diff", 400, {"a": DONE, "b": NEW, "context_lines": "x"}),
    ("get_workflow_diff", 404, {"a": DONE, "b": GONE}),
    ("get_workflow_disk_usage", 200, {"id": DONE, "parameters": {"summarize": False}}),
    ("get_workflow_disk_usage", 400, {"id": DONE, "parameters": {"summarize": 1}}),
    ("get_workflow_disk_usage", 404, {"id": GONE}),
    ("prune_workspace", 200, {"id": DONE}), ("prune_workspace", 404, {"id": GONE}),
    ("prune_workspace", 400, {"id": DONE, "include_inputs": "x"}),
    ("add_secrets", 201, {"secrets": {"KEY": {"value": VALUE, "type": "env"}}}),
    ("add_secrets", 409, {"secrets": {"KEY": {"value": VALUE, "type": "env"}}}),
    ("add_secrets", 201, {"secrets": {"KEY": {"value": VALUE, "type": "file"}}, "overwrite": True}),
    ("add_secrets", 400, {"secrets": {"KEY": {"value": "%", "type": "env"}}, "overwrite": True}),
    ("get_secrets", 200, {}), ("delete_secrets", 404, {"secrets": ["KEY", "OTHER"]}),
    ("delete_secrets", 200, {"secrets": ["KEY"]}),
    ("start_workflow", 400, {"id": NEW, "parameters": {"input_parameters": {"wort": 1}}}),
    ("start_workflow", 404, {"id": GONE, "parameters": {}}),
    ("start_workflow", 409, {"id": DONE, "parameters": {}}),
    ("start_workflow", 200, {"id": DONE, "parameters": {"restart": True}}),
    ("start_workflow", 200, {"id": NEW, "parameters": {"input_parameters": {"word": "x"}}}),
    ("set_workflow_status", 400, {"id": DONE, "status": "fly", "parameters": {}}),
    ("set_workflow_status", 409, {"id": DONE, "status": "stop", "parameters": {}}),
    ("set_workflow_status", 404, {"id": GONE, "status": "stop", "parameters": {}}),
    ("open_interactive_session", 404, {"id": GONE, "interactive_session_type": "jupyter"}),
    ("open_interactive_session", 404, {"id": DONE, "interactive_session_type": "x"}),
    ("close_interactive_session", 404, {"id": DONE}), ("close_interactive_session", 404, {"id": GONE}),
    ("set_workflow_status", 200, {"id": DONE, "status": "deleted", "parameters": {"workspace": True}}),
]  # fmt: skip


def test_every_operation_answers_as_it_is_published_on_success_and_on_errors(
    mortal: Any, published: Specification
) -> None:
    operations = _operations(published)
    done = mortal.run(
        *[step["commands"][0] for step in FULL["workflow"]["specification"]["steps"]], **_more()
    )
    assert comes_true(lambda: mortal.status(done) == "finished")
    names = {DONE: done, NEW: mortal.create("echo ${word}", name="new", **_more())}
    missing: set[str] = set()
    for operation, status, given in CALLS:
        filled = {
            key: names.get(value, value) if isinstance(value, str) else value for key, value in given.items()
        }
        answer = _ask(mortal, operations[operation], filled)
        what = f"{operation} {given}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == status, what
        documented = operations[operation][2]["responses"].get(str(status))
        schema = _nullable((documented or {}).get("schema") or {})
        if schema.get("type") == "file":
            continue
        body = answer.json()
        if status >= 400:
            assert isinstance(body.get("message") if isinstance(body, dict) else body, str | list), what
        jsonschema.Draft4Validator(schema).validate(body)
        missing |= _missing(schema, body, operation) if status < 300 else set()
        if operation == "set_workflow_status" and status == 200:
            assert comes_true(lambda: mortal.status(names[NEW]) == "finished")
    assert missing == NEVER
    asked = {operation for operation, _, _ in CALLS}
    assert {name for name in operations if not NOT_THERE & {*operations[name][1].split("/")}} <= asked


def _more() -> dict[str, Any]:
    return {key: value for key, value in FULL.items() if key in ("inputs", "outputs", "workspace")}


def _ask(server: Any, operation: tuple[str, str, dict[str, Any]], given: dict[str, Any]) -> Any:
    """Ask as a client does that knows no more than the published file."""
    method, path, documented = operation
    short = {"workflow_id_or_name": "id", "workflow_id_or_name_a": "a", "workflow_id_or_name_b": "b"}
    query: dict[str, Any] = {}
    more: dict[str, Any] = {}
    for parameter in documented.get("parameters", []):
        name = parameter["name"]
        if short.get(name, name) not in given:
            continue
        value = given[short.get(name, name)]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        elif parameter["in"] == "query":
            query[name] = value
        elif name == "file":
            more = {"content": value, "headers": {"Content-Type": "application/octet-stream"}}
        else:
            more = {"content": json.dumps(value), "headers": {"Content-Type": "application/json"}}
    return server.call(method, path.removeprefix("/api/"), params=query, **more)


@pytest.mark.slow
def test_schemathesis_finds_no_question_that_breaks_the_server(
    mortal: Any, published: Specification, tmp_path: Path
) -> None:
    done = mortal.run("echo x > out.txt", name="done")
    mortal.create("true", name="other")
    assert comes_true(lambda: mortal.status(done) == "finished")
    (tmp_path / "api.json").write_text(json.dumps(published))
    (tmp_path / "schemathesis.toml").write_text(
        "\n".join([
            "[parameters]",
            f'"query.access_token" = "{mortal.token}"',
            '"path.workflow_id_or_name" = "done"',
            '"path.workflow_id_or_name_a" = "done"',
            '"path.workflow_id_or_name_b" = "other"',
        ])
    )  # fmt: skip
    checks = "not_a_server_error,response_schema_conformance,content_type_conformance"
    program = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
    ended = subprocess.run(
        [*program, "run", "api.json", "--url", mortal.url, "-c", checks, "-n", "25"],
        cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-5000:]
    assert mortal.process.poll() is None
    log = (mortal.folder / "log").read_text()
    assert "Traceback" not in log
    assert mortal.token not in log
