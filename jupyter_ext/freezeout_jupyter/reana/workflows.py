"""Workflows looked at: listed, one with all that is known of it, its logs, and how two differ."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import yaml
from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.reana.api import ReanaApi, ReanaRoute

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.client.workflow import Logs, Session, StepLog, Workflow, WorkflowPage
    from freezeout_jupyter.reana.abouts import About
    from freezeout_jupyter.reana.clients import Reana

STATUSES = ("created", "pending", "queued", "running", "finished", "failed", "stopped", "deleted")
_WITH_RUN = re.compile(r"[^.]+\.[0-9]+(\.[0-9]+)?")
_SORTS = ("desc", "asc", "disk-desc", "cpu-desc")
_TAIL = 256 << 10
_TO_TELL = 10.0
_WHOLE = 5_000_000


class ReanaWorkflows(ReanaApi):
    """``GET /freezeout/api/reana/workflows``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a page of workflows."""
        page, size = self.slice(20, 100)
        search, sort = self.query("search"), self.query("sort", "desc")
        status = tuple(sorted(part for part in self.query("status").split(",") if part))
        for part in status:
            if part not in STATUSES:
                raise InputError(
                    f"status is '{part}'", hint=f"some of {', '.join(STATUSES)}", code="bad_query"
                )
        # deleted ones only when they are asked for
        wanted = status or tuple(one for one in STATUSES if one != "deleted")
        if sort not in _SORTS:
            raise InputError(f"sort is '{sort}'", hint=f"one of {', '.join(_SORTS)}", code="bad_query")

        found = await self.ask_once(
            (search, wanted, sort, page, size),
            lambda client: _listed(client, search, wanted, sort, page, size),
        )
        reana, name = await self.reana(), self.query("connection")
        sessions = await sessions_of(self, reana)
        shown = [
            workflow_json(self, one, name, sessions.get(one.id), self.reanas.abouts.of(reana, one))
            for one in found.items
        ]
        self.finish(
            {
                "workflows": shown,
                "total": found.total,
                "page": found.page,
                "has_next": found.has_next,
            }
        )


class ReanaWorkflow(ReanaApi):
    """``GET /freezeout/api/reana/workflow``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all that is known of one workflow."""
        workflow = self.needed("workflow")
        found, said, rules = await self.ask_once(workflow, lambda client: _whole(client, workflow))
        reana = await self.reana()
        sessions, about = await sessions_of(self, reana), await self.reanas.abouts.find(reana, found)
        shown = workflow_json(self, found, self.query("connection"), sessions.get(found.id), about)
        self.finish(
            {**shown, **details_json(said, rules), "kind": about.kind, "environment": about.environment}
        )


class ReanaLogs(ReanaApi):
    """``GET /freezeout/api/reana/logs``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer what was said so far; nothing when the page knows that already."""
        workflow, step = self.needed("workflow"), self.query("step")
        status, logs = await self.ask_once(workflow, lambda client: _logs(client, workflow))
        text = await self.in_thread(lambda: json.dumps(logs_json(status, logs, step)))
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        self.set_header("Etag", etag)
        self.set_header("Cache-Control", "no-cache")
        if self.request.headers.get("If-None-Match") == etag:
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
            return
        self.finish(text)

    def compute_etag(self) -> None:
        """It is computed already."""


class ReanaDiff(ReanaApi):
    """``GET /freezeout/api/reana/diff``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer how two workflows differ, section by section."""
        a, b, brief = self.needed("a"), self.needed("b"), self.flag("brief")
        found = await self.ask(lambda client: client.diff(a, b, brief=brief, context=5))
        self.finish({"sections": sections(found)})


def _listed(
    client: Client, search: str, status: tuple[str, ...], sort: str, page: int, size: int
) -> WorkflowPage:
    """A page of the list; a name with its number, which REANA does not search for, is looked up."""
    from freezeout.reana.client.workflow import WorkflowPage

    if _WITH_RUN.fullmatch(search):
        try:
            one = client.status(search)
        except InputError as error:
            if error.code != "unknown_workflow":
                raise
            return WorkflowPage((), 0, page, False)
        items = (one,) if one.status in status and page == 1 else ()
        return WorkflowPage(items, len(items), page, False)
    # there is no dot in a name: what is typed goes on with a number
    return client.workflows(
        search=search.rstrip("."), status=status, sort=sort, page=page, size=size, sizes=True
    )


def _whole(client: Client, workflow: str) -> tuple[Workflow, dict[str, Any], list[dict[str, Any]]]:
    found = client.status(workflow)
    return found, client.specification(found.id), client.retention(found.id)


def _logs(client: Client, workflow: str) -> tuple[str, Logs]:
    # the status first: when it says that all is over, the logs are whole
    return client.status(workflow).status, client.logs(workflow)


async def sessions_of(route: ReanaRoute, reana: Reana) -> dict[str, Session]:
    """The interactive sessions that are open, by workflow; REANA tells of them apart from the list."""

    async def ask() -> dict[str, Session]:
        found = await reana.ask(lambda client: client.workflows(sessions=True, size=100), _TO_TELL)
        return {one.id: one.session for one in found.items if one.session is not None}

    try:
        return await route.reanas.sessions.get(reana.generation, ask)
    except FreezeoutError:
        return {}  # the list is worth more than them


def workflow_json(
    route: ReanaRoute, one: Workflow, connection: str, session: Session | None, about: About
) -> dict[str, Any]:
    """A workflow as the API shows it."""
    progress = one.progress
    return {
        "id": one.id, "name": one.name, "run": one.run, "full_name": one.full_name, "status": one.status,
        "created": one.created, "started": one.started, "finished": one.finished,
        "progress": {
            "total": progress.total, "running": progress.running, "finished": progress.finished,
            "failed": progress.failed, "step": progress.step or progress.command,
        },
        "size_bytes": one.size_bytes,
        "session": None if session is None else {
            "type": session.type, "status": session.status,
            "url": session_address(route, one.id, connection),
        },
        "runs": about.runs, "experiment": about.experiment,
    }  # fmt: skip


def session_address(route: ReanaRoute, workflow: str, connection: str) -> str:
    """The page of this server that sends a browser on to a workflow's session."""
    query = {"workflow": workflow, "connection": connection}
    path = url_path_join(route.base_url, "freezeout", "reana", "session")
    return path + "?" + urlencode({name: value for name, value in query.items() if value})


