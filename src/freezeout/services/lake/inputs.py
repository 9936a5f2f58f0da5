"""Registers the experiments' inputs in the embedded lake: a process that the supervisor starts and ends.

``python -m freezeout.services.lake.inputs`` says on its last line what is wrong, and else nothing.
"""

from __future__ import annotations

import sys

from freezeout.errors import FreezeoutError


def main() -> int:
    """Register what is not there yet."""
    from freezeout.experiments.lake_inputs import register

    try:
        problems = register()
    except FreezeoutError as error:
        problems = [str(error)]
    for line in problems:
        sys.stderr.write(f"{' '.join(line.split())}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
