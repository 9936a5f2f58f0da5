"""What happens inside a step of a workflow: ``python -m freezeout.executors.reana.step``.

The workspace is the folder that it runs in; the values of parameters come on standard input.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.executors.reana.submission import ABOUT, FOLDER, read_about
from freezeout.executors.reana.values import parsed, read_document
from freezeout.experiments.record import RunRecord
from freezeout.lake.did import DID
from freezeout.settings import home

_KERNEL = "python3"
"""That of the step's own interpreter, whatever name it has where the notebook was written."""

RUNS, RESULTS, FAILED = Path("runs"), Path("results"), Path("failed")


def main(words: list[str]) -> int:
    """Do a step; 0 when all went well."""
    try:
        # also when a step before this one, or somebody, has removed it
        content = Path(ABOUT).read_bytes() if Path(ABOUT).is_file() else b""
        about = read_about(content, "this workspace")
        steps: dict[str, Callable[[], int]] = {
            "run": lambda: run_experiment(about, _values(about, words[1:])),
            "notebook": lambda: run_notebook(about, _values(about, words[1:])),
            "fetch": lambda: fetch(about, words[1:]),
            "summary": summarise,
            "point": lambda: run_point(about, words[1], words[2]),
            "gather": lambda: gather(about),
        }
        return steps[words[0]]()
    except FreezeoutError as error:
        say(str(error))
        return error.exit_status


def fetch(about: Mapping[str, Any], words: list[str]) -> int:
    """Bring what the run needs of the lake: its inputs when that is said, and data that parameters name."""
    if words[:1] == ["inputs"]:
        words = words[1:]
        if about["kind"] == "notebook":
            fetch_beside(about["inputs_of_lake"])
        else:
            fetch_inputs(str(about["experiment"]))
    return fetch_data(_named(about, _values(about, words)))


