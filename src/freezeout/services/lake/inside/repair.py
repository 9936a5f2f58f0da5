"""Rules that could not be fulfilled are tried again, soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rucio.db.sqla import models
from rucio.db.sqla.constants import DatabaseOperationType, LockState, RuleState
from rucio.db.sqla.session import db_session
from sqlalchemy import select, update

from freezeout.services.lake.inside.work import STUCK_FOR

_LONG_AGO = timedelta(hours=9)


def repair(judge: Callable[[], object]) -> None:
    """Let the judge repair the rules whose turn it is.

    By itself it leaves a failed copy alone for two to eight hours, which is written in its code, not in
    a setting: it is told that the failure was long ago.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    rule, lock = models.ReplicationRule, models.ReplicaLock
    with db_session(DatabaseOperationType.WRITE) as session:
        turn = select(rule.id).where(
            rule.state == RuleState.STUCK, rule.updated_at < now - timedelta(seconds=STUCK_FOR)
        )
        session.execute(
            update(lock)
            .where(lock.state == LockState.STUCK, lock.rule_id.in_(turn))
            .values(updated_at=now - _LONG_AGO)
            .execution_options(synchronize_session=False)
        )
    judge()
    _say_each_error_once()


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
