"""The process of a job: ``python -m freezeout.jobs.worker ID LOCK``."""

from __future__ import annotations

import sys
import traceback

from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Cancelled
from freezeout.jobs.run import perform


def main(id: str) -> int:
    """Do the job; its lock is an open file that lives as long as this process."""
    try:
        perform(id, sys.stdout)
    except Cancelled:
        sys.stdout.write("cancelled\n")
        return 1
    except FreezeoutError:
        return 1
    except Exception:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
