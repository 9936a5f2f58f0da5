"""Which lake is used: Freezeout's settings, Rucio's configuration, rucio-jupyterlab's, the embedded one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freezeout.cli import main
from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.browse import scopes
from freezeout.lake.sites.client import LakeClient
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.known import connection, connections
from freezeout.lake.sites.rucio_cfg import rucio_config
from freezeout.lake.waiting import wait
from freezeout.settings import config_file, settings

CFG = """[client]
rucio_host = https://rucio.example.org:443
auth_host = https://auth.example.org
auth_type = userpass
username = ann
password = s%%cret
account = anna
ca_cert = /etc/ca.pem
"""


def names() -> list[str]:
    return [one.name for one in connections()]


def test_without_any_there_is_a_clear_error() -> None:
    assert connections() == []
    with pytest.raises(InputError, match="no data lake is connected") as said:
        connection()
    assert said.value.code == "no_lake"


def test_the_order_is_settings_then_rucio_then_rucio_jupyterlab_then_embedded(
    lake: Any, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names() == ["embedded"]
    jupyter(alone, [INSTANCE])
    assert names() == ["ours", "embedded"]
    (tmp_path / "rucio.cfg").write_text(CFG)
    monkeypatch.setenv("RUCIO_CONFIG", str(tmp_path / "rucio.cfg"))
    assert names() == ["rucio.cfg", "ours", "embedded"]
    monkeypatch.setenv("FREEZEOUT_LAKE_URL", "https://site.example.org")
    assert names() == ["site", "rucio.cfg", "ours", "embedded"]
    assert connection().name == "site" and connection("embedded").kind == "embedded"
    with pytest.raises(InputError, match="no lake 'nowhere'") as said:
        connection("nowhere")
    assert "site, rucio.cfg, ours, embedded" in said.value.hint


def test_a_rucio_cfg_is_found_where_rucio_finds_it(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone / "etc").mkdir()
    (alone / "etc" / "rucio.cfg").write_text(CFG)
    one = connection()
    assert (one.url, one.auth_url) == ("https://rucio.example.org:443", "https://auth.example.org")
    assert (one.auth, one.account, one.username, one.password) == ("userpass", "anna", "ann", "s%cret")
    assert one.authorities == Path("/etc/ca.pem")
    assert one.scope == "user.anna"
    monkeypatch.setenv("RUCIO_ACCOUNT", "other")
    monkeypatch.setenv("RUCIO_AUTH_TYPE", "x509_proxy")
    monkeypatch.setenv("X509_USER_PROXY", "/tmp/x509up")
    assert main(["config", "lake", "--here", "NEAR"]) == 0
    one = connection()
    assert (one.account, one.auth, one.proxy, one.here) == (
        "other",
        "x509_proxy",
        Path("/tmp/x509up"),
        "NEAR",
    )
    monkeypatch.setenv("RUCIO_AUTH_TYPE", "oidc")
    token = connection().token_file
    assert token is not None and token.name == "auth_token_for_account_other"


@pytest.mark.parametrize(
    "text",
    ["", "nothing", "[client]\n", CFG.replace("userpass", "gss"), CFG.replace("https://rucio", "ftp://rucio"),
     CFG.replace("account = anna", ""), CFG.replace("s%%cret", "s%cret"), "\x00", CFG + CFG],
)  # fmt: skip
def test_a_bad_rucio_cfg_says_what_is_wrong_and_hides_no_other_lake(
    lake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "rucio.cfg"
    path.write_text(text)
    monkeypatch.setenv("RUCIO_CONFIG", str(path))
    assert names() == ["rucio.cfg", "embedded"]
    with pytest.raises(InputError) as said:
        connection()
    assert said.value.code == "bad_lake" and "cret" not in str(said.value)
    with pytest.raises(InputError):
        LakeClient(connections()[0])
    assert connection("embedded").fault == ""


def test_the_embedded_lakes_own_rucio_cfg_is_no_second_lake_but_its_administrators_is(
    lake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUCIO_CONFIG", str(lake.home / "lake" / "client" / "rucio.cfg"))
    assert names() == ["embedded"]
    monkeypatch.setenv("RUCIO_CONFIG", str(lake.home / "lake" / "client" / "root.cfg"))
    assert connection().account == "root"


def test_an_instance_of_rucio_jupyterlab_for_the_embedded_lake_is_no_second_lake(
    lake: Any, alone: Path
) -> None:
    jupyter(alone, [{**INSTANCE, "rucio_base_url": lake.url}])
    assert names() == ["embedded"]


INSTANCE = {
    "name": "ours", "display_name": "Our lake", "rucio_base_url": "https://rucio.example.org/",
    "mode": "replica", "destination_rse": "NEAR", "rse_mount_path": "/eos/rucio", "path_begins_at": 4,
    "oidc_auth": "file", "oidc_file_name": "/tmp/token",
}  # fmt: skip


def jupyter(folder: Path, instances: object, **more: object) -> Path:
    path = folder / "jupyter" / "jupyter_server_config.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"RucioConfig": {"instances": instances, **more}}))
    return path


def test_instances_of_rucio_jupyterlab_are_lakes(alone: Path) -> None:
    jupyter(alone, [{**INSTANCE, "name": "first"}, INSTANCE], default_instance="ours")
    assert names() == ["ours", "first"]
    one = connection()
    assert (one.url, one.auth, one.here, one.begins_at) == ("https://rucio.example.org", "oidc", "NEAR", 4)
    assert (one.mount, one.token_file, one.title) == (Path("/eos/rucio"), Path("/tmp/token"), "Our lake")
    assert one.token_variable == ""


def test_instances_in_a_python_file_and_their_users_credentials_are_read(alone: Path) -> None:
    path = alone / "jupyter" / "jupyter_server_config.py"
    path.parent.mkdir()
    path.write_text(f"print('noise')\nc.RucioConfig.instances = [{INSTANCE!r}]\n")
    assert connection().auth == "oidc"
    (alone / ".rucio_jupyterlab").mkdir()
    kept = sqlite3.connect(alone / ".rucio_jupyterlab" / "cache.db")
    with kept:
        kept.execute("CREATE TABLE userconfig (key TEXT, value TEXT)")
        kept.execute("CREATE TABLE rucioauthcredentials (namespace TEXT, auth_type TEXT, params TEXT)")
        kept.execute("INSERT INTO userconfig VALUES ('auth_method', 'userpass')")
        given = {"username": "ann", "password": "secret", "account": "anna"}
        kept.execute("INSERT INTO rucioauthcredentials VALUES ('ours', 'userpass', ?)", (json.dumps(given),))
    kept.close()
    one = connection()
    assert (one.auth, one.account, one.username, one.password) == ("userpass", "anna", "ann", "secret")
    assert "secret" not in repr(one)


def test_rucio_jupyterlab_itself_keeps_credentials_where_they_are_looked_for(alone: Path) -> None:
    import subprocess
    import sys

    words = (
        "from rucio_jupyterlab.db import get_db; d = get_db(); d.set_active_auth_method('userpass'); "
        "d.set_rucio_auth_credentials('ours', 'userpass', dict(username='a', password='b', account='c'))"
    )
    subprocess.run([sys.executable, "-c", words], check=True, timeout=120)
    jupyter(alone, [INSTANCE])
    one = connection()
    assert (one.auth, one.username, one.password, one.account) == ("userpass", "a", "b", "c")


def test_the_variables_of_its_images_are_an_instance_too(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"BASE_URL": "https://r.example.org", "NAME": "image", "DESTINATION_RSE": "NEAR",
            "OIDC_AUTH": "env", "OIDC_ENV_NAME": "MY_TOKEN"}  # fmt: skip
    for name, value in said.items():
        monkeypatch.setenv(f"RUCIO_{name}", value)
    one = connection()
    assert (one.name, one.url, one.here, one.token_variable) == (
        "image",
        said["BASE_URL"],
        "NEAR",
        "MY_TOKEN",
    )


@pytest.mark.parametrize(
    "instances",
    [7, [7], [{}], [{**INSTANCE, "rucio_base_url": 7}], [{**INSTANCE, "path_begins_at": "x"}],
     [{"name": "far", "display_name": "x", "$url": "https://example.org/x.json"}]],
)  # fmt: skip
def test_a_bad_instance_says_what_is_wrong(lake: Any, alone: Path, instances: object) -> None:
    jupyter(alone, instances)
    found = connections()
    assert found[0].kind == "rucio-jupyterlab" and found[0].fault
    assert found[-1].name == "embedded"


def test_a_configuration_in_python_that_fails_is_told(lake: Any, alone: Path) -> None:
    path = alone / "jupyter" / "jupyter_server_config.py"
    path.parent.mkdir()
    path.write_text("c.RucioConfig.instances = [1 / 0]\n")
    assert "ZeroDivisionError" in connections()[0].fault


def test_an_embedded_lake_that_cannot_be_read_is_told(freezeout_home: Path) -> None:
    path = freezeout_home / "lake" / "client" / "rucio.cfg"
    path.parent.mkdir(parents=True)
    path.write_text("[client")
    with pytest.raises(InputError, match="freezeout down"):
        connection()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_site_is_connected_by_a_command_and_forgotten(
    lake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    me, word = lake.connection, tmp_path / "word"
    word.write_text(me.password + "\n")
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text("# mine\nruns = '/data/runs'\n")
    words = ["config", "lake", "--url", lake.url + "/", "--auth", "userpass", "--account", me.account]
    assert main([*words, "--password-file", str(word), "--here", "HERE", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tried"]["account"] == me.account and told["tried"]["version"].startswith("41")
    one = connection()
    assert (one.name, one.url, one.here, one.password) == ("site", lake.url, "HERE", me.password)
    assert config_file().read_text().startswith("# mine\nruns = '/data/runs'\n")
    assert main(["config", "lake", "--here", ""]) == 0
    assert connection().here == "" and connection().password == me.password
    assert main(["config"]) == 0
    assert me.password not in capsys.readouterr().out
    given = rucio_config(connection())
    assert me.password in given.read_text()
    assert main(["config", "lake", "--remove"]) == 0
    assert names() == ["embedded"] and not given.exists()
    assert settings()["runs"].value == "/data/runs"


def test_a_connection_that_does_not_work_is_not_kept(
    lake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    word = tmp_path / "word"
    word.write_text("wrong")
    words = ["config", "lake", "--url", lake.url, "--auth", "userpass", "--account", lake.connection.account]
    assert main([*words, "--password-file", str(word)]) == 2
    assert "refuses the account" in said(capsys)
    assert not config_file().exists()
    assert main([*words, "--password-file", str(word), "--no-test"]) == 0
    assert connection("site").password == "wrong"
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(lake.connection.password + "\n"))
    assert main(["config", "lake", "--password-file", "-"]) == 0
    kept = config_file().with_name("lake-password")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert lake.connection.password not in config_file().read_text()
    assert wait(LakeClient(connection("site")).token())
    assert main(["config", "lake", "--remove"]) == 0
    assert not kept.exists()


def test_a_password_never_goes_to_another_server_or_user(
    lake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word = tmp_path / "word"
    word.write_text(lake.connection.password)
    words = ["config", "lake", "--url", lake.url, "--auth", "userpass", "--account", lake.connection.account]
    assert main([*words, "--password-file", str(word)]) == 0
    for change in (
        ["--url", "http://127.0.0.1:9"],
        ["--account", "root"],
        ["--auth-url", "http://127.0.0.1:9"],
    ):
        assert main(["config", "lake", *change]) == 2
        assert "--password-file" in said(capsys)
    assert connection().url == lake.url


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--url", "rucio.example.org"], "address"),
        (["--url", "https://a:b@example.org"], "user name or a password"),
        (["--url", "https://example.org/?x=1"], "address"),
        (["--url", "https://e.org", "--auth", "gss"], "no way"),
        (["--url", "https://e.org", "--auth", "x509", "--account", "a"], "needs --certificate"),
        (["--url", "https://e.org", "--auth", "x509_proxy", "--account", "a"], "needs --proxy"),
        (["--url", "https://e.org", "--auth", "userpass"], "needs --account"),
        (["--url", "https://e.org", "--account", "a b"], "blanks"),
        (["--url", "https://e.org", "--begins-at", "-1"], "begins-at"),
        (["--account", "a"], "address"), (["--remove", "--account", "a"], "goes alone"),
        (["--url", "https://e.org", "--auth", "userpass", "--account", "a", "--password-file", "/no"], "/no"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_not_kept(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "lake", *words, "--no-test"]) == 2
    assert message in said(capsys)
    assert not config_file().exists()


def test_the_environment_goes_before_what_was_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["config", "lake", "--url", "https://one.example.org", "--no-test"]) == 0
    monkeypatch.setenv("FREEZEOUT_LAKE_URL", "https://two.example.org")
    monkeypatch.setenv("FREEZEOUT_LAKE_TOKEN_FILE", "~/token")
    one = connection()
    assert one.url == "https://two.example.org" and one.token_file == Path.home() / "token"
    assert main(["config", "lake", "--url", "https://three.example.org", "--no-test"]) == 0
    assert "FREEZEOUT_LAKE_URL is set and goes before" in said(capsys)


def test_waiting_works_within_a_running_loop_and_hands_on_errors(lake: Any) -> None:
    import asyncio

    async def of(one: Connection) -> int:
        async with LakeClient(one) as client:
            return len(await scopes(client))

    async def cell() -> int:
        return wait(of(lake.connection))

    assert wait(of(lake.connection)) == asyncio.run(cell()) > 0

    async def fails() -> None:
        raise InputError("no", code="mine")

    async def failing_cell() -> None:
        wait(fails())

    for go in (lambda: wait(fails()), lambda: asyncio.run(failing_cell())):
        with pytest.raises(FreezeoutError, match="no"):
            _call(go)


def _call(go: Callable[[], object]) -> None:
    go()
