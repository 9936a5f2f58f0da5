"""What a step needs before it starts: its environment, its variables, its folders and its limits."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from freezeout.environments.build import bring_up_to_date
from freezeout.environments.folder import environment
from freezeout.environments.installation import Installation, require
from freezeout.environments.kernels import within
from freezeout.jobs.reporter import Reporter
from freezeout.reana.server.options import options
from freezeout.reana.server.steps import hints, images, sandbox
from freezeout.reana.server.steps.lent import SECRETS, Lent, lend
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
    secrets : list of str
        What the log is not to show.
    """

    words: list[str]
    variables: Mapping[str, str]
    folder: Path
    private: Path
    notes: list[str]
    limits: Limits
    wrappers: int = 0
    secrets: list[str] = field(default_factory=list, repr=False)


def prepare(step: Step, work: Work, limits: Limits, stack: ExitStack) -> Prepared:
    """Find and make what a step needs; `stack` keeps its environment, and then clears away what is its own.

    Raises
    ------
    FreezeoutError
        When it asks for what cannot be had here, or its environment is not built.
    """
    hints.require_supported(hints.of_workflow(work.specification))
    hints.require_supported(step.hints)
    choice = images.environment_for(step.image, work, fetches=bool(step.hints.get("rucio")))
    built = _held(choice.built, stack)
    allowed, notes = hints.limits(step.hints, limits)
    private = _private(work, stack)
    lent = lend(step, work, private)
    variables = {**lent.variables, **_usual(work, built, private), **step.variables}
    words = [str(word) for word in within(built.setup, ["bash", "-c", step.command])]
    folder = step.folder or work.workspace
    notes = [*choice.notes, *lent.notes, *notes]
    plain = Prepared(words, variables, folder, private, notes, allowed, secrets=lent.hidden)
    return _guarded(plain, work, built, lent)


def prepare_engine(module: str, work: Work, limits: Limits, stack: ExitStack) -> Prepared:
    """What an engine needs, which runs in an environment of its own and in the same sandbox as steps.

    Raises
    ------
    FreezeoutError
        When that environment is not built.
    """
    built = _held(require(environment(ENGINES)), stack)
    private = _private(work, stack)
    variables = _usual(work, built, private)
    words = [str(built.python), "-I", "-m", module]
    return _guarded(Prepared(words, variables, work.workspace, private, [], limits), work, built, Lent())


def _held(built: Installation, stack: ExitStack) -> Installation:
    """An environment with the library of this process, which is not removed meanwhile."""
    if built.data["builder"] == "gateway":
        return built
    _bring_up_to_date(built.name, built.prefix)
    stack.enter_context(built.in_use())
    return built


@cache
def _bring_up_to_date(name: str, _prefix: Path) -> None:
    """Once for each build is enough: the library of a process stays what it is."""
    bring_up_to_date(name, Reporter())


def _guarded(plain: Prepared, work: Work, built: Installation, lent: Lent) -> Prepared:
    """The same in the sandbox, when there is one."""
    if sandbox.obstacle():
        told = [f"files of secrets are in {lent.secrets}, not in {SECRETS}"] if lent.secrets else []
        return replace(plain, notes=[*plain.notes, *told])
    words = sandbox.enclosed(
        plain.words,
        workspace=work.workspace,
        private=plain.private,
        readable=sandbox.needed(built) | lent.readable,
        network=options().network,
        shared_memory=plain.limits.memory_bytes,
        placed={SECRETS: lent.secrets} if lent.secrets else {},
    )
    variables = {**plain.variables, "TMPDIR": "/tmp"}
    return replace(plain, words=words, variables=variables, wrappers=sandbox.WRAPPERS)


def clear_away(folder: Path) -> None:
    """Remove a private folder, also where a step has taken the right to do so away."""
    for here, names, _ in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def clear_left_over(scratch: Path) -> None:
    """Remove what steps were lent by a server that was killed, secrets among it.

    Parameters
    ----------
    scratch : Path
        The folder of a workflow that does not run.
    """
    clear_away(scratch / "private")


def _private(work: Work, stack: ExitStack) -> Path:
    folder = work.scratch / "private" / secrets.token_hex(6)
    stack.callback(clear_away, folder)
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True, mode=0o700)
    return folder


def _usual(work: Work, built: Installation, private: Path) -> dict[str, str]:
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
    }
