"""Rules that could not be fulfilled are tried again, soon."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from rucio.common.exception import RuleNotFound
from rucio.core.rule import repair_rule
from rucio.db.sqla import models
from rucio.db.sqla.constants import DatabaseOperationType, LockState, RequestState, RuleState
from rucio.db.sqla.session import db_session
from sqlalchemy import and_, or_, select, update

_LOG = logging.getLogger("freezeout.repair")
_SOON, _LATER, _RARELY = 6.0, 25.0, 300.0
_NEW, _FEW = 120.0, 50
_AT_ONCE = 100
_LONG_AGO = timedelta(hours=9)
_ENOUGH = 3


def due(now: datetime) -> Any:
    """Rules whose turn it is: new failures soon, old ones later, those of many files now and then."""
    rule = models.ReplicationRule

    def waited(seconds: float) -> Any:
        return rule.updated_at < now - timedelta(seconds=seconds)

    new = or_(rule.stuck_at.is_(None), rule.stuck_at > now - timedelta(seconds=_NEW))
    return and_(
        rule.state == RuleState.STUCK,
        or_(rule.expires_at.is_(None), rule.expires_at > now),
        or_(and_(new, waited(_SOON)), and_(rule.locks_stuck_cnt <= _FEW, waited(_LATER)), waited(_RARELY)),
    )


def repair() -> None:
    """Try the rules again whose turn it is.

    By itself Rucio leaves a failed copy alone for two to eight hours, which is written in its code, not
    in a setting: it is told that the failure was long ago.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    rule, lock = models.ReplicationRule, models.ReplicaLock
    with db_session(DatabaseOperationType.WRITE) as session:
        turn = session.execute(select(rule.id).where(due(now)).limit(_AT_ONCE)).scalars().all()
        session.execute(
            update(lock)
            .where(lock.state == LockState.STUCK, lock.rule_id.in_(turn))
            .values(updated_at=now - _LONG_AGO)
            .execution_options(synchronize_session=False)
        )
    for id in turn:
        try:
            repair_rule(rule_id=id)
        except RuleNotFound:
            continue
        except Exception as error:
            _LOG.warning("rule %s could not be repaired: %s: %s", id, type(error).__name__, error)
    _say_each_error_once()


def give_up_quickly() -> None:
    """Let failed copies fail at once.

    Rucio would try each three times more in a row; all sources have been tried, and the rule is tried
    again soon anyway.
    """
    request = models.Request
    with db_session(DatabaseOperationType.WRITE) as session:
        session.execute(
            update(request)
            .where(request.state == RequestState.FAILED)
            .values(retry_count=_ENOUGH)
            .execution_options(synchronize_session=False)
        )


def _say_each_error_once() -> None:
    """Rucio adds the reason to the reasons with each attempt."""
    rule = models.ReplicationRule
    with db_session(DatabaseOperationType.WRITE) as session:
        found = session.execute(
            select(rule.id, rule.error, rule.updated_at).where(
                rule.state == RuleState.STUCK, rule.error.like("%|%")
            )
        ).all()
        for one in found:
            parts = [part.removesuffix("...") for part in one.error.split("|")]
            once = [part for part in dict.fromkeys(parts) if part]
            # what was cut off is the beginning of another
            once = [part for part in once if not any(o != part and o.startswith(part) for o in once)]
            words = "|".join(once)
            if words != one.error:
                session.execute(
                    update(rule).where(rule.id == one.id).values(error=words, updated_at=one.updated_at)
                )
