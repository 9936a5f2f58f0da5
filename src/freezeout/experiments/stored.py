"""A run in the data lake: one dataset with all files of its folder, found by what the run was."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from freezeout.errors import FreezeoutError, InputError
from freezeout.experiments.record import FILE, RUN_ID, RunRecord, read_record
from freezeout.files import checksums, disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.known import connection, connections
from freezeout.settings import runs_folder, user_path
from freezeout.staging import staged

SCOPE = "freezeout"
"""The scope of runs in the embedded lake; elsewhere they are in the user's own."""

_PREFIX = "runs"
_PARAMETER = "parameter_"


def lake_is_up(name: str = "") -> bool:
    """Whether a lake is connected and something answers at its address; takes no time to speak of."""
    try:
        where = urlsplit(connection(name).url)
        port = where.port or (443 if where.scheme == "https" else 80)
        with socket.create_connection((where.hostname or "", port), timeout=2):
            return True
    except (OSError, FreezeoutError, ValueError):
        return False


def is_connected() -> bool:
    """Whether any lake is known, up or not."""
    try:
        return bool(connections())
    except FreezeoutError:
        return True  # one that cannot be read is worth a word


def dataset_of(record: RunRecord, scope: str) -> DID:
    """The name of a run's dataset.

    Examples
    --------
    >>> run = RunRecord(Path("."), {"experiment": "darkside50", "run_id": "20260101-000000000-abcd"})
    >>> str(dataset_of(run, "freezeout"))
    'freezeout:runs.darkside50.20260101-000000000-abcd'
    """
    return DID(scope, f"{_PREFIX}.{record.experiment}.{record.run_id}")


def store(record: RunRecord, *, lake: str = "", reporter: Reporter | None = None) -> DID:
    """Put all files of a run into the lake; done again it goes on, or finds that all is there.

    Raises
    ------
    InputError
        When a file of the run is missing or was changed, or the lake has another run of this id.
    FreezeoutError
        When the lake cannot be reached; what is missing is put there the next time.
    """
    from freezeout.lake.files.plan import Item, Plan
    from freezeout.lake.files.put import deliver

    where = connection(lake)
    dataset = dataset_of(record, scope_of(where))
    outputs: Mapping[str, object] = record.data["outputs"]  # type: ignore[assignment]
    paths = {FILE: record.path / FILE, **{name: record.output(name) for name in outputs}}
    items = tuple(Item(path, DID(dataset.scope, f"{dataset.name}/{name}")) for name, path in paths.items())
    deliver(where, Plan(items, dataset), metadata=metadata_of(record), complete=True, reporter=reporter)
    return dataset


def scope_of(where: Connection) -> str:
    """The scope that runs are stored in."""
    return SCOPE if where.kind == "embedded" else where.scope


def metadata_of(record: RunRecord) -> dict[str, object]:
    """What a run's dataset is found by: what the limit is, and every parameter that is one value."""
    from freezeout.lake.catalogue.metadata import OF_RUCIO, OF_USERS

    curve = record.limit()
    said: dict[str, object] = {
        name: value
        for name, value in record.parameters.items()
        if isinstance(value, str | int | float | bool) and len(str(value)) <= 200
    }
    versions = record.data.get("versions")
    environment = record.data.get("environment")
    said |= {
        "experiment": record.experiment,
        "run_id": record.run_id,
        "plane": curve.plane,
        "kind": curve.kind,
        "provenance_of_limit": curve.provenance,
        "preset": str(record.data.get("preset", "")),
        "created": record.started_at,
        "freezeout_version": str(versions.get("freezeout", "")) if isinstance(versions, dict) else "",
        "environment": str(environment.get("name", "")) if isinstance(environment, dict) else "",
    }
    if curve.confidence_level is not None:
        said["confidence_level"] = curve.confidence_level
    taken = {*OF_RUCIO, *OF_USERS}
    return {f"{_PARAMETER}{name}" if name in taken else name: value for name, value in said.items()}


def fetch(
    did: str, *, folder: Path | None = None, lake: str = "", reporter: Reporter | None = None
) -> RunRecord:
    """Bring a run's dataset home as a folder of its own among the runs; one that is there stays.

    Parameters
    ----------
    did : str
        The dataset, or the run's id.

    Raises
    ------
    InputError
        When the dataset is no run, or another run of this id is here.
    """
    from freezeout.lake.files.destination import relative
    from freezeout.lake.files.get import fetched

    wanted = _dataset(did, lake)
    root = user_path(folder) if folder is not None else runs_folder()
    run_id = wanted.name.rpartition(".")[2]
    if not wanted.name.startswith(f"{_PREFIX}.") or not RUN_ID.fullmatch(run_id):
        raise InputError(
            f"{wanted} is no run", hint="freezeout lake search 'name=runs.*'", code="unknown_run"
        )
    if (root / run_id / FILE).is_file():
        return read_record(root / run_id)
    files = fetched(wanted, lake=lake, reporter=reporter)
    with staged(root / run_id) as staging:
        for file, path in files:
            target = staging / relative(file.did, wanted)
            if not target.resolve().is_relative_to(staging.resolve()):
                raise InputError(f"{file.did} is no file of a run", code="run_damaged")
            with disk_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
        record = read_record(staging)
        outputs: Mapping[str, Mapping[str, object]] = record.data["outputs"]  # type: ignore[assignment]
        for name in outputs:
            if (
                not (staging / name).is_file()
                or checksums(staging / name)["sha256"] != outputs[name]["sha256"]
            ):
                raise InputError(
                    f"{wanted} is damaged: its {name} is not that of the run", code="run_damaged"
                )
        if record.run_id != run_id:
            raise InputError(f"{wanted} is the run {record.run_id}", code="run_damaged")
    return read_record(root / run_id)


def _dataset(text: str, lake: str) -> DID:
    if ":" in text:
        return DID.parse(text)
    from freezeout.lake.inquiry import search

    if not RUN_ID.fullmatch(text):
        raise InputError(f"'{text}' is neither a DID nor the id of a run", code="bad_did")
    found = search(f'run_id="{text}"', type="dataset", lake=lake)
    if len(found) != 1:
        raise InputError(
            f"the lake has {len(found) or 'no'} run{'s' if len(found) > 1 else ''} {text}", code="unknown_run"
        )
    return DID.parse(str(found[0]["did"]))
