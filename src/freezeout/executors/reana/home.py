"""Home from a workspace: complete runs among the runs, a notebook's results beside it, failures kept."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.executors.reana.sending import remembered
from freezeout.executors.reana.submission import ABOUT, name_of, read_about
from freezeout.experiments.record import FILE, RUN_ID, RunRecord, read_record
from freezeout.files import checksums, disk_errors, write_atomically
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.shield import undisturbed
from freezeout.limits import hepdata
from freezeout.limits.store import add
from freezeout.reana.client.client import Client
from freezeout.reana.client.workflow import File, Logs, Workflow
from freezeout.settings import home, runs_folder, user_path

_NOBODY = Reporter()
_LARGEST = 4 << 20
_AT_ONCE = 50
_LONGEST = 500
_OURS, _NOT_TELLING = "freezeout: ", ("this interpreter is", "the executed notebook is", "installing the")
_LOOKED_AT = ("runs/", "outputs/runs/", "results/", "failed/", "points/")
_RUN = re.compile(r"(?:outputs/)?runs/([^/]+)/run\.json")
_IN_WORKSPACE = re.compile(r" \(the executed notebook is failed/.*\)$")
_POINT = re.compile(r"points/\d+(\.failed)?\.json")


@dataclass(frozen=True)
class Homecoming:
    """What came home from a workflow.

    Attributes
    ----------
    workflow : Workflow
        As it was then.
    kind : str
        experiment, notebook or scan.
    records : tuple of RunRecord
        Its complete runs, those that were here before too.
    results : Path or None
        The folder with what a notebook wrote.
    limit : str or None
        The id among the user's own curves of a limit that a notebook kept.
    failed : tuple of str
        Points of a scan that failed, with the reason.
    kept : tuple of Path
        Executed notebooks and logs of what failed.
    reason : str
        Why the workflow failed, in the words of what failed.
    """

    workflow: Workflow
    kind: str
    records: tuple[RunRecord, ...] = ()
    results: Path | None = None
    limit: str | None = None
    failed: tuple[str, ...] = ()
    kept: tuple[Path, ...] = ()
    reason: str = ""


def fetch(
    workflow: str,
    client: Client,
    *,
    folder: Path | None = None,
    reporter: Reporter = _NOBODY,
) -> Homecoming:
    """Bring home what a workflow has made so far; what is here already stays.

    Parameters
    ----------
    workflow : str
        Id or name.
    folder : Path, optional
        Where run folders go (default: the setting ``runs``), or a notebook's results (default: beside
        the notebook when it was submitted from here, else the current folder).

    Raises
    ------
    InputError
        When it is no workflow that Freezeout has made.
    FreezeoutError
        When a file is damaged or cannot be had; nothing half-made is left.
    """
    now = client.status(workflow)
    about = _about(now, client)
    files = [one for one in client.all_files(now.id) if one.path.startswith(_LOOKED_AT)]
    kept, reason = _keep_failures(now, client, files)
    if about["kind"] == "notebook":
        results, limit = _results(now, client, about, files, folder, reporter)
        return Homecoming(now, "notebook", results=results, limit=limit, kept=kept, reason=reason)
    root = user_path(folder) if folder is not None else runs_folder()
    records = _runs(now, client, about, files, root, reporter)
    failed = _failed_points(now, client, files) if about["kind"] == "scan" else ()
    return Homecoming(now, str(about["kind"]), tuple(records), failed=failed, kept=kept, reason=reason)


def _about(now: Workflow, client: Client) -> dict[str, Any]:
    try:
        content = client.read(now.id, ABOUT, _LARGEST)
    except InputError as error:
        if error.code != "unknown_file":
            raise
        content = b""
    return read_about(content, f"the workflow {now.full_name}")


def _runs(
    now: Workflow,
    client: Client,
    about: Mapping[str, Any],
    files: Sequence[File],
    root: Path,
    reporter: Reporter,
) -> list[RunRecord]:
    there = {found[1]: one.path for one in files if (found := _RUN.fullmatch(one.path))}
    ids = sorted(id for id in there if RUN_ID.fullmatch(id))
    missing = [id for id in ids if not (root / id / FILE).is_file()]
    if missing:
        with _aside(root, now.id) as aside:
            for start in range(0, len(missing), _AT_ONCE):
                part = missing[start : start + _AT_ONCE]
                reporter.progress(
                    0.9 + 0.08 * start / len(missing), f"bringing runs home: {start} of {len(missing)}"
                )
                places = {id: there[id].removesuffix(f"/{FILE}") for id in part}
                client.download(now.id, list(places.values()), aside)
                for id in part:
                    _take_in(aside / places[id], root / id, str(about["experiment"]), _executor(now, client))
    return [read_record(root / id) for id in ids]


def _take_in(arrived: Path, target: Path, experiment: str, executor: Mapping[str, str]) -> None:
    """Give a run that is what its record says its place; another one of this id stays."""
    record = read_record(arrived)
    if record.run_id != target.name or record.experiment != experiment:
        raise _damaged(target.name, f"its record is that of {record.experiment} {record.run_id}")
    outputs: Mapping[str, Mapping[str, object]] = record.data["outputs"]  # type: ignore[assignment]
    for name, said in outputs.items():
        path = arrived / name
        if not path.resolve().is_relative_to(arrived.resolve()) or not path.is_file() or path.is_symlink():
            raise _damaged(target.name, f"its {name} is missing")
        if checksums(path) != dict(said):
            raise _damaged(target.name, f"its {name} is not the one that was made")
    for path in [one for one in arrived.rglob("*") if one.is_file()]:
        if path.relative_to(arrived).as_posix() not in {*outputs, FILE}:
            path.unlink()
    content = {**record.data, "path": str(target), "executor": dict(executor)}
    write_atomically(arrived / FILE, json.dumps(content, indent=1))
    with undisturbed(), disk_errors(target):
        if not (target / FILE).is_file():
            os.rename(arrived, target)


def _executor(now: Workflow, client: Client) -> dict[str, str]:
    """Where a run was made; never the token."""
    return {
        "name": "reana",
        "server": client.connection.current().url,
        "workflow": now.id,
        "workflow_name": now.full_name,
    }


def _results(
    now: Workflow,
    client: Client,
    about: Mapping[str, Any],
    files: Sequence[File],
    folder: Path | None,
    reporter: Reporter,
) -> tuple[Path | None, str | None]:
    place = user_path(folder) if folder is not None else remembered(now.id) or Path.cwd()
    stem = Path(str(about["notebook"])).stem
    # a workflow has the notebook's name unless the user gave it another
    target = place / (f"{stem}-{now.run}" if now.name == name_of(stem) else f"{stem}-{now.full_name}")
    if target.is_dir():
        return target, None
    if not any(one.path.startswith("results/") for one in files):
        return None, None
    reporter.progress(0.92, f"bringing the results home: {target.name}")
    with _aside(place, now.id) as aside:
        # another may have brought them while this one waited for it
        if not target.is_dir():
            client.download(now.id, ["results"], aside)
            with undisturbed(), disk_errors(target):
                os.rename(aside / "results", target)
    return target, _own_limit(target)


def _own_limit(results: Path) -> str | None:
    """A limit that a notebook kept becomes one of the user's own, so that every plot can show it."""
    path = results / "limit.yaml"
    if not path.is_file():
        return None
    try:
        curve = hepdata.read(path).with_(id=re.sub(r"[^a-z0-9]+", "-", results.name.lower()).strip("-")[:80])
        return add(curve, replace=True).id
    except FreezeoutError:
        return None  # it is no limit that a plot could show; the file is there


