"""Freezeout in JupyterLab: a thin server extension, and the labextension that it ships.

`routes`
    The table of routes under ``/freezeout``; `../openapi.yaml` describes them.
`base`
    How every route answers, errors included.
`contained`
    Paths that requests name.
`version`, `experiments`, `dashboards`, `environments`, `jobs`
    One feature each.
`events`, `feed`
    The stream of what happens to jobs, read once for all who listen.
`lake`
    A room of its own: the routes of the data lake, and rucio-jupyterlab beside them.
`reana`
    Another one: the routes of REANA.
`sites`
    What both share: servers that are connected, and how they stand.
`interpreter`
    How kernels find the gateway's interpreter.
`lab`
    JupyterLab as ``freezeout up`` starts it.
`provisioner`, `fallback`
    How the kernel of an environment is started, and the one that says why it cannot be.
`copies`
    How a notebook that lies outside the server's folder is opened all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "freezeout_jupyter"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "freezeout"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Add the routes, and the folder of our kernels; Jupyter calls this when the server starts."""
    from freezeout_jupyter.interpreter import tell
    from freezeout_jupyter.lake import api as lake
    from freezeout_jupyter.lake.rucio import put_beside
    from freezeout_jupyter.reana import api as reana
    from freezeout_jupyter.routes import routes
    from freezeout_jupyter.sites.closing import close_with

    base_url = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", routes(base_url))  # type: ignore[no-untyped-call]
    close_with(server, lake.SETTING, reana.SETTING)
    put_beside(server)
    tell(server)
    _offer_kernels(server)


def _offer_kernels(server: ServerApp) -> None:
    """Let the server find our kernels; beside those of others, whatever its manager of kernels is."""
    from freezeout.environments.kernels import kernels_folder
    from freezeout.errors import FreezeoutError

    manager: Any = server.kernel_spec_manager
    try:
        folder = str(kernels_folder())
    except FreezeoutError as error:
        server.log.warning("freezeout: its kernels are not offered: %s", error)
        return
    if manager.trait_has_value("kernel_dirs"):
        manager.kernel_dirs = [*manager.kernel_dirs, folder]
    else:
        # added to the default when somebody asks: to find the default, Jupyter imports all of IPython
        default = manager._kernel_dirs_default
        manager._kernel_dirs_default = lambda _: [*default(), folder]
