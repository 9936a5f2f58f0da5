"""Passwords and keys of the user, for the steps of all workflows; nobody reads them back."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.files import write_atomically
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.work import Secret

_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST = 1_000_000


class Vault:
    """The secrets of one user.

    Parameters
    ----------
    path : Path
        The file that they are in, of mode 0600.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise FreezeoutError(
                f"cannot read the secrets in {self._path}", hint="move the file away", code="reana_secrets"
            ) from error
        return dict(found)

    def _write(self, secrets: Mapping[str, Any]) -> None:
        write_atomically(self._path, json.dumps(secrets), private=True)

    def listed(self) -> list[dict[str, str]]:
        """Names and types, never values."""
        return [{"name": name, "type": one["type"]} for name, one in sorted(self._read().items())]

    def secrets(self) -> dict[str, Secret]:
        """All of them, for steps."""
        return {
            name: Secret(one["type"], base64.b64decode(one["value"])) for name, one in self._read().items()
        }

    def add(self, given: Any, overwrite: bool) -> None:
        """Add some, all or none of them.

        Raises
        ------
        Refusal
            400 for what is no secret; 409 when there is one of the name.
        """
        if not isinstance(given, dict) or not given:
            raise Refusal(400, "The body is no object of secrets by their names.")
        new = {name: _checked(name, one) for name, one in given.items()}
        there = self._read()
        taken = sorted({*new} & {*there})
        if taken and not overwrite:
            raise Refusal(
                409, f"There are secrets of these names already: {', '.join(taken)}. None was added."
            )
        self._write(there | new)

    def remove(self, names: Collection[str]) -> list[str]:
        """Remove all of some names, or none; those that there are not are returned."""
        there = self._read()
        missing = sorted({*names} - {*there})
        if not missing:
            self._write({name: one for name, one in there.items() if name not in names})
        return missing


def _checked(name: str, given: Any) -> dict[str, str]:
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise Refusal(400, "The name of a secret has letters, digits, '.', '_' and '-' only.")
    if not isinstance(given, dict) or not isinstance(given.get("value"), str):
        raise Refusal(400, f"The secret {name} has no value.")
    kind = given.get("type")
    if kind not in ("env", "file"):
        raise Refusal(400, f"The type of the secret {name} is neither env nor file.")
    if kind == "env" and not _VARIABLE.fullmatch(name):
        raise Refusal(400, f"{name} cannot be the name of an environment variable.")
    try:
        value = base64.b64decode(given["value"], validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, f"The value of the secret {name} is not in base64.") from None
    if len(value) > _LARGEST:
        raise Refusal(413, f"The secret {name} is larger than {_LARGEST} bytes.")
    if kind == "env" and b"\0" in value:
        raise Refusal(400, f"The value of {name} cannot be that of an environment variable.")
    return {"type": kind, "value": base64.b64encode(value).decode()}
