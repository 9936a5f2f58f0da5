"""``freezeout lake``, and the unchanged command ``rucio``, with a real lake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freezeout.cli import main
from freezeout.files import checksums
from freezeout.lake.sites.rucio_cfg import rucio_environ


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files."""
    place = tmp_path / "calib"
    (place / "sub").mkdir(parents=True)
    (place / "a.csv").write_text("a,b\n1,2\n")
    (place / "sub" / "b.csv").write_text("hello\n")
    return place


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert main(["lake", words[0], "--json", *words[1:]]) == 0
    return json.loads(capsys.readouterr().out)


def test_put_find_show_and_get(
    lake: Any, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    did = f"{lake.scope}:calib"
    put = printed(
        capsys, "put", str(folder), "--did", did, "-m", "detector=x", "-m", "bias=3.5", "-m", "n='7'"
    )
    assert put["dids"] == [did, f"{did}/a.csv", f"{did}/sub/b.csv"]
    found = printed(capsys, "search", "bias>3", "AND", "detector=x", "--scope", lake.scope)
    assert [row["did"] for row in found] == [did]
    assert {row["did"] for row in printed(capsys, "ls", lake.scope)} == set(put["dids"])
    assert [row["did"] for row in printed(capsys, "ls", did)] == put["dids"][1:]
    assert [row["did"] for row in printed(capsys, "ls", f"{lake.scope}:*b.csv")] == [f"{did}/sub/b.csv"]
    (tree,) = printed(capsys, "tree", lake.scope)
    assert [one["name"] for one in tree["inside"]] == [did]
    assert printed(capsys, "info", did)["metadata"]["n"] == "7"
    got = printed(capsys, "get", did, "--to", str(tmp_path / "out"))
    assert [Path(row["path"]).read_text() for row in got["files"]] == ["a,b\n1,2\n", "hello\n"]
    assert (
        printed(capsys, "get", f"{did}/a.csv")["files"][0]["adler32"]
        == checksums(folder / "a.csv")["adler32"]
    )
    assert printed(capsys, "cache")["bytes"] == 8
    assert printed(capsys, "cache", "--clear") == {"files": 1, "bytes": 8}
    assert lake.scope in [row["scope"] for row in printed(capsys, "ls")]


def test_tables_are_for_people(lake: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    did = f"{lake.scope}:calib"
    assert main(["lake", "put", str(folder), "--did", did]) == 0
    assert main(["lake", "meta", did]) == 0
    assert "has no metadata" in capsys.readouterr().err
    for words in (["ls", did], ["tree", did], ["info", did], ["rules", did], ["meta", did, "a=1"], ["rses"]):
        capsys.readouterr()
        assert main(["lake", *words]) == 0
        assert capsys.readouterr().out.strip()


def test_metadata_keep_their_types_and_can_be_deleted(
    lake: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    did = f"{lake.scope}:calib"
    main(["lake", "put", str(folder), "--did", did])
    found = printed(capsys, "meta", did, "a=1", "b=2.5", "c=true", "d='1'", "e=text")
    assert {key: found[key] for key in "abcde"} == {"a": 1, "b": 2.5, "c": True, "d": "1", "e": "text"}
    assert "a" not in printed(capsys, "meta", did, "--delete", "a")


@pytest.mark.slow
def test_replicate_waits_until_it_is_there_and_a_rule_is_cancelled(
    lake: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    did = f"{lake.scope}:calib"
    main(["lake", "put", str(folder), "--did", did])
    rule = printed(capsys, "replicate", did, "--rse", "ARCHIVE", "--lifetime", "1d", "--wait")
    assert rule["state"] == "OK" and rule["expires_at"]
    assert {one["rse"] for one in printed(capsys, "info", did)["replicas"]} == {"HERE", "ARCHIVE"}
    printed(capsys, "rules", did, "--cancel", rule["id"][:8])


def test_rm_asks_and_removes(lake: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    did = f"{lake.scope}:calib"
    main(["lake", "put", str(folder), "--did", did])
    assert main(["lake", "rm", did]) == 2  # nobody there to be asked
    assert printed(capsys, "rm", did, "--yes")["did"] == did


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["info", "nowhere:nothing"], "did_not_found"),
        (["get", "no-colon"], "bad_did"),
        (["put", "/nowhere/at/all"], "path_unusable"),
        (["search", "a=(", "b"], "bad_query"),
        (["ls", "--lake", "another"], "unknown_lake"),
        (["ls", "nowhere"], "scope_not_found"),
        (["rm", "darkside50:acceptance.csv", "--yes"], "lake_denied"),
        (["put", __file__, "--lifetime", "5000y"], "bad_rule"),
    ],
)
def test_errors_exit_with_2_and_are_json_for_programs(
    lake: Any, capsys: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    capsys.readouterr()
    assert main(["lake", words[0], "--json", *words[1:]]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == code
    assert err.startswith("freezeout: ") and "Traceback" not in err


def rucio(lake: Any, *words: str) -> str:
    """What the unchanged command says."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("rucio")), *words], env=rucio_environ(lake.connection),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_real_rucio_command_works_and_sees_ours_and_we_see_its(
    lake: Any, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, its = f"{lake.scope}:calib", f"{lake.scope}:its.csv"
    main(["lake", "put", str(folder), "--did", ours])
    assert "calib/a.csv" in rucio(lake, "did", "content", "list", ours)
    # Rucio makes one folder for a scope, none for a name: docs/data-lake.md says so
    (tmp_path / "down" / lake.scope / "calib").mkdir(parents=True)
    rucio(lake, "download", "--dir", str(tmp_path / "down"), f"{ours}/a.csv")
    assert (tmp_path / "down" / lake.scope / "calib" / "a.csv").read_text() == "a,b\n1,2\n"
    main(["lake", "put", str(folder / "a.csv"), "--did", f"{lake.scope}:flat.csv"])
    rucio(lake, "download", "--dir", str(tmp_path / "down"), f"{lake.scope}:flat.csv")
    assert (tmp_path / "down" / lake.scope / "flat.csv").read_text() == "a,b\n1,2\n"
    (tmp_path / "its.csv").write_text("its own\n")
    rucio(lake, "upload", "--rse", "HERE", "--scope", lake.scope, str(tmp_path / "its.csv"))
    assert Path(printed(capsys, "get", its)["files"][0]["path"]).read_text() == "its own\n"
    main(["lake", "meta", ours, "colour=red"])
    assert "red" in rucio(lake, "did", "metadata", "list", "--plugin", "JSON", ours)
    rucio(lake, "did", "metadata", "set", "--key", "shape", "--value", "round", ours)
    assert printed(capsys, "meta", ours)["shape"] == "round"
    (rule,) = printed(capsys, "rules", ours)
    assert rule["id"] in rucio(lake, "rule", "list", "--did", ours)
    rucio(lake, "rule", "add", its, "--copies", "1", "--rses", "ARCHIVE")
    assert {one["rse_expression"] for one in printed(capsys, "rules", its)} == {"HERE", "ARCHIVE"}


def test_the_exports_make_the_command_work_in_a_shell(lake: Any, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["lake", "env"]) == 0
    exports = capsys.readouterr().out
    # as eval "$(…)" and eval $(…) take it
    for script in (
        f"{exports}\nrucio whoami",
        f"{' '.join(exports.split())}\necho $RUCIO_CONFIG $RUCIO_ACCOUNT",
    ):
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "RUCIO_ACCOUNT": "nobody"}
        done = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert lake.connection.account in done.stdout or done.stdout.strip().endswith("rucio.cfg")
