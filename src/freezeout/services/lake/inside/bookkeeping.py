"""Keep Rucio's requests and the transfers under way of one mind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rucio.common.types import InternalAccount, InternalScope
from rucio.core.replica import declare_bad_file_replicas
from rucio.db.sqla import models
from rucio.db.sqla.constants import DatabaseOperationType, ReplicaState, RequestState
from rucio.db.sqla.session import db_session
from sqlalchemy import delete, select, update

from freezeout.services.lake.inside.transfers import Transfers
from freezeout.services.lake.inside.transfertool import HOST, NAME

_WAITING = (RequestState.SUBMITTING, RequestState.SUBMITTED)
_CHUNK = 500
_MESSAGES_FOR = timedelta(hours=1)


def take_up(transfers: Transfers) -> None:
    """At the start: set right what a killed process left half-said.

    A request that was being handed over is handed over when its transfer is remembered, else it waits
    again. Heartbeats of the dead would have us do only a part of the work. Messages are for a service
    that nobody runs here.
    """
    request = models.Request
    with db_session(DatabaseOperationType.WRITE) as session:
        session.execute(delete(models.Heartbeat))
        limit = datetime.now(UTC).replace(tzinfo=None) - _MESSAGES_FOR
        session.execute(delete(models.Message).where(models.Message.created_at < limit))
        unclear = session.execute(
            select(request.id).where(request.state == RequestState.SUBMITTING)
        ).scalars()
        for id in unclear.all():
            known = transfers.get(id) is not None
            values = (
                {"state": RequestState.SUBMITTED, "external_id": id, "external_host": HOST,
                 "transfertool": NAME, "submitted_at": datetime.now(UTC).replace(tzinfo=None)}
                if known
                else {"state": RequestState.QUEUED, "external_id": None}
            )  # fmt: skip
            session.execute(update(request).where(request.id == id).values(**values))


def settle(transfers: Transfers) -> None:
    """Forget transfers whose results have arrived, and call off those that nobody waits for."""
    _declare_corrupt(transfers)
    ids = transfers.ids()
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        with db_session(DatabaseOperationType.READ) as session:
            waited_for = session.execute(
                select(models.Request.id).where(
                    models.Request.id.in_(some), models.Request.state.in_(_WAITING)
                )
            ).scalars().all()  # fmt: skip
        transfers.forget(set(some) - set(waited_for))


def _declare_corrupt(transfers: Transfers) -> None:
    for scope, name, rse_id, reason in transfers.corrupt():
        replica = models.RSEFileAssociation
        with db_session(DatabaseOperationType.WRITE) as session:
            where = (
                replica.scope == InternalScope(scope),
                replica.name == name,
                replica.rse_id == rse_id,
                replica.state == ReplicaState.AVAILABLE,
            )
            if session.execute(select(replica.name).where(*where)).first():
                declare_bad_file_replicas(
                    [{"scope": InternalScope(scope), "name": name, "rse_id": rse_id}],
                    reason=reason[:250],
                    issuer=InternalAccount("root"),
                    session=session,
                )
