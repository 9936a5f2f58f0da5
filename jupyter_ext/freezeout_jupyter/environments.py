"""The environments: listed for cards, and built, tested, removed and cloned."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.base import Api, describe
from freezeout_jupyter.copies import path_below

if TYPE_CHECKING:
    from freezeout.environments.folder import Environment
    from freezeout.jobs.job import Job


class Environments(Api):
    """``GET /freezeout/api/environments``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all environments; a folder that is not in order is a problem, not the end."""
        self.finish(await self.in_thread(lambda: catalogue(self.root)))


class OneEnvironment(Api):
    """``GET`` and ``DELETE /freezeout/api/environments/<id>``."""

    @web.authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Answer one environment with all its packages."""
        self.finish(await self.in_thread(lambda: whole_card(id, self.root)))

    @web.authenticated
    @authorized
    async def delete(self, id: str) -> None:
        """Remove what was built; its folder of recipes stays."""
        force = self.flag("force")
        await self.in_thread(lambda: _remove(id, force))
        self.set_status(204)
        self.finish()


class EnvironmentLock(Api):
    """``GET /freezeout/api/environments/<id>/lock``."""

    @web.authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Answer the lock's text and what a run's record knows it by."""
        self.finish(await self.in_thread(lambda: lock_text(id)))


class EnvironmentBuild(Api):
    """``POST /freezeout/api/environments/<id>/build``."""

    @web.authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Start a job that builds it, and answer the job; the one that runs when there is one."""
        force = bool(self.body({"force": bool}).get("force", False))
        await self.begin(lambda: _build(id, force))


class EnvironmentTest(Api):
    """``POST /freezeout/api/environments/<id>/test``."""

    @web.authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Start a job that tests it, and answer the job; the one that runs when there is one."""
        self.body({})
        await self.begin(lambda: _test(id))


class EnvironmentClone(Api):
    """``POST /freezeout/api/environments/<id>/clone``."""

    @web.authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Copy its folder to the user's own, under another name, and answer the copy."""
        wanted = self.body({"name": str, "title": str}, required=["name"])
        card = await self.in_thread(lambda: _clone(id, wanted["name"], wanted.get("title"), self.root))
        self.set_status(201)
        self.finish(card)


def catalogue(root: Path) -> dict[str, list[dict[str, Any]]]:
    """All environments as the API shows them, and what is wrong with those that cannot be read."""
    from freezeout.environments.card import cards
    from freezeout.environments.folder import scan_environments

    found, damaged = scan_environments()
    notebooks = _notebooks(root)
    listed = cards(found)
    broken = {card["name"] for card in listed if card["state"] == "broken"}
    if broken:
        from freezeout.environments.build import mend_kernels

        # Jupyter passes over a damaged kernel.json in silence, and so over what would tell of the fault
        mend_kernels(one for one in found if one.name in broken)
        listed = cards(found)
    return {
        "environments": [{**card, "notebooks": notebooks.get(card["name"], [])} for card in listed],
        "problems": [{"id": _subject(error), **describe(error, 400)} for error in damaged],
    }  # fmt: skip


def whole_card(id: str, root: Path) -> dict[str, Any]:
    """One environment as the API shows it, with all its packages."""
    from freezeout.environments.card import card
    from freezeout.environments.folder import environment
    from freezeout.jobs.store import jobs

    found = environment(id)
    live = next((job for job in jobs() if job.live and job.subject == f"environment:{id}"), None)
    return {
        **card(found, live),
        "notebooks": _notebooks(root).get(id, []),
        "all_packages": [
            {"name": name, "version": version} for name, version in sorted(_packages(found).items())
        ],
    }


def lock_text(id: str) -> dict[str, str]:
    """An environment's lock.

    Raises
    ------
    InputError
        When there is no such environment, or it has no lock.
    """
    from freezeout.environments.folder import environment

    found = environment(id)
    lock = found.lock
    if lock is None:
        raise InputError(f"'{id}' has no lock", hint=f"freezeout env lock {id}", code="no_lock")
    return {"name": id, "sha256": lock.sha256, "text": lock.path.read_text(encoding="utf-8")}


def _packages(found: Environment) -> dict[str, str]:
    """What is installed; where nothing is, what the lock would install."""
    from freezeout.environments.installation import installation

    try:
        built = installation(found.name)
        lock = found.lock
    except FreezeoutError:
        return {}
    return dict(built.packages if built else lock.packages if lock else {})


def _notebooks(root: Path) -> dict[str, list[dict[str, Any]]]:
    """The experiments' notebooks by the environment that they run in."""
    from freezeout.experiments.folder import experiment_folders, read_experiment

    found: dict[str, list[dict[str, Any]]] = {}
    for _, folder in sorted(experiment_folders().items()):
        with contextlib.suppress(FreezeoutError):  # the list of experiments says what is wrong with it
            one = read_experiment(folder)
            found.setdefault(one.environment, []).append(
                {"experiment": one.id, "title": one.title, "path": path_below(root, one.notebook)}
            )
    return found


def _build(id: str, force: bool) -> Job:
    from freezeout.environments.build import start_build

    return start_build(id, force)


def _test(id: str) -> Job:
    from freezeout.environments.build import start_test
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import require

    require(environment(id))
    return start_test(id)


def _remove(id: str, force: bool) -> None:
    from freezeout.environments.folder import environment_folders
    from freezeout.environments.installation import installation
    from freezeout.environments.kernels import registered
    from freezeout.environments.removal import remove

    if id not in environment_folders() and installation(id) is None and not registered(id):
        from freezeout.environments.folder import environment

        environment(id)  # says that there is none, and names the near one
    remove(id, force)


def _clone(id: str, name: str, title: str | None, root: Path) -> dict[str, Any]:
    from freezeout.environments.card import card
    from freezeout.environments.clone import clone

    made = clone(id, name, title)
    return {**card(made), "notebooks": _notebooks(root).get(made.name, [])}


def _subject(error: FreezeoutError) -> str:
    """The name of the environment that an error is about: of its folder, or in quotes."""
    before, found, _ = error.message.partition("/environment.yaml")
    if found:
        return Path(before.removeprefix("cannot read ")).name
    return error.message.split("'")[1] if "'" in error.message else ""
