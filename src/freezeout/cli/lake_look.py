"""``freezeout lake ls``, ``tree``, ``search``, ``info`` and ``rses``."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import print_json, print_table, say
from freezeout.errors import InputError

if TYPE_CHECKING:
    from freezeout.lake.catalogue.browse import Row
    from freezeout.lake.sites.client import LakeClient


def ls(options: argparse.Namespace) -> None:
    """List scopes, a scope, a dataset or a container."""
    rows = _rows(options)
    if options.json:
        return print_json(rows)
    if not rows:
        return say("nothing there")
    if "did" not in rows[0]:
        return print_table(("SCOPE", "YOURS"), [(row["scope"], "yes" if row["own"] else "") for row in rows])
    print_table(
        ("DID", "TYPE", "BYTES", "FILES"),
        [(row["did"], row["type"].lower(), _cell(row["bytes"]), _cell(row["length"])) for row in rows],
    )


def _rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    from freezeout.lake.catalogue.browse import scopes
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.known import connection
    from freezeout.lake.waiting import wait

    async def ask() -> list[dict[str, Any]]:
        async with LakeClient(connection(options.lake)) as client:
            if not options.what:
                return [one._asdict() for one in await scopes(client)]
            found: list[dict[str, Any]] = []
            async with aclosing(_inside(client, options.what, options.type)) as rows:  # type: ignore[type-var]
                async for row in rows:
                    found.append({"did": str(row.did), **row._asdict()})
                    if len(found) == options.limit:
                        break
            return sorted(found, key=lambda row: str(row["name"]))

    return wait(ask())


async def _inside(client: LakeClient, what: str, type: str) -> AsyncIterator[Row]:
    """What a scope, a pattern of names or a dataset holds; of a file itself."""
    from freezeout.lake.catalogue.browse import Row, contents, dids, scopes
    from freezeout.lake.catalogue.details import details
    from freezeout.lake.catalogue.search import search
    from freezeout.lake.did import DID

    scope, _, name = what.partition(":")
    if not name:
        nothing = True
        async for row in dids(client, scope, type):
            nothing = False
            yield row
        if nothing and scope not in {one.scope for one in await scopes(client)}:
            raise InputError(
                f"there is no scope '{scope}' in the lake", code="scope_not_found",
                hint="'freezeout lake ls' lists them; data has a name of two parts, scope:name",
            )  # fmt: skip
    elif "*" in name:
        async for hit in search(client, f"name={json.dumps(name)}", scope, type):
            yield hit.row
    else:
        did = DID.parse(what)
        about = await details(client, did)
        if about.type == "FILE":
            yield Row(did.scope, did.name, "FILE", about.bytes, about.adler32)
            return
        async for row in contents(client, did):
            if not type or row.type == type.upper() or (type == "collection" and row.type != "FILE"):
                yield row


def tree(options: argparse.Namespace) -> None:
    """Print what is in it, and what is in that."""
    from freezeout.lake.catalogue.browse import scopes
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.known import connection
    from freezeout.lake.waiting import wait

    async def ask() -> list[dict[str, Any]]:
        async with LakeClient(connection(options.lake)) as client:
            if options.what:
                return [await _branch(client, options.what, "", options.depth, options.limit)]
            found = []
            for one in await scopes(client):
                found.append(await _branch(client, one.scope, "", options.depth, options.limit))
            return found

    found = wait(ask())
    if options.json:
        return print_json(found)
    for one in found:
        _draw(one, "")


async def _branch(client: LakeClient, name: str, type: str, depth: int, limit: int) -> dict[str, Any]:
    node: dict[str, Any] = {"name": name, "type": type, "inside": [], "more": 0}
    if depth <= 0 or type == "FILE":
        return node
    rows = []
    children: set[tuple[str, str]] = set()
    async with aclosing(_inside(client, name, "")) as found:  # type: ignore[type-var]
        async for row in found:
            rows.append(row)
    if ":" not in name:
        # at the top of a scope, what is in no dataset or container of it
        for row in [row for row in rows if row.type != "FILE"][:limit]:
            async with aclosing(_inside(client, str(row.did), "")) as inside:  # type: ignore[type-var]
                async for one in inside:
                    children.add((one.scope, one.name))
    rows = sorted((r for r in rows if (r.scope, r.name) not in children and str(r.did) != name),
                  key=lambda row: (row.type == "FILE", row.name))  # fmt: skip
    for row in rows[:limit]:
        node["inside"].append(await _branch(client, str(row.did), row.type, depth - 1, limit))
    node["more"] = max(len(rows) - limit, 0)
    return node


def _draw(node: dict[str, Any], indent: str) -> None:
    print(f"{indent}{node['name']}{'' if node['type'] in ('', 'FILE') else '/'}")
    for one in node["inside"]:
        _draw(one, f"{indent}  ")
    if node["more"]:
        print(f"{indent}  … and {node['more']} more")


def search(options: argparse.Namespace) -> None:
    """Find data by name and metadata."""
    from freezeout.lake.inquiry import search

    found = search(
        " ".join(options.query), type=options.type, scope=options.scope, lake=options.lake,
        limit=options.limit,
    )  # fmt: skip
    if options.json:
        return print_json(found)
    if not found:
        return say("nothing fits")
    print_table(
        ("DID", "TYPE", "METADATA"),
        [(row["did"], row["type"].lower(), _metadata(row["metadata"])) for row in found],
    )


def info(options: argparse.Namespace) -> None:
    """All about one data identifier."""
    from freezeout.lake.files.amount import amount
    from freezeout.lake.inquiry import info

    found = info(options.did, lake=options.lake)
    if options.json:
        return print_json(found)
    print(f"{found['did']}: {found['type'].lower()}")
    rows = {
        "owner": found["account"] + (" (you)" if found["mine"] else ""),
        "size": None
        if found["bytes"] is None
        else f"{amount(int(found['bytes']))} ({int(found['bytes'])} bytes)",
        "files": found["length"],
        "adler32": found["adler32"],
        "md5": found["md5"],
        "created": found["created_at"],
        "expires": found["expired_at"],
        "open": {True: "yes, more can be added", False: "no, it is complete"}.get(found["open"]),
        "part of": ", ".join(found["parents"]) or None,
        "cached": found["cached"],
    }
    for name, value in rows.items():
        if value is not None:
            print(f"  {name:9} {value}")
    _section("METADATA", ("KEY", "VALUE"), [(k, json.dumps(v)) for k, v in sorted(found["metadata"].items())])
    _section(
        "REPLICAS", ("RSE", "STATE", "FILES", "BYTES"),
        [(r["rse"], r["state"], f"{r['files_available']}/{r['files']}", int(r["bytes_available"] or 0))
         for r in found["replicas"]],
    )  # fmt: skip
    _section("RULES", RULE_HEADER, [rule_row(rule) for rule in found["rules"]])


def rses(options: argparse.Namespace) -> None:
    """List the storage elements."""
    from freezeout.lake.files.session import Session
    from freezeout.lake.sites.known import connection

    with Session(connection(options.lake)) as session:
        expression = {"expression": options.expression} if options.expression else {}
        names = sorted(row["rse"] for row in session.rows("GET", "rses/", **expression))
        here = session.connection.here
    if options.json:
        return print_json([{"rse": name, "here": name == here} for name in names])
    print_table(("RSE", "NEAR"), [(name, "yes" if name == here else "") for name in names])


RULE_HEADER = ("RULE", "RSE", "STATE", "DONE", "EXPIRES", "OWNER", "ERROR")


def rule_row(rule: dict[str, Any]) -> tuple[object, ...]:
    """A rule as a row of a table."""
    return (
        rule["id"][:8], rule["rse_expression"], rule["state"], f"{100 * rule['progress']:.0f}%",
        (rule["expires_at"] or "never")[:19].replace("T", " "), rule["account"], rule["error"],
    )  # fmt: skip


def _section(title: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if rows:
        print(f"\n{title}")
        print_table(header, rows)


def _metadata(values: dict[str, Any] | None) -> str:
    return " ".join(f"{key}={json.dumps(value)}" for key, value in sorted((values or {}).items()))


def _cell(value: object) -> object:
    return "" if value is None else value
