"""The experiments' inputs in the embedded lake: registered once, when the lake is ready."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from freezeout.errors import FreezeoutError, InputError
from freezeout.experiments.folder import Experiment, scan_experiments
from freezeout.files import checksums, read_yaml
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.embedded import embedded
from freezeout.settings import home

DATASET = "inputs"
_KEPT_AT, _ALSO_AT = "ARCHIVE", "MIRROR"
_TOLD_BY_PARAMETERS = ("exposure", "target", "livetime")
_LONGEST = 500


def register(administrator: Connection | None = None, reporter: Reporter | None = None) -> list[str]:
    """Put the inputs of all experiments into the embedded lake; what is there stays.

    Each experiment has a scope of its name, which belongs to the administrator, so that nobody changes
    its inputs; they are in the dataset ``<experiment>:inputs``.

    Parameters
    ----------
    administrator : Connection, optional
        Of the embedded lake, unless it is found in its folder.

    Returns
    -------
    list of str
        What is wrong with experiments whose inputs could not be registered.
    """
    from freezeout.lake.files.registration import known
    from freezeout.lake.files.session import Session

    root = administrator or administrator_of_embedded()
    found, damaged = scan_experiments()
    problems = [str(error) for error in damaged]
    with Session(root, reporter) as session:
        wanted = {one.id: DID(one.id, DATASET) for one in found if one.description["inputs"]}
        there = known(session, list(wanted.values()), replicas=False)
        contents = {id: _names_inside(session, did) for id, did in wanted.items() if did in there}
        scopes = set(session.get("scopes/"))
        for one in found:
            if one.id not in wanted:
                continue
            try:
                inputs = one.inputs
                if contents.get(one.id) == {_key(path) for path in inputs.values()}:
                    continue
                if one.id not in scopes:
                    session.request("POST", f"accounts/root/scopes/{quote(one.id, safe='')}")
                _register(root, one, inputs, reporter)
            except FreezeoutError as error:
                problems.append(f"inputs of {one.id}: {error}")
    return problems


def administrator_of_embedded() -> Connection:
    """The connection of the embedded lake's administrator.

    Raises
    ------
    InputError
        When there is no embedded lake.
    """
    from freezeout.lake.sites.rucio_cfg import read_client

    user = embedded()
    if user is None:
        raise InputError("there is no embedded lake", hint="freezeout up", code="no_lake")
    client = read_client(home() / "lake" / "client" / "root.cfg")
    account = client["account"]
    return replace(user, account=account, username=account, password=client["password"], scope="")


def _register(
    root: Connection, one: Experiment, inputs: Mapping[str, Path], reporter: Reporter | None
) -> None:
    from freezeout.lake.files.plan import Item, Plan
    from freezeout.lake.files.put import deliver
    from freezeout.lake.files.registration import add_rules
    from freezeout.lake.files.session import Session

    source = _source(inputs)
    dataset = DID(one.id, DATASET)
    items = tuple(Item(path, DID(one.id, path.name)) for path in inputs.values())
    try:
        deliver(root, Plan(items, dataset), metadata=_metadata(one, source), rse=_KEPT_AT, reporter=reporter)
    except InputError as error:
        if error.code != "did_exists":
            raise
        # an input was changed: what is in the lake does not change, the new ones get a name of their own
        tag = hashlib.sha256("".join(sorted(map(_key, inputs.values()))).encode()).hexdigest()[:8]
        dataset = DID(one.id, f"{DATASET}.{tag}")
        items = tuple(Item(path, DID(one.id, f"{dataset.name}/{path.name}")) for path in inputs.values())
        deliver(root, Plan(items, dataset), metadata=_metadata(one, source), rse=_KEPT_AT, reporter=reporter)
    with Session(root, reporter) as session:
        add_rules(session, [dataset], _ALSO_AT, None)


def _names_inside(session: object, dataset: DID) -> set[str]:
    from freezeout.lake.files.session import Session, address

    assert isinstance(session, Session)
    rows = session.rows("GET", address(dataset, "files"))
    return {f"{row['name']} {row['bytes']} {row['adler32']}" for row in rows}


def _key(path: Path) -> str:
    sums = checksums(path)
    return f"{path.name} {sums['bytes']} {sums['adler32']}"


def _source(inputs: Mapping[str, Path]) -> Mapping[str, object]:
    for path in inputs.values():
        if (path.parent / "SOURCE.yaml").is_file():
            found = read_yaml(path.parent / "SOURCE.yaml")
            return found if isinstance(found, Mapping) else {}
    return {}


def _metadata(one: Experiment, source: Mapping[str, object]) -> dict[str, object]:
    """What the dataset is found by: the scalars of SOURCE.yaml, the paper, and what was measured how long."""
    said: dict[str, object] = {
        name: value
        for name, value in source.items()
        if isinstance(value, str | int | float | bool) and name != "experiment"
    }
    papers = source.get("paper") or []
    for paper in [papers] if isinstance(papers, Mapping) else papers if isinstance(papers, list) else []:
        for name, value in paper.items() if isinstance(paper, Mapping) else ():
            said[name] = f"{said[name]}, {value}" if name in said else str(value)
    licence = source.get("licence")
    if isinstance(licence, Mapping):
        said["licence"] = "; ".join(f"{name}: {text}" for name, text in licence.items())
    for parameter in one.parameters:
        if parameter.name in _TOLD_BY_PARAMETERS and isinstance(parameter.default, str | int | float):
            said[parameter.name] = parameter.default
    said |= {
        "experiment": one.id,
        "collaboration": str(one.description["experiment"]),
        "method": one.method,
        "kind": "inputs",
    }
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in said.items()}
