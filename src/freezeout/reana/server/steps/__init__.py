"""One command of a workflow: where it runs, what it may take, and what is kept of what it says."""

from freezeout.reana.server.steps.execution import execute

__all__ = ["execute"]
