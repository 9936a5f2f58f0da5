"""What a step is lent of its user: secrets, and the way into the data lake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path

from freezeout.errors import InputError
from freezeout.lake.sites.known import connection
from freezeout.lake.sites.rucio_cfg import rucio_config
from freezeout.reana.server.work import Step, Work

SECRETS = Path("/etc/reana/secrets")
"""Where steps find secrets that are files, as on any REANA."""
_SHORTEST = 4
"""What is shorter is also a part of other words."""


@dataclass
class Lent:
    """Variables of a step, what it may read for them, and what the log says.

    Attributes
    ----------
    variables : dict
        For its environment.
    readable : set of Path
        Files and folders that are otherwise hidden.
    secrets : Path or None
        The folder of secrets that are files.
    notes : list of str
        For the log.
    hidden : list of str
        What the log is not to show.
    """

    variables: dict[str, str] = field(default_factory=dict)
    readable: set[Path] = field(default_factory=set)
    secrets: Path | None = None
    notes: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list, repr=False)


def lend(step: Step, work: Work, private: Path) -> Lent:
    """Write what a step is lent into its private folder.

    Raises
    ------
    InputError
        When it asks for Rucio, and no lake can be used.
    """
    lent = Lent()
    for name, secret in work.secrets.items():
        text = secret.value.decode(errors="ignore").strip()
        if len(text) >= _SHORTEST:
            lent.hidden.append(text)
        if secret.type == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            lent.variables[name] = secret.value.decode(errors="replace")
        elif secret.type == "file" and "/" not in name and name not in ("", ".", ".."):
            lent.secrets = private / "secrets"
            lent.secrets.mkdir(mode=0o700, exist_ok=True)
            _write(lent.secrets / name, secret.value)
    if step.hints.get("rucio"):
        _lend_lake(lent, private)
    return lent


def _lend_lake(lent: Lent, private: Path) -> None:
    try:
        where = connection()
        original = rucio_config(where)
    except InputError as error:
        raise InputError(
            f"the step asks for rucio, and no data lake can be used: {error.message}",
            hint=error.hint,
            code="no_lake",
        ) from error
    parser = ConfigParser(interpolation=None)
    parser.read_string(original.read_text(encoding="utf-8"))
    client = parser["client"]
    if len(client.get("password", "")) >= _SHORTEST:
        lent.hidden.append(client["password"])
    token = private / "home" / "rucio-token"
    # what is there of a token is copied: two clients must not write one file
    before = Path(client.get("auth_token_file_path", ""))
    if where.auth == "oidc" and before.is_file():
        _write(token, before.read_bytes())
    client["auth_token_file_path"] = str(token)
    config = private / "home" / "rucio.cfg"
    _write(
        config, "".join(["[client]\n", *(f"{name} = {value}\n" for name, value in client.items())]).encode()
    )
    lent.variables |= _rucio_variables(config, where.account)
    # the embedded lake has all its storage side by side, and what a step wants may be in any of it
    storage = where.mount.parent if where.mount and where.kind == "embedded" else where.mount
    files = (where.certificate, where.key, where.proxy, where.authorities, storage)
    there = {path for path in files if path is not None and path.exists()}
    lent.readable |= there | {path.resolve() for path in there}
    lent.notes.append(f"Rucio's client talks to the lake '{where.name}' as {where.account}")


def _rucio_variables(config: Path, account: str) -> Mapping[str, str]:
    return {"RUCIO_CONFIG": str(config), **({"RUCIO_ACCOUNT": account} if account else {})}


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
