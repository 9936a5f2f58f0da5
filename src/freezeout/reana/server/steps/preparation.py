"""What a step needs before it starts: its environment, its variables, its folders and its limits."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from freezeout.environments.folder import environment
from freezeout.environments.installation import Installation, require
from freezeout.environments.kernels import within
from freezeout.reana.options import options
from freezeout.reana.server.steps import hints, images, sandbox
from freezeout.reana.server.work import Limits, Step, Work

ENGINES = "reana"
"""The environment of the engines: the client's, which has them in REANA's own versions."""
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
    folder = step.folder or work.workspace
    return _guarded(
        Prepared(words, variables, folder, private, [*choice.notes, *notes], allowed), work, built
    )


def prepare_engine(module: str, work: Work, limits: Limits, stack: ExitStack) -> Prepared:
    """What an engine needs, which runs in an environment of its own and in the same sandbox as steps.

    Raises
    ------
    FreezeoutError
        When that environment is not built.
    """
    built = require(environment(ENGINES))
    stack.enter_context(built.in_use())
    private = _private(work)
    variables = _variables(None, work, built, private)
    words = [str(built.python), "-I", "-m", module]
    return _guarded(Prepared(words, variables, work.workspace, private, [], limits), work, built)


def _guarded(plain: Prepared, work: Work, built: Installation) -> Prepared:
    """The same in the sandbox, when there is one."""
    if sandbox.obstacle():
        return plain
    words = sandbox.enclosed(
        plain.words,
        workspace=work.workspace,
        private=plain.private,
        readable=sandbox.needed(built),
        network=options().network,
        shared_memory=plain.limits.memory_bytes,
    )
    variables = {**plain.variables, "TMPDIR": "/tmp"}
    return replace(plain, words=words, variables=variables, wrappers=sandbox.WRAPPERS)


def _private(work: Work) -> Path:
    folder = work.scratch / "private" / secrets.token_hex(6)
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, mode=0o700)
    return folder


def _variables(step: Step | None, work: Work, built: Installation, private: Path) -> dict[str, str]:
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
        **(step.variables if step else {}),
    }
