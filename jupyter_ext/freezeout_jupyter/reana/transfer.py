"""The jobs about one workflow: files brought and taken, and the same workflow once more."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freezeout.jobs.job import Job


def transfer(verb: str, title: str, arguments: dict[str, Any]) -> Job:
    """Start a job; the very same is not done twice at once, others are.

    Parameters
    ----------
    verb : str
        download, upload or rerun.
    arguments : dict
        Of the job's work; ``connection`` and ``workflow`` are among them.
    """
    from freezeout.jobs.run import start

    same = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()[:12]
    subject = f"reana:{arguments['connection']}:{arguments['workflow']}:{verb}:{same}"
    return start(f"reana-{verb}", title, subject, f"freezeout.reana.jobs.transfers:{verb}_job", arguments)
