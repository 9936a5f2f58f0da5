"""Rules: what keeps data at a storage, made, watched, prolonged and cancelled."""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.times import iso
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of
from freezeout.lake.waiting import together

_LONGEST_LIFETIME = 100 * 366 * 86400
_MOST_COPIES = 100
_OF_RULE = re.compile("[0-9a-fA-F]{32}")
_LONGEST_ERROR = 400
_REASONS = {
    "RequestErrMsg.MISMATCH_SCHEME": "nothing can be copied to this storage from where the data is",
    "RequestErrMsg.NO_SOURCES": "no copy of it can be read at present",
    "RequestErrMsg.ONLY_TAPE_SOURCES": "the only copies of it are on tape",
}


@dataclass(frozen=True)
class Rule:
    """A rule; times are ISO 8601 in UTC.

    Attributes
    ----------
    did : str
        What it keeps: the DID that was asked for, or a dataset or container that this is part of.
    state : str
        OK, REPLICATING, STUCK, SUSPENDED, WAITING_APPROVAL or INJECT.
    progress : float
        From 0 to 1: the part of the files that is there.
    ok, replicating, stuck : int
        Files.
    error : str
        Why it does not get on.
    mine : bool
        Whether it belongs to the connection's account.
    """

    id: str
    did: str
    rse_expression: str
    account: str
    state: str
    copies: int
    progress: float
    ok: int
    replicating: int
    stuck: int
    expires_at: str | None
    created_at: str | None
    error: str
    mine: bool


async def rules(client: LakeClient, did: DID) -> list[Rule]:
    """All rules of a DID, and of a file those of the datasets that it is part of; the newest first.

    Raises
    ------
    InputError
        When there is no such DID.
    """
    own, of_file = await together(
        _collect(client, f"dids/{path_of(did)}/rules"),
        _collect(client, f"dids/{path_of(did)}/associated_rules"),
    )
    found = {one["id"]: one for one in (*own, *of_file)}
    made = await together(*(_rule(client, one) for one in found.values()))
    return sorted(made, key=lambda rule: rule.created_at or "", reverse=True)


async def rule(client: LakeClient, id: str) -> Rule:
    """One rule.

    Raises
    ------
    InputError
        When there is none of that id.
    """
    return await _rule(client, await client.get(f"rules/{_checked_id(id)}"))


async def add_rule(
    client: LakeClient, did: DID, rse: str = "", lifetime: float | None = None, copies: int = 1
) -> Rule:
    """Have data kept at a storage; the same again prolongs what is there.

    Parameters
    ----------
    rse : str
        An RSE expression; unless given, the storage that is near.
    lifetime : float, optional
        In seconds; for ever unless given.

    Raises
    ------
    InputError
        When it is not allowed; over the quota it says how much is left.
    """
    where = rse or client.connection.here
    if not where:
        raise InputError(
            f"the lake '{client.connection.name}' has no storage that is near",
            hint="name one, or set it: freezeout config lake --here RSE",
            code="rse_not_found",
        )
    if not 1 <= copies <= _MOST_COPIES:
        raise InputError(f"{copies} copies cannot be kept", code="bad_rule", hint=f"1 to {_MOST_COPIES} can")
    seconds = checked_lifetime(lifetime)
    body = {
        "dids": [{"scope": did.scope, "name": did.name}], "account": client.account,
        "copies": copies, "rse_expression": where, "lifetime": seconds,
    }  # fmt: skip
    try:
        made = client.value(await client.request("POST", "rules/", body=body))
    except FreezeoutError as error:
        if error.code == "rule_exists":
            return await _prolonged(client, did, where, copies, lifetime)
        if error.code == "quota_exceeded":
            raise await _quota(client, did, where, copies) from error
        raise
    return await rule(client, made[0])


async def change_lifetime(client: LakeClient, id: str, lifetime: float | None) -> Rule:
    """Let a rule end in so many seconds from now, or never.

    Raises
    ------
    InputError
        When there is no such rule, or it is somebody else's.
    """
    await _set(client, id, {"lifetime": checked_lifetime(lifetime)})
    return await rule(client, id)


async def cancel_rule(client: LakeClient, id: str) -> None:
    """End a rule at once; what nothing else keeps is deleted by and by.

    Raises
    ------
    InputError
        When there is no such rule, or it is somebody else's.
    """
    # deleting it would only let it end in an hour
    await _set(client, id, {"lifetime": -1})


async def _set(client: LakeClient, id: str, options: dict[str, Any]) -> None:
    await client.request("PUT", f"rules/{_checked_id(id)}", body={"options": options})


