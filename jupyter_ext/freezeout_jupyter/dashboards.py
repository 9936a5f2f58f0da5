"""The dashboards: notebooks that Voila shows as pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from freezeout.errors import FreezeoutError, InputError
from freezeout.settings import shared_folder
from freezeout_jupyter.base import Api, Page
from freezeout_jupyter.copies import open_notebook, path_below


@dataclass(frozen=True)
class Dashboard:
    """One dashboard's notebook."""

    id: str
    title: str
    notebook: Path


class Dashboards(Api):
    """``GET /freezeout/api/dashboards``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all dashboards, each with the address that shows it."""
        found = await self.in_thread(dashboards)
        self.finish(
            {
                "dashboards": [
                    {
                        "id": one.id,
                        "title": one.title,
                        "notebook": path_below(self.root, one.notebook),
                        "url": url_path_join(self.base_url, "freezeout", "dashboards", one.id),
                    }
                    for one in found.values()
                ]
            }
        )


class ShowDashboard(Page):
    """``GET /freezeout/dashboards/<id>``: an address that works wherever Freezeout is installed."""

    @web.authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Send the browser on to Voila's page of the dashboard; its query goes along."""
        if late := self.settings.get("freezeout_late"):
            await late.load()
        if "voila_jinja2_env" not in self.settings:
            raise FreezeoutError(
                "the dashboards need Voila, which this server does not have",
                hint="pip install 'freezeout[gateway]' and start the server again",
                code="voila_missing",
            )
        opened = await self.in_thread(lambda: open_notebook(self.root, dashboard(id).notebook, "dashboards"))
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(url_path_join(self.base_url, "voila", "render", quote(opened.path)) + query)


def dashboards() -> dict[str, Dashboard]:
    """The notebooks of the folder ``notebooks/dashboards`` by their names."""
    found = sorted((shared_folder("notebooks") / "dashboards").glob("*.ipynb"))
    return {path.stem: Dashboard(path.stem, _title(path), path) for path in found}


def dashboard(id: str) -> Dashboard:
    """The dashboard of this id.

    Raises
    ------
    InputError
        When there is none.
    """
    found = dashboards()
    if id not in found:
        raise InputError(
            f"there is no dashboard '{id}'",
            hint=f"dashboards: {', '.join(found) or 'none found'}",
            code="unknown_dashboard",
        )
    return found[id]


def _title(notebook: Path) -> str:
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        lines = [
            line
            for cell in content["cells"]
            if cell["cell_type"] == "markdown"
            for line in "".join(cell["source"]).splitlines()
        ]
    except (OSError, ValueError, KeyError, TypeError):
        lines = []
    heading = next((line[2:].strip() for line in lines if line.startswith("# ")), "")
    return heading or notebook.stem.replace("_", " ").capitalize()
