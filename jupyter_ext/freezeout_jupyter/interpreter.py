"""Which interpreter is the gateway's: told to kernels and jobs, whose environments lack its packages."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

VARIABLE = "FREEZEOUT_GATEWAY_PYTHON"


def tell(server: ServerApp) -> None:
    """Tell it in the variables that kernels inherit, and in a file for everything else."""
    os.environ[VARIABLE] = sys.executable

    async def write() -> None:
        try:
            await asyncio.to_thread(_write)
        except Exception as error:
            server.log.warning("freezeout: kernels of other servers do not find this one: %s", error)

    server.io_loop.add_callback(write)


def _write() -> None:
    from freezeout.services.interpreter import remember_interpreter

    remember_interpreter()
