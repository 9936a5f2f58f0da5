"""Yadage, whose packtivities are steps of the server: ``python -m freezeout…inside.yadage``."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from concurrent.futures import Future
from typing import Any

import yaml
from packtivity.asyncbackends import ExternalAsyncProxy
from packtivity.syncbackends import build_job, finalize_inputs, packconfig, publish
from yadage.backends.packtivitybackend import PacktivityBackend
from yadage.steering_api import steering_ctx
from yadageschemas import load

from freezeout.reana.server.engines.inside.hands import Hands, Result, take

_POLL_SECONDS = 0.05
_SCHEMA = "yadage/workflow-schema"
_hands: Hands


class StepProxy(ExternalAsyncProxy):  # type: ignore[misc]
    """A packtivity that runs; the part of it that can be written down."""

    def details(self) -> dict[str, Any]:
        """What Yadage keeps of it."""
        return {
            "resultdata": self.resultdata,
            "jobproxy": {"job_id": self.jobproxy["job_id"]},
            "spec": self.spec,
            "statedata": self.statedata.json(),
            "pardata": self.pardata.json(),
        }


class StepBackend:
    """Does packtivities by asking the server for steps."""

    def __init__(self) -> None:
        self.config = packconfig()
        self._answers: dict[str, Future[Result]] = {}

    def prepublish(self, spec: Any, parameters: Any, state: Any) -> None:
        """Nothing is known before it has run."""
        return None

    def submit(self, spec: Any, parameters: Any, state: Any, metadata: Any) -> StepProxy:
        """Start one."""
        parameters, state = finalize_inputs(parameters, state)
        job = build_job(spec["process"], parameters, state, self.config)
        state.ensure()
        environment = spec["environment"] or {}
        image, tag = str(environment.get("image") or ""), environment.get("imagetag")
        hints: dict[str, Any] = {}
        for entry in environment.get("resources") or ():
            hints |= entry if isinstance(entry, dict) else {}
        command = job["command"] if "command" in job else _script(job)
        answer = _hands.ask(
            name=str(metadata["name"]),
            command=command,
            image=f"{image}:{tag}" if tag else image,
            hints=hints,
            shown=job.get("command") or job["script"],
        )
        id = str(len(self._answers))
        self._answers[id] = answer
        return StepProxy(jobproxy={"job_id": id}, spec=spec, pardata=parameters, statedata=state)

    def _answer(self, proxy: StepProxy) -> Future[Result]:
        return self._answers[proxy.jobproxy["job_id"]]

    def ready(self, proxy: StepProxy) -> bool:
        """Whether it has ended."""
        return self._answer(proxy).done()

    def successful(self, proxy: StepProxy) -> bool:
        """Whether it ended well."""
        result = self._answer(proxy).result()
        return not result.status and not result.reason

    def fail_info(self, proxy: StepProxy) -> str:
        """Why it did not."""
        return str(self._answer(proxy).result())

    def result(self, proxy: StepProxy) -> Any:
        """What it has made."""
        parameters, state = finalize_inputs(proxy.pardata, proxy.statedata)
        return publish(proxy.spec["publisher"], parameters, state, self.config)


def _script(job: Any) -> str:
    return f"{job['interpreter']} <<'FREEZEOUT_SCRIPT'\n{job['script']}\nFREEZEOUT_SCRIPT\n"


def main() -> int:
    """Run the workflow; whether all went well."""
    global _hands
    _hands = take()
    order = _hands.order
    workspace, options = order["workspace"], order["options"]
    os.chdir(workspace)
    shutil.rmtree(os.path.join(workspace, "_yadage"), ignore_errors=True)
    initial: dict[str, Any] = {}
    for path in options.get("initfiles") or ():
        with open(os.path.join(workspace, path), encoding="utf-8") as file:
            initial.update(yaml.safe_load(file) or {})
    initial.update(order["parameters"])
    try:
        toplevel = str(options.get("toplevel") or "")
        if not toplevel.startswith("github:"):
            toplevel = os.path.join(workspace, toplevel)
        # the client sends Yadage's file only, and no specification
        specification = order["specification"] or load(
            spec=order["file"],
            specopts={"toplevel": toplevel, "schema_name": _SCHEMA, "schemadir": None, "load_as_ref": False},
            validopts={"schema_name": _SCHEMA, "schemadir": None},
            validate=True,
        )
        _hands.plan(max(1, len(specification.get("stages", ()))))
        with steering_ctx(
            dataarg=workspace,
            dataopts={"initdir": os.path.join(workspace, options.get("initdir") or "")},
            initdata=initial,
            visualize=False,
            updateinterval=_POLL_SECONDS,
            backend=PacktivityBackend(packtivity_backend=StepBackend(), backendopts={}),
            workflow_json=specification,
            accept_metadir=True,
        ) as steering:
            steering.adage_argument(default_trackers=False)
    except Exception as error:
        logging.getLogger("yadage").error("the workflow failed: %s", error)
        _hands.fail(f"Yadage has given up: {error}")
        return 1
    _hands.done()
    return 0


if __name__ == "__main__":
    sys.exit(main())
