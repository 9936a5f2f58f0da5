"""All about one DID, its rules and its metadata, on a real Rucio with daemons."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.browse import contents
from freezeout.lake.catalogue.details import details, replicas
from freezeout.lake.catalogue.edit import add_collection, attach, close, detach, erase
from freezeout.lake.catalogue.metadata import delete_metadata, get_metadata, set_metadata
from freezeout.lake.catalogue.rules import Rule, add_rule, cancel_rule, change_lifetime, rule, rules
from freezeout.lake.did import DID


def until(look: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.3)
    return found


def code_of(go: Callable[[], Any]) -> str:
    with pytest.raises(FreezeoutError) as said:
        go()
    assert "Traceback" not in str(said.value)
    return said.value.code


def test_a_file_a_dataset_and_a_container_tell_all_of_themselves(lake: Any, ask: Any, files: Any) -> None:
    names = files(3)
    held = [DID(lake.scope, name) for name in names]
    dataset, container = DID(lake.scope, "set"), DID(lake.scope, "box")
    ask(add_collection, dataset, "dataset", held, {"experiment": "darkside50", "rho_dm": 0.3})
    ask(add_collection, container, "container", [dataset])
    one = ask(details, held[0])
    assert (one.type, one.bytes, one.adler32, one.length, one.open) == ("FILE", 10, "0cc737eb", None, None)
    assert one.parents == [str(dataset)]
    assert one.account == "root" and not one.mine
    assert one.created_at.endswith("Z")
    many = ask(details, dataset)
    assert (many.type, many.bytes, many.length, many.open, many.mine) == ("DATASET", 30, 3, True, True)
    assert many.metadata == {"experiment": "darkside50", "rho_dm": 0.3}
    assert many.parents == [str(container)]
    outer = ask(details, container)
    assert (outer.type, outer.bytes, outer.length) == ("CONTAINER", 30, 3)
    assert {type(one.bytes), type(many.bytes), type(outer.bytes)} == {int}  # 30.0 is no number of bytes
    ask(close, dataset)
    assert ask(details, dataset).open is False
    assert code_of(lambda: ask(details, DID(lake.scope, "nothing"))) == "did_not_found"


def test_replicas_are_mapped_over_storages_for_files_datasets_and_containers(
    lake: Any, ask: Any, files: Any
) -> None:
    both, one = files(2, names="both{}"), files(3, names="one{}", rse="MIRROR")
    lake.call("POST", "/replicas", {"rse": "MIRROR", "files": [
        {"scope": lake.scope, "name": name, "bytes": 10, "adler32": "0cc737eb"} for name in both
    ]})  # fmt: skip
    dataset, container = DID(lake.scope, "set"), DID(lake.scope, "box")
    ask(add_collection, dataset, "dataset", [DID(lake.scope, name) for name in (*both, *one)])
    ask(add_collection, container, "container", [dataset])
    assert [(r.rse, r.state) for r in ask(replicas, DID(lake.scope, both[0]))] == [
        ("ARCHIVE", "AVAILABLE"), ("MIRROR", "AVAILABLE"),
    ]  # fmt: skip
    for did in (dataset, container):
        found = {r.rse: r for r in ask(replicas, did)}
        assert set(found) == {"ARCHIVE", "MIRROR"}
        assert (found["MIRROR"].state, found["MIRROR"].files_available) == ("AVAILABLE", 5)
        assert (found["ARCHIVE"].state, found["ARCHIVE"].files_available) == ("PARTIAL", 2)
        assert found["ARCHIVE"].files == 5
        assert (found["ARCHIVE"].bytes, found["ARCHIVE"].bytes_available) == (50, 20)
        assert {type(found["ARCHIVE"].bytes), type(found["ARCHIVE"].bytes_available)} == {int}
    ask(add_collection, DID(lake.scope, "empty"))
    assert ask(replicas, DID(lake.scope, "empty")) == []


def test_metadata_keep_their_types_and_are_changed_and_removed(lake: Any, ask: Any) -> None:
    did = DID(lake.scope, "set")
    values = {
        "text": "0.3", "number": 0.3, "whole": 3, "tiny": 1e-47, "truth": True, "lie": False,
        "list": [1, "a", None],
        "map": {"a": {"b": 1}}, "ö ä": "日本", "version": "v1", "quote": "'\"\\", "big": 2**60,
    }  # fmt: skip
    ask(add_collection, did)
    assert ask(set_metadata, did, values) == values
    assert ask(get_metadata, did) == values
    columns = {"task_id": 5, "run_number": 7, "campaign": "c" * 50}
    found = ask(set_metadata, did, columns)
    assert {key: found[key] for key in columns} == columns
    assert ask(set_metadata, did, {"number": "no more"})["number"] == "no more"
    assert "number" not in ask(delete_metadata, did, "number")
    assert code_of(lambda: ask(delete_metadata, did, "number")) == "bad_metadata"
    assert code_of(lambda: ask(delete_metadata, did, "version")) == "bad_metadata"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("a.b", 1, "no dot"), ("", 1, "word"), (" a", 1, "word"), ("bytes", 1, "Rucio's own"),
        ("x", None, "no value"), ("x", float("nan"), "finite"), ("x", object(), "object"),
        ("x", "a\0b", "null"), ("x" * 300, 1, "too long"),
        ("name", "x", "Rucio's own"), ("a\nb", 1, "control"), ("x", ["ok", float("inf")], "finite"),
        ("guid", "abc", "hexadecimal"), ("events", "many", "whole number"), ("run_number", 2**31, "31 bits"),
        ("version", 2, "text"), ("provenance", "three", "at most 2"),
    ],
)  # fmt: skip
def test_metadata_that_no_lake_keeps_are_refused_here(
    lake: Any, ask: Any, key: str, value: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said) as error:
        ask(set_metadata, DID(lake.scope, "set"), {key: value})
    assert error.value.code == "bad_metadata"


def test_what_is_somebody_elses_is_refused(lake: Any, ask: Any, files: Any) -> None:
    other, did, mine = lake.make_account(), DID(lake.scope, "set"), DID(lake.scope, "new")
    name = DID(lake.scope, files(1)[0])
    ask(add_collection, did, metadata={"a": 1})
    assert code_of(lambda: ask(add_collection, mine, by=other)) == "lake_denied"
    assert code_of(lambda: ask(set_metadata, did, {"a": 2}, by=other)) == "lake_denied"
    assert code_of(lambda: ask(attach, did, [name], by=other)) == "lake_denied"
    assert code_of(lambda: ask(close, did, by=other)) == "lake_denied"
    assert code_of(lambda: ask(erase, did, by=other)) == "lake_denied"
    assert ask(get_metadata, did, by=other) == {"a": 1}
    assert ask(contents, did) == []


def test_contents_are_attached_twice_and_detached_once(lake: Any, ask: Any, files: Any) -> None:
    held = [DID(lake.scope, name) for name in files(3)]
    did = DID(lake.scope, "set")
    ask(add_collection, did, "dataset", held[:2])
    ask(attach, did, held)
    ask(attach, did, held)
    assert sorted(row.did for row in ask(contents, did)) == held
    ask(detach, did, held[:1])
    assert sorted(row.did for row in ask(contents, did)) == held[1:]
    assert code_of(lambda: ask(attach, did, [DID(lake.scope, "nothing")])) == "did_not_found"
    assert code_of(lambda: ask(attach, held[0], [held[1]])) == "not_possible"
    assert code_of(lambda: ask(add_collection, did)) == "did_exists"
    assert code_of(lambda: ask(add_collection, DID("noscope", "a"))) in ("scope_not_found", "lake_denied")
    with pytest.raises(InputError, match="was made, but not with all"):
        ask(add_collection, DID(lake.scope, "half"), "dataset", [DID(lake.scope, "nothing")])


def real_file(
    lake: Any, name: str = "real.csv", text: bytes = b"mass,limit\n100,1e-44\n", rse: str = "ARCHIVE"
) -> DID:
    """A file whose bytes are where Rucio says, at a storage that is not the near one."""
    import zlib

    files = [{"scope": lake.scope, "name": name, "bytes": len(text), "adler32": f"{zlib.adler32(text):08x}"}]
    lake.call("POST", "/replicas", {"rse": rse, "files": files})
    where = lake.call("GET", f"/rses/{rse}/lfns2pfns?lfn={lake.scope}:{name}")
    path = lake.home / "lake" / "rse" / rse
    pfn = next(iter(where.values()))
    target = path / pfn.split(f"/rse/{rse}/", 1)[1]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text)
    return DID(lake.scope, name)


def test_a_rule_brings_data_near_and_is_prolonged_and_cancelled(lake: Any, ask: Any) -> None:
    did, dataset = real_file(lake), DID(lake.scope, "set")
    ask(add_collection, dataset, "dataset", [did])
    made = ask(add_rule, dataset, lifetime=3600)
    assert (made.did, made.rse_expression, made.copies, made.mine) == (str(dataset), "HERE", 1, True)
    assert made.expires_at is not None
    done: Rule = until(lambda: (now := ask(rule, made.id)).state == "OK" and now)
    assert (done.progress, done.ok, done.stuck, done.error) == (1.0, 1, 0, "")
    assert [one.id for one in ask(rules, dataset)] == [made.id]
    assert [one.id for one in ask(rules, did)] == [made.id], "a file tells the rules of its dataset"
    again = ask(add_rule, dataset, lifetime=7200)
    assert again.id == made.id and again.expires_at > made.expires_at
    assert ask(change_lifetime, made.id, None).expires_at is None
    other = lake.make_account()
    assert code_of(lambda: ask(change_lifetime, made.id, 60, by=other)) == "lake_denied"
    assert code_of(lambda: ask(cancel_rule, made.id, by=other)) == "lake_denied"
    assert ask(rules, dataset, by=other)[0].mine is False
    ask(cancel_rule, made.id)
    until(lambda: not ask(rules, dataset))
    assert code_of(lambda: ask(rule, made.id)) == "rule_not_found"


def test_a_rule_that_is_stuck_says_why(lake: Any, ask: Any) -> None:
    did = real_file(lake, "damaged.csv", b"good")
    for path in (lake.home / "lake" / "rse" / "ARCHIVE").rglob("damaged.csv"):
        path.write_bytes(b"evil")
    made = ask(add_rule, did)
    stuck = until(lambda: (now := ask(rule, made.id)).state == "STUCK" and now, 200)
    assert stuck.stuck == 1 and stuck.progress == 0
    assert "adler32 mismatch" in stuck.error
    ask(cancel_rule, made.id)


def test_over_the_quota_it_says_what_is_left_and_asked(lake: Any, ask: Any) -> None:
    did = real_file(lake, "large.csv", b"x" * 5000)
    poor = lake.make_account(limit=1000)
    with pytest.raises(
        InputError, match=r"quota of the account 'user\d+' at 'HERE' is exceeded: 5.0 kB .* 1.0 kB"
    ) as said:
        ask(add_rule, did, by=poor)
    assert said.value.code == "quota_exceeded"
    assert ask(rules, did) == []


def test_rules_that_cannot_be_are_refused(lake: Any, ask: Any, files: Any) -> None:
    did = DID(lake.scope, files(1)[0])
    assert code_of(lambda: ask(add_rule, did, "NOWHERE")) == "rse_not_found"
    assert code_of(lambda: ask(add_rule, did, "HERE|(")) == "rse_not_found"
    assert code_of(lambda: ask(add_rule, did, copies=7)) == "rse_not_found"
    assert code_of(lambda: ask(add_rule, did, copies=0)) == "bad_rule"
    assert code_of(lambda: ask(add_rule, did, lifetime=-5)) == "bad_rule"
    assert code_of(lambda: ask(add_rule, DID(lake.scope, "nothing"))) == "did_not_found"
    assert code_of(lambda: ask(rules, DID(lake.scope, "nothing"))) == "did_not_found"
    assert code_of(lambda: ask(rule, "../accounts")) == "rule_not_found"
    assert code_of(lambda: ask(cancel_rule, "0" * 32)) == "rule_not_found"


def test_a_dataset_is_erased_with_its_rules_and_a_file_is_not(lake: Any, ask: Any) -> None:
    did, dataset = real_file(lake), DID(lake.scope, "set")
    ask(add_collection, dataset, "dataset", [did])
    ask(add_rule, dataset)
    assert code_of(lambda: ask(erase, did)) == "not_possible"
    ask(erase, dataset)
    until(lambda: code_if(lambda: ask(details, dataset)) == "did_not_found", 200)


def code_if(go: Callable[[], Any]) -> str:
    try:
        go()
    except FreezeoutError as error:
        return error.code
    return ""
