"""``freezeout lake replicate``, ``rules``, ``meta``, ``rm`` and ``env``."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from freezeout.cli.output import print_json, print_table, say
from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.lake.catalogue.rules import Rule
    from freezeout.lake.sites.client import LakeClient

T = TypeVar("T")

_PAUSE = 1.0
_BEFORE = ("RUCIO_ACCOUNT", "RUCIO_AUTH_TYPE", "RUCIO_HOME", "RUCIO_VO", "X509_USER_PROXY")


def _ask(lake: str, question: Callable[[LakeClient], Awaitable[T]]) -> T:
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.known import connection
    from freezeout.lake.waiting import wait

    async def ask() -> T:
        async with LakeClient(connection(lake)) as client:
            return await question(client)

    return wait(ask())


def replicate(options: argparse.Namespace) -> int:
    """Have data at a storage; with ``--wait`` until it is there."""
    from freezeout.cli.lake_move import seconds
    from freezeout.lake.catalogue.rules import add_rule
    from freezeout.lake.did import DID

    did, lifetime = DID.parse(options.did), seconds(options.lifetime)
    rule = _ask(options.lake, lambda client: add_rule(client, did, options.rse, lifetime, options.copies))
    try:
        rule = _awaited(options.lake, rule) if options.wait else rule
    except KeyboardInterrupt:
        say(
            f"freezeout: not waited for; the rule {rule.id[:8]} stays and is fulfilled all the same "
            f"(end it: freezeout lake rules {did} --cancel {rule.id[:8]})"
        )
        return 1
    if options.json:
        print_json(asdict(rule))
    else:
        say(f"{did} at {rule.rse_expression}: {rule.state}")
        print(rule.id)
    return 0


def _awaited(lake: str, rule: Rule) -> Rule:
    """The rule when it is fulfilled.

    Raises
    ------
    FreezeoutError
        When it is stuck.
    """
    from freezeout.cli.progress import watched
    from freezeout.lake.catalogue.rules import rule as rule_of

    id = rule.id
    with watched(f"replicate {rule.did}") as progress:
        while rule.state in ("REPLICATING", "INJECT"):
            everything = rule.ok + rule.replicating + rule.stuck
            progress.progress(rule.progress, f"to {rule.rse_expression}: {rule.ok} of {everything} files")
            time.sleep(_PAUSE)
            rule = _ask(lake, lambda client: rule_of(client, id))
    if rule.state != "OK":
        raise FreezeoutError(
            f"{rule.did} does not get to {rule.rse_expression}: {rule.state.lower()}"
            f"{f': {rule.error}' if rule.error else ''}",
            hint=f"the lake tries again by itself: freezeout lake rules {rule.did}",
            code="rule_stuck",
        )
    return rule


def rules(options: argparse.Namespace) -> None:
    """What keeps data where; with ``--cancel`` one of them ends."""
    from freezeout.cli.lake_look import RULE_HEADER, rule_row
    from freezeout.lake.catalogue.rules import cancel_rule
    from freezeout.lake.catalogue.rules import rules as rules_of
    from freezeout.lake.did import DID

    did = DID.parse(options.did)
    found = [asdict(one) for one in _ask(options.lake, lambda client: rules_of(client, did))]
    if options.cancel:
        matching = [one for one in found if one["id"].startswith(options.cancel)]
        if len(matching) != 1:
            raise InputError(
                f"{len(matching) or 'no'} rule{'s' if len(matching) > 1 else ''} of {did} "
                f"begin{'' if len(matching) > 1 else 's'} with '{options.cancel}'",
                hint=f"'freezeout lake rules {did}' lists them", code="unknown_rule",
            )  # fmt: skip
        _ask(options.lake, lambda client: cancel_rule(client, matching[0]["id"]))
        say(f"the rule {matching[0]['id'][:8]} has ended: what nothing else keeps goes by and by")
        return print_json(matching[0]) if options.json else None
    if options.json:
        return print_json(found)
    if not found:
        return say(f"no rule keeps {did}")
    print_table(RULE_HEADER, [rule_row(one) for one in found])


def meta(options: argparse.Namespace) -> None:
    """Show or change metadata."""
    from freezeout.cli.lake_move import values
    from freezeout.lake.catalogue.metadata import delete_metadata, get_metadata, set_metadata
    from freezeout.lake.did import DID

    did, new = DID.parse(options.did), values(options.assignments)

    async def work(client: LakeClient) -> dict[str, Any]:
        if new:
            await set_metadata(client, did, new)
        for key in options.delete:
            await delete_metadata(client, did, key)
        return await get_metadata(client, did)

    found = _ask(options.lake, work)
    if options.json:
        return print_json(found)
    if not found:
        return say(f"{did} has no metadata")
    print_table(("KEY", "VALUE"), [(key, json.dumps(value)) for key, value in sorted(found.items())])


def rm(options: argparse.Namespace) -> None:
    """Remove data of the user's own."""
    from freezeout.cli.progress import asked, at_terminal
    from freezeout.lake.catalogue.details import details
    from freezeout.lake.catalogue.removal import remove
    from freezeout.lake.did import DID

    did = DID.parse(options.did)
    about = _ask(options.lake, lambda client: details(client, did))
    size = f", {about.length} files" if about.length else ""
    if not options.yes:
        if not at_terminal():
            raise InputError(f"{did} is not removed without being asked", hint="give --yes")
        if not asked(f"remove the {about.type.lower()} {did}{size} from the lake?"):
            raise InputError(f"{did} stays", code="not_agreed")
    _ask(options.lake, lambda client: remove(client, did))
    say(f"{did} is removed: its files go when nothing else keeps them")
    if options.json:
        print_json({"did": str(did), "type": about.type})


def env(options: argparse.Namespace) -> None:
    """Print what makes the unchanged command ``rucio`` work with this lake."""
    from freezeout.lake.sites.known import connection
    from freezeout.lake.sites.rucio_cfg import rucio_config

    where = connection(options.lake)
    exports = {"RUCIO_CONFIG": str(rucio_config(where))}
    programs = Path(sys.executable).parent
    if options.json:
        return print_json({**exports, "PATH": str(programs)})
    # they would go before what the file says
    unwanted = sorted({*_BEFORE, *(name for name in os.environ if name.startswith("RUCIO_"))})
    # a shell makes one line of `eval $(…)` without quotation marks
    print(f"unset {' '.join(unwanted)};")
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)};")
    print(f'export PATH={shlex.quote(str(programs))}:"$PATH";')