async def _collect(client: LakeClient, path: str) -> list[dict[str, Any]]:
    async with aclosing(client.rows("GET", path)) as rows:
        return [row async for row in rows]


async def _rule(client: LakeClient, one: dict[str, Any]) -> Rule:
    ok, moving, stuck = (int(one.get(f"locks_{word}_cnt") or 0) for word in ("ok", "replicating", "stuck"))
    state = one["state"]
    everything = ok + moving + stuck
    error = _line(one.get("error"))
    if state == "STUCK" and not error:
        error = await _reason(client, one["id"])
    return Rule(
        id=one["id"], did=f"{one['scope']}:{one['name']}", rse_expression=one["rse_expression"],
        account=one["account"], state=state, copies=int(one.get("copies") or 1),
        progress=ok / everything if everything else float(state == "OK"), ok=ok, replicating=moving,
        stuck=stuck, expires_at=iso(one.get("expires_at")), created_at=iso(one.get("created_at")),
        error=error, mine=one["account"] == client.account,
    )  # fmt: skip


async def _reason(client: LakeClient, id: str) -> str:
    """Why a stuck rule does not get on, when it does not say so itself: as the last transfer ended."""
    try:
        async with aclosing(client.rows("GET", f"rules/{id}/locks")) as locks:
            stuck = [lock async for lock in locks if lock["state"] == "STUCK"]
        if not stuck:
            return ""
        did, rse = DID(stuck[0]["scope"], stuck[0]["name"]), quote(stuck[0]["rse"], safe="")
        last = await client.get(f"requests/history/{path_of(did)}/{rse}")
        return f"{did}: {_line(last.get('err_msg')) or 'no transfer got through'}"
    except FreezeoutError:
        # said beside the rule, and not needed to show it
        return ""


async def _prolonged(client: LakeClient, did: DID, where: str, copies: int, lifetime: float | None) -> Rule:
    for one in await rules(client, did):
        same = one.did == str(did) and one.rse_expression == where and one.copies == copies
        if same and one.mine:
            return await change_lifetime(client, one.id, lifetime)
    raise InputError(f"{did} is kept at '{where}' already", code="rule_exists")


async def _quota(client: LakeClient, did: DID, where: str, copies: int) -> InputError:
    account = quote(client.account, safe="")
    left = asked = None
    try:
        rses = [row["rse"] for row in await _collect_rses(client, where)]
        usage = await _collect(client, f"accounts/{account}/usage/local")
        room = [int(one["bytes_remaining"]) for one in usage if one["rse"] in rses]
        left = max(room) if room else 0
        asked = (await client.get(f"dids/{path_of(did)}", dynamic_depth="FILE")).get("bytes")
    except (FreezeoutError, KeyError, TypeError, ValueError):
        # the quota is exceeded, whether or not the numbers are to be had
        pass
    sizes = f": {_size(asked * copies)} are asked for" if asked is not None else ""
    sizes += f", {_size(max(left, 0))} are left" if sizes and left is not None else ""
    return InputError(
        f"the quota of the account '{client.account}' at '{where}' is exceeded{sizes}",
        hint="cancel rules of yours that you need no more, or ask for more",
        code="quota_exceeded",
    )


async def _collect_rses(client: LakeClient, expression: str) -> list[dict[str, Any]]:
    async with aclosing(client.rows("GET", "rses/", params={"expression": expression})) as rows:
        return [row async for row in rows]


def _line(text: object) -> str:
    for word, meaning in _REASONS.items():
        if word in str(text):
            return meaning
    return " ".join(str(text or "").split())[:_LONGEST_ERROR]


def _size(number: int) -> str:
    size, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if size < 1000 or unit == "PB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"


def checked_lifetime(lifetime: float | None) -> int | None:
    """A lifetime in whole seconds; None is for ever.

    Raises
    ------
    InputError
        When it is none that a lake can count with.
    """
    if lifetime is None:
        return None
    if not 0 < lifetime <= _LONGEST_LIFETIME:
        raise InputError(
            f"a lifetime of {lifetime} s is none",
            hint="more than 0 s and at most a hundred years; without one it lasts for ever",
            code="bad_rule",
        )
    return max(1, int(lifetime))


def _checked_id(id: str) -> str:
    if not _OF_RULE.fullmatch(id):
        raise InputError(
            f"{id[:80]!r} is no id of a rule", hint="32 hexadecimal digits", code="rule_not_found"
        )
    return id
