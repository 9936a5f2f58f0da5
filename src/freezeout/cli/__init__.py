"""The command ``freezeout``: results on standard output, talk on standard error.

Exit status: 0 done, 1 failed, 2 wrong use or input.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

from freezeout.cli.output import say
from freezeout.errors import FreezeoutError
from freezeout.version import __version__

_GROUPS = (
    "experiments", "runs", "limits", "plot", "env", "lake", "reana", "jobs", "up", "down", "status", "config",
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The whole command line; nothing heavy is imported to build it."""
    top = argparse.ArgumentParser(
        prog="freezeout",
        description="Dark-matter limits with their data, code, environment and parameters.",
        epilog="A first limit: freezeout run darkside50 -p rho_dm=0.4",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"freezeout {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in _GROUPS:
        import_module(f"freezeout.cli.{group}").add_commands(commands)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    try:
        options = parser().parse_args(words)
        _accept_any_output()
        with _stopped_as_by_ctrl_c():
            status = int(options.command(options) or 0)
            sys.stdout.flush()
            return status
    except FreezeoutError as error:
        say(f"freezeout: {error}")
        return error.exit_status
    except KeyboardInterrupt:
        say("freezeout: stopped; nothing half-made was kept")
        return 1
    except BrokenPipeError:
        # the reader of our output has gone: a pipe into 'head', say
        _discard_output()
        return 1
    except OSError as error:
        say(f"freezeout: cannot write the output: {error.strerror or error}")
        _discard_output()
        return 1


@contextmanager
def _stopped_as_by_ctrl_c() -> Iterator[None]:
    """What a batch system or a closed terminal sends ends the block as gently as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # nohup has SIGHUP ignored, and means it
    stops = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) != signal.SIG_IGN]
    previous = {one: signal.signal(one, _stop) for one in stops}
    try:
        yield
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for one in (signal.SIGTERM, signal.SIGHUP):
        # once is enough: a second one would break into the clearing away that the first began
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt


def _accept_any_output() -> None:
    """Do without outputs that are closed; write what the encoding of the standard one lacks as escapes."""
    if sys.stderr is None:
        # else what is said would be printed among the results
        sys.stderr = io.StringIO()
    if sys.stdout is None:
        sys.stdout = io.StringIO()
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """What is still buffered goes nowhere, so that the end of the process does not fail on it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
