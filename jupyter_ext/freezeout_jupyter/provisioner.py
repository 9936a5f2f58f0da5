"""Starts the kernels of environments, or one that says what is wrong.

A kernel specification of ours names this provisioner. Before a kernel starts it sees that the
environment is in order, brings the library in it up to date, and keeps the build from being cleared
away while the kernel lives. When the environment cannot be used, `fallback` is started in its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.interpreter import VARIABLE

if TYPE_CHECKING:
    from freezeout.environments.installation import Installation

FALLBACK_VARIABLE = "FREEZEOUT_FALLBACK"
KERNEL_BROKEN = "kernel_broken"
_LEAKS = ("CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
_AT_ONCE = 10.0
_PROBE_SECONDS = 60.0


class EnvironmentProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Launches the kernel of an environment on this machine."""

    environment = Unicode(help="the environment's name; kernel.json says it").tag(config=True)
    _held: int | None = None
    _build = ""
    _begun = 0.0
    _died_at_once = False

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """See that the environment is in order, or prepare the fallback.

        Raises
        ------
        FreezeoutError
            When neither the environment nor the fallback can be started.
        """
        env = dict(kwargs.get("env") or os.environ)
        self._release()
        try:
            await asyncio.to_thread(self._prepare)
        except FreezeoutError as error:
            self.log.warning("freezeout: a fallback kernel for '%s': %s", self.environment, error)
            self._fall_back(error, env)
        else:
            # what the server was started with is not for another interpreter
            for name in _LEAKS:
                env.pop(name, None)
        env[VARIABLE] = sys.executable
        kwargs["env"] = env
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch it; the lock on the build lives on in the kernel's own process."""
        self._begun = time.monotonic()
        held = () if self._held is None else (self._held,)
        try:
            return await super().launch_kernel(cmd, pass_fds=(*kwargs.pop("pass_fds", ()), *held), **kwargs)
        finally:
            self._release()

    async def kill(self, restart: bool = False) -> None:
        """Kill it, and remember when there was nothing left to kill soon after its start."""
        ended = self.process is not None and self.process.poll() is not None
        self._died_at_once = ended and time.monotonic() - self._begun < _AT_ONCE
        await super().kill(restart=restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of everything; a build that an update has replaced goes with its last kernel."""
        self._release()
        await super().cleanup(restart=restart)
        if not restart:
            await asyncio.to_thread(_clear_away, self.environment)

    def _release(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _prepare(self) -> None:
        """Hold the build that counts, and let the specification be what it is now."""
        try:
            built, self._held = _held(self.environment)
            self._build = str(built.prefix)
            self._update_library(built)
            self.kernel_spec.argv, self.kernel_spec.env = self._specification(built)
            if self._died_at_once:
                self._died_at_once = False
                _probe(built, self.kernel_spec.argv)
        except OSError as error:
            raise FreezeoutError(
                f"the environment '{self.environment}' cannot be looked at: {error}",
                hint=f"freezeout env build {self.environment}",
                code="environment_broken",
            ) from error

    def _update_library(self, built: Installation) -> None:
        from freezeout.environments.build import refresh_library
        from freezeout.environments.folder import environment
        from freezeout.jobs.reporter import Reporter

        try:
            refresh_library(environment(self.environment), built, Reporter())
        except FreezeoutError as error:
            self.log.warning("freezeout: '%s' keeps the library that it has: %s", self.environment, error)

    def _specification(self, built: Installation) -> tuple[list[str], dict[str, str]]:
        """Command and variables as they are on disk; a manager remembers those of an earlier build."""
        folder = self.kernel_spec.resource_dir
        spec = _read(folder)
        if spec is None or not any(str(built.python) in word for word in spec.argv):
            # a builder was killed after it had written one and not the other
            from freezeout.environments.folder import environment
            from freezeout.environments.kernels import register

            setup = Path(built.data["setup"]) if built.data.get("setup") else None
            register(environment(self.environment), built.python, built.prefix, setup)
            spec = _read(folder)
        if spec is None:
            raise InputError(
                f"the environment '{self.environment}' has no kernel '{Path(folder).name}' any more",
                hint="choose another kernel",
                code="unknown_kernel",
            )
        return list(spec.argv), dict(spec.env)

    def _fall_back(self, error: FreezeoutError, env: dict[str, str]) -> None:
        if importlib.util.find_spec("ipykernel") is None:
            raise FreezeoutError(
                f"{error.message}; and the gateway cannot start the kernel that would say so: "
                "ipykernel is missing",
                hint=error.hint,
                code=error.code,
            ) from error
        self._release()
        # -P: not what happens to lie in the notebook's folder
        module = ["-P", "-m", "freezeout_jupyter.fallback", "-f", "{connection_file}"]
        self.kernel_spec.argv = [sys.executable, *module]
        self.kernel_spec.env = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # else it talks of frozen modules
        env[FALLBACK_VARIABLE] = json.dumps(
            {
                "environment": self.environment,
                "build": self._build,
                "language": self.kernel_spec.language,
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
            }
        )


def usable(name: str) -> Installation:
    """The build of an environment, which need not have a folder any more.

    Raises
    ------
    FreezeoutError
        When there is none or it is broken; the hint says what to do.
    """
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import installation, require

    built = installation(name)
    if built is None:
        return require(environment(name))
    fault = built.fault()
    if fault is not None:
        raise FreezeoutError(
            f"the environment '{name}' is broken: {fault}",
            hint=f"freezeout env build {name}",
            code="environment_broken",
        )
    return built


def _clear_away(name: str) -> None:
    from freezeout.environments.removal import clear_away

    with contextlib.suppress(FreezeoutError, OSError):
        clear_away(name)


def _held(name: str) -> tuple[Installation, int | None]:
    """A usable build and a lock on it."""
    from freezeout.environments.installation import hold

    while True:
        built = usable(name)
        handle = hold(built.prefix)
        if usable(name).prefix == built.prefix:
            return built, handle
        if handle is not None:  # another build was published just now
            os.close(handle)


def _probe(built: Installation, argv: list[str]) -> None:
    """Find out why a kernel ended as soon as it had started.

    Raises
    ------
    FreezeoutError
        When its own modules cannot be imported.
    """
    from freezeout.environments import uv
    from freezeout.jobs import child

    modules = ["ipykernel.kernelapp"]
    if "-m" in argv and argv[argv.index("-m") + 1] != "ipykernel_launcher":
        modules.append(argv[argv.index("-m") + 1])
    command: list[str | Path] = [built.python, "-P", "-c", f"import {', '.join(modules)}"]
    with tempfile.TemporaryDirectory(prefix="freezeout-probe-") as folder:
        status, said = child.run(
            command, lambda line: None, cwd=Path(folder), env=uv.environ(), seconds=_PROBE_SECONDS
        )
    if status != 0:
        ended = f"it was ended by {child.ended_by(status)}" if status < 0 else "it said nothing"
        last = next((line.strip() for line in reversed(said) if line.strip()), ended)
        raise FreezeoutError(
            f"the environment '{built.name}' is broken: its kernel ends as soon as it starts: {last}",
            hint=f"freezeout env build {built.name} --force",
            code=KERNEL_BROKEN,
        )


def _read(folder: str) -> KernelSpec | None:
    try:
        return KernelSpec.from_resource_dir(folder)
    except (OSError, ValueError):
        return None
