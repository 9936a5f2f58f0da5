"""The instances that rucio-jupyterlab is configured for, and the credentials that its users gave it.

As rucio-jupyterlab 41 does: ``c.RucioConfig.instances`` in Jupyter's configuration files, and the
variables from which its container images write them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.lake.sites import checking
from freezeout.lake.sites.connection import Connection
from freezeout.settings import user_path

_BASES = ("jupyter_config", "jupyter_server_config", "jupyter_notebook_config", "jupyter_lab_config")
_VARIABLES = (
    "auth_url", "base_url", "ca_cert", "destination_rse", "display_name", "mode", "name", "oidc_auth",
    "oidc_env_name", "oidc_file_name", "path_begins_at", "rse_mount_path", "site_name", "vo",
)  # fmt: skip
_RENAMED = {"auth_url": "rucio_auth_url", "base_url": "rucio_base_url", "ca_cert": "rucio_ca_cert"}


def instances() -> list[Connection]:
    """One connection for every instance, the default one first."""
    found: list[Connection] = []
    configured = _configured()
    for one in (*configured["instances"], *_of_environment()):
        name = str(one.get("name") or one.get("rucio_base_url") or "?")[:100]
        try:
            found.append(_connection(name, one, str(configured["default_auth_type"] or "")))
        except InputError as error:
            found.append(_faulty(name, str(error)))
        except (ValueError, TypeError, AttributeError) as error:
            found.append(_faulty(name, f"it is configured in a wrong way ({type(error).__name__})"))
    found += [_faulty("rucio-jupyterlab", fault) for fault in configured["faults"]]
    return sorted(found, key=lambda one: one.name != configured["default_instance"])


def _connection(name: str, one: Mapping[str, Any], usual: str) -> Connection:
    if "$url" in one:
        raise InputError(
            f"its configuration is kept at {str(one['$url'])[:200]}, where Freezeout does not look",
            hint="write it into Jupyter's configuration, or: freezeout config lake --url …",
        )
    url = checking.address(str(one.get("rucio_base_url", "")), "rucio_base_url")
    method, given = _credentials(name)
    auth = checking.auth(method or usual or ("oidc" if one.get("oidc_auth") else "userpass"))
    account = checking.word(str(given.get("account") or ""), "account")
    if auth != "oidc" and not account:
        raise InputError("nobody has signed in yet", hint="sign in there, or: freezeout config lake --url …")

    def file(text: object) -> Path | None:
        return user_path(os.path.expandvars(str(text))) if text else None

    by_file = one.get("oidc_auth") == "file"
    return Connection(
        name=name, kind="rucio-jupyterlab", url=url,
        auth_url=checking.address(str(one.get("rucio_auth_url") or url), "rucio_auth_url"), auth=auth,
        account=account, username=checking.word(str(given.get("username") or account), "user name"),
        password=str(given.get("password") or ""), vo=checking.word(str(one.get("vo") or ""), "VO"),
        certificate=file(given.get("certificate")), key=file(given.get("key")),
        proxy=file(given.get("proxy")),
        authorities=file(one.get("rucio_ca_cert")),
        token_file=file(one.get("oidc_file_name")) if by_file else None,
        token_variable=str(one.get("oidc_env_name") or "") if one.get("oidc_auth") == "env" else "",
        here=str(one.get("destination_rse") or ""), mount=file(one.get("rse_mount_path")),
        begins_at=checking.count(str(one.get("path_begins_at") or 0)),
        scope=f"user.{account}" if account else "", title=str(one.get("display_name") or name),
    )  # fmt: skip


def _faulty(name: str, fault: str) -> Connection:
    return Connection(name, "rucio-jupyterlab", "", "", "oidc", "", title=name, fault=fault)


def _configured() -> dict[str, Any]:
    files = tuple((path, _state(path)) for path in _files())
    return _read(files)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, tuple[int, int]], ...]) -> dict[str, Any]:
    found: dict[str, Any] = {"instances": [], "default_instance": None, "default_auth_type": None}
    faults: list[str] = []
    for path, _ in files:
        try:
            said = _loaded(path)
        except Exception as error:
            # a configuration in Python can do, and so fail with, anything
            faults.append(f"{path} cannot be read ({type(error).__name__})")
            continue
        for name in found:
            if said.get(name):
                found[name] = said[name]
    if not isinstance(found["instances"], list) or not all(isinstance(i, dict) for i in found["instances"]):
        found["instances"] = []
        faults.append("c.RucioConfig.instances is no list of instances")
    return {**found, "faults": faults}


def _loaded(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    if "RucioConfig" not in text:
        return {}
    if path.suffix == ".json":
        said = json.loads(text).get("RucioConfig", {})
        return said if isinstance(said, dict) else {}
    from traitlets.config.loader import PyFileConfigLoader

    # Jupyter runs this file, too; what it prints is not ours
    with contextlib.redirect_stdout(io.StringIO()):
        config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    return dict(config.get("RucioConfig", {}))


def _files() -> Iterator[Path]:
    """Jupyter's configuration files, in the order in which a later one wins."""
    try:
        from jupyter_core.paths import jupyter_config_path
    except ImportError:
        return
    for folder in map(Path, reversed(jupyter_config_path())):
        for base in _BASES:
            parts = sorted((folder / f"{base}.d").glob("*.json"))
            for path in (*parts, folder / f"{base}.json", folder / f"{base}.py"):
                if path.is_file():
                    yield path


def _of_environment() -> list[dict[str, Any]]:
    if not os.environ.get("RUCIO_BASE_URL"):
        return []
    said = {name: os.environ.get(f"RUCIO_{name.upper()}", "") for name in _VARIABLES}
    return [{_RENAMED.get(name, name): value for name, value in said.items() if value}]


def _credentials(instance: str) -> tuple[str, dict[str, Any]]:
    """How the user signs in there, and what she has given for it."""
    local = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or os.environ.get("KUBERNETES_SERVICE_HOST")
    folder = os.environ.get("RUCIO_CACHE_DIR", "/tmp/.rucio_jupyterlab") if local else "~/.rucio_jupyterlab"
    path = user_path(folder) / "cache.db"
    if not path.is_file() or path.stat().st_uid != os.getuid():
        return "", {}
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)) as kept:
            method = kept.execute("SELECT value FROM userconfig WHERE key = 'auth_method'").fetchone()
            given = kept.execute(
                "SELECT params FROM rucioauthcredentials WHERE namespace = ? AND auth_type = ?",
                (instance, method[0] if method else ""),
            ).fetchone()
        said = json.loads(given[0]) if given and given[0] else {}
    except (sqlite3.Error, ValueError, TypeError):
        return "", {}
    return (str(method[0]) if method else ""), said if isinstance(said, dict) else {}


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
