"""Who asks one REANA, and what transfers of files need of it."""

from __future__ import annotations

from typing import Any

from freezeout.errors import InputError
from freezeout.reana.client.life import Report
from freezeout.reana.client.worker import SECONDS, worker
from freezeout.reana.client.workflow import File, FilePage, listed, more
from freezeout.reana.interpreter import Build
from freezeout.reana.sites.connection import Connection

_PAGE = 1000


class Asker:
    """What asks one REANA anything, and lists the files of its workspaces.

    Parameters
    ----------
    connection : Connection
        The server.
    build : callable, optional
        Builds the environment of REANA's client when it is not there.
    """

    def __init__(self, connection: Connection, build: Build | None = None) -> None:
        self.connection = connection
        self._build = build

    def ask(
        self,
        what: str,
        *,
        safe: bool = False,
        seconds: float = SECONDS,
        report: Report | None = None,
        **values: Any,
    ) -> Any:
        """Ask the worker of the connection, see `freezeout.reana.client.worker.Worker.ask`."""
        connection = self.connection.current()
        connection.require_sound()
        if what != "workflows" and "" in (values.get("workflow"), values.get("a"), values.get("b")):
            raise InputError(
                "no workflow is named", hint="freezeout reana list shows them", code="unknown_workflow"
            )
        return worker(connection).ask(
            what, values, seconds=seconds, report=report, safe=safe, build=self._build
        )

    def files(
        self, workflow: str, *, name: str = "", search: str = "", page: int = 1, size: int = 500
    ) -> FilePage:
        """A page of the files of a workspace.

        Parameters
        ----------
        name : str
            A file, a folder or a pattern such as ``results/*.png``. REANA lists folders, too, then: see
            `find` for files alone.
        search : str
            A part of the path.
        """
        said = self.ask("files", safe=True, workflow=workflow, name=name, search=search, page=page, size=size)
        items = tuple(File.of(one) for one in listed(said, "items"))
        total, has_next = more(said, page, size, items)
        return FilePage(items, total, page, has_next)

    def all_files(self, workflow: str, *, name: str = "", search: str = "") -> list[File]:
        """All files of a workspace, of every page."""
        found: dict[str, File] = {}
        page = 1
        while True:
            one, before = self.files(workflow, name=name, search=search, page=page, size=_PAGE), len(found)
            found |= {file.path: file for file in one.items}
            # a server that says "more" and has none would be asked for ever
            if not one.has_next or len(found) == before:
                return list(found.values())
            page += 1
