"""The REANA server of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freezeout_jupyter.sites.own import Own

if TYPE_CHECKING:
    from freezeout.services.reana.reana import Reana


class OwnReana(Own):
    """The embedded REANA server."""

    word = "reana"
    title = "Start the REANA server"
    work = "freezeout.services.reana.first_use:make_ready"

    def begin(self) -> Reana:
        """Start it, or find the one that runs."""
        from freezeout.services.reana.reana import Reana

        return Reana.start()

    def found(self) -> Reana:
        """The one that runs, or does not."""
        from freezeout.reana.sites.place import place
        from freezeout.services.reana.reana import Reana

        return Reana(place())
