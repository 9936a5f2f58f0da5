"""A transfer tool for Rucio that copies files between folders of this machine."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from rucio.core import transfer as rucio_transfers
from rucio.db.sqla.constants import RequestState
from rucio.transfertool.transfertool import TransferStatusReport, Transfertool, TransferToolBuilder

from freezeout.services.lake.inside.transfers import Transfer, Transfers

NAME = "posix"
HOST = "this machine"


def install(transfers: Transfers) -> None:
    """Make the transfer tool known to Rucio's daemons in this process."""
    PosixTransfertool.transfers = transfers
    rucio_transfers.TRANSFERTOOL_CLASSES_BY_NAME[NAME] = PosixTransfertool


class PosixReport(TransferStatusReport):  # type: ignore[misc]
    """The result of one transfer in Rucio's words."""

    supported_db_fields: ClassVar = [
        "state", "external_id", "started_at", "transferred_at", "source_rse_id", "err_msg",
    ]  # fmt: skip

    def __init__(self, transfer: Transfer) -> None:
        super().__init__(transfer.id)
        self.state = RequestState.DONE if transfer.state == "done" else RequestState.FAILED
        self.external_id = transfer.id
        self.started_at = _moment(transfer.started_at)
        self.transferred_at = _moment(transfer.ended_at)
        self.source_rse_id = transfer.source
        self.err_msg = transfer.error

    def initialize(self, session: Any, logger: Any = logging.log) -> None:
        """Nothing is left to ask for."""

    def get_monitor_msg_fields(self, session: Any, logger: Any = logging.log) -> dict[str, Any]:
        """Nobody monitors."""
        return {}


class PosixTransfertool(Transfertool):  # type: ignore[misc]
    """Hands transfers to the pool, one job each; the job's name is the request's."""

    external_name = NAME
    supported_schemes: ClassVar = {"file"}
    transfers: ClassVar[Transfers]

    @classmethod
    def submission_builder_for_path(
        cls, transfer_path: list[Any], logger: Any = logging.log
    ) -> tuple[list[Any], TransferToolBuilder]:
        """Any path will do."""
        return transfer_path, TransferToolBuilder(cls, external_host=HOST)

    def group_into_submit_jobs(self, transfer_paths: Iterable[list[Any]]) -> list[dict[str, Any]]:
        """One job for each file, so that one can be called off without the others."""
        return [{"transfers": [hop], "job_params": {}} for path in transfer_paths for hop in path]

    def submit(self, transfers: Sequence[Any], job_params: Any, timeout: int | None = None) -> str:
        """Take on one transfer; the copy happens elsewhere."""
        (hop,) = transfers
        request = hop.rws
        target = hop.dest_protocol()
        prefix = target.attributes["prefix"]
        self.transfers.submit(
            Transfer(
                id=request.request_id,
                scope=request.scope.external,
                name=request.name,
                sources=[
                    [source.rse.id, _path(hop.source_protocol(source), hop.source_url(source))]
                    for source in hop.sources
                ],
                target=_path(target, hop.dest_url),
                below=str(Path(prefix)),
                size=request.byte_count,
                adler32=request.adler32,
                md5=request.md5,
            )
        )
        return str(request.request_id)

    def bulk_query(
        self, requests_by_eid: Mapping[str, Mapping[str, Any]], timeout: int | None = None
    ) -> dict[str, dict[str, TransferStatusReport] | None]:
        """What has become of transfers: None for one that nobody knows, nothing for one under way."""
        answer: dict[str, dict[str, TransferStatusReport] | None] = {}
        for id in requests_by_eid:
            found = self.transfers.get(id)
            if found is None:
                answer[id] = None
            elif found.state != "queued":
                answer[id] = {id: PosixReport(found)}
        return answer

    def cancel(self, transfer_ids: Sequence[str], timeout: int | None = None) -> None:
        """Call transfers off."""
        self.transfers.forget(transfer_ids)

    def update_priority(self, transfer_id: str, priority: int, timeout: int | None = None) -> None:
        """All are equal."""


def _path(protocol: Any, url: str) -> str:
    return str(Path(protocol.pfn2path(url)))


def _moment(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
