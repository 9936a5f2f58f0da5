"""The interpreter of the environment ``reana``, and how modules of `freezeout.reana.inside` are run by it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from freezeout.environments.folder import environment
from freezeout.environments.installation import Installation, installation, require

ENVIRONMENT = "reana"
Build = Callable[[], object]

_INSIDE = Path(__file__).resolve().parent / "inside"
_PASSED_ON = (
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "http_proxy",
    "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip


def interpreter(build: Build | None = None) -> Installation:
    """The environment of REANA's client.

    Parameters
    ----------
    build : callable, optional
        Builds it when it is not there.

    Raises
    ------
    FreezeoutError
        When it is not built, or is broken.
    """
    if build is not None and installation(ENVIRONMENT) is None:
        build()
    return require(environment(ENVIRONMENT))


def environ(built: Installation) -> dict[str, str]:
    """The variables of what runs there: few, none of them secret, and its programs first."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    path = os.pathsep.join([str(built.python.parent), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def command(built: Installation, module: str) -> list[str]:
    """What runs a module of `freezeout.reana.inside`."""
    return [str(built.python), "-P", "-s", str(_INSIDE / "start.py"), module]
