"""Servers and tokens: which is preferred, what is kept and how, what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.sites.checking import address, secret
from freezeout.reana.sites.connection import connection, connections, forget, keep
from freezeout.reana.sites.kept import folder
from freezeout.reana.sites.place import place

TOKEN = "sesame-of-this-test"


def test_the_embedded_one_is_always_known_and_says_when_it_never_ran() -> None:
    (one,) = connections()
    assert (one.name, one.kind, one.url) == ("embedded", "embedded", "")
    with pytest.raises(FreezeoutError, match="never run") as error:
        one.require_sound()
    assert error.value.hint == "freezeout up"


def test_the_embedded_one_follows_its_server() -> None:
    before = connection()
    place().token_file.parent.mkdir(parents=True)
    place().token_file.write_text(TOKEN)
    place().port_file.write_text("4711")
    now = before.current()
    assert (now.url, now.token) == ("http://127.0.0.1:4711", TOKEN)


def test_variables_and_settings_are_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("FREEZEOUT_REANA_URL", "https://one.example.org/")
    assert "there is no token" in connection().fault
    monkeypatch.setenv("FREEZEOUT_REANA_TOKEN_FILE", str(tmp_path / "token"))
    one = connection()
    assert (one.name, one.url, one.token) == ("configured", "https://one.example.org", TOKEN)
    monkeypatch.setenv("REANA_SERVER_URL", "https://two.example.org")
    monkeypatch.setenv("REANA_ACCESS_TOKEN", "another-token")
    assert (connection().url, connection().token) == ("https://two.example.org", "another-token")
    assert [one.name for one in connections()] == ["configured", "embedded"]
    monkeypatch.delenv("REANA_ACCESS_TOKEN")
    assert not connection().token, "the token is that of another server"
    monkeypatch.setenv("FREEZEOUT_REANA_URL", "https://two.example.org")
    assert connection().token == TOKEN
    monkeypatch.setenv("REANA_ACCESS_TOKEN", "another-token")
    monkeypatch.setenv("REANA_SERVER_URL", "http://two.example.org")
    with pytest.raises(InputError, match="others can read it") as error:
        connection().require_sound()
    assert error.value.code == "bad_reana"


def test_what_is_kept_is_in_files_that_nobody_else_reads() -> None:
    keep("cern", "https://reana.cern.ch/", TOKEN)
    keep("local", "http://127.0.0.1:5000", f"{TOKEN}\n")
    keep("own", "http://reana.example.org", TOKEN, insecure=True)
    assert [one.name for one in connections()] == ["embedded", "cern", "local", "own"]
    found = connection("cern")
    assert (found.url, found.token, found.verify) == ("https://reana.cern.ch", TOKEN, True)
    assert connection("local").token == TOKEN and not connection("own").verify
    assert TOKEN not in repr(connections())
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder().iterdir()} == {0o600}
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    forget("cern")
    with pytest.raises(InputError) as error:
        connection("cern")
    assert error.value.code == "unknown_reana"
    with pytest.raises(InputError):
        forget("embedded")


def test_what_is_kept_and_damaged_is_named_without_what_it_holds() -> None:
    keep("cern", "https://reana.cern.ch", TOKEN)
    (folder() / "cern.json").write_text(f'{{"token": "{TOKEN}"')
    found = connection("cern")
    assert "cern.json" in found.fault and TOKEN not in found.fault
    with pytest.raises(InputError):
        found.require_sound()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "embedded", "configured", "x" * 41, "a b"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputError) as error:
        keep(name, "https://reana.cern.ch", TOKEN)
    assert error.value.code == "bad_name"


@pytest.mark.parametrize(
    "url",
    [
        "", "reana.cern.ch", "ftp://reana.cern.ch", "file:///etc/passwd", "https://", "http://reana.cern.ch",
        "https://ada:pw@reana.cern.ch", "https://reana.cern.ch/?access_token=x", "https://a b", "https://a:x",
        "https://127.0.0.1@evil.org", "http://127.0.0.1.evil.org", "https://a\nb",
    ],
)  # fmt: skip
def test_an_address_that_would_lose_the_token_is_refused(url: str) -> None:
    with pytest.raises(InputError) as error:
        address(url)
    assert error.value.code == "bad_url" and "pw" not in error.value.message


def test_an_address_may_name_the_api_and_a_loopback_needs_no_https() -> None:
    assert address("https://reana.cern.ch/api/") == "https://reana.cern.ch"
    assert address("http://localhost:5000") == "http://localhost:5000"
    assert address("http://[::1]:5000/") == "http://[::1]:5000"
    assert address("http://reana.example.org", insecure=True) == "http://reana.example.org"


@pytest.mark.parametrize("token", ["", "  ", "two words", "ümlaut", "a\nb"])
def test_a_token_that_is_none_is_refused_without_being_quoted(token: str) -> None:
    with pytest.raises(InputError) as error:
        secret(token)
    assert error.value.code == "bad_token" and "words" not in error.value.message
