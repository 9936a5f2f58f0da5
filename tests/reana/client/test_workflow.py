"""What a server says becomes our words, whatever it says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from freezeout.reana.client.workflow import File, Logs, ServerInfo, Workflow, more

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
names = st.sampled_from(
    [
        "id",
        "name",
        "status",
        "created",
        "progress",
        "size",
        "total",
        "items",
        "raw",
        "session_uri",
        "job_logs",
        "workflow_logs",
        "shared_with",
        "quota",
        "disk",
        "usage",
        "limit",
        "last-modified",
        "run_started_at",
    ]
)
said = st.recursive(json, lambda inner: st.dictionaries(names, inner), max_leaves=15)


@given(said)
def test_no_answer_breaks_what_reads_it(answer: Any) -> None:
    for kind in (Workflow, Logs, File, ServerInfo):
        kind.of(answer)
    if isinstance(answer, dict):
        more(answer, 1, 10, ())


def test_times_names_and_sizes_are_in_our_words() -> None:
    found = Workflow.of(
        {
            "id": "a-b", "name": "my.limit.3.1", "status": "running", "created": "2026-01-02T03:04:05",
            "progress": {
                "total": {"total": 4, "job_ids": []}, "finished": {"total": 2}, "failed": {"total": 0},
                "running": {"total": 1}, "run_started_at": "2026-01-02T03:04:06", "run_finished_at": None,
                "run_stopped_at": None, "current_step_name": "fit", "current_command": "run fit",
            },
            "size": {"raw": -1, "human_readable": ""}, "session_uri": "/s", "session_type": "jupyter",
            "session_status": "created",
        }
    )  # fmt: skip
    assert (found.name, found.run, found.full_name) == ("my.limit", "3.1", "my.limit.3.1")
    assert (found.created, found.started, found.finished) == (
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", None,
    )  # fmt: skip
    assert (found.progress.total, found.progress.running, found.progress.step) == (4, 1, "fit")
    assert found.size_bytes is None and found.live
    assert found.session is not None and found.session.path == "/s"
    assert Workflow.of({"progress": {"run_stopped_at": "2026-01-02T03:04:06"}}).finished is not None
    assert File.of({"name": "/a/b", "size": {"raw": 3}}).path == "a/b"
