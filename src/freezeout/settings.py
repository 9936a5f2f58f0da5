"""Settings: where things are kept, from the environment, a TOML file or the defaults."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from freezeout.errors import InputError


@dataclass(frozen=True)
class Setting:
    """One setting: its value, where the value comes from, and what it is for."""

    name: str
    variable: str
    value: str
    origin: str
    help: str


_KNOWN = {
    "home": "folder of runs, own limits and logs",
    "experiments_path": f"folders of your own experiments, separated by '{os.pathsep}'",
    "runs": "folder where runs are kept",
    "environments_path": f"folders of your own environments, separated by '{os.pathsep}'",
    "cvmfs": "where CVMFS is mounted; its software environments are offered too",
    "rucio_sidebar": "1 shows the sidebar of rucio-jupyterlab beside ours, and signs it in",
    "lake_url": "address of a site's Rucio; the embedded lake is used without one",
    "lake_auth_url": "where one signs in there, when elsewhere",
    "lake_auth": "how one signs in: oidc, userpass, x509 or x509_proxy",
    "lake_account": "the account there",
    "lake_username": "the user name of userpass, when it is not the account",
    "lake_password_file": "file that holds the password of userpass",
    "lake_token_file": "file that holds the token of oidc; RUCIO_ACCESS_TOKEN comes first",
    "lake_certificate": "certificate of x509",
    "lake_key": "its key, when it is in another file",
    "lake_proxy": "proxy certificate of x509_proxy",
    "lake_authorities": "file or folder of the certificates that are trusted",
    "lake_vo": "the virtual organisation, where Rucio serves several",
    "lake_here": "RSE expression of the storage that is near",
    "lake_mount": "where that storage is mounted",
    "lake_begins_at": "how many parts of a replica's path are not below the mount",
    "lake_scope": "scope of what you make; user.<account> without one",
    "reana_url": "address of a REANA cluster, preferred to the embedded server; REANA_SERVER_URL comes first",
    "reana_token_file": "file that holds the token there; REANA_ACCESS_TOKEN comes first",
    "reana_authorities": "file of the certificates that are trusted there, when others than usual",
    "reana_at_once": "how many workflows the embedded REANA server runs at the same time",
    "reana_seconds": "seconds that a step may take there, unless it asks for less",
    "reana_memory": "memory that a step may take there, unless it asks for less: 500M, 4G",
    "reana_network": "0 keeps steps there from the network, where bubblewrap is there to do so",
}

_DEFAULTS = {
    "cvmfs": "/cvmfs",
    "reana_at_once": "2",
    "reana_seconds": "86400",
    "reana_memory": "4G",
    "reana_network": "1",
}

LAKE = tuple(name for name in _KNOWN if name.startswith("lake_"))
"""Settings of a site's lake."""


def config_file() -> Path:
    """The user's settings file (it need not exist)."""
    return Path(platformdirs.user_config_dir("freezeout")) / "config.toml"


def _file_settings() -> dict[str, str]:
    path = config_file()
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read the settings in {path}: {error}") from error
    unknown = sorted(set(found) - set(_KNOWN))
    if unknown:
        raise InputError(f"{path} has the unknown setting '{unknown[0]}'", hint=f"known: {', '.join(_KNOWN)}")
    return {name: str(value) for name, value in found.items()}


def change_settings(changes: Mapping[str, str | None]) -> Path:
    """Write settings into the user's file, and remove those that are None; the rest stays as it is.

    Raises
    ------
    InputError
        When the file cannot be read, written, or changed line by line.
    """
    from freezeout.files import write_atomically

    path, before = config_file(), _file_settings()
    wanted = {name: value for name, value in {**before, **changes}.items() if value is not None}
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the settings in {path}: {error}") from error
    kept = [line for line in text.splitlines() if line.partition("=")[0].strip(" \t\"'") not in changes]
    # a string of JSON is one of TOML, but for a sign that nobody types
    new = [
        f"{name} = {json.dumps(value, ensure_ascii=False).replace(chr(127), '')}"
        for name, value in changes.items()
        if value is not None
    ]
    text = "".join(f"{line}\n" for line in (*kept, *new))
    try:
        now = {name: str(value) for name, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError:
        now = {}
    if now != wanted:
        raise InputError(
            f"{path} cannot be changed line by line", hint="edit it, or write every setting on one line"
        )
    return write_atomically(path, text)


def settings() -> dict[str, Setting]:
    """All settings by name."""
    from_file = _file_settings()
    return {name: _setting(name, from_file) for name in _KNOWN}


def setting(name: str) -> str:
    """The value of one setting."""
    return _setting(name, _file_settings()).value


def _setting(name: str, from_file: Mapping[str, str]) -> Setting:
    variable = f"FREEZEOUT_{name.upper()}"
    if os.environ.get(variable):
        value, origin = os.environ[variable], "environment"
    elif name in from_file:
        value, origin = from_file[name], str(config_file())
    else:
        value, origin = _default(name, from_file), "default"
    return Setting(name, variable, value, origin, _KNOWN[name])


def _default(name: str, from_file: Mapping[str, str]) -> str:
    if name == "home":
        return platformdirs.user_data_dir("freezeout")
    if name == "runs":
        return str(Path(_setting("home", from_file).value) / "runs")
    return _DEFAULTS.get(name, "")


def user_path(text: Path | str) -> Path:
    """A path that a user wrote, made absolute; a ``~`` of nobody we know of is just a sign."""
    return Path(os.path.expanduser(text)).absolute()


def home() -> Path:
    """The folder of everything that Freezeout keeps for this user."""
    return user_path(setting("home"))


def runs_folder() -> Path:
    """The folder where runs go unless another is asked for."""
    return user_path(setting("runs"))


def limits_folder() -> Path:
    """The folder of the user's own limit curves."""
    return home() / "limits"


def experiments_path() -> list[Path]:
    """Folders that hold the user's own experiments, in the order they are searched."""
    return _folders("experiments_path")


def environments_path() -> list[Path]:
    """Folders that hold the user's own environments, in the order they are searched."""
    return [*_folders("environments_path"), home() / "own" / "environments"]


def _folders(name: str) -> list[Path]:
    text = setting(name)
    return [user_path(part) for part in text.split(os.pathsep) if part]


def shared_folder(name: str) -> Path:
    """A top-level folder (``notebooks``, …): of the checkout if there is one, else installed.

    Installed it is in ``<prefix>/share/freezeout``, or beside the package where the interpreter's
    own folders cannot be written to.
    """
    import sys

    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    beside = Path(__file__).resolve().parents[1] / "share" / "freezeout" / name
    if beside.is_dir():
        return beside
    return Path(sys.prefix) / "share" / "freezeout" / name