def details_json(said: Mapping[str, Any], retention: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What a specification and the rules of retention say.

    Parameters
    ----------
    said : mapping
        The ``specification``, and the ``parameters`` that the workflow was started with.
    retention : iterable of mapping
        The rules as REANA tells them.
    """
    from freezeout.reana.client.workflow import moment

    specification = said.get("specification") or {}
    inputs = specification.get("inputs") or {}
    return {
        "specification": yaml.safe_dump(specification, sort_keys=False, allow_unicode=True),
        "parameters": {**(inputs.get("parameters") or {}), **(said.get("parameters") or {})},
        "options": inputs.get("options") or {},
        "retention": [
            {
                "files": str(one.get("workspace_files")),
                "days": int(one.get("retention_days") or 0),
                "applied_at": moment(one.get("apply_on")),
            }
            for one in retention
        ],
    }


def sections(found: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a difference as texts; REANA tells them as lines, in lists or maps of lists."""
    parts = {**(found.get("reana_specification") or {}), "workspace": found.get("workspace_listing")}
    return {name: _lines(value) for name, value in parts.items()}


def _lines(said: Any) -> str:
    if isinstance(said, Mapping):
        return "\n".join(text for one in said.values() if (text := _lines(one)))
    if isinstance(said, list):
        return "\n".join(str(line).rstrip("\n") for line in said)
    return str(said or "")


def logs_json(status: str, logs: Logs, step: str = "") -> dict[str, Any]:
    """Logs as the API shows them: their ends, or the whole of one step's."""
    steps = [one for one in logs.steps if not step or step in (one.id, one.name)]
    if step and not steps:
        raise InputError(f"there is no step '{step}'", code="unknown_step")
    most = _WHOLE if step else _TAIL
    return {
        "status": status,
        "workflow_log": end_of(logs.workflow_log, _TAIL),
        "engine_log": end_of(logs.engine_log, _TAIL),
        "steps": [_step_json(one, most) for one in steps],
    }


def _step_json(one: StepLog, most: int) -> dict[str, Any]:
    shown = end_of(one.log, most)
    return {
        "id": one.id, "name": one.name, "status": one.status, "command": one.command, "image": one.image,
        "backend": one.backend, "started": one.started, "finished": one.finished,
        "log": shown, "log_bytes": len(one.log.encode()), "truncated": len(shown) < len(one.log),
    }  # fmt: skip


def end_of(text: str, most: int) -> str:
    """The last lines of a text, of so many signs together at most."""
    if len(text) <= most:
        return text
    end = text[-most:]
    return end[end.find("\n") + 1 :]