def _named(about: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters that name data and what they name, by every point of a scan too."""
    points = about["points"] if about["kind"] == "scan" else [{}]
    pairs = [(name, point.get(name, said.get(name))) for point in points for name in about["data"]]
    return [(name, str(did)) for name, did in dict.fromkeys(pairs) if did not in (None, "", "null", "None")]


def fetch_inputs(id: str) -> None:
    """Bring an experiment's inputs, which are registered in the lake as its own, to where they belong."""
    from freezeout.experiments.folder import experiment
    from freezeout.lake.files.get import fetched

    found = experiment(id)
    entries: Mapping[str, Mapping[str, str]] = found.description["inputs"]  # type: ignore[assignment]
    for entry in entries.values():
        target = found.folder / entry["file"]
        ((_, path),) = fetched(f"{id}:{target.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    say(f"{len(found.inputs)} inputs of {id} are there, checksums in order")


def fetch_beside(dids: list[str]) -> None:
    """Bring data to where the notebook finds it beside itself; of a dataset in a folder of its name."""
    for did in dids:
        say(f"{did}: {_fetched(did, Path(FOLDER) / 'notebook')} beside the notebook, checksums in order")


def summarise() -> int:
    """Draw the limits of this workspace's runs over those that are published."""
    place = Path("summary")
    place.mkdir(exist_ok=True)
    words = [word for suffix in ("html", "pdf", "png") for word in ("-o", str(place / f"summary.{suffix}"))]
    return subprocess.call([sys.executable, "-P", "-m", "freezeout.cli", "plot", "--runs", str(RUNS), *words])


def fetch_data(dids: Sequence[tuple[str, str]]) -> int:
    """Bring the data that parameters name into the workspace's cache, each file verified."""
    for name, did in dids:
        say(f"{name}: {did}, {_fetched(did)}, checksums in order")
    return 0


def _fetched(did: str, to: Path | None = None) -> str:
    """Bring data here, note where it is for the steps that follow, and say how much it is."""
    from freezeout.lake.files import manifest
    from freezeout.lake.files.amount import amount
    from freezeout.lake.files.get import fetched

    found = fetched(did, to)
    manifest.note(DID.parse(did), found)
    return f"{len(found)} files, {amount(sum(file.bytes or 0 for file, _ in found))}"


def run_experiment(about: Mapping[str, Any], texts: Mapping[str, str]) -> int:
    """Run the experiment that the workspace carries."""
    record = _run(about, texts)
    say(f"run {record.run_id} is complete: {RUNS / record.run_id}")
    return 0


def _run(about: Mapping[str, Any], texts: Mapping[str, str]) -> RunRecord:
    from freezeout.experiments.folder import experiment
    from freezeout.experiments.run import run

    id = str(about["experiment"])
    values = parsed(experiment(id).parameters, texts)
    try:
        return run(id, values, preset=str(about["preset"]), folder=RUNS, reuse=True, progress=True)
    finally:
        _keep_failed()


def run_point(about: Mapping[str, Any], number: str, common: str) -> int:
    """Run one point of a scan; one that fails is told at the end, and the others go on."""
    from freezeout.executors.reana.points import point_file

    point = about["points"][int(number)]
    said: dict[str, object] = {"point": point}
    try:
        texts = {name: as_text(value) for name, value in {**json.loads(common), **point}.items()}
        record = _run(about, texts)
        said["run_id"] = record.run_id
        say(f"point {number} is run {record.run_id}")
    except FreezeoutError as error:
        said["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
        say(f"point {number} failed: {error}")
    place = Path(point_file(int(number)))
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return 0


def gather(about: Mapping[str, Any]) -> int:
    """Say how the points of a scan ended; those that failed are forgotten, so that a restart does them."""
    from freezeout.executors.reana.points import point_file

    failed = 0
    for number, point in enumerate(about["points"]):
        place = Path(point_file(number))
        said = json.loads(place.read_text(encoding="utf-8"))
        if "error" in said:
            failed += 1
            words = ", ".join(f"{name}={value}" for name, value in point.items())
            say(f"point {number} ({words}) failed: {said['error']['message']}")
            place.rename(place.with_suffix(".failed.json"))
        else:
            place.with_suffix(".failed.json").unlink(missing_ok=True)
    total = len(about["points"])
    say(f"{total - failed} of {total} points are complete")
    if failed == 0:
        Path("points", "complete").touch()
    return 1 if failed else 0


def run_notebook(about: Mapping[str, Any], texts: Mapping[str, str]) -> int:
    """Execute the notebook that the workspace carries, where its inputs are, and keep what it wrote."""
    from freezeout.executors.reana.notebook import read_notebook
    from freezeout.experiments.notebook import NotebookFailed, execute
    from freezeout.experiments.run import new_run_id
    from freezeout.experiments.surroundings import surroundings
    from freezeout.staging import staged

    carried = Path(FOLDER) / "notebook"
    found = read_notebook((carried / about["notebook"]).absolute())
    values = found.check(found.parse(texts))
    around = surroundings(str(about["environment"]["name"]))
    shutil.rmtree(RESULTS, ignore_errors=True)  # of a run of before, when this is a restart
    with around.in_use(), staged(RESULTS.absolute()) as folder:
        shutil.copytree(carried, folder, dirs_exist_ok=True)
        given = [folder / path.relative_to(carried) for path in carried.rglob("*") if path.is_file()]
        before = {path: _state(path) for path in given}
        try:
            text = execute(
                found.path,
                values,
                folder,
                new_run_id(),
                True,
                around.kernel or _KERNEL,
                _KERNEL,
                own=False,
            )
        except NotebookFailed as failure:
            kept = FAILED / found.path.name
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(failure.notebook, encoding="utf-8")
            raise FreezeoutError(
                f"{found.path.name} failed in {failure.where}: {failure.name}: {failure.value}",
                hint=f"the executed notebook is {kept}",
                code="notebook_failed",
            ) from failure
        for path, state in before.items():
            if path.is_file() and _state(path) == state:
                path.unlink()  # an input, which is where it came from
        only_files(folder)
        (folder / found.path.name).write_text(text, encoding="utf-8")
    say(f"{found.path.name} is done: {RESULTS}")
    return 0


def only_files(folder: Path) -> None:
    """Only files can come home: a link to one in here becomes a copy, other links and pipes are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            target = Path(os.path.realpath(path))  # of a link to itself, it; pathlib's raises
            path.unlink()
            if target.is_file() and target.is_relative_to(os.path.realpath(folder)):
                shutil.copy2(target, path)
                continue
        elif path.is_file() or path.is_dir():
            continue
        else:
            path.unlink()
        say(f"{path.relative_to(folder)} is left out: it is no file of the results")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _state(path: Path) -> tuple[int, int]:
    return path.stat().st_mtime_ns, path.stat().st_size


def _values(about: Mapping[str, Any], words: list[str]) -> dict[str, str]:
    """What the here-document says, or the words of the command: one JSON object, or name=value each."""
    if words:
        return _of_words(words)
    text = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    found = read_document(text, str(about["marker"]))
    if text.strip() and not found:
        raise InputError("the values of the parameters cannot be read from this step's command")
    return found


def _of_words(words: list[str]) -> dict[str, str]:
    if len(words) == 1 and words[0].startswith("{"):
        return {name: as_text(value) for name, value in json.loads(words[0]).items()}
    return {name: text for name, _, text in (word.partition("=") for word in words)}


def as_text(value: object) -> str:
    """A value as REANA would write it into a command."""
    return value if isinstance(value, str) else json.dumps(value)


def _keep_failed() -> None:
    """The executed notebook of a run that failed goes where the user looks."""
    for path in (home() / "failed").glob("*.ipynb"):
        FAILED.mkdir(exist_ok=True)
        shutil.move(path, FAILED / path.name)
        say(f"the executed notebook is {FAILED / path.name}")


def say(line: str) -> None:
    """For the log of the step."""
    sys.stderr.write(f"freezeout: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
