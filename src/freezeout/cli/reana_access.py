"""``freezeout reana connections``, ``secrets``, ``ping`` and what else is about the server itself."""

from __future__ import annotations

import argparse
import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import print_json, print_table, say
from freezeout.cli.progress import at_terminal
from freezeout.cli.reana_client import build, client_of, time_of
from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.reana.client.workflow import Amount
    from freezeout.reana.sites.connection import Connection

_LARGEST = 1_000_000


def ping(options: argparse.Namespace) -> None:
    """Which server it is, and whom it takes one for."""
    client = client_of(options)
    found = client.server()
    where = client.connection.current()
    if options.json:
        return print_json({**_as_json(where), **asdict(found)})
    print(f"{where.name}: {where.url}")
    print(f"  version   {found.version or 'unknown'}")
    print(f"  user      {found.email}")
    if where.token_expires_at:
        print(f"  token     until {time_of(where.token_expires_at)}")


def quota(options: argparse.Namespace) -> None:
    """What one's workflows use."""
    from freezeout.lake.files.amount import amount

    found = client_of(options).quota()
    if options.json:
        return print_json(asdict(found))

    def row(name: str, one: Amount | None, shown: Any) -> tuple[str, str, str]:
        if one is None:
            return name, "not counted", "-"
        return name, shown(one.used), shown(one.limit) if one.limit else "none"

    print_table(
        ("RESOURCE", "USED", "LIMIT"),
        [
            row("disk", found.disk, lambda value: amount(int(value))),
            row("cpu", found.cpu, lambda value: f"{value / 1000:.0f} s"),
        ],
    )


def info(options: argparse.Namespace) -> None:
    """What the server says of itself."""
    found = client_of(options).info()
    if options.json:
        return print_json(found)
    rows = []
    for one in found.values():
        value = one.get("value") if isinstance(one, dict) else one
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        rows.append(
            (one.get("title", "") if isinstance(one, dict) else "", "-" if text in (None, "") else text)
        )
    print_table(("WHAT", "VALUE"), rows)


def connections(options: argparse.Namespace) -> None:
    """List the servers that are known."""
    from freezeout.reana.sites.connection import connections

    found = connections()
    if options.json:
        return print_json([{**_as_json(one), "preferred": one is found[0]} for one in found])
    print_table(
        ("NAME", "ADDRESS", "TOKEN", "PREFERRED"),
        [(one.name, one.url or one.fault or "never started", _token(one), "yes" if one is found[0] else "")
         for one in found],
    )  # fmt: skip


def _token(one: Connection) -> str:
    if not one.token:
        return "-"
    return f"until {time_of(one.token_expires_at)}" if one.token_expires_at else "yes"


def _as_json(one: Connection) -> dict[str, Any]:
    return {
        "name": one.name, "kind": one.kind, "url": one.url, "verify": one.verify, "fault": one.fault,
        "token_expires_at": one.token_expires_at,
    }  # fmt: skip


def add_connection(options: argparse.Namespace) -> None:
    """Keep a server and a token."""
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.checking import address, certificates, secret
    from freezeout.reana.sites.connection import Connection, keep, require_name

    require_name(options.name)
    url = address(options.url, insecure=options.insecure)
    token = secret(_given(options.token_file, f"token of {url}").decode(errors="replace"))
    authorities = certificates(options.authorities) if options.authorities else None
    if not options.no_check:
        tried = Connection(options.name, "kept", url, token, not options.insecure, authorities)
        try:
            found = Client(tried, build=build).server()
        except FreezeoutError as error:
            raise type(error)(
                f"not kept: {error.message}", hint=f"{error.hint or 'check it'}, or add it with --no-check",
                code=error.code,
            ) from error  # fmt: skip
        say(f"REANA {found.version} at {url} takes you for {found.email}")
    kept = keep(options.name, url, token, insecure=options.insecure, authorities=authorities)
    if options.json:
        return print_json(_as_json(kept))
    say(f"'{kept.name}' is kept")


def remove_connection(options: argparse.Namespace) -> None:
    """Forget a server and its token."""
    from freezeout.reana.sites.connection import forget

    forget(options.name)
    say(f"'{options.name}' is forgotten")
    if options.json:
        print_json({"name": options.name})


def secrets(options: argparse.Namespace) -> None:
    """List the secrets that the server keeps."""
    found = client_of(options).secrets()
    if options.json:
        return print_json(found)
    if not found:
        return say("no secrets")
    print_table(("NAME", "TYPE"), [(one["name"], one["type"]) for one in found])


def add_secret(options: argparse.Namespace) -> None:
    """Have the server keep a secret."""
    value = _given(options.file, f"value of {options.name}")
    if options.file is None:
        # the end of a line that was typed or echoed is no part of it
        value = value.removesuffix(b"\n")
    kind = "file" if options.as_file else "env"
    client_of(options).add_secret(options.name, value, type=kind, overwrite=options.overwrite)
    say(f"'{options.name}' is kept by the server")
    if options.json:
        print_json({"name": options.name, "type": kind})


def remove_secret(options: argparse.Namespace) -> None:
    """Have the server forget a secret."""
    client_of(options).delete_secret(options.name)
    say(f"'{options.name}' is forgotten")
    if options.json:
        print_json({"name": options.name})


def _given(file: Path | None, what: str) -> bytes:
    """A secret, from where nobody else sees it: a file, the standard input or the keyboard."""
    if file is not None:
        try:
            if file.stat().st_size > _LARGEST:
                raise InputError(f"{file} is too large for a secret")
            return file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {file}: {error.strerror}", code="file_unreadable") from error
    if at_terminal():
        return getpass.getpass(f"{what}: ").encode()
    return sys.stdin.buffer.read(_LARGEST)
