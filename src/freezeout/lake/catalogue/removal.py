"""Data of the user's own taken out of the lake: its rules end, and the lake's daemons remove the files."""

from __future__ import annotations

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.details import details
from freezeout.lake.catalogue.edit import erase
from freezeout.lake.catalogue.rules import cancel_rule, rules
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient

_MANY = 200


async def remove(client: LakeClient, did: DID) -> None:
    """Remove a dataset or container with the rules that keep it, or a file that nothing else holds.

    Raises
    ------
    InputError
        When it is not there, belongs to somebody else, or is a file of a dataset.
    """
    about = await details(client, did)
    if about.type != "FILE":
        return await erase(client, did)
    if not about.mine:
        raise InputError(f"{did} belongs to {about.account}", code="lake_denied")
    if about.parents:
        raise InputError(
            f"{did} is part of {', '.join(about.parents[:3])}", hint="remove that", code="not_possible"
        )
    for rule in await rules(client, did):
        if rule.mine and rule.did == str(did):
            await cancel_rule(client, rule.id)
    await let_go(client, [did])


async def let_go(client: LakeClient, dids: list[DID]) -> None:
    """Let the lake remove files that no rule keeps; what a rule keeps stays."""
    for start in range(0, len(dids), _MANY):
        some = dids[start : start + _MANY]
        body = {
            "dids": [{"scope": d.scope, "name": d.name} for d in some],
            "all_states": True,
            "sort": "random",
        }
        for_each = [row async for row in client.rows("POST", "replicas/list", body=body)]
        unkept = [
            {"rse": rse, "scope": row["scope"], "name": row["name"]}
            for row in for_each
            for rse in row["states"]
        ]
        for one in unkept:
            try:
                await client.request("POST", "replicas/tombstone", body={"replicas": [one]})
            except FreezeoutError as error:
                # locked: a rule keeps it, or will let go of it by itself
                if error.code not in ("lake_failed", "lake_denied", "replica_locked"):
                    raise
