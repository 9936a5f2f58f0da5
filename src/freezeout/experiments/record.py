"""The record of a run: ``run.json`` in the run's folder."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import verify
from freezeout.limits import hepdata
from freezeout.limits.curve import LimitCurve
from freezeout.settings import runs_folder

SCHEMA_VERSION = 1
FILE = "run.json"
RUN_ID = re.compile(r"[a-z0-9-]{8,40}")
_NEEDED = ("run_id", "experiment", "parameters", "outputs", "status", "started_at", "finished_at")


@dataclass(frozen=True)
class RunRecord:
    """One complete run.

    Attributes
    ----------
    path : Path
        The run's folder.
    data : mapping
        All of ``run.json``.
    """

    path: Path
    data: Mapping[str, object]

    @property
    def run_id(self) -> str:
        """Short name, sortable by time."""
        return str(self.data["run_id"])

    @property
    def experiment(self) -> str:
        """Id of the experiment."""
        return str(self.data["experiment"])

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return str(self.data["started_at"])

    @property
    def parameters(self) -> Mapping[str, object]:
        """Every parameter with the value that was used."""
        return self.data["parameters"]  # type: ignore[return-value]

    def output(self, name: str) -> Path:
        """Path of an output file, verified by its checksum.

        Raises
        ------
        InputError
            When the run has no such file, or it is missing, damaged or was changed.
        """
        outputs: Mapping[str, Mapping[str, object]] = self.data["outputs"]  # type: ignore[assignment]
        if name not in outputs:
            raise InputError(f"run {self.run_id} has no {name}", hint=f"it has {', '.join(outputs)}")
        return verify(self.path / name, str(outputs[name]["sha256"]))

    def limit(self) -> LimitCurve:
        """The limit that the run computed.

        Raises
        ------
        InputError
            When ``limit.yaml`` is damaged or was changed.
        """
        return hepdata.read(self.output("limit.yaml"))

    def to_json(self) -> str:
        """The record as text, with the folder where it is now."""
        return json.dumps({**self.data, "path": str(self.path)}, indent=1)


def read_record(folder: Path) -> RunRecord:
    """Read the record in `folder`.

    Raises
    ------
    InputError
        When there is none, it is damaged, or a newer version wrote it.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{folder} holds no run: cannot read {path}", code="unknown_run") from error
    except ValueError as error:
        raise InputError(f"{path} is damaged: it is not JSON", code="run_damaged") from error
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise InputError(f"{path} is damaged: it has no schema_version", code="run_damaged")
    if data["schema_version"] > SCHEMA_VERSION:
        raise InputError(
            f"{path} was written by a newer Freezeout (schema {data['schema_version']}, "
            f"this one reads {SCHEMA_VERSION})",
            hint="update Freezeout",
            code="run_newer",
        )
    missing = [name for name in _NEEDED if name not in data]
    if missing or not all(isinstance(data.get(name), dict) for name in ("parameters", "outputs")):
        raise InputError(
            f"{path} is damaged: it lacks {', '.join(missing) or 'its tables'}", code="run_damaged"
        )
    texts = all(isinstance(data[name], str) for name in _NEEDED if name not in ("parameters", "outputs"))
    if not texts or not all(map(_is_output, data["outputs"].values())):
        raise InputError(f"{path} is damaged: its entries are not those of a run", code="run_damaged")
    return RunRecord(folder, data)


def _is_output(entry: object) -> bool:
    return isinstance(entry, dict) and {"bytes", "sha256", "adler32"} <= set(entry)


def scan_runs(folder: Path | None = None) -> tuple[list[RunRecord], list[InputError]]:
    """Complete runs below `folder` (default: where runs go), newest first, and what is damaged."""
    root = runs_folder() if folder is None else Path(folder)
    found, damaged = [], []
    if root.is_dir():
        for path in sorted(root.iterdir(), reverse=True):
            if RUN_ID.fullmatch(path.name) and (path / FILE).is_file():
                try:
                    found.append(read_record(path))
                except InputError as error:
                    damaged.append(error)
    return found, damaged


def runs(folder: Path | None = None) -> list[RunRecord]:
    """Complete runs below `folder` (default: where runs go), newest first."""
    return scan_runs(folder)[0]


def find_run(name: str, folder: Path | None = None) -> RunRecord:
    """The run of this id, of this unambiguous start of an id, or in this folder.

    Raises
    ------
    InputError
        When there is none, or more than one.
    """
    with contextlib.suppress(OSError):  # longer than a file's name may be
        if (Path(name) / FILE).is_file():
            return read_record(Path(name).absolute())
    root = runs_folder() if folder is None else Path(folder)
    if RUN_ID.fullmatch(name) and (root / name / FILE).is_file():
        return read_record(root / name)
    matching = [record for record in runs(root) if name and record.run_id.startswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise InputError(f"{len(matching)} runs start with '{name}'", hint="give more of the id",
                         code="unknown_run")  # fmt: skip
    raise InputError(f"there is no run '{name}' in {root}", hint="'freezeout runs' lists them",
                     code="unknown_run")  # fmt: skip
