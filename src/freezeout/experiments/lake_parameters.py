"""Parameters that name data of the lake: looked up before anything starts, and written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from freezeout.errors import InputError
from freezeout.experiments.parameters import Parameter
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.files import manifest
from freezeout.lake.files.lakefile import LakeFile


def named(parameters: Sequence[Parameter], values: Mapping[str, object]) -> dict[str, DID]:
    """The data identifiers among the values, by the parameter's name."""
    return {
        one.name: DID.parse(str(values[one.name]))
        for one in parameters
        if one.type == "did" and values.get(one.name) is not None
    }


def data_of(
    parameters: Sequence[Parameter], values: Mapping[str, object], reporter: Reporter | None = None
) -> dict[str, dict[str, object]]:
    """What the lake says of the data that the parameters name: each file's size and checksums.

    Raises
    ------
    InputError
        When the lake has no such data, or no lake is connected.
    FreezeoutError
        When the lake cannot be reached.
    """
    dids = named(parameters, values)
    fetched = {name: manifest.find(did) for name, did in dids.items()}
    found = {name: [file for file, _ in files] for name, files in fetched.items() if files is not None}
    found |= _asked({name: did for name, did in dids.items() if name not in found}, reporter)
    for name, did in dids.items():
        if not found[name]:
            raise InputError(f"{name} is {did}, which holds no file", code="bad_parameter")
    return {
        name: {
            "did": str(did),
            "files": [
                {"did": str(file.did), "bytes": file.bytes, "adler32": file.adler32, "md5": file.md5}
                for file in found[name]
            ],
        }
        for name, did in dids.items()
    }


def _asked(dids: Mapping[str, DID], reporter: Reporter | None) -> dict[str, list[LakeFile]]:
    """The files of data that nothing was fetched of beforehand, as the lake says."""
    if not dids:
        return {}
    from freezeout.lake.files.replicas import files_of
    from freezeout.lake.files.session import Session
    from freezeout.lake.sites.known import connection

    found = {}
    with Session(connection(), reporter) as session:
        for name, did in dids.items():
            try:
                found[name] = files_of(session, did)
            except InputError as error:
                if error.code != "did_not_found":
                    raise
                raise InputError(
                    f"{name} is {did}, which is not in the lake '{session.connection.name}'",
                    hint=error.hint, code="bad_parameter",
                ) from error  # fmt: skip
    return found
