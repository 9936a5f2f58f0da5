"""What is kept open for routes is closed when the server stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def close_with(server: ServerApp, *settings: str) -> None:
    """Close what these settings hold by then; there is no other place where an extension could."""
    cleanup = server.cleanup_extensions

    async def ours_too() -> None:
        kept = server.web_app.settings
        held = [found for name in settings if (found := kept.pop(name, None)) is not None]
        try:
            await asyncio.gather(*(one.close() for one in held))
        finally:
            await cleanup()

    server.cleanup_extensions = ours_too  # type: ignore[method-assign]
