"""What is said of a DID: its columns in Rucio's table, and the JSON that users add."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of
from freezeout.lake.waiting import together

_TEXTS = {
    "campaign": 50, "datatype": 50, "phys_group": 25, "prod_step": 50, "project": 50, "provenance": 2,
    "stream_name": 70, "version": 50,
}  # fmt: skip
_NUMBERS = {"events": 63, "lumiblocknr": 31, "panda_id": 31, "run_number": 31, "task_id": 31}
OF_USERS = tuple(sorted({*_TEXTS, *_NUMBERS, "guid"}))
"""Columns of Rucio's own table that users set as if they were metadata of theirs."""

OF_RUCIO = (
    "access_cnt", "accessed_at", "account", "adler32", "availability", "bytes", "closed_at", "closed_by",
    "complete", "constituent", "created_after", "created_at", "created_before", "deleted_at", "did_type",
    "eol_at", "expired_at", "hidden", "is_archive", "is_new", "is_open", "length", "lifetime", "md5",
    "monotonic", "name", "obsolete", "purge_replicas", "scope", "suppressed", "transient", "type",
    "updated_at",
)  # fmt: skip
"""Columns that are Rucio's to set: metadata of these names would change or hide what they say."""

_MANY = 200
_LARGEST = 1 << 20
_GUID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KINDS = (str, int, float, bool, type(None))


async def get_metadata(client: LakeClient, did: DID) -> dict[str, Any]:
    """The metadata of users, with their types.

    Raises
    ------
    InputError
        When there is no such DID.
    """
    columns, own = (await describe(client, [did])).get(did) or missing(did)
    return of_users(columns, own)


async def set_metadata(client: LakeClient, did: DID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set metadata, and return all.

    Raises
    ------
    InputError
        When a key or a value is not allowed, the DID is not there or somebody else's.
    """
    check_metadata(values)
    if values:
        body = {"dids": [{"scope": did.scope, "name": did.name, "meta": dict(values)}]}
        await client.request("POST", "dids/bulkdidsmeta", body=body, again=True)
    return await get_metadata(client, did)


async def delete_metadata(client: LakeClient, did: DID, key: str) -> dict[str, Any]:
    """Remove one key, and return what is left.

    Raises
    ------
    InputError
        When the key is not there or cannot be removed.
    """
    if key not in await get_metadata(client, did):
        raise InputError(f"{did} has no metadata '{key}'", code="bad_metadata")
    if key in OF_USERS:
        raise InputError(
            f"the metadata '{key}' can be changed and not removed: it is a column of Rucio's table",
            code="bad_metadata",
        )
    await client.request("DELETE", f"dids/{path_of(did)}/meta", params={"key": key})
    return await get_metadata(client, did)


def check_metadata(values: Mapping[str, Any]) -> None:
    """Refuse what no lake keeps as it is.

    Raises
    ------
    InputError
        Names the key and what is wrong with it.
    """
    for key, value in values.items():
        fault = (
            "a key is a word" if not isinstance(key, str) or not key or key != key.strip()
            else "a key has no dot in it" if "." in key
            else "a key has no control signs in it" if not key.isprintable()
            else "this key is Rucio's own" if key in OF_RUCIO
            else "the key is too long" if len(key) > 255
            else _column_fault(key, value) or _fault(value)
        )  # fmt: skip
        if fault:
            raise InputError(
                f"the metadata {str(key)[:80]!r} cannot be set: {fault}", code="bad_metadata",
                hint="keys are words without dots; values text, numbers, true, false, lists or maps of them",
            )  # fmt: skip


async def describe(
    client: LakeClient, dids: Sequence[DID]
) -> dict[DID, tuple[dict[str, Any], dict[str, Any]]]:
    """Columns and JSON metadata of every DID that is there."""
    columns: dict[DID, dict[str, Any]] = {}
    own: dict[DID, dict[str, Any]] = {}
    for start in range(0, len(dids), _MANY):
        some = dids[start : start + _MANY]
        await together(_collect(client, some, "DID_COLUMN", columns), _collect(client, some, "JSON", own))
    return {did: (found, own.get(did, {})) for did, found in columns.items()}


def of_users(columns: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What of a description users have said."""
    return {
        **{key: columns[key] for key in OF_USERS if columns.get(key) is not None},
        **{key: value for key, value in own.items() if value is not None},
    }


async def _collect(
    client: LakeClient, dids: Iterable[DID], plugin: str, found: dict[DID, dict[str, Any]]
) -> None:
    asked = [{"scope": did.scope, "name": did.name} for did in dids]
    body = {"dids": asked, "plugin": plugin}
    try:
        async with aclosing(client.batches("POST", "dids/bulkmeta", body=body)) as batches:
            async for batch in batches:
                for one in batch:
                    did = DID(one["scope"], one["name"])
                    if plugin == "JSON":
                        one = {key: value for key, value in one.items() if key not in ("scope", "name")}
                    found[did] = one
    except FreezeoutError as error:
        # a site may keep metadata elsewhere, or nowhere
        if plugin != "JSON" or "UnsupportedMetadataPlugin" not in error.message:
            raise


def _column_fault(key: str, value: object) -> str:
    """What Rucio's database would break down over."""
    if key in _TEXTS and not (isinstance(value, str) and len(value) <= _TEXTS[key]):
        return f"Rucio keeps it as a text of at most {_TEXTS[key]} signs"
    whole = isinstance(value, int) and not isinstance(value, bool)
    if key in _NUMBERS and not (whole and abs(int(str(value))) < 1 << _NUMBERS[key]):
        return f"Rucio keeps it as a whole number of {_NUMBERS[key]} bits"
    if key == "guid" and not (isinstance(value, str) and _GUID.fullmatch(value)):
        return "Rucio keeps it as 32 hexadecimal digits"
    return ""


def _fault(value: object, deep: int = 0) -> str:
    if deep > 20:
        return "the value is nested too deeply"
    if isinstance(value, float) and not math.isfinite(value):
        return "the value is no finite number"
    if isinstance(value, str) and "\x00" in value:
        return "the value has a null sign in it"
    if isinstance(value, list | tuple):
        return next((fault for part in value if (fault := _fault(part, deep + 1))), "")
    if isinstance(value, dict):
        return next((fault for part in value.values() if (fault := _fault(part, deep + 1))), "")
    if not isinstance(value, _KINDS):
        return f"a value of type {type(value).__name__} cannot be kept"
    if value is None and not deep:
        return "there is no value; remove the key instead"
    return "the value is too long" if len(json.dumps(value)) > _LARGEST else ""


def missing(did: DID) -> Any:
    """Say that a DID is not there."""
    raise InputError(
        f"there is no {did} in the lake", hint="freezeout lake search looks for it", code="did_not_found"
    )
