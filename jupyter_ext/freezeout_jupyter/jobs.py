"""The jobs: listed, looked at and cancelled."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.base import Api


class Jobs(Api):
    """``GET /freezeout/api/jobs``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all jobs, newest first, and the revision to follow the events from."""
        self.finish(await self.in_thread(table))


class OneJob(Api):
    """``GET /freezeout/api/jobs/<id>``."""

    @web.authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Answer one job."""
        self.finish(await self.in_thread(lambda: _one(id)))


class CancelJob(Api):
    """``POST /freezeout/api/jobs/<id>/cancel``."""

    @web.authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Ask a job to stop and answer it; one that has ended stays as it is."""
        self.body({})
        self.finish(await self.in_thread(lambda: _cancel(id)))


class JobLog(Api):
    """``GET /freezeout/api/jobs/<id>/log``."""

    @web.authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Answer what was said from an offset on, and the offset to go on from."""
        offset = self.number("offset") or 0
        self.finish(await self.in_thread(lambda: _log(id, offset)))


def table() -> dict[str, Any]:
    """All jobs as the API shows them."""
    from freezeout.jobs.store import jobs

    found = jobs()
    return {
        "jobs": [job.to_dict() for job in found],
        "revision": max((job.revision for job in found), default=0),
    }


def _one(id: str) -> dict[str, Any]:
    from freezeout.jobs.store import job, settle

    settle()
    return job(id).to_dict()


def _cancel(id: str) -> dict[str, Any]:
    from freezeout.jobs.run import cancel

    return cancel(id).to_dict()


def _log(id: str, offset: int) -> dict[str, Any]:
    from freezeout.jobs.store import job, read_log

    text, following = read_log(id, offset)
    return {"text": text, "offset": following, "size": job(id).to_dict()["log_bytes"]}
