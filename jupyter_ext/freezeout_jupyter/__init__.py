"""Freezeout in JupyterLab: a thin server extension, and the labextension that it ships.

`routes`
    The table of routes under ``/freezeout``; `../openapi.yaml` describes them.
`base`
    How every route answers, errors included.
`version`, `experiments`, `dashboards`
    One feature each.
`copies`
    How a notebook that lies outside the server's folder is opened all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "freezeout_jupyter"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "freezeout"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the routes; Jupyter calls this when the server starts."""
    from freezeout_jupyter.routes import routes

    base_url = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", routes(base_url))  # type: ignore[no-untyped-call]
