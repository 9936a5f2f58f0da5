"""The real engines, asked by the real client: in each a workflow whose first two steps run together."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from freezeout.reana.client.client import Client

from ....conftest import comes_true

EXAMPLES = Path(__file__).with_name("examples")
RESULT = {"snakemake": "limits.txt", "cwl": "outputs/limits.txt", "yadage": "collect/limits.txt"}
SAID = {
    "snakemake": ["snakemake.logging | MainThread | INFO | Building DAG of jobs...",
                  "snakemake.logging | MainThread | INFO | 4 of 4 steps (100%) done"],
    "cwl": ["cwltool | MainThread | INFO | [workflow ] start", "cwltool | collect | INFO | [job collect]",
            "cwltool | MainThread | INFO | Final process status is success"],
    "yadage": ["yadage.creators | MainThread | INFO | initializing workflow",
               "yadage.wflowview | MainThread | INFO | added </init:0|defined|unknown>",
               "adage | MainThread | INFO | workflow completed successfully."],
}  # fmt: skip

pytestmark = pytest.mark.slow


class Example:
    """A workflow of ours, submitted by the real client."""

    def __init__(self, kind: str, client: Client, folder: Path) -> None:
        shutil.copytree(EXAMPLES / kind, folder)
        for name in ("limit.sh", "counts.txt"):
            shutil.copy(EXAMPLES / name, folder)
        self.client, self._folder = client, folder
        self.name = client.create(client.load(folder / "reana.yaml"), f"of-{kind}").full_name
        files = [path for path in folder.rglob("*") if path.is_file()]
        client.upload(self.name, {str(path.relative_to(folder)): path for path in files})

    def start(self, parameters: Mapping[str, Any] | None = None) -> None:
        """Start it."""
        self.client.start(self.name, parameters=dict(parameters or {}))

    def ends(self, parameters: Mapping[str, Any] | None = None) -> str:
        """Start it, and wait for its end."""
        self.start(parameters)
        assert comes_true(lambda: self.client.status(self.name).status not in ("queued", "running"), 200)
        return self.client.status(self.name).status


@pytest.fixture
def example(request: pytest.FixtureRequest, reana: Any, tmp_path: Path) -> Any:
    """Such a workflow."""
    with reana.client() as client:
        yield Example(request.param, client, tmp_path / "example")


def of_each(*kinds: str) -> Any:
    return pytest.mark.parametrize("example", kinds or list(RESULT), indirect=True)


@of_each()
def test_an_engine_runs_steps_side_by_side_and_says_what_it_always_says(example: Example) -> None:
    kind = example.name.removeprefix("of-").partition(".")[0]
    assert example.ends() == "finished", example.client.logs(example.name)
    assert example.client.read(example.name, RESULT[kind]) == b"10 30\n100 300\n"
    logs = example.client.logs(example.name)
    for words in SAID[kind]:
        assert words in logs.workflow_log
    assert len(logs.steps) == 3 and {step.status for step in logs.steps} == {"finished"}
    assert all("limit" in step.name or "collect" in step.name for step in logs.steps)
    assert all("docker.io/library/python:3.11-slim itself is not used" in step.log for step in logs.steps)
    # what people read has no folders of the server
    assert all("/workspaces/" not in step.command for step in logs.steps)
    progress = example.client.status(example.name).progress
    assert (progress.finished, progress.failed, progress.running) == (3, 0, 0)


@of_each()
def test_a_step_that_fails_ends_the_workflow_which_says_which_and_why(example: Example) -> None:
    assert example.ends({"masses": [13]}) == "failed"
    logs = example.client.logs(example.name)
    last = logs.workflow_log.strip().splitlines()[-1]
    assert "limit" in last and "failed: exit status 7" in last
    assert [step.status for step in logs.steps] == ["failed"]


@of_each()
def test_what_is_stopped_is_gone_with_its_steps(example: Example, reana: Any) -> None:
    example.start({"masses": [10]})  # it waits for that of 100
    beat = reana.home / "reana" / "workspaces" / example.client.status(example.name).id / "beat"
    assert comes_true(lambda: beat.exists() and beat.stat().st_size > 50)
    example.client.stop(example.name)
    assert example.client.status(example.name).status == "stopped"
    before = beat.read_bytes()
    assert not comes_true(lambda: beat.read_bytes() != before, 0.5)
    assert [step.status for step in example.client.logs(example.name).steps] == ["stopped"]


@of_each("snakemake")
def test_a_snakefile_is_a_program_and_sees_no_more_than_a_step(
    example: Example, reana: Any, sandboxed: bool
) -> None:
    spy = example._folder / "Snakefile"
    spy.write_text(
        f"import os\nprint(open({str(reana.home / 'reana/secrets/token')!r}).read())\n" + spy.read_text()
    )
    example.client.upload(example.name, {"Snakefile": spy})
    status = example.ends()
    log = example.client.logs(example.name).workflow_log
    assert reana.token not in log
    if sandboxed:
        assert status == "failed" and "No such file or directory" in log


@of_each("snakemake")
def test_a_rule_that_runs_python_is_refused_as_reana_does(example: Example) -> None:
    rules = example._folder / "Snakefile"
    rules.write_text('rule all:\n    output: "x"\n    run: open("x", "w").write("x")\n')
    example.client.upload(example.name, {"Snakefile": rules})
    assert example.ends() == "failed"


@of_each("snakemake")
def test_a_restart_goes_on_with_what_is_missing(example: Example) -> None:
    masses = {"masses": [10, 100, 13]}
    # the two at once may be any two of the three: none is to wait for another
    seen = {name: example._folder / name for name in ("seen-10", "seen-100")}
    for path in seen.values():
        path.touch()
    example.client.upload(example.name, seen)
    assert example.ends(masses) == "failed"
    before = {step.name for step in example.client.logs(example.name).steps if step.status == "finished"}
    assert before
    fixed = example._folder / "limit.sh"
    fixed.write_text(fixed.read_text().replace("exit 7", "echo lucky"))
    example.client.upload(example.name, {"limit.sh": fixed})
    example.client.start(example.name, parameters=masses, restart=True)
    name = example.name.partition(".")[0]
    assert comes_true(lambda: example.client.status(name).status not in ("queued", "running"), 200)
    assert example.client.status(name).status == "finished"
    assert b"13 39\n" in example.client.read(name, "limits.txt")
    assert not before & {step.name for step in example.client.logs(name).steps}
