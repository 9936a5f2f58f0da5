"""What a step needs before it starts: its environment, its variables, its folders and its limits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from freezeout.environments.installation import Installation
from freezeout.environments.kernels import within
from freezeout.reana.server.steps import hints, images
from freezeout.reana.server.work import Limits, Step, Work

_PASSED_ON = (
    "LANG", "LC_ALL", "LC_CTYPE", "TZ",
    "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip
_SYSTEM = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Prepared:
    """All that a shim is told.

    Attributes
    ----------
    words : list of str
        The program and its words.
    variables : mapping
        Its whole environment.
    folder : Path
        Where it starts.
    private : Path
        A folder for its home and its temporary files, to be removed afterwards.
    notes : list of str
        What the log begins with.
    limits : Limits
        What it may take, its hints considered.
    wrappers : int
        How many of its first processes belong to the sandbox.
    """

    words: list[str]
    variables: Mapping[str, str]
    folder: Path
    private: Path
    notes: list[str]
    limits: Limits
    wrappers: int = 0


def prepare(step: Step, work: Work, limits: Limits, stack: ExitStack) -> Prepared:
    """Find and make what a step needs; `stack` keeps its environment from being removed meanwhile.

    Raises
    ------
    FreezeoutError
        When it asks for what cannot be had here, or its environment is not built.
    """
    hints.require_supported(step.hints)
    choice = images.environment_for(step.image, work)
    built = choice.built
    if built.data["builder"] != "gateway":
        stack.enter_context(built.in_use())
    allowed, notes = hints.limits(step.hints, limits)
    private = _private(work)
    variables = _variables(step, work, built, private)
    words = [str(word) for word in within(built.setup, ["bash", "-c", step.command])]
    return Prepared(
        words=words,
        variables=variables,
        folder=step.folder or work.workspace,
        private=private,
        notes=[*choice.notes, *notes],
        limits=allowed,
    )


def _private(work: Work) -> Path:
    folder = work.scratch / "private" / secrets.token_hex(6)
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, mode=0o700)
    return folder


def _variables(step: Step, work: Work, built: Installation, private: Path) -> dict[str, str]:
    """Nothing of the server's own but language and network."""
    prefix = built.python.parents[1]
    said = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **said,
        "PATH": f"{built.python.parent}:{_SYSTEM}",
        "HOME": str(private / "home"),
        "TMPDIR": str(private / "tmp"),
        "USER": "reana",
        "LOGNAME": "reana",
        "SHELL": "/bin/bash",
        "VIRTUAL_ENV": str(prefix),
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "agg",
        "REANA_WORKSPACE": str(work.workspace),
        **step.variables,
    }
