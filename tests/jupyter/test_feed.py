"""What waits for a listener: of each job the latest state, each once, in order."""

from __future__ import annotations

import asyncio

from freezeout_jupyter.feed import Change, Listener
from hypothesis import given
from hypothesis import strategies as st

JOBS = ("a", "b", "c")


@given(st.lists(st.tuples(st.sampled_from(JOBS), st.booleans()), max_size=30), st.randoms())
def test_a_listener_ends_up_with_the_latest_state_of_every_job(steps: list[tuple[str, bool]], random) -> None:  # type: ignore[no-untyped-def]
    async def play() -> None:
        listener = Listener()
        known: list[Change] = []
        heard: list[Change] = []
        for revision, (id, takes) in enumerate(steps, start=1):
            known.append(Change(id, revision, f"{id}{revision}"))
            # the poller and the first reading overlap: old news comes again
            listener.offer([*random.sample(known, random.randint(0, len(known))), known[-1]])
            if takes:
                heard += await listener.take(0)
        heard += await listener.take(0)
        revisions = [change.revision for change in heard]
        assert revisions == sorted(set(revisions))
        latest = {change.id: change for change in known}
        assert {change.id: change for change in heard} == latest

    asyncio.run(play())


def test_a_closed_listener_wakes_at_once() -> None:
    async def play() -> None:
        listener = Listener()
        waiting = asyncio.ensure_future(listener.take(60))
        await asyncio.sleep(0)
        listener.close()
        async with asyncio.timeout(1):
            assert await waiting == []

    asyncio.run(play())
