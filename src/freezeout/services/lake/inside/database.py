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


def do_not_wait_for_the_disk(engine: Engine) -> None:
    """Let commits return before they are on disk, for work that is found and done again when it is lost.

    That is so for all that the daemons do, and only when the machine dies: what the database has said
    yes to outlives its own death.
    """

    def relax(connection: Any, record: object) -> None:
        before = connection.autocommit
        connection.autocommit = True
        try:
            connection.execute("SET synchronous_commit TO off")
        finally:
            connection.autocommit = before

    event.listen(engine, "connect", relax)
