"""rucio-jupyterlab beside us: configured for the same lakes, its own sidebar only when it is wanted.

Its kernel extension and the format in which it attaches data to notebooks are shared with it; what its
sidebar shows is in ours. It keeps the password of whoever signs in as plain text and hands it to the
page, so that it is given one only when its sidebar is brought back (setting ``rucio_sidebar``).
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.routing import Router

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp
    from tornado.web import Application

    from freezeout.lake.sites.connection import Connection

PLUGIN = "rucio-jupyterlab"
_AFTER = 1.0
_YES = ("1", "true", "yes", "on")


def is_installed() -> bool:
    """Whether there is a rucio-jupyterlab."""
    return importlib.util.find_spec("rucio_jupyterlab") is not None


def sidebar_wanted() -> bool:
    """Whether the user wants its sidebar."""
    from freezeout.errors import FreezeoutError
    from freezeout.settings import setting

    try:
        return setting("rucio_sidebar").lower() in _YES
    except FreezeoutError:
        return False


def put_beside(server: ServerApp) -> None:
    """Configure it before it is loaded, and keep its sidebar away unless it is wanted."""
    if not is_installed():
        return
    wanted = sidebar_wanted()
    settings = server.web_app.settings
    earlier = settings.get("page_config_hook")

    def hook(handler: Any, page: dict[str, Any]) -> dict[str, Any]:
        page = earlier(handler, page) if earlier else page
        if not wanted:
            disabled = page.get("disabledExtensions", [])
            page["disabledExtensions"] = [*(name for name in disabled if name != PLUGIN), PLUGIN]
        page["freezeoutRucioSidebar"] = "true" if wanted else "false"
        return page

    settings["page_config_hook"] = hook
    configure(settings["config"], _embedded())
    if wanted:
        server.io_loop.call_later(_AFTER, lambda: asyncio.ensure_future(asyncio.to_thread(sign_in)))


def configure(config: Any, connections: Iterable[Connection]) -> None:
    """Add instances to the configuration that it will read; those that are there by name stay."""
    section = config.RucioConfig
    known = list(section.get("instances", []))
    names = {one.get("name") for one in known if isinstance(one, Mapping)}
    section.instances = [*known, *(instance(one) for one in connections if one.name not in names)]
    if section.instances:
        section.setdefault("default_instance", section.instances[0].get("name"))
        section.setdefault("default_auth_type", "userpass")


def instance(connection: Connection) -> dict[str, Any]:
    """A connection as one of its instances; nothing secret is in it."""
    authorities = None if connection.authorities is None else str(connection.authorities)
    if connection.kind == "embedded" and connection.mount is not None:
        # a replica's address has the whole path in it, of which the mount is the first part
        begins_at = len(connection.mount.resolve().parts) - 1
    else:
        begins_at = connection.begins_at
    near = bool(connection.here and connection.mount)
    said = {
        "name": connection.name,
        "display_name": connection.title or connection.name,
        "rucio_base_url": connection.url,
        "rucio_auth_url": connection.auth_url,
        "mode": "replica" if near else "download",
        "destination_rse": connection.here or None,
        "rse_mount_path": str(connection.mount.resolve()) if near and connection.mount else None,
        "path_begins_at": begins_at if near else None,
        "rucio_ca_cert": authorities or (None if near else _usual_authorities()),
        "vo": connection.vo or None,
        "wildcard_enabled": True,
    }
    return {name: value for name, value in said.items() if value is not None}


async def refresh(application: Application, connections: Iterable[Connection]) -> None:
    """Tell it of the embedded lake when that came, or moved, since it was loaded."""
    config = _live(application.default_router) or _live(application.wildcard_router)
    if config is None:
        return
    for one in connections:
        if one.kind == "embedded" and not one.fault:
            config.instances[one.name] = instance(one)
            if config.config.default_instance is None:
                config.config.default_instance = one.name
                config.config.default_auth_type = config.config.default_auth_type or "userpass"
            if await asyncio.to_thread(sidebar_wanted):
                await asyncio.to_thread(sign_in)


def sign_in() -> None:
    """Give it the password of the embedded lake, in a file that nobody else reads."""
    from rucio_jupyterlab import db  # type: ignore[import-untyped]

    folder = Path(db.dir_path)
    if folder.stat().st_uid != os.getuid():
        return  # in a folder that all use it may be somebody else's
    folder.chmod(0o700)
    (folder / "cache.db").touch(mode=0o600)
    (folder / "cache.db").chmod(0o600)
    kept = db.get_db()
    for one in _embedded():
        params = {"username": one.username, "password": one.password, "account": one.account}
        kept.set_rucio_auth_credentials(one.name, "userpass", params)
        if not kept.get_active_instance():
            kept.set_active_instance(one.name)
            kept.set_active_auth_method("userpass")


def _live(router: Router) -> Any:
    """Its configuration as its handlers hold it, or None."""
    for rule in getattr(router, "rules", []):
        if isinstance(rule.target, Router):
            found = _live(rule.target)
        else:
            found = (rule.target_kwargs or {}).get("rucio_config")
        if found is not None:
            return found
    return None


def _embedded() -> list[Connection]:
    from freezeout.errors import FreezeoutError
    from freezeout.lake.sites.embedded import embedded

    try:
        found = embedded()
    except FreezeoutError:
        return []
    return [] if found is None or found.fault else [found]


def _usual_authorities() -> str:
    import certifi

    return certifi.where()
