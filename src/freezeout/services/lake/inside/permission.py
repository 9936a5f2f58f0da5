"""Who may do what in the embedded lake: Rucio's policy package asks here first.

A user does what she likes with what is hers: her scopes (``user.<account>`` and below), the DIDs that
she has made, her rules. Reading is free for all, as everywhere in Rucio. What is not said here is as in
Rucio's generic policy, where only administrators may do it.

Rucio tells the policy of an upload no more than the storage element. The request itself says which
files, so it is looked at too: nobody adds or changes a replica of somebody else's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rucio.common.types import InternalScope
from rucio.core.account import has_account_attribute
from rucio.core.permission import generic
from rucio.core.scope import is_scope_owner
from rucio.db.sqla import models
from rucio.db.sqla.constants import AccountStatus
from sqlalchemy import select

from freezeout.services.lake.inside import quota, storage

COMMON = "freezeout"
"""The scope in which everybody may make DIDs."""

_OF_A_RULE = {
    "lifetime", "comment", "activity", "priority", "meta", "purge_replicas", "cancel_requests", "boost_rule",
    "source_replica_expression", "state",
}  # fmt: skip
_Answer = bool | str


def has_permission(issuer: Any, action: str, kwargs: dict[str, Any], session: Any) -> Any:
    """Whether an account may do something, and why not.

    Parameters
    ----------
    issuer : InternalAccount
        Who asks; for a login, whose account it is to be.
    action : str
        Rucio's name of what is to be done.
    kwargs : dict
        With what.
    session : Session
        Of the database.

    Returns
    -------
    PermissionResult
    """
    # not before: Rucio loads its policy before it knows this word
    from rucio.core.permission import PermissionResult

    if not is_active(issuer, session):
        return PermissionResult(False, "The account is suspended or does not exist.")
    ours = _RULES.get(action)
    if ours is None:
        return PermissionResult(bool(generic.has_permission(issuer, action, kwargs, session=session)))
    if is_administrator(issuer, session):
        return PermissionResult(True)
    answer = ours(issuer, kwargs, session)
    return PermissionResult(answer is True, answer if isinstance(answer, str) else "")


def is_administrator(issuer: Any, session: Any) -> bool:
    """Whether an account may do everything."""
    return issuer.external == "root" or bool(
        has_account_attribute(account=issuer, key="admin", session=session)
    )


def owns(issuer: Any, scope: Any, name: str, session: Any) -> bool:
    """Whether a DID is an account's: because she made it, or because the scope is hers."""
    if _owner(scope, name, session) == issuer:
        return True
    # the common scope has an owner because Rucio wants one
    return scope.external != COMMON and _owns_scope(issuer, scope, session)


def is_active(issuer: Any, session: Any) -> bool:
    """Whether an account is there and not suspended."""
    status = session.execute(
        select(models.Account.status).where(models.Account.account == issuer)
    ).scalar_one_or_none()
    return bool(status == AccountStatus.ACTIVE)


def _owns_scope(issuer: Any, scope: Any, session: Any) -> bool:
    return bool(is_scope_owner(scope=scope, account=issuer, session=session))


def _owner(scope: Any, name: str, session: Any) -> Any:
    did = models.DataIdentifier
    return session.execute(
        select(did.account).where(did.scope == scope, did.name == name)
    ).scalar_one_or_none()


