"""The lakes that are configured, in the order in which they are taken."""

from __future__ import annotations

from freezeout.errors import InputError
from freezeout.lake.sites import configured, rucio_cfg, rucio_jupyterlab
from freezeout.lake.sites.connection import EMBEDDED, Connection
from freezeout.lake.sites.embedded import embedded


def connections() -> list[Connection]:
    """All connections that are configured; the first is used unless another is asked for.

    The order: Freezeout's own settings; ``RUCIO_CONFIG`` or the rucio.cfg that Rucio's client would find;
    rucio-jupyterlab's instances; the embedded lake. One with a fault is there, and says so.
    """
    own = embedded()
    found: dict[str, Connection] = {}
    for one in (configured.site(), rucio_cfg.found(), *rucio_jupyterlab.instances()):
        # rucio-jupyterlab may be configured for the embedded lake, too
        again = one and own and one.kind == "rucio-jupyterlab" and one.url == own.url
        if one is not None and one.name != EMBEDDED and not again:
            found.setdefault(one.name, one)
    if own is not None:
        found[own.name] = own
    return list(found.values())


def connection(name: str = "") -> Connection:
    """The connection of that name, or the first.

    Raises
    ------
    InputError
        When there is none, or it has a fault.
    """
    found = connections()
    for one in found:
        if not name or one.name == name:
            one.require_sound()
            return one
    if name and found:
        raise InputError(
            f"there is no lake '{name}'",
            hint=f"lakes: {', '.join(c.name for c in found)}",
            code="unknown_lake",
        )
    raise InputError(
        "no data lake is connected",
        hint="start the embedded one: freezeout up; or name a site's: freezeout config lake --url …",
        code="no_lake",
    )
