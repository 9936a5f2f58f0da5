"""``freezeout lake get``, ``put`` and ``cache``."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from freezeout.cli.output import count, print_json, print_table, say
from freezeout.errors import InputError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_SIZES = {"": 1, "k": 1000, "m": 10**6, "g": 10**9, "t": 10**12}


def get(options: argparse.Namespace) -> None:
    """Bring a file or a dataset here."""
    from freezeout.cli.progress import watched
    from freezeout.lake.files.amount import amount
    from freezeout.lake.files.get import fetched

    with watched(f"get {options.did}") as progress:
        found = fetched(
            options.did, options.to, lake=options.lake, verify=options.verify, reporter=progress
        )  # fmt: skip
    if options.json:
        return print_json(
            {
                "did": options.did,
                "files": [
                    {"did": str(file.did), "path": str(path), "bytes": file.bytes, "adler32": file.adler32,
                     "md5": file.md5}
                    for file, path in found
                ],
            }
        )  # fmt: skip
    size = amount(sum(file.bytes or 0 for file, _ in found))
    say(f"{options.did}: {count(len(found), 'file')}, {size}, checksums in order")
    for _, path in found:
        print(path)


def put(options: argparse.Namespace) -> None:
    """Take files to the lake."""
    from freezeout.cli.progress import watched
    from freezeout.lake.files.put import put

    with watched("put") as progress:
        found = put(
            options.paths, options.did, dataset=options.dataset, metadata=values(options.metadata),
            rse=options.rse, lifetime=seconds(options.lifetime), register=options.register,
            lake=options.lake, reporter=progress,
        )  # fmt: skip
    if options.json:
        return print_json({"dids": [str(one) for one in found]})
    for one in found:
        print(one)


def cache(options: argparse.Namespace) -> None:
    """What is kept here, or less of it."""
    from freezeout.lake.files import cache
    from freezeout.lake.files.amount import amount

    if options.clear or options.keep:
        files, freed = cache.clear(0 if options.clear else size(options.keep))
        say(f"{count(files, 'file')} removed, {amount(freed)}")
        return print_json({"files": files, "bytes": freed}) if options.json else None
    found = cache.entries()
    total = sum(int(one.data["bytes"]) for one in found)
    if options.json:
        rows = [{"did": o.data["did"], "bytes": o.data["bytes"], "path": str(o.path)} for o in found]
        return print_json({"folder": str(cache.folder()), "bytes": total, "files": rows})
    print_table(("DID", "BYTES", "PATH"), [(o.data["did"], o.data["bytes"], o.path) for o in found])
    say(f"{count(len(found), 'file')}, {amount(total)}, in {cache.folder()}")


def values(assignments: list[str]) -> dict[str, Any]:
    """Metadata of ``key=value`` texts, or of one JSON object.

    Examples
    --------
    >>> values(["rho_dm=0.3", "good=true", "run='12'", "kind=observed"])
    {'rho_dm': 0.3, 'good': True, 'run': '12', 'kind': 'observed'}
    """
    found: dict[str, Any] = {}
    for text in assignments:
        if text.lstrip().startswith("{"):
            try:
                found |= dict(json.loads(text))
                continue
            except (ValueError, TypeError):
                raise InputError(f"{text!r} is no JSON object", code="bad_metadata") from None
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{text!r} is not key=value", hint="write -m key=value", code="bad_metadata")
        found[key.strip()] = _typed(value)
    return found


def _typed(text: str) -> object:
    quoted = re.fullmatch(r"\s*(['\"])(.*)\1\s*", text, re.DOTALL)
    if quoted:
        return quoted[2]
    try:
        value = json.loads(text)
    except ValueError:
        try:
            return float(text) if re.fullmatch(r"\s*[+-]?[0-9.]+([eE][+-]?[0-9]+)?\s*", text) else text
        except ValueError:
            return text
    return value if isinstance(value, bool | int | float) else text


def seconds(text: str | None) -> int | None:
    """A time in seconds.

    Examples
    --------
    >>> seconds("90"), seconds("12h"), seconds("1.5d"), seconds(None)
    (90, 43200, 129600, None)
    """
    if text is None:
        return None
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([smhdwy]?)\s*", text.lower())
    number = round(float(found[1]) * _UNITS[found[2] or "s"]) if found else 0
    if number <= 0:
        raise InputError(f"{text!r} is no time", hint="such as 3600, 12h, 7d or 4w", code="bad_lifetime")
    return number


def size(text: str) -> int:
    """A number of bytes.

    Examples
    --------
    >>> size("10GB"), size("1.5 M"), size("0")
    (10000000000, 1500000, 0)
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)b?\s*", text.lower())
    if not found:
        raise InputError(f"{text!r} is no size", hint="such as 500MB or 10GB")
    return round(float(found[1]) * _SIZES[found[2]])
