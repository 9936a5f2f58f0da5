"""All that a card, a table or a program is told about an environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from freezeout.environments.folder import Environment
from freezeout.environments.installation import Installation, installation
from freezeout.environments.lock import Lock, normalised
from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Job
from freezeout.settings import home

STATES = ("unavailable", "ready", "building", "built", "outdated", "broken")


def cards(environments: Iterable[Environment]) -> list[dict[str, Any]]:
    """A card for each environment; starts no process and reads only small files."""
    live = {job.subject: job for job in _live_jobs()}
    return [card(one, live.get(f"environment:{one.name}")) for one in environments]


def _live_jobs() -> list[Job]:
    if not (home() / "jobs").is_dir():
        return []
    from freezeout.jobs.store import live_jobs

    return live_jobs()


def card(environment: Environment, job: Job | None = None) -> dict[str, Any]:
    """What is known of one environment.

    Parameters
    ----------
    environment : Environment
        It.
    job : Job, optional
        What is being done to it just now.

    Returns
    -------
    dict
        ``state`` is one of `STATES`; ``ready`` means ready to build. See the schema `Environment`
        of ``jupyter_ext/openapi.yaml`` for the rest.
    """
    said = environment.description
    problem: str | None = None
    lock: Lock | None = None
    built: Installation | None = None
    try:
        lock = environment.lock
        built = installation(environment.name)
        problem = (built.fault() or built.kernel_fault()) if built else None
    except FreezeoutError as error:
        problem = str(error)
    obstacle = environment.obstacle()
    state = _state(job, built, problem, lock, obstacle is not None)
    reason = problem or (str(obstacle) if obstacle and state == "unavailable" else "")
    data: Mapping[str, Any] = built.data if built else {}
    versions = built.packages if built else (lock.packages if lock else {})
    return {
        "name": environment.name,
        "title": environment.title,
        "summary": said["summary"],
        "status": environment.status,
        "state": state,
        "reason": reason,
        "missing": list(said.get("missing", [])),
        "substitute": said.get("substitute"),
        "builder": environment.builder,
        "own": environment.own,
        "folder": str(environment.folder),
        "offered_as": list(said.get("offered_as", [])),
        "packages": [
            {"name": name, "version": versions.get(normalised(name))} for name in said.get("packages", [])
        ],
        "python": data.get("python_version") or said.get("python", ">=3.11"),
        "kernels": list(built.kernels) if built else [],
        "megabytes": round(data["bytes"] / 1e6) if data.get("bytes") else said.get("megabytes"),
        "seconds": data.get("seconds") or said.get("seconds"),
        "built_at": data.get("built_at"),
        "smoke": data.get("smoke"),
        "lock_sha256": lock.sha256 if lock else None,
        "built_lock_sha256": data.get("lock_sha256"),
        "install": _install(environment),
        "job": job.to_dict() if job else None,
    }


def _state(
    job: Job | None, built: Installation | None, problem: str | None, lock: Lock | None, obstacle: bool
) -> str:
    if job is not None and job.kind == "environment-build":
        return "building"
    if problem:
        return "broken"
    if built is not None:
        of_old = lock is not None and built.data.get("lock_sha256") not in (None, lock.sha256)
        return "outdated" if of_old else "built"
    return "unavailable" if obstacle else "ready"


def _install(environment: Environment) -> str:
    """The line that installs the same packages elsewhere."""
    if environment.builder == "conda":
        return f"micromamba create --name {environment.name} --file {environment.lock_file}"
    if environment.builder == "cvmfs" or not environment.lock_file.is_file():
        return ""
    return f"python -m pip install --require-hashes -r {environment.lock_file}"
