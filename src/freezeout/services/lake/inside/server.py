"""Rucio's application as gunicorn runs it, with what Rucio leaves open closed.

``freezeout.services.lake.inside.server:application``

Three requests of Rucio ask no permission policy at all: anybody might delete anybody's metadata, make
logins, and have files deleted as strays. And replicas are sorted by where on earth they are unless the
client says otherwise, which takes seconds without the database that says where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import request  # type: ignore[import-not-found]
from rucio.common.exception import AccessDenied
from rucio.common.types import InternalAccount, InternalScope
from rucio.db.sqla.constants import DatabaseOperationType
from rucio.db.sqla.session import db_session, get_engine
from rucio.web.rest.flaskapi.v1.common import generate_http_error_flask
from rucio.web.rest.flaskapi.v1.main import application as rucio

from freezeout.services.lake.inside import log, permission
from freezeout.services.lake.inside.database import ping_first

log.start()
ping_first(get_engine())


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """Rucio, with a quick default where it has a slow one."""
    if environ.get("PATH_INFO", "").startswith("/replicas"):
        asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if "sort" not in asked and "select" not in asked:
            environ["QUERY_STRING"] = urlencode({**asked, "sort": "random", "select": "random"}, doseq=True)
    return rucio(environ, start_response)


def _delete_metadata() -> Any:
    view = request.view_args or {}
    if request.method != "DELETE" or not request.path.endswith("/meta") or "scope_name" not in view:
        return None
    scope, _, name = str(view["scope_name"]).partition(":")
    if not name:
        scope, _, name = scope.partition("/")
    issuer = InternalAccount(request.environ["issuer"])
    with db_session(DatabaseOperationType.READ) as session:
        free = permission.is_active(issuer, session) and (
            permission.is_administrator(issuer, session)
            or permission.owns(issuer, InternalScope(scope), name, session)
        )
    return None if free else _refusal(f"can not delete metadata of {scope}:{name}")


def _administrators_only() -> Any:
    if request.method not in ("PUT", "POST") or not request.path.strip("/").startswith(
        ("identities/", "replicas/quarantine")
    ):
        return None
    issuer = InternalAccount(request.environ["issuer"])
    with db_session(DatabaseOperationType.READ) as session:
        free = permission.is_active(issuer, session) and permission.is_administrator(issuer, session)
    return None if free else _refusal("is no administrator")


def _refusal(words: str) -> Any:
    return generate_http_error_flask(401, AccessDenied(f"Account {request.environ['issuer']} {words}."))


def _say_whose_fault(answer: Any) -> Any:
    # some of Rucio's views do not expect to be refused, and call it their own failure
    if answer.status_code == 500 and answer.headers.get("ExceptionClass") == "AccessDenied":
        answer.status_code = 401
    return answer


rucio.after_request(_say_whose_fault)

# after Rucio's own, which finds out who asks
for _blueprint, _guard in (
    ("dids", _delete_metadata),
    ("identities", _administrators_only),
    ("replicas", _administrators_only),
):
    rucio.before_request_funcs.setdefault(_blueprint, []).append(_guard)
