"""What belongs to the user of a server: the quota, and secrets."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter.reana.actions import LARGEST_BODY, ReanaAction
from freezeout_jupyter.reana.api import ReanaApi

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.client.workflow import File, Quota

_MOST_FILES = 500


class ReanaUsage(ReanaApi):
    """``GET /freezeout/api/reana/usage``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the quota, and the disk that one workflow takes."""
        workflow = self.query("workflow")
        quota, files = await self.ask_once(workflow, lambda client: _usage(client, workflow))
        amounts = {"disk": (quota.disk, "bytes"), "cpu": (quota.cpu, "milliseconds")}
        self.finish(
            {
                "quota": [
                    {
                        "resource": name, "used": int(one.used), "limit": int(one.limit) or None,
                        "unit": unit, "health": one.health,
                    }
                    for name, (one, unit) in amounts.items()
                    if one is not None
                ],
                "disk": _disk_json(files),
            }
        )  # fmt: skip


class ReanaSecrets(ReanaAction):
    """``GET``, ``POST`` and ``DELETE /freezeout/api/reana/secrets``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the names of the secrets."""
        found = await self.ask(lambda client: client.secrets())
        self.finish({"secrets": found})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Give the server a secret to keep."""
        allowed = {"connection": str, "name": str, "value": str, "type": str, "overwrite": bool}
        said = self.body(allowed, ["name", "value"], LARGEST_BODY)
        type = said.get("type", "env")
        if type not in ("env", "file"):
            raise InputError(f"type is '{type}'", hint="env or file", code="bad_body")
        overwrite = said.get("overwrite", False)
        await self.act_and_be_silent(
            said,
            lambda client: client.add_secret(
                said["name"], said["value"].encode(), type=type, overwrite=overwrite
            ),
        )

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Remove a secret."""
        name = self.needed("name")
        await self.change(lambda client: client.delete_secret(name))
        self.set_status(204)
        self.finish()


def _usage(client: Client, workflow: str) -> tuple[Quota, list[File] | None]:
    return client.quota(), client.disk_usage(workflow) if workflow else None


def _disk_json(found: list[File] | None) -> dict[str, Any] | None:
    """Files by their size; folders, which REANA lists among them, are what is in them."""
    if found is None:
        return None
    folders = {str(folder) for one in found for folder in PurePosixPath(one.path).parents}
    files = [one for one in found if one.path and one.path not in folders]
    largest = sorted(files, key=lambda one: one.size, reverse=True)
    return {
        "bytes": sum(one.size for one in files),
        "files": [{"path": one.path, "bytes": one.size} for one in largest[:_MOST_FILES]],
        "truncated": len(largest) > _MOST_FILES,
    }
