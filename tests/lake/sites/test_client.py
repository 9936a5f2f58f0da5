"""The client talks to a real Rucio."""

from __future__ import annotations

import asyncio
from typing import Any

from freezeout.lake.sites.client import LakeClient


def test_the_user_and_a_second_one_are_who_they_are(lake: Any) -> None:
    async def who(connection: Any) -> str:
        async with LakeClient(connection) as client:
            return str((await client.get(f"accounts/{connection.account}"))["account"])

    other = lake.make_account()
    for one in (lake.connection, other, lake.root):
        assert asyncio.run(who(one)) == one.account
