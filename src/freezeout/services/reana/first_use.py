"""The embedded REANA server made ready from Lab: with the client that its users need beside it."""

from __future__ import annotations

from freezeout.environments.build import start_build
from freezeout.environments.installation import installation
from freezeout.jobs.job import Cancelled
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.run import cancel, follow
from freezeout.services.reana.reana import await_reana

CLIENT = "reana"
_OF_BUILD = 0.9


def make_ready(reporter: Reporter, pid: int | None = None, birth: str | None = None) -> dict[str, str]:
    """The work of a job that waits for the server, and builds the client's environment where there is none.

    Parameters
    ----------
    reporter : Reporter
        Is told how far both are.
    pid, birth : int, str
        The server's supervisor, when it was just started.

    Returns
    -------
    dict
        ``url``, the server's address.

    Raises
    ------
    FreezeoutError
        When the client cannot be built or the server does not come.
    """
    built = installation(CLIENT)
    if built is None or built.fault():
        job = start_build(CLIENT)
        try:
            follow(
                job.id,
                lambda fraction, message: reporter.progress(
                    None if fraction is None else _OF_BUILD * fraction, f"Build REANA's client: {message}"
                ),
            )
        except Cancelled:
            cancel(job.id)
            raise
    return await_reana(reporter, pid, birth)
