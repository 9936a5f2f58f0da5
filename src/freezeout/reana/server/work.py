"""What the server, its engines and its steps hand to each other.

The server gives an engine a `Work` and lends it `Hands`; the engine decides which `Step` is next and
asks the hands to do it. To stop a workflow the server cancels the engine's task; whatever the engine or
a step has started is gone when that cancellation has come through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Type = Literal["serial", "snakemake", "cwl", "yadage"]


@dataclass(frozen=True)
class Limits:
    """What a step may take.

    Attributes
    ----------
    seconds : float
        Its time.
    memory_bytes : int
        Of all its processes together.
    log_bytes : int
        What is kept of its output: the beginning and the end.
    processes : int
        How many at once.
    """

    seconds: float = 86_400.0
    memory_bytes: int = 4 << 30
    log_bytes: int = 5_000_000
    processes: int = 1024


@dataclass(frozen=True)
class Secret:
    """A password or key of the user, for the steps of all workflows.

    Attributes
    ----------
    type : {"env", "file"}
        Whether steps see it as a variable or as a file.
    value : bytes
        Never shown.
    """

    type: Literal["env", "file"]
    value: bytes = field(repr=False)


@dataclass(frozen=True)
class Work:
    """A workflow that is to be run.

    Attributes
    ----------
    id : str
        UUID.
    name : str
        With its run number, such as ``helloworld.1``.
    type : str
        The engine.
    specification : mapping
        The whole REANA specification, as the client sent it (Snakemake, CWL and Yadage expanded).
    parameters : mapping
        Input parameters, those given at the start included.
    options : mapping
        Operational options, likewise.
    workspace : Path
        The folder that steps work in.
    scratch : Path
        A folder of mode 0700 for the engine's own files and sockets; steps do not see it.
    limits : Limits
        What each step may take unless its hints say less.
    finished : frozenset of str
        Keys of steps that a run of before has finished, when it is a restart that goes on.
    secrets : mapping
        Of the user, by their names.
    """

    id: str
    name: str
    type: Type
    specification: Mapping[str, Any]
    parameters: Mapping[str, Any]
    options: Mapping[str, Any]
    workspace: Path
    scratch: Path
    limits: Limits = field(default_factory=Limits)
    finished: frozenset[str] = frozenset()
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Step:
    """One command of a workflow.

    Attributes
    ----------
    name : str
        Of the step, as the workflow calls it.
    command : str
        For ``bash -c``.
    image : str
        The container image that the workflow asks for; it is mapped to an environment.
    shown : str
        The command as people read it; the command itself when empty.
    hints : mapping
        REANA's hints of the step: ``kerberos``, ``compute_backend``, ``rucio``, ``kubernetes_memory_limit``,
        ``kubernetes_job_timeout`` …
    folder : Path or None
        Where it runs; the workspace when None.
    variables : mapping
        Environment variables beside the usual ones.
    key : str
        What a restart knows it by: a step may have several commands, and none needs a name.
    """

    name: str
    command: str
    image: str
    shown: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class StepResult:
    """How a step ended.

    Attributes
    ----------
    status : int
        0 when all went well, as a shell counts otherwise.
    reason : str
        Why it failed, when that is not the command's own doing: a limit, a missing feature, no
        environment for its image.
    """

    status: int
    reason: str = ""

    @property
    def well(self) -> bool:
        """Whether all went well."""
        return self.status == 0 and not self.reason


class Hands(Protocol):
    """What the server lends an engine."""

    async def run_step(self, step: Step) -> StepResult:
        """Do a step: it is recorded, shown as running, limited, and its output kept."""
        ...

    def log(self, line: str) -> None:
        """Add a line to the log of the workflow, as REANA's engines write it."""
        ...

    def plan(self, total: int) -> None:
        """Say how many steps there are, when that is known."""
        ...


class WorkflowFailed(Exception):
    """The workflow cannot go on; the message says why, for its user."""
