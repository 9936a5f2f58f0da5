"""Connections that survive a restart of the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError


def ping_first(engine: Engine) -> None:
    """Ask each connection whether it lives before it is used; Rucio does so for other databases only."""

    def ping(connection: Any, record: object, proxy: object) -> None:
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError(str(error)) from error

    event.listen(engine, "checkout", ping)
