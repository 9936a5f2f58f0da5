"""New datasets and containers, what they hold, and their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.metadata import check_metadata, describe, missing, set_metadata
from freezeout.lake.catalogue.rules import cancel_rule, rules
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of

_MANY = 1000
_OWN_KINDS = {"dataset": "DATASET", "container": "CONTAINER"}


async def add_collection(
    client: LakeClient,
    did: DID,
    type: Literal["dataset", "container"] = "dataset",
    contents: Sequence[DID] = (),
    metadata: Mapping[str, Any] | None = None,
    lifetime: float | None = None,
) -> None:
    """Make a dataset (of files) or a container (of datasets and containers).

    When what it shall hold cannot be attached, it is there and empty, and the error says so.

    Raises
    ------
    InputError
        When it is there already, its name is not allowed, or the scope is somebody else's.
    """
    if type not in _OWN_KINDS:
        raise InputError(f"no {type!r} can be made", hint="types: dataset, container", code="bad_type")
    check_metadata(metadata or {})
    made: dict[str, Any] = {"scope": did.scope, "name": did.name, "type": _OWN_KINDS[type], "meta": {}}
    if lifetime is not None:
        made["lifetime"] = int(lifetime)
    if await describe(client, [did]):
        raise InputError(f"{did} is in the lake already", hint="choose another name", code="did_exists")
    try:
        # not with the name in the address: 'a/meta' there is the metadata of 'a'. Rucio looks at names
        # only there, and where they are described
        await client.request("POST", "dids", body=[made])
    except FreezeoutError as error:
        raise _in_words(error, did) from error
    try:
        await attach(client, did, contents)
        if metadata:
            await set_metadata(client, did, metadata)
    except FreezeoutError as error:
        raise error.__class__(
            f"{did} was made, but not with all that it shall hold: {error.message}",
            hint=error.hint, code=error.code,
        ) from error  # fmt: skip


async def attach(client: LakeClient, did: DID, contents: Iterable[DID]) -> None:
    """Put files into a dataset, or datasets and containers into a container; what is in it already stays.

    Raises
    ------
    InputError
        When one of them is not there or does not fit, or it is closed or somebody else's.
    """
    parts = [{"scope": one.scope, "name": one.name} for one in dict.fromkeys(contents)]
    for start in range(0, len(parts), _MANY):
        some = parts[start : start + _MANY]
        body = {
            "attachments": [{"scope": did.scope, "name": did.name, "dids": some}],
            "ignore_duplicate": True,
        }
        await client.request("POST", "dids/attachments", body=body, again=True)


async def detach(client: LakeClient, did: DID, contents: Iterable[DID]) -> None:
    """Take something out of a dataset or container; it stays in the lake.

    Raises
    ------
    InputError
        When it is not in it, or it is somebody else's.
    """
    parts = [{"scope": one.scope, "name": one.name} for one in dict.fromkeys(contents)]
    for start in range(0, len(parts), _MANY):
        body = {"dids": parts[start : start + _MANY]}
        await client.request("DELETE", f"dids/{path_of(did)}/dids", body=body, again=False)


async def close(client: LakeClient, did: DID) -> None:
    """Let nothing more be attached to a dataset or container.

    Raises
    ------
    InputError
        When it is closed already, a file, or somebody else's.
    """
    await client.request("PUT", f"dids/{path_of(did)}/status", body={"open": False})


async def erase(client: LakeClient, did: DID) -> None:
    """Remove a DID from the lake, with the rules that the account has made for it.

    The lake's own daemons remove it shortly after; what other rules keep stays where it is.

    Raises
    ------
    InputError
        When it is not there, is somebody else's, or is a file: files go with their last rule.
    """
    columns, _ = (await describe(client, [did])).get(did) or missing(did)
    if columns["did_type"] == "FILE":
        raise InputError(
            f"{did} is a file, and files cannot be erased by themselves",
            hint="a file goes when nothing keeps it any more: cancel its rules and take it out of datasets",
            code="not_possible",
        )
    try:
        await client.request(
            "POST", "dids/bulkdidsmeta", again=True,
            body={"dids": [{"scope": did.scope, "name": did.name, "meta": {"lifetime": 0}}]},
        )  # fmt: skip
    except FreezeoutError as error:
        raise _in_words(error, did) from error
    for rule in await rules(client, did):
        if rule.mine and rule.did == str(did):
            await cancel_rule(client, rule.id)


def _in_words(error: FreezeoutError, did: DID) -> FreezeoutError:
    if error.code == "did_exists":
        return InputError(f"{did} is in the lake already", hint="choose another name", code="did_exists")
    if error.code == "lake_denied":
        return InputError(
            f"the scope or the data of {did} belong to somebody else",
            hint="use a scope of your own: freezeout lake ls shows them",
            code="lake_denied",
        )
    return error
