"""cwltool, whose jobs are steps of the server: ``python -m freezeout…inside.cwl``."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import cwltool.job
import cwltool.main
from cwltool.command_line_tool import CommandLineTool
from cwltool.context import LoadingContext, RuntimeContext
from cwltool.executors import TMPDIR_LOCK, MultithreadedJobExecutor
from cwltool.job import CommandLineJob, JobBase
from cwltool.workflow import default_make_tool

from freezeout.reana.server.engines.inside.hands import Hands, take

_IMAGE = "docker.io/library/python"
_hands: Hands
_of_thread = threading.local()


class StepJob(CommandLineJob):  # type: ignore[misc]
    """A job that knows which it is when its command is to run."""

    def _execute(self, *words: Any, **options: Any) -> None:
        _of_thread.job = self
        thread = threading.current_thread()
        before, thread.name = thread.name, self.name  # as the log names it
        try:
            super()._execute(*words, **options)
        finally:
            thread.name = before


class StepTool(CommandLineTool):  # type: ignore[misc]
    """A tool whose jobs are steps of the server, whatever its container."""

    def make_job_runner(self, runtimeContext: RuntimeContext) -> type[StepJob]:
        """The kind of its jobs."""
        return StepJob


class StepExecutor(MultithreadedJobExecutor):  # type: ignore[misc]
    """Steps side by side; what only moves values about is done here and now."""

    def run_job(self, job: Any, runtime_context: RuntimeContext) -> None:
        """Start a job, or those that wait when it is None."""
        if job is None or isinstance(job, JobBase):
            super().run_job(job, runtime_context)
        else:
            self._runner(job, runtime_context, TMPDIR_LOCK)


def _make_tool(spec: Any, context: LoadingContext) -> Any:
    if isinstance(spec, Mapping) and spec.get("class") == "CommandLineTool":
        return StepTool(spec, context)
    return default_make_tool(spec, context)


def _run(
    commands: Sequence[str],
    stdin_path: str | None,
    stdout_path: str | None,
    stderr_path: str | None,
    env: Mapping[str, str],
    cwd: str,
    make_job_dir: Callable[[], str],
    *_: Any,
    timelimit: int | None = None,
    **__: Any,
) -> int:
    """Stands for what starts a process in cwltool."""
    job = _of_thread.job
    command = shlex.join(commands)
    for sign, path in (("<", stdin_path), (">", stdout_path), ("2>", stderr_path)):
        if path:
            command += f" {sign} {shlex.quote(path)}"
    docker, _required = job.get_requirement("DockerRequirement")
    hints = {key: value for hint in job.hints or () for key, value in hint.items() if key != "class"}
    if timelimit:
        hints.setdefault("kubernetes_job_timeout", timelimit)
    result = _hands.ask(
        name=job.name,
        command=command,
        image=str((docker or {}).get("dockerPull") or _IMAGE),
        hints=hints,
        folder=cwd,
        variables={key: value for key, value in env.items() if key != "PATH"},
    ).result()
    return result.status


def main() -> int:
    """Run the workflow; whether all went well."""
    global _hands
    _hands = take()
    order = _hands.order
    os.chdir(order["workspace"])
    specification = order["specification"] or {}
    _hands.plan(max(1, len(specification.get("$graph", ())) - 1))
    _keep("workflow.json", specification)
    _keep("inputs.json", order["parameters"])
    place = os.path.join(order["workspace"], "cwl")
    for name in ("tmpdir", "outdir"):
        os.makedirs(os.path.join(place, name), exist_ok=True)
    words = [
        "--no-container", "--parallel", "--disable-color",
        "--tmpdir-prefix", f"{place}/tmpdir/", "--tmp-outdir-prefix", f"{place}/outdir/",
        "--outdir", os.path.join(order["workspace"], "outputs"),
    ]  # fmt: skip
    target = order["options"].get("--target") or order["options"].get("TARGET")
    if target:
        words += ["--target", str(target)]
    words += ["workflow.json#main" if "$graph" in specification else "workflow.json", "inputs.json"]
    executor = StepExecutor()
    executor.max_cores = float(order["at_once"])
    cwltool.job._job_popen = _run
    printed = io.StringIO()
    status = cwltool.main.main(
        args=cwltool.main.arg_parser().parse_args(words),
        executor=executor,
        loadingContext=LoadingContext({"construct_tool_object": _make_tool}),
        stdout=printed,
        stderr=io.StringIO(),
        versionfunc=lambda: f"cwltool {version('cwltool')}",
    )
    shutil.rmtree(place, ignore_errors=True)
    if status:
        _hands.fail("cwltool has given up; the log says why")
        return 1
    _hands.done()
    return 0


def _keep(name: str, content: Any) -> None:
    with open(name, "w", encoding="utf-8") as file:
        json.dump(content, file)


if __name__ == "__main__":
    sys.exit(main())
