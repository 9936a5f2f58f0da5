"""The embedded lake, started and stopped; it lives no longer than the server that starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.lake.api import LakeApi, Lakes
from freezeout_jupyter.lake.connections import embedded

if TYPE_CHECKING:
    from freezeout.jobs.job import Job
    from freezeout.services.lake.lake import Lake

_SUBJECT = "lake:embedded"


class LakeStart(LakeApi):
    """``POST /freezeout/api/lake/start``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start the embedded lake, and answer the job that follows it until it can be used."""
        self.body({})
        lakes = self.lakes
        job = await self.in_thread(lambda: _start(lakes))
        lakes.clients.forget()
        lakes.states.forget()
        self.set_status(202)
        self.finish(job.to_dict())


class LakeStop(LakeApi):
    """``POST /freezeout/api/lake/stop``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Stop the embedded lake, and answer how it stands then."""
        self.body({})
        lakes = self.lakes
        found = await self.in_thread(lambda: _stop(lakes))
        lakes.states.forget()
        self.set_status(202)
        self.finish(found)


def _start(lakes: Lakes) -> Job:
    from freezeout.jobs.run import start
    from freezeout.services.identity import born
    from freezeout.services.lake.lake import Lake

    with lakes.starting:
        mine: Lake | None = lakes.embedded
        if mine is None or mine.supervisor is None or mine.supervisor.poll() is not None:
            # the process that starts it is the one that it ends with: this one, not the job's
            mine = lakes.embedded = Lake.start()
        begun = mine.supervisor
        who = {} if begun is None else {"pid": begun.pid, "birth": born(begun.pid)}
        work = "freezeout.services.lake.lake:await_lake"
        return start("lake-start", "Start the data lake", _SUBJECT, work, who)


def _stop(lakes: Lakes) -> dict[str, Any]:
    from freezeout.jobs.run import cancel
    from freezeout.jobs.store import live_jobs
    from freezeout.services.lake.lake import Lake
    from freezeout.services.lake.place import place

    with lakes.starting:
        for job in live_jobs():
            if job.subject == _SUBJECT:
                cancel(job.id)
        lake = lakes.embedded or Lake(place())
        lakes.embedded = None
        lake.stop()
    return embedded()
