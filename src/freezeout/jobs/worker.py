"""The process of a job: ``python -m freezeout.jobs.worker ID LOCK``."""

from __future__ import annotations

import io
import sys
import traceback

from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Cancelled
from freezeout.jobs.redact import redact
from freezeout.jobs.run import perform


def main(id: str) -> int:
    """Do the job; its lock is an open file that lives as long as this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # whatever the user's language: the log is read as UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        perform(id, sys.stdout)
    except Cancelled:
        return 1
    except FreezeoutError:
        return 1
    except Exception:
        sys.stdout.write(redact(traceback.format_exc()))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
