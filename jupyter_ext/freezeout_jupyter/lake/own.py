"""The lake of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freezeout_jupyter.sites.own import Own

if TYPE_CHECKING:
    from freezeout.services.lake.lake import Lake


class OwnLake(Own):
    """The embedded lake."""

    word = "lake"
    title = "Start the data lake"
    work = "freezeout.services.lake.lake:await_lake"

    def begin(self) -> Lake:
        """Start it, or find the one that runs."""
        from freezeout.services.lake.lake import Lake

        return Lake.start()

    def found(self) -> Lake:
        """The one that runs, or does not."""
        from freezeout.services.lake.lake import Lake
        from freezeout.services.lake.place import place

        return Lake(place())
