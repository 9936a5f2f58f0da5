"""What may be wrong with the embedded lake."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from freezeout.services.finding import (
    Finding,
    environment_built,
    port_kept,
    secret_files,
    supervisor_killed,
)
from freezeout.services.lake import postgres
from freezeout.services.lake.place import Place, place
from freezeout.services.lake.status import LakeStatus, is_owned
from freezeout.services.lake.supervisor import ENVIRONMENT

Checks = list[tuple[str, Callable[[], Iterator[Finding]]]]


def checks() -> Checks:
    """All checks of the lake, each with its subject."""
    where = place()
    return [
        ("environment", lambda: environment_built(ENVIRONMENT, "'freezeout up' builds it")),
        ("user", _user),
        ("secrets", lambda: _secrets(where)),
        ("database", lambda: _database(where)),
        ("leftovers", lambda: _leftovers(where)),
        ("port", lambda: port_kept("the lake", where)),
    ]


def _user() -> Iterator[Finding]:
    change = postgres.not_root()
    if change is None:
        return
    try:
        subprocess.run(
            [sys.executable, "-S", "-c", ""], check=True, preexec_fn=change, stderr=subprocess.DEVNULL
        )
        yield Finding("user", "root, and PostgreSQL runs as somebody else")
    except (OSError, subprocess.SubprocessError):
        yield Finding(
            "user", "PostgreSQL does not run for root, and this system lets root be nobody else",
            "problem", "run Freezeout as an ordinary user, or allow user namespaces",
        )  # fmt: skip


def _secrets(where: Place) -> Iterator[Finding]:
    return secret_files([
        *where.root.glob("secrets/*"), *where.root.glob("client/*.cfg"), *where.root.glob("client/tokens/*"),
        where.server_config, where.socket / "alembic.ini",
    ])  # fmt: skip


def _database(where: Place) -> Iterator[Finding]:
    if not where.database.exists():
        yield Finding("database", "none yet; the first start makes it")
        return
    if not (where.database / "PG_VERSION").is_file():
        if (where.database / "global" / "pg_control").exists():
            yield Finding("database", f"{where.database} is damaged: it does not say its version", "problem",
                          postgres.DAMAGED)  # fmt: skip
        else:
            yield Finding("database", f"{where.database} is half-made", "note",
                          "the next start moves it away and makes another")  # fmt: skip
        return
    postgres.require_version(where)
    for name in postgres.PARTS:
        if not (where.database / name).exists():
            yield Finding("database", f"{where.database} is damaged: '{name}' is missing", "problem",
                          postgres.DAMAGED)  # fmt: skip
            return
    if not where.has_secret("postgres"):
        yield Finding("database", "its password is lost", "note", "the next start sets another")
    yield Finding("database", f"made by PostgreSQL {postgres.VERSION}")


def _leftovers(where: Place) -> Iterator[Finding]:
    owned = is_owned(where) if where.root.exists() else False
    left = None if owned else postgres.left_over(where)
    if left is not None:
        yield Finding("leftovers", f"PostgreSQL (process {left}) runs without a supervisor", "problem",
                      "'freezeout up' ends it and starts anew; or: kill -INT " + str(left))  # fmt: skip
    elif not owned and (where.database / "postmaster.pid").exists():
        yield Finding("leftovers", "PostgreSQL did not end in order the last time", "note",
                      "the next start recovers what was being written")  # fmt: skip
    yield from supervisor_killed("the lake", where, LakeStatus)
    longest = 100
    with contextlib.suppress(OSError):
        if len(os.fsencode(where.socket)) > longest:
            yield Finding("leftovers", f"{where.socket} is too long for a socket", "problem",
                          "set TMPDIR to a shorter folder")  # fmt: skip
