"""Kernels for tests: started from our specifications, and talked to as a console would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from freezeout.environments.kernels import kernels_folder

SECONDS = 60


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, manager: AsyncKernelManager) -> None:
        self.manager = manager
        self.client: AsyncKernelClient = manager.client()

    async def ready(self) -> None:
        """Wait until it answers."""
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=SECONDS)

    async def run(self, code: str) -> tuple[str, dict[str, Any] | None]:
        """What a cell prints, and its error."""
        printed, errors = [], []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])
            elif message["msg_type"] == "error":
                errors.append(message["content"])

        await self.client.execute_interactive(code, output_hook=hear, timeout=SECONDS)
        return "".join(printed), errors[0] if errors else None

    async def restart(self, now: bool = False) -> None:
        """Restart it, as a user does; or, `now`, as a manager does that finds it dead."""
        self.client.stop_channels()
        await self.manager.restart_kernel(now=now)
        self.client = self.manager.client()
        await self.ready()


def manager_of(name: str) -> AsyncKernelManager:
    """A manager of a kernel that is not started yet."""
    specs = KernelSpecManager(kernel_dirs=[str(kernels_folder())])
    return AsyncKernelManager(kernel_name=name, kernel_spec_manager=specs)


@asynccontextmanager
async def running(name: str = "freezeout-small", **options: Any) -> AsyncIterator[Kernel]:
    """A kernel while the block lasts."""
    manager = manager_of(name)
    await manager.start_kernel(**options)
    kernel = Kernel(manager)
    try:
        await kernel.ready()
        yield kernel
    finally:
        kernel.client.stop_channels()
        await manager.shutdown_kernel()
