"""How far a workflow is: steps that have ended, and the cells of every notebook that runs."""

from __future__ import annotations

import pytest

from freezeout.executors.reana.following import BEGIN, END, cells, told
from freezeout.reana.client.workflow import Logs, Progress, Workflow


def bar(done: int, of: int) -> str:
    """As papermill draws it, each state over the one before."""
    return "".join(f"\rExecuting:  {100 * n // of}%|#| {n}/{of} [00:01<00:03]" for n in range(done + 1))


def test_the_cells_of_all_points_that_run_at_once_are_one_progress() -> None:
    said = Logs.of(
        {
            "job_logs": {
                "a": {"status": "finished", "logs": bar(10, 10)},
                "b": {"status": "running", "logs": bar(3, 10)},
                "c": {"status": "running", "logs": bar(5, 10)},
                "d": {"status": "running", "logs": "installing"},
            }
        }
    )
    assert cells(said) == [(3, 10), (5, 10)]
    now = Workflow("x", "fit", "1", "running", progress=Progress(6, 3, 2, 0, "point"))
    share, words = told(now, cells(said))
    assert words == "2 of 6 steps are done, 3 run: cell 8 of 20"
    assert share == pytest.approx(BEGIN + (END - BEGIN) * (2 + 0.3 + 0.5) / 6)


def test_a_single_step_is_told_by_its_name() -> None:
    now = Workflow("x", "fit", "1", "running", progress=Progress(2, 1, 1, 0, "run"))
    assert told(now, [(4, 8)]) == (
        pytest.approx(BEGIN + (END - BEGIN) * 0.75),
        "step 2 of 2 (run): cell 4 of 8",
    )
    assert told(now, [])[1] == "step 2 of 2 (run)"
    assert told(Workflow("x", "fit", "1", "queued"), []) == (BEGIN, "fit.1 is queued")
