"""The daemons of Rucio, each as one step that can be taken by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from rucio.daemons.abacus import account as abacus_account
from rucio.daemons.abacus import collection_replica as abacus_collection
from rucio.daemons.abacus import rse as abacus_rse
from rucio.daemons.badreplicas import minos
from rucio.daemons.common import HeartbeatHandler
from rucio.daemons.conveyor import finisher, poller, submitter
from rucio.daemons.judge import cleaner, evaluator, injector
from rucio.daemons.reaper import reaper
from rucio.daemons.undertaker import undertaker

from freezeout.services.lake.inside import recovery, repair
from freezeout.services.lake.inside.transfertool import NAME

_BULK = 500

ORDER = (
    "inject", "evaluate", "clean", "repair", "undertake", "submit", "poll", "finish", "declare", "recover",
    "orphans", "count_account", "count_rse", "count_collection", "reap",
)  # fmt: skip
"""The order in which the steps of a round are taken."""

_STOPS = (
    evaluator.graceful_stop, cleaner.graceful_stop, injector.graceful_stop,
    abacus_account.graceful_stop, abacus_rse.graceful_stop, abacus_collection.graceful_stop,
    undertaker.graceful_stop, reaper.GRACEFUL_STOP, minos.graceful_stop,
    submitter.GRACEFUL_STOP, poller.GRACEFUL_STOP, finisher.GRACEFUL_STOP,
)  # fmt: skip


class Alone(HeartbeatHandler):  # type: ignore[misc]
    """The heartbeat of a daemon that has no others like it beside it: nothing is written."""

    def __init__(self, executable: str) -> None:
        super().__init__(executable, renewal_interval=3600)
        self.logger_func = self.logger = logging.getLogger(f"rucio.{executable}").log

    def live(self, force_renew: bool = False, payload: str | None = None) -> tuple[int, int, Any]:
        """The first worker, of one."""
        return 0, 1, self.logger


def stop() -> None:
    """Tell whatever daemon is at work to come to an end."""
    for event in _STOPS:
        event.set()


def steps() -> dict[str, Callable[[], object]]:
    """What is done for each name in `ORDER`."""
    paused: dict[str, dict[Any, Any]] = {name: {} for name in ("evaluate", "inject", "clean")}
    paused["undertake"] = {}

    def conveyor(daemon: Callable[..., object], **more: Any) -> Callable[[], object]:
        return lambda: daemon(once=True, partition_wait_time=0, **more)

    def finish() -> None:
        repair.give_up_quickly()
        finisher.finisher(once=True, partition_wait_time=0, db_bulk=1000)

    return {
        "inject": lambda: injector.run_once(
            paused_rules=paused["inject"], heartbeat_handler=Alone("judge-injector")
        ),
        "evaluate": lambda: evaluator.run_once(
            paused_dids=paused["evaluate"], did_limit=_BULK, heartbeat_handler=Alone("judge-evaluator")
        ),
        "clean": lambda: cleaner.run_once(
            paused_rules=paused["clean"], heartbeat_handler=Alone("judge-cleaner")
        ),
        "repair": repair.repair,
        "undertake": lambda: undertaker.run_once(
            paused_dids=paused["undertake"], chunk_size=100, heartbeat_handler=Alone("undertaker")
        ),
        "submit": conveyor(submitter.submitter, bulk=_BULK, transfertools=[NAME]),
        "poll": conveyor(poller.poller, older_than=0, transfertool=NAME, db_bulk=1000),
        "finish": finish,
        "declare": lambda: minos.run_once(heartbeat_handler=Alone("minos"), bulk=_BULK),
        "recover": recovery.recover,
        "orphans": recovery.give_up_orphans,
        "count_account": lambda: abacus_account.run_once(heartbeat_handler=Alone("abacus-account")),
        "count_rse": lambda: abacus_rse.run_once(heartbeat_handler=Alone("abacus-rse")),
        "count_collection": lambda: abacus_collection.run_once(
            heartbeat_handler=Alone("abacus-collection-replica"), limit=_BULK
        ),
        "reap": lambda: reaper.run_once(
            rses=[], include_rses=None, exclude_rses=None, vos=None, chunk_size=_BULK, greedy=True,
            scheme=None, delay_seconds=30, auto_exclude_threshold=100, auto_exclude_timeout=60,
            heartbeat_handler=Alone("reaper"),
        ),
    }  # fmt: skip
