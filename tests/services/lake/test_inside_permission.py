"""What is somebody's is changed by nobody else; asked of a real server, by REST."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from ...conftest import comes_true
from .user import User

pytestmark = pytest.mark.slow

DATA = b"one recoil"


@pytest.fixture
def people(lake: Any) -> Iterator[tuple[User, User, User]]:
    """The administrator, and two users who know nothing of each other."""
    place = lake.home / "lake"
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(User(connection, place))
            for connection in (lake.root, lake.make_account(), lake.make_account())
        )  # type: ignore[misc]


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and answer.json()["ExceptionClass"] == "AccessDenied"


def own(user: User) -> str:
    return f"user.{user.account}"


def test_a_user_makes_scopes_of_her_own_only(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    ann.call("POST", f"/accounts/{ann.account}/scopes/{own(ann)}.thesis")
    assert refused(ann.ask("POST", f"/accounts/{ann.account}/scopes/{own(ben)}.thesis"))
    assert refused(ann.ask("POST", f"/accounts/{ben.account}/scopes/{own(ben)}.thesis"))
    assert refused(ann.ask("POST", f"/accounts/{ann.account}/scopes/{own(ann)}x"))


def test_dids_are_made_in_own_scopes_and_in_the_common_one(people: tuple[User, User, User]) -> None:
    root, ann, ben = people
    ann.call("POST", f"/dids/{own(ann)}/set", {"type": "DATASET"})
    ann.call("POST", f"/dids/freezeout/{ann.account}-set", {"type": "DATASET"})
    assert refused(ben.ask("POST", f"/dids/{own(ann)}/other", {"type": "DATASET"}))
    one = {"scope": own(ben), "name": "n", "type": "DATASET"}
    assert refused(ben.ask("POST", "/dids", [{**one, "scope": own(ann)}]))
    assert refused(ben.ask("POST", "/dids", [{**one, "account": ann.account}]))
    ben.call("POST", "/dids", [one])
    rule = {"copies": 1, "rse_expression": "HERE", "account": ann.account}
    assert refused(ben.ask("POST", f"/dids/{own(ben)}/set", {"type": "DATASET", "rules": [rule]}))
    assert refused(ben.ask("POST", "/dids", [{**one, "name": "n2", "rules": [rule]}]))
    root.call("POST", f"/accounts/root/scopes/inputs{ann.account}")
    assert refused(ann.ask("POST", f"/dids/inputs{ann.account}/set", {"type": "DATASET"}))


def test_what_one_has_made_another_does_not_change(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    name = f"{ann.account}-set"
    ann.call("POST", f"/dids/freezeout/{name}", {"type": "DATASET"})
    ann.put("HERE", "freezeout", f"{name}-file", DATA)
    mine = {"dids": [{"scope": "freezeout", "name": f"{name}-file"}]}
    did = f"/dids/freezeout/{name}"
    ann.call("POST", f"{did}/dids", mine)
    ann.call("POST", f"{did}/meta/rho", {"value": 0.3})
    for method, path, body in (
        ("POST", f"{did}/dids", mine), ("DELETE", f"{did}/dids", mine),
        ("POST", f"{did}/meta/rho", {"value": 1}),
        ("POST", f"{did}/meta", {"meta": {"rho": 1}}), ("DELETE", f"{did}/meta?key=rho", None),
        ("POST", f"{did}/meta/lifetime", {"value": 0}), ("PUT", f"{did}/status", {"open": False}),
        ("POST", "/dids/bulkdidsmeta", {"dids": [{"scope": "freezeout", "name": name, "meta": {"rho": 1}}]}),
        ("POST", "/dids/attachments", [{"scope": "freezeout", "name": name, **mine}]),
    ):  # fmt: skip
        answer = ben.ask(method, path, body)
        assert refused(answer), (method, path, answer.status_code, answer.text)
    assert ann.call("GET", f"{did}/meta?plugin=JSON")["rho"] == 0.3
    ann.call("DELETE", f"{did}/meta?key=rho")
    assert "rho" not in ann.call("GET", f"{did}/meta?plugin=JSON")
    ann.call("PUT", f"{did}/status", {"open": False})


def test_others_data_in_a_dataset_of_ones_own_stays_theirs(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    name = f"{ann.account}-file"
    ann.put("HERE", "freezeout", name, DATA)
    ben.call("POST", f"/dids/{own(ben)}/set", {"type": "DATASET"})
    ben.call("POST", f"/dids/{own(ben)}/set/dids", {"dids": [{"scope": "freezeout", "name": name}]})
    meta = f"/dids/{own(ben)}/set/meta"
    assert refused(ben.ask("POST", f"{meta}/rho", {"value": 1, "recursive": True}))
    assert refused(ben.ask("POST", meta, {"meta": {"rho": 1}, "recursive": True}))
    ben.call("POST", f"{meta}/rho", {"value": 1})
    assert "rho" not in ann.call("GET", f"/dids/freezeout/{name}/meta?plugin=JSON")


def test_nobody_adds_or_changes_replicas_of_anothers_file(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    name, sums = f"{ann.account}-file", f"{zlib.adler32(DATA):08x}"
    path = ann.put("HERE", "freezeout", name, DATA, state="C")
    file = {"scope": "freezeout", "name": name, "state": "A"}
    body = {"rse": "HERE", "files": [file]}
    assert refused(ben.ask("PUT", "/replicas/", body))
    assert refused(ben.add_replica("MIRROR", "freezeout", name, len(DATA), sums))
    ben.call("POST", f"/dids/{own(ben)}/set", {"type": "DATASET"})
    forged = {"scope": "freezeout", "name": name, "bytes": len(DATA), "adler32": sums}
    for asked in (
        ben.ask("POST", f"/dids/{own(ben)}/set/dids", {"dids": [forged], "rse": "MIRROR"}),
        ben.ask("POST", "/dids/attachments",
                [{"scope": own(ben), "name": "set", "dids": [forged], "rse": "MIRROR"}]),
        ben.ask("POST", f"/dids/{own(ben)}/set2", {"type": "DATASET", "dids": [forged], "rse": "MIRROR"}),
        ben.ask("POST", "/replicas/quarantine", {"rse": "HERE", "replicas": [{"path": str(path)}]}),
        ben.ask("POST", "/replicas/tombstone", {"replicas": [{**file, "rse": "HERE"}]}),
        ben.ask("DELETE", "/replicas/", body),
    ):  # fmt: skip
        assert refused(asked), (asked.request.url, asked.status_code, asked.text)
    assert ann.replicas("freezeout", name) == {"HERE": "COPYING"}
    path.write_bytes(b"half")
    answer = ann.ask("PUT", "/replicas/", body)
    assert refused(answer)
    assert "has 4 bytes, not 10" in answer.json()["ExceptionMessage"]
    path.write_bytes(DATA)
    ann.call("PUT", "/replicas/", body)
    assert ann.replicas("freezeout", name) == {"HERE": "AVAILABLE"}


def test_a_file_that_somebody_else_calls_bad_is_looked_at_and_stays(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    name = f"{ann.account}-file"
    path = ann.put("HERE", "freezeout", name, DATA)
    bad = [{"scope": "freezeout", "name": name, "rse": "HERE"}]
    ben.call("POST", "/replicas/bad", {"replicas": bad, "reason": "it looks odd"})
    assert comes_true(lambda: ann.replicas("freezeout", name) == {"HERE": "AVAILABLE"})
    path.write_bytes(DATA[::-1])
    ben.call("POST", "/replicas/bad", {"replicas": bad, "reason": "it is odd"})
    assert comes_true(lambda: ann.replicas("freezeout", name) == {"HERE": "BAD"})
    path.write_bytes(DATA)
    assert comes_true(lambda: ann.replicas("freezeout", name) == {"HERE": "AVAILABLE"})


def test_a_rule_is_changed_by_the_one_who_made_it(people: tuple[User, User, User]) -> None:
    _, ann, ben = people
    name = f"{ann.account}-file"
    ann.put("ARCHIVE", "freezeout", name, DATA)
    rule = ann.rule("HERE", "freezeout", name)
    ann.wait(rule)
    for method, path, body in (
        ("PUT", f"/rules/{rule}", {"options": {"lifetime": -1}}),
        ("DELETE", f"/rules/{rule}", {}),
        ("POST", f"/rules/{rule}/reduce", {"copies": 1, "exclude_expression": "HERE"}),
        ("POST", f"/rules/{rule}/move", {"rse_expression": "MIRROR"}),
    ):
        answer = ben.ask(method, path, body)
        assert refused(answer), (method, path, answer.status_code, answer.text)
    ann.call("PUT", f"/rules/{rule}", {"options": {"lifetime": 3600}})
    ann.call("PUT", f"/rules/{rule}", {"options": {"lifetime": None}})
    for options in ({"account": ben.account}, {"locked": True}):
        assert refused(ann.ask("PUT", f"/rules/{rule}", {"options": options}))
    assert refused(ben.ask_rule("HERE", "freezeout", name, account=ann.account))
    moved = ann.call("POST", f"/rules/{rule}/move", {"rse_expression": "MIRROR"})
    ann.wait(moved if isinstance(moved, str) else moved[0])


def test_an_administrators_account_is_not_had_with_ones_own_password(
    people: tuple[User, User, User], lake: Any
) -> None:
    _, ann, _ = people
    made = lake.make_account()
    words = {
        "X-Rucio-Account": "root", "X-Rucio-Username": made.username, "X-Rucio-Password": made.password,
    }  # fmt: skip
    assert httpx.get(f"{made.url}/auth/userpass", headers=words, trust_env=False).status_code == 401
    for method, path, body in (
        ("POST", "/accounts/evil", {"type": "USER", "email": "e@e"}),
        ("POST", f"/accountlimits/local/{ann.account}/HERE", {"bytes": 1}),
        ("POST", "/rses/MINE", {}),
        ("POST", f"/accounts/{ann.account}/attr/admin", {"key": "admin", "value": "1"}),
        ("PUT", "/identities/evil/userpass", None),
    ):
        answer = ann.ask(method, path, body)
        assert answer.status_code == 401, (path, answer.status_code, answer.text)


def test_a_suspended_account_changes_nothing(people: tuple[User, User, User]) -> None:
    root, ann, _ = people
    ann.call("POST", f"/dids/{own(ann)}/set", {"type": "DATASET"})
    root.call("PUT", f"/accounts/{ann.account}", {"status": "SUSPENDED"})
    assert not ann.ask("POST", f"/dids/{own(ann)}/set2", {"type": "DATASET"}).is_success
    assert not ann.ask("DELETE", f"/dids/{own(ann)}/set/meta?key=rho").is_success
    root.call("PUT", f"/accounts/{ann.account}", {"status": "ACTIVE"})
    ann.call("POST", f"/dids/{own(ann)}/set2", {"type": "DATASET"})


def test_an_upload_over_quota_is_refused_before_anything_is_written(lake: Any) -> None:
    with User(lake.make_account(limit=15), lake.home / "lake") as ann:
        name = f"{ann.account}-file"
        ann.put("HERE", "freezeout", name, DATA)
        ann.rule("HERE", "freezeout", name)

        def used() -> int:
            answer = ann.ask("GET", f"/accounts/{ann.account}/usage/local/HERE")
            return max((json.loads(line)["bytes"] for line in answer.text.splitlines() if line), default=0)

        assert comes_true(lambda: used() == len(DATA))
        answer = ann.add_replica("HERE", "freezeout", f"{name}2", len(DATA), f"{zlib.adler32(DATA):08x}")
        assert refused(answer)
        words = answer.json()["ExceptionMessage"]
        assert "Over quota at HERE: 10 of 15 bytes are used, 10 more do not fit." in words
        assert ann.ask("GET", f"/dids/freezeout/{name}2").status_code == 404


def test_a_folder_of_the_lake_is_seen_by_its_owner_only(lake: Any) -> None:
    place: Path = lake.home / "lake"
    assert (place.resolve().stat().st_mode & 0o077) == 0
