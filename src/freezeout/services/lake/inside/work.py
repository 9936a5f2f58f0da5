"""What is there to do? One question to the database instead of a round of all daemons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rucio.db.sqla import models
from rucio.db.sqla.constants import ReplicaState, RequestState, RuleState
from sqlalchemy import and_, exists, not_, select

from freezeout.services.lake.inside import repair

ORPHAN_AFTER = 300.0
"""Seconds after which an upload that nothing protects counts as given up."""

ENDED = (
    RequestState.DONE, RequestState.FAILED, RequestState.LOST, RequestState.SUBMISSION_FAILED,
    RequestState.NO_SOURCES, RequestState.ONLY_TAPE_SOURCES, RequestState.MISMATCH_SCHEME,
)  # fmt: skip


def find(session: Any) -> set[str]:
    """The names of the steps that have something to do."""
    now = datetime.now(UTC).replace(tzinfo=None)
    rule, request, replica = models.ReplicationRule, models.Request, models.RSEFileAssociation
    questions = {
        "evaluate": exists().select_from(models.UpdatedDID),
        "inject": exists().where(rule.state == RuleState.INJECT),
        "repair": exists().where(repair.due(now)),
        "clean": exists().where(rule.expires_at < now, rule.child_rule_id.is_(None)),
        "submit": exists().where(request.state == RequestState.QUEUED),
        "finish": exists().where(request.state.in_(ENDED)),
        "count_account": exists().select_from(models.UpdatedAccountCounter),
        "count_rse": exists().select_from(models.UpdatedRSECounter),
        "count_collection": exists().select_from(models.UpdatedCollectionReplica),
        "undertake": exists().where(models.DataIdentifier.expired_at < now),
        "reap": exists().where(
            replica.tombstone < now,
            replica.lock_cnt == 0,
            replica.state.in_(
                (
                    ReplicaState.AVAILABLE,
                    ReplicaState.UNAVAILABLE,
                    ReplicaState.BAD,
                    ReplicaState.BEING_DELETED,
                )
            ),
        ),
        "declare": exists().select_from(models.BadPFN),
        "recover": exists().where(replica.state == ReplicaState.BAD),
        "orphans": exists().where(orphaned(now)),
    }
    row = session.execute(select(*(question.label(name) for name, question in questions.items()))).one()
    return {name for name in questions if getattr(row, name)}


def orphaned(now: datetime) -> Any:
    """Replicas of uploads that ended before a rule protected them."""
    replica, request = models.RSEFileAssociation, models.Request
    return and_(
        replica.state == ReplicaState.COPYING,
        replica.lock_cnt == 0,
        replica.tombstone.is_(None),
        replica.updated_at < now - timedelta(seconds=ORPHAN_AFTER),
        not_(
            exists().where(
                request.scope == replica.scope,
                request.name == replica.name,
                request.dest_rse_id == replica.rse_id,
            )
        ),
    )
