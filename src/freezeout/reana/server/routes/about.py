"""The server itself and its user."""

from __future__ import annotations

import getpass
from typing import Any

from freezeout.reana.server import words
from freezeout.reana.server.routes.base import Handler
from freezeout.version import __version__

REANA_VERSION = "0.9.4"
"""The version of REANA whose interface this is."""


class Ping(Handler):
    """Whether the server is there."""

    public = True

    def get(self) -> None:
        """Say yes."""
        self.answer({"message": "OK", "status": "200", "server": "freezeout", "version": __version__})


class You(Handler):
    """The user, and what the user has used."""

    async def get(self) -> None:
        """Say who the token belongs to."""
        disk = await self.aside(self.server.disk_usage)
        seconds = self.server.store.seconds()
        unlimited = {"raw": 0, "human_readable": ""}
        cpu = {"raw": int(seconds * 1000), "human_readable": words.duration(seconds)}
        self.answer({
            "email": f"{_user()}@localhost",
            "full_name": _user(),
            "username": _user(),
            "reana_server_version": f"{REANA_VERSION} (freezeout {__version__})",
            "reana_token": {"status": "active", "requested_at": self.server.since},
            "quota": {
                "cpu": {"usage": cpu, "limit": unlimited, "health": "healthy"},
                "disk": {"usage": words.size(disk), "limit": unlimited, "health": "healthy"},
            },
        })  # fmt: skip


class Info(Handler):
    """What the server can do."""

    def get(self) -> None:
        """Say what holds for all workflows."""
        limits, folder = self.server.queue.limits, str(self.server.place.workspaces)
        memory = f"{limits.memory_bytes / (1 << 30):g}Gi"
        told: dict[str, tuple[str, Any]] = {
            "compute_backends": ("Back ends (all steps run as processes of this machine)", ["kubernetes"]),
            "default_workspace": ("Default workspace", folder),
            "workspaces_available": ("Workspaces", [folder]),
            "default_kubernetes_cpu_limit": ("Default CPU limit of a step", None),
            "default_kubernetes_cpu_request": ("Default CPU request of a step", None),
            "kubernetes_max_cpu_limit": ("Maximum CPU limit of a step", None),
            "kubernetes_max_cpu_request": ("Maximum CPU request of a step", None),
            "default_kubernetes_memory_limit": ("Default memory limit of a step", memory),
            "default_kubernetes_memory_request": ("Default memory request of a step", None),
            "kubernetes_max_memory_limit": ("Maximum memory limit of a step", memory),
            "kubernetes_max_memory_request": ("Maximum memory request of a step", None),
            "default_kubernetes_jobs_timeout": (
                "Default time of a step, in seconds",
                f"{limits.seconds:.0f}",
            ),
            "maximum_kubernetes_jobs_timeout": (
                "Maximum time of a step, in seconds",
                f"{limits.seconds:.0f}",
            ),
            "maximum_workspace_retention_period": ("Maximum retention period, in days", None),
            "maximum_interactive_session_inactivity_period": (
                "Maximum inactivity of a session, in days",
                None,
            ),
            "interactive_sessions_custom_image_allowed": ("Images of one's own for sessions", "False"),
            "interactive_session_recommended_jupyter_images": ("Images for sessions", []),
            "supported_workflow_engines": ("Engines", list(self.server.engines())),
            "dask_enabled": ("Dask", "False"),
            "gitlab_host": ("GitLab", ""),
        }
        self.answer({name: {"title": title, "value": value} for name, (title, value) in told.items()})


class Config(Handler):
    """What REANA's web pages ask for."""

    def get(self) -> None:
        """Say what there is of it."""
        self.answer({"reana_version": REANA_VERSION, "freezeout_version": __version__, "polling_secs": 5})


class Status(Handler):
    """How busy the server is."""

    def get(self) -> None:
        """Count."""
        store, at_once = self.server.store, self.server.queue.at_once
        running, queued = len(store.of_status("running")), len(store.of_status("queued"))
        free = max(0, at_once - running)
        health = "healthy" if free else "warning"
        share = 100 * free // at_once
        jobs = store.count_jobs("running")
        common = {"health": health, "percentage": share}
        self.answer({
            "workflow": {
                "running": running, "queued": queued, "pending": 0, "total": at_once, "available": free,
                "sort": 0, **common,
            },
            "job": {"running": jobs, "pending": 0, "total": jobs, "available": 0, "sort": 1, **common},
            "node": {
                "available": 1, "total": 1, "unschedulable": 0, "sort": 2,
                "health": "healthy", "percentage": 100,
            },
            "session": {"active": len(self.server.sessions.told()), "sort": 3},
        })  # fmt: skip


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "user"
