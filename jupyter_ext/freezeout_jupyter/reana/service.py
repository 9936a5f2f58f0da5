"""The REANA server of this machine, started and stopped; it lives no longer than who starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.reana.api import ReanaApi, Reanas
from freezeout_jupyter.reana.connections import connection_json

if TYPE_CHECKING:
    from freezeout.jobs.job import Job

_SUBJECT = "reana:embedded"


class ReanaStart(ReanaApi):
    """``POST /freezeout/api/reana/start``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start the server, and answer the job that follows it until it can be used."""
        self.body({})
        reanas = self.reanas
        job = await self.in_thread(lambda: _start(reanas))
        reanas.forget()
        self.set_status(202)
        self.finish(job.to_dict())


class ReanaStop(ReanaApi):
    """``POST /freezeout/api/reana/stop``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Stop the server, and answer how it stands then."""
        self.body({})
        reanas = self.reanas
        await self.in_thread(lambda: _stop(reanas))
        reanas.forget()
        found = await reanas.states.all()
        rows = [connection_json(one, state, first=n == 0) for n, (one, state) in enumerate(found)]
        self.set_status(202)
        self.finish(next(one for one in rows if one["kind"] == "embedded"))


def _start(reanas: Reanas) -> Job:
    from freezeout.jobs.run import start
    from freezeout.services.identity import born
    from freezeout.services.reana.reana import Reana

    with reanas.starting:
        mine = reanas.embedded
        if mine is None or mine.supervisor is None or mine.supervisor.poll() is not None:
            # the process that starts it is the one that it ends with: this one, not the job's
            mine = reanas.embedded = Reana.start()
        begun = mine.supervisor
        who = {} if begun is None else {"pid": begun.pid, "birth": born(begun.pid)}
        work = "freezeout.services.reana.first_use:make_ready"
        return start("reana-start", "Start the REANA server", _SUBJECT, work, who)


def _stop(reanas: Reanas) -> None:
    from freezeout.jobs.run import cancel
    from freezeout.jobs.store import live_jobs
    from freezeout.reana.sites.place import place
    from freezeout.services.reana.reana import Reana

    with reanas.starting:
        for job in live_jobs():
            if job.subject == _SUBJECT:
                cancel(job.id)
        reana = reanas.embedded or Reana(place())
        reanas.embedded = None
        reana.stop()
