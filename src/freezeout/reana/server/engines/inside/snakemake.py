"""Snakemake, whose jobs are steps of the server: ``python -m freezeout…inside.snakemake``."""

from __future__ import annotations

import logging
import os
import sys
from concurrent.futures import Future
from typing import Any

import snakemake
from snakemake import scheduler
from snakemake.exceptions import WorkflowError
from snakemake.executors import CPUExecutor

from freezeout.reana.server.engines.inside.hands import Hands, take

_IMAGE = "docker.io/snakemake/snakemake:v7.32.4"
_hands: Hands


class StepExecutor(CPUExecutor):  # type: ignore[misc]
    """Snakemake's own executor, but for what does the work."""

    def run_single_job(self, job: Any) -> Future[None]:
        """Ask for a job; a rule without a command is done at once."""
        job.prepare()
        if not job.rule.norun:
            # all that is known by now: checkpoints may add more
            _hands.plan(sum(not one.rule.norun for one in self.dag.needrun_jobs(exclude_finished=False)))
        future: Future[None] = self.pool.submit(self._do, job)
        return future

    def _do(self, job: Any) -> None:
        if job.rule.norun:
            return
        if not job.is_shell:
            raise WorkflowError(f"rule {job.rule.name}: REANA runs rules with 'shell:' only")
        result = _hands.ask(
            name=_name(job),
            command=job.shellcmd,
            image=(job.container_img_url or _IMAGE).removeprefix("docker://"),
            hints=dict(job.resources.items()),
            folder=str(job.shadow_dir or ""),
        ).result()
        if result.status or result.reason:
            raise WorkflowError(f"rule {job.rule.name}: {result}")


def _name(job: Any) -> str:
    wildcards = ", ".join(f"{key}={value}" for key, value in job.wildcards.items())
    return f"{job.rule.name} ({wildcards})" if wildcards else str(job.rule.name)


def _report(name: str) -> bool:
    """Write Snakemake's report, which loads parts of it from the network."""
    order = _hands.order
    return bool(
        snakemake.snakemake(
            os.path.join(order["workspace"], order["file"]),
            config=order["parameters"],
            workdir=order["workspace"],
            report=os.path.join(order["workspace"], name),
            nocolor=True,
            lock=False,
        )
    )


def _as_meant(record: logging.LogRecord) -> bool:
    """Snakemake 7 says at the level of warnings what is for information."""
    if record.levelno == logging.WARNING:
        record.levelno, record.levelname = logging.INFO, "INFO"
    return bool(record.getMessage().strip())


def main() -> int:
    """Run the workflow; whether all went well."""
    global _hands
    _hands = take()
    logging.getLogger("snakemake.logging").addFilter(_as_meant)
    order = _hands.order
    scheduler.CPUExecutor = StepExecutor
    well = snakemake.snakemake(
        os.path.join(order["workspace"], order["file"]),
        config=order["parameters"],
        workdir=order["workspace"],
        cores=order["at_once"],
        printshellcmds=True,
        nocolor=True,
        # nobody else works here, and one that was killed could not say so
        lock=False,
        force_incomplete=True,
    )
    if not well:
        _hands.fail("Snakemake has given up; the log says why")
        return 1
    report = order["options"].get("report")
    if report and not _report(str(report)):
        logging.getLogger("snakemake.logging").error("the report could not be made: it needs the network")
    _hands.done()
    return 0


if __name__ == "__main__":
    sys.exit(main())