def _failed_points(now: Workflow, client: Client, files: Sequence[File]) -> tuple[str, ...]:
    told = []
    for one in files:
        if _POINT.fullmatch(one.path):
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                said = json.loads(client.read(now.id, one.path, _LARGEST))
                words = ", ".join(f"{name}={value}" for name, value in said["point"].items())
                told.append(f"{words}: {said['error']['message']}")
    return tuple(sorted(told))


def _keep_failures(now: Workflow, client: Client, files: Sequence[File]) -> tuple[tuple[Path, ...], str]:
    """The executed notebooks of what failed, what the steps said, and why it failed."""
    notebooks = [one.path for one in files if one.path.startswith("failed/")]
    if now.status not in ("failed", "stopped") and not notebooks:
        return (), ""
    place = home() / "failed" / now.full_name
    logs = client.logs(now.id)
    kept = [write_atomically(place / "reana.log", as_text(logs))]
    if notebooks:
        with _aside(place, now.id) as aside:
            for path in client.download(now.id, notebooks, aside):
                with disk_errors(path):
                    os.replace(path, place / path.name)
                kept.append(place / path.name)
    return tuple(kept), reason_of(logs)


def reason_of(logs: Logs) -> str:
    """Why a workflow failed: what Freezeout said in the step that did, else what the engine said last."""
    failed = [step.log.splitlines() for step in logs.steps if step.status == "failed"]
    ours = [line.removeprefix(_OURS) for lines in failed for line in lines if line.startswith(_OURS)]
    telling = [line for line in ours if not line.startswith(_NOT_TELLING)]
    engine = [line.strip() for line in logs.workflow_log.splitlines() if line.strip()]
    others = [line.strip() for lines in failed for line in lines if line.strip()]
    words = telling or engine or others or ["it does not say why"]
    return _IN_WORKSPACE.sub("", words[-1])[:_LONGEST]


def as_text(logs: Logs) -> str:
    """All that a workflow said, as people read it."""
    parts = [logs.workflow_log, logs.engine_log]
    for step in logs.steps:
        parts += [f"\n== {step.name or step.id}: {step.status}\n{step.command}\n", step.log]
    return "\n".join(part.rstrip() for part in parts if part.strip()) + "\n"


@contextmanager
def _aside(folder: Path, workflow: str) -> Iterator[Path]:
    """A hidden folder for what comes from a workflow; one that was broken off goes on in it."""
    aside = folder / f".reana-{workflow}"
    lock = folder / f".reana-{workflow}.lock"
    with disk_errors(aside):
        folder.mkdir(parents=True, exist_ok=True)
        handle = _locked(lock)
    try:
        with disk_errors(aside):
            aside.mkdir(exist_ok=True)
        try:
            yield aside
        except InputError:
            shutil.rmtree(aside, ignore_errors=True)  # the same again would end the same
            raise
        shutil.rmtree(aside, ignore_errors=True)
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    """The file, open and locked by this process alone: the one before it may have removed its own."""
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _damaged(run_id: str, why: str) -> FreezeoutError:
    return FreezeoutError(
        f"the run {run_id} did not come home as it was made: {why}",
        hint="fetch it again; was its workspace changed?",
        code="run_damaged",
    )
