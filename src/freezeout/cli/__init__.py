"""The command ``freezeout``: results on standard output, talk on standard error.

Exit status: 0 done, 1 failed, 2 wrong use or input.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from freezeout.errors import FreezeoutError
from freezeout.version import __version__

_GROUPS = ("experiments", "runs", "limits", "plot", "env", "jobs", "up", "config")


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
    options = parser().parse_args(words)
    _accept_any_output()
    try:
        status = int(options.command(options) or 0)
        sys.stdout.flush()
        return status
    except FreezeoutError as error:
        print(f"freezeout: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("freezeout: stopped; nothing half-made was kept", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader of our output has gone: a pipe into 'head', say
        _discard_output()
        return 1
    except OSError as error:
        print(f"freezeout: cannot write the output: {error.strerror or error}", file=sys.stderr)
        _discard_output()
        return 1


def _accept_any_output() -> None:
    """Do without a standard output that is closed; write what its encoding lacks as escapes."""
    if sys.stdout is None:
        sys.stdout = io.StringIO()
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """What is still buffered goes nowhere, so that the end of the process does not fail on it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
