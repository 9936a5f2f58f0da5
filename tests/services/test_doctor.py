"""The doctor finds what is wrong, says how to mend it, and changes nothing."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from freezeout.reana.sites.connection import keep
from freezeout.reana.sites.place import place as reana_place
from freezeout.services import gateway, identity
from freezeout.services.doctor import examine
from freezeout.services.folders import kept_secret, private_folder
from freezeout.services.lake.place import Place, place
from freezeout.services.lake.status import LakeStatus, write_status
from freezeout.settings import change_settings

from ..conftest import Reana


def findings(subject: str) -> list[tuple[str, str, str]]:
    return [(one.level, one.message, one.hint) for one in examine() if one.subject == subject]


def test_in_an_empty_home_there_is_no_problem_and_nothing_is_made(freezeout_home: Path) -> None:
    found = examine()
    assert [one.message for one in found if one.level == "problem"] == []
    assert {"environment", "disk", "clock", "database", "services"} <= {one.subject for one in found}
    assert list(freezeout_home.iterdir()) == []


def _readable_secret(where: Place) -> str:
    where.secret("postgres")
    (where.root / "secrets" / "postgres").chmod(0o644)
    return "chmod 600"


def _other_version(where: Place) -> str:
    where.database.mkdir(parents=True)
    (where.database / "PG_VERSION").write_text("16\n")
    return "move the folder away"


def _no_version(where: Place) -> str:
    (where.database / "global").mkdir(parents=True)
    (where.database / "global" / "pg_control").write_text("")
    return "from a backup"


def _no_data(where: Place) -> str:
    where.database.mkdir(parents=True)
    (where.database / "PG_VERSION").write_text("18\n")
    return "from a backup"


def _open_to_all(where: Place) -> str:
    where.root.parent.chmod(0o777)
    return "chmod o-w"


def _failed(where: Place) -> str:
    private_folder(where.root)
    write_status(where, LakeStatus("failed", message="no luck", hint="try harder"))
    return "try harder"


def _started_tomorrow(where: Place) -> str:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    private_folder(where.root)
    write_status(where, LakeStatus("ready", started_at=tomorrow))
    return "set this machine's clock"


def _readable_token(where: Place) -> str:
    kept_secret(reana_place().token_file)
    reana_place().token_file.chmod(0o640)
    return "chmod 600"


def _expired_token(where: Place) -> str:
    said = base64.urlsafe_b64encode(json.dumps({"exp": time.time() - 60}).encode()).decode()
    keep("cluster", "https://reana.example.org", f"e30.{said}.x")
    return "get another one at https://reana.example.org"


def _wrong_setting(where: Place) -> str:
    change_settings({"reana_memory": "much"})
    return "give a size"


def _broken_environment(where: Place) -> str:
    record = where.root.parent / "environments" / "rucio-server" / "current.json"
    record.parent.mkdir(parents=True)
    said = {"prefix": "/nowhere", "python": "/nowhere/bin/python", "builder": "uv", "kernels": []}
    record.write_text(json.dumps({"schema_version": 1, "packages": {}, **said}))
    return "freezeout env build rucio-server"


@pytest.mark.parametrize(
    "spoil",
    [
        _readable_secret,
        _other_version,
        _no_version,
        _no_data,
        _open_to_all,
        _failed,
        _started_tomorrow,
        _broken_environment,
        _readable_token,
        _expired_token,
        _wrong_setting,
    ],
)
def test_what_is_wrong_is_a_problem_with_a_hint(spoil: Callable[[Place], str]) -> None:
    hint = spoil(place())
    assert [one.subject for one in examine() if one.level == "problem" and hint in one.hint] != []


def test_what_the_next_start_mends_is_a_note() -> None:
    where = place()
    private_folder(where.root)
    where.database.mkdir()
    write_status(where, LakeStatus("ready", pid=1, born="long ago"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        (where.root / "port").write_text(f"{other.getsockname()[1]}\n")
        assert [one[0] for one in findings("port")] == ["note"]
    assert [one[0] for one in findings("port")] == ["ok"]
    assert [(level, "is half-made" in message) for level, message, _ in findings("database")] == [
        ("note", True)
    ]
    assert [(level, "was killed" in message) for level, message, _ in findings("leftovers")] == [
        ("note", True)
    ]


def test_of_a_service_that_is_not_well_the_last_lines_of_the_log_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\ntwo\n\nthree\nfour\n")
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    owner = gateway.take()
    assert owner is not None
    try:
        up = gateway.Gateway.of_this_process(
            lab="http://127.0.0.1:9/lab", jupyter=child.pid, log=str(log), lake_state="off"
        )
        gateway.publish(up)
        assert gateway.running() == up and asdict(up)["host"] == identity.host()
        (found,) = [one for one in examine() if one.subject == "jupyter"]
        assert found.level == "problem" and "does not answer" in found.message
        assert found.lines == ("two", "three", "four") and str(log) in found.hint
        gateway.publish(gateway.Gateway(pid=child.pid, born="another's", host=up.host, started_at=""))
        assert gateway.running() is None
        (found,) = [one for one in examine() if one.subject == "leftovers"]
        assert found.level == "problem" and "does not say who it is" in found.message
    finally:
        os.close(owner)
        child.kill()
        child.wait()
    assert not gateway.is_taken()


@pytest.mark.slow
def test_a_cluster_that_refuses_the_token_or_does_not_answer_is_a_problem(reana: Reana) -> None:
    keep("good", reana.url, reana.token)
    keep("refuses", reana.url, "another")
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and nobody listens
        keep("silent", f"http://127.0.0.1:{deaf.getsockname()[1]}", "any")
        found = {one[1].split("'")[1]: one for one in findings("connection")}
    assert {name: level for name, (level, _, _) in found.items()} == {
        "good": "ok", "refuses": "problem", "silent": "problem",
    }  # fmt: skip
    assert reana.url in found["good"][1] and "token" in " ".join(found["refuses"][1:])
    assert all(hint for level, _, hint in found.values() if level == "problem")
