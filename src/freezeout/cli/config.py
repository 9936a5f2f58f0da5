"""``freezeout config``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from freezeout.cli.output import add_json, print_json, print_table, say

_OF_LAKE = (
    ("url", "URL", "address of the site's Rucio"),
    ("auth-url", "URL", "where one signs in, when elsewhere"),
    ("auth", "HOW", "oidc (default), userpass, x509 or x509_proxy"),
    ("account", "NAME", "the account there"),
    ("username", "NAME", "the user name of userpass, when it is not the account"),
    ("password-file", "FILE", "file that holds the password of userpass; - reads it from standard input"),
    ("token-file", "FILE", "file that holds the token of oidc and is renewed by others"),
    ("certificate", "FILE", "certificate of x509"),
    ("key", "FILE", "its key, when it is in another file"),
    ("proxy", "FILE", "proxy certificate of x509_proxy"),
    ("authorities", "PATH", "file or folder of the certificates that are trusted"),
    ("vo", "NAME", "the virtual organisation, where Rucio serves several"),
    ("here", "RSE", "RSE expression of the storage that is near"),
    ("mount", "DIR", "where that storage is mounted"),
    ("begins-at", "N", "how many parts of a replica's path are not below the mount"),
    ("scope", "SCOPE", "scope of what you make (default: user.<account>)"),
)
_FILES = ("password-file", "token-file", "certificate", "key", "proxy", "authorities", "mount")


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    config = commands.add_parser(
        "config",
        help="show the settings and where each comes from; connect a site's data lake",
        allow_abbrev=False,
    )
    add_json(config)
    config.set_defaults(command=_config)
    of = config.add_subparsers(title="commands", metavar="COMMAND")
    lake = of.add_parser(
        "lake",
        help="connect a site's Rucio, or change how it is connected",
        description="Connects a site's Rucio: what is given is changed, tried at once and kept. "
        "An empty value forgets that setting.",
        allow_abbrev=False,
    )
    for name, shown, text in _OF_LAKE:
        lake.add_argument(f"--{name}", metavar=shown, help=text)
    lake.add_argument("--password-prompt", action="store_true", help="ask for the password, and keep it")
    lake.add_argument("--remove", action="store_true", help="forget the site's lake")
    lake.add_argument("--no-test", action="store_true", help="do not try the connection")
    add_json(lake)
    lake.set_defaults(command=_lake)


def _config(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from freezeout.settings import config_file, settings

    found = settings()
    if options.json:
        return print_json({name: asdict(setting) for name, setting in found.items()})
    say(f"settings file: {config_file()}")
    print_table(
        ("SETTING", "VALUE", "FROM", "VARIABLE", "MEANING"),
        [(s.name, s.value or "-", s.origin, s.variable, s.help) for s in found.values()],
    )


def _lake(options: argparse.Namespace) -> None:
    from freezeout.errors import InputError
    from freezeout.lake.sites import configured, near
    from freezeout.lake.sites.checking import is_open

    said = {
        f"lake_{name}": getattr(options, name) for name in (one.replace("-", "_") for one, _, _ in _OF_LAKE)
    }
    given = {name: value for name, value in said.items() if value is not None}
    if options.remove:
        if given or options.password_prompt:
            raise InputError("--remove goes alone", hint="freezeout config lake --remove")
        configured.forget()
        say("the site's lake is forgotten")
        return
    for name in _FILES:
        key = f"lake_{name.replace('-', '_')}"
        if given.get(key) and given[key] != "-":
            given[key] = str(Path(given[key]).expanduser().absolute())
    if not given and not options.password_prompt:
        return _show(options, near.lake_settings(), None)
    values = configured.merged(given)
    if not values["lake_url"] and given.keys() <= set(near.STORAGE):
        near.storage(values, "")
        configured.keep(given)
        say("kept for the lake of RUCIO_CONFIG; no site's lake is connected here")
        return _show(options, near.lake_settings(), None)
    password = _password(options, given, values["lake_account"])
    connection = configured.made(
        values if password is None else {**values, "lake_password_file": ""}, password
    )
    for url in {connection.url, connection.auth_url}:
        if is_open(url):
            say(f"{url} is not https: passwords and tokens can be read on the way")
    tried = None if options.no_test else _try(connection)
    kept = configured.keep(given, password)
    _warn_of_variables(kept)
    if connection.mount is not None and not connection.mount.is_dir():
        say(f"there is no folder {connection.mount} at present; files go the long way until it is mounted")
    _show(options, near.lake_settings(), tried)


def _password(options: argparse.Namespace, given: dict[str, str], account: str) -> str | None:
    """The password that is to be kept in a file of ours, when one is given here."""
    from freezeout.errors import InputError

    if options.password_prompt:
        if given.get("lake_password_file"):
            raise InputError("give --password-file or --password-prompt, not both")
        from getpass import getpass

        try:
            return getpass(f"password of '{account}': ")
        except EOFError as error:
            raise InputError("no password was given", hint="name a file: --password-file FILE") from error
    if given.get("lake_password_file") == "-":
        return sys.stdin.readline().rstrip("\r\n")
    return None


def _try(connection: Any) -> dict[str, Any]:
    from freezeout.lake.sites.trial import try_connection
    from freezeout.lake.waiting import wait

    say(f"signing in at {connection.auth_url} …")
    return wait(try_connection(connection))


def _show(options: argparse.Namespace, values: dict[str, str], tried: dict[str, Any] | None) -> None:
    from freezeout.settings import config_file, settings

    if options.json:
        return print_json({"settings": values, "tried": tried})
    if tried:
        until = f", the token ends at {tried['expires_at']}" if tried["expires_at"] else ""
        say(f"signed in as '{tried['account']}' at Rucio {tried['version'] or '?'}{until}")
    found = settings()
    if not any(values.values()):
        say("no site's lake is connected; connect one: freezeout config lake --url …")
        return
    say(f"settings file: {config_file()}")
    print_table(
        ("SETTING", "VALUE", "FROM", "MEANING"),
        [(name, value, found[name].origin, found[name].help) for name, value in values.items() if value],
    )


def _warn_of_variables(kept: dict[str, str]) -> None:
    from freezeout.settings import settings

    for name, setting in settings().items():
        if name in kept and setting.value != kept[name]:
            say(f"{setting.variable} is set and goes before what was kept")
