"""The site's lake in Freezeout's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.lake.sites import checking, rucio_cfg
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.near import lake_settings, path_given, storage
from freezeout.settings import LAKE, change_settings, config_file

SITE = "site"


def site() -> Connection | None:
    """The lake that Freezeout's settings and ``FREEZEOUT_LAKE_…`` name, if any."""
    values = lake_settings()
    if not values["lake_url"]:
        return None
    try:
        return made(values)
    except InputError as error:
        return Connection(
            SITE, "settings", "", "", "oidc", values["lake_account"], title="Site's lake", fault=str(error)
        )


def merged(changes: Mapping[str, str]) -> dict[str, str]:
    """The settings of a lake as they would be with these changes.

    A password that is kept is forgotten when it would go to another server, or be another user's.
    """
    before = lake_settings()
    values = {**before, **changes}
    moved = before["lake_url"] and _to_whom(before) != _to_whom(values)
    if moved and "lake_password_file" not in changes:
        values["lake_password_file"] = ""
    return values


def keep(changes: Mapping[str, str], password: str | None = None) -> dict[str, str]:
    """Write changes into the user's settings; a password goes into a file (0600) beside them.

    Returns
    -------
    dict
        What was written.
    """
    values, path = dict(changes), merged(changes)["lake_password_file"]
    if path != lake_settings()["lake_password_file"]:
        values["lake_password_file"] = path
    if password is not None:
        values["lake_password_file"] = str(_write_secret(own_password_file(), password))
    rucio_cfg.forget_clients(lake_settings()["lake_url"].rstrip("/"))
    change_settings({name: value or None for name, value in values.items()})
    if values.get("lake_password_file", path) != str(own_password_file()):
        own_password_file().unlink(missing_ok=True)
    return {name: value for name, value in values.items() if value}


def forget() -> None:
    """Remove all of it from the user's settings, and the passwords and tokens that were kept."""
    rucio_cfg.forget_clients(lake_settings()["lake_url"].rstrip("/"))
    change_settings(dict.fromkeys(LAKE))
    with disk_errors(own_password_file()):
        own_password_file().unlink(missing_ok=True)


def own_password_file() -> Path:
    """Where a password is kept that a user typed."""
    return config_file().with_name("lake-password")


def made(values: Mapping[str, str], password: str | None = None) -> Connection:
    """A connection of settings.

    Parameters
    ----------
    password : str, optional
        Used and not read from the file.

    Raises
    ------
    InputError
        Says which setting is wrong or missing.
    """
    if not values["lake_url"]:
        raise InputError(
            "the site's lake has no address",
            hint="freezeout config lake --url https://…",
            code="bad_lake",
        )
    url = checking.address(values["lake_url"])
    auth = checking.auth(values["lake_auth"] or "oidc")
    account = checking.word(values["lake_account"], "account")
    if not account and auth != "oidc":
        raise _missing("account", auth)
    files: dict[str, Any] = {
        name: path_given(values[f"lake_{name}"]) for name in ("certificate", "key", "proxy", "authorities")
    }
    if auth == "x509" and files["certificate"] is None:
        raise _missing("certificate", auth)
    if auth == "x509_proxy" and files["proxy"] is None:
        raise _missing("proxy", auth)
    if auth == "userpass" and password is None:
        path = path_given(values["lake_password_file"])
        if path is None:
            raise _missing("password-file", auth)
        password = checking.secret(path)
    return Connection(
        name=SITE, kind="settings", url=url,
        auth_url=checking.address(values["lake_auth_url"] or url, "address to sign in"), auth=auth,
        account=account, username=checking.word(values["lake_username"] or account, "user name"),
        password=password or "", vo=checking.word(values["lake_vo"], "VO"), **files,
        token_file=path_given(values["lake_token_file"]), title="Site's lake", **storage(values, account),
    )  # fmt: skip


def _to_whom(values: Mapping[str, str]) -> tuple[str, ...]:
    """Who gets to see the password, and whose it is."""
    return (
        (values["lake_auth_url"] or values["lake_url"]).rstrip("/"),
        values["lake_username"] or values["lake_account"],
        values["lake_account"],
    )


def _missing(what: str, auth: str) -> InputError:
    return InputError(
        f"signing in by {auth} needs --{what}",
        hint=f"freezeout config lake --{what} …{', or --password-prompt' if what == 'password-file' else ''}",
        code="bad_lake",
    )


def _write_secret(path: Path, text: str) -> Path:
    if not text or not text.isprintable():
        raise InputError("the password is empty or has signs that are none", code="bad_lake")
    return write_atomically(path, f"{text}\n", private=True)
