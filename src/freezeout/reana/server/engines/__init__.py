"""What runs a workflow: REANA's four types, each by an engine that asks for one step after the other."""

from __future__ import annotations

from freezeout.reana.server.engines import process, serial
from freezeout.reana.server.engines.lines import line
from freezeout.reana.server.options import options
from freezeout.reana.server.steps import sandbox
from freezeout.reana.server.work import Hands, Work, WorkflowFailed

_ENGINES = {
    "serial": serial.conduct,
    "snakemake": process.conduct,
    "cwl": process.conduct,
    "yadage": process.conduct,
}


async def conduct(work: Work, hands: Hands) -> None:
    """Run a workflow to its end.

    Raises
    ------
    WorkflowFailed
        When it cannot go on; the message says why, for its user.
    asyncio.CancelledError
        When it was stopped; whatever it started is gone by then.
    """
    if work.type not in _ENGINES:
        raise WorkflowFailed(f"there is no engine for workflows of the type '{work.type}'")
    hands.log(line(sandbox.note(options().network)))
    await _ENGINES[work.type](work, hands)