def _add_scope(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    own, scope = f"user.{issuer.external}", kwargs["scope"].external
    if kwargs["account"] == issuer and (scope == own or scope.startswith(f"{own}.")):
        return True
    return f"Your own scopes are {own} and {own}.<anything>."


def _add_did(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    account = kwargs.get("account")
    if account is not None and getattr(account, "external", account) not in (None, issuer.external):
        return "A DID of yours belongs to you."
    if any(rule["account"] != issuer for rule in kwargs.get("rules") or []):
        return "A rule of yours belongs to you."
    if storage.asked().get("rse") or kwargs.get("rse"):
        return "Replicas are added by an upload."
    scope = kwargs["scope"]
    return scope.external == COMMON or _owns_scope(issuer, scope, session)


def _add_dids(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    asked = kwargs["dids"]
    if "rse" in kwargs:
        # of an upload, whose other parts have been looked at by then
        asked = [{"scope": one["scope"]} for one in asked]
        return all(
            one["scope"].external == COMMON or _owns_scope(issuer, one["scope"], session) for one in asked
        )
    return _first_refusal(_add_did(issuer, one, session) for one in asked)


def _own_did(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    scope, name = kwargs["scope"], kwargs["name"]
    # one that is not there: Rucio says so itself
    return _owner(scope, name, session) is None or owns(issuer, scope, name, session)


def _set_metadata(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    if not _own_did(issuer, kwargs, session):
        return False
    if storage.asked().get("recursive") and not _owns_contents(issuer, kwargs, session):
        return "It contains what is not yours, which cannot be changed along with it."
    return True


def _owns_contents(issuer: Any, kwargs: dict[str, Any], session: Any) -> bool:
    row = models.DataIdentifierAssociation
    inside = session.execute(
        select(row.child_scope, row.child_name).where(
            row.scope == kwargs["scope"], row.name == kwargs["name"]
        )
    ).all()
    return all(owns(issuer, one.child_scope, one.child_name, session) for one in inside)


def _attach(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    if (kwargs.get("attachment") or {}).get("rse"):
        return "Replicas are added by an upload."
    return _own_did(issuer, kwargs, session)


def _attach_many(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    return _first_refusal(
        _attach(issuer, {**one, "attachment": one}, session) for one in kwargs["attachments"]
    )


def _own_rule(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    rule = models.ReplicationRule
    owner = session.execute(select(rule.account).where(rule.id == kwargs["rule_id"])).scalar_one_or_none()
    return owner is None or owner == issuer


def _update_rule(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    return _own_rule(issuer, kwargs, session) and _only(set(kwargs.get("options") or ()), _OF_A_RULE)


def _move_rule(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    return _own_rule(issuer, kwargs, session) and _only(
        set(kwargs.get("override") or ()), _OF_A_RULE - {"state"} | {"copies"}
    )


def _only(asked: set[str], free: set[str]) -> _Answer:
    rest = asked - free
    return True if not rest else f"Only administrators change {', '.join(sorted(rest))}."


def _add_replicas(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    files = storage.files()
    for scope, name, _ in files:
        owner = _owner(InternalScope(scope), name, session)
        if owner is not None and not owns(issuer, InternalScope(scope), name, session):
            return f"{scope}:{name} is not yours."
    return quota.room_for(issuer, kwargs["rse_id"], kwargs["rse"], sum(size for *_, size in files), session)


def _update_states(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    for scope, name, _ in storage.files():
        if not owns(issuer, InternalScope(scope), name, session):
            return f"{scope}:{name} is not yours."
    return storage.states_are_true(kwargs["rse_id"], session)


def _set_tombstone(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    """What no rule keeps may be let go of by its owner; Rucio refuses what one keeps."""
    found = storage.asked().get("replicas")
    return (
        isinstance(found, list)
        and bool(found)
        and all(
            isinstance(one, dict)
            and owns(issuer, InternalScope(str(one.get("scope"))), str(one.get("name")), session)
            for one in found
        )
    )


def _anybody(issuer: Any, kwargs: dict[str, Any], session: Any) -> _Answer:
    return True


def _first_refusal(answers: Iterable[_Answer]) -> _Answer:
    return next((answer for answer in answers if answer is not True), True)


_RULES: dict[str, Callable[[Any, dict[str, Any], Any], _Answer]] = {
    "add_scope": _add_scope,
    "add_did": _add_did,
    "add_dids": _add_dids,
    "create_did_sample": _add_did,
    "attach_dids": _attach,
    "attach_dids_to_dids": _attach_many,
    "detach_dids": _own_did,
    "set_metadata": _set_metadata,
    "set_metadata_bulk": _set_metadata,
    "set_status": _own_did,
    "del_rule": _own_rule,
    "update_rule": _update_rule,
    "reduce_rule": _own_rule,
    "move_rule": _move_rule,
    "add_replicas": _add_replicas,
    "set_tombstone": _set_tombstone,
    "update_replicas_states": _update_states,
    # harmless: a replica that is in order is found to be so, and the last one is never given up
    "declare_bad_file_replicas": _anybody,
}
