"""Signing in with a password, a certificate, a proxy certificate and a token, on a real Rucio."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError
from freezeout.lake.catalogue.browse import scopes
from freezeout.lake.sites.client import LakeClient
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.rucio_cfg import rucio_config, rucio_environ
from freezeout.lake.sites.signing import Signed, token_expires
from freezeout.lake.sites.trial import try_connection

TOOL = Path(__file__).with_name("tls_server.py")


@dataclass
class Site:
    """A second server of the session's lake: behind TLS, and with an issuer of tokens."""

    url: str
    issuer: str
    folder: Path
    python: Path
    lake: Any

    def connection(self, auth: Any, **more: Any) -> Connection:
        """As the lake's user."""
        return replace(
            self.lake.connection, name="site", kind="settings", url=self.url, auth_url=self.url, auth=auth,
            username="", password="", authorities=self.folder / "authority.pem", **more,
        )  # fmt: skip

    def token(self, key: str = "issuer", **claims: Any) -> str:
        """A token of the lake's user that is good for an hour, unless told otherwise."""
        now = int(time.time())
        said = {
            "sub": "user-1", "iss": self.issuer, "aud": "rucio", "scope": "openid profile", "iat": now,
            "exp": now + 3600, "jti": os.urandom(8).hex(), **claims,
        }  # fmt: skip
        words = [str(self.python), "-P", str(TOOL), "sign", str(self.folder / f"{key}.key")]
        return subprocess.run(
            words, input=json.dumps(said), capture_output=True, text=True, check=True, timeout=60
        ).stdout


@pytest.fixture(scope="module")
def site(lake_of_all: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The lake's Rucio once more, as a site runs it."""
    folder = tmp_path_factory.mktemp("site")
    python = next((lake_of_all.home / "environments" / "rucio-server").glob("*/bin/python"))
    subprocess.run([str(python), "-P", str(TOOL), "make", str(folder)], check=True, timeout=120)
    with _issuer(folder) as issuer:
        config = ConfigParser(interpolation=None)
        config.read(lake_of_all.home / "lake" / "rucio" / "etc" / "rucio.cfg")
        known = {"client_id": "rucio", "client_secret": "-", "issuer": issuer, "redirect_uris": [issuer]}
        (folder / "idpsecrets.json").write_text(json.dumps({"test": {**known, "SCIM": known}}))
        config["oidc"] = {
            "idpsecrets": str(folder / "idpsecrets.json"), "admin_issuer": "test",
            "expected_audience": "rucio", "expected_scope": "openid profile",
        }  # fmt: skip
        with open(folder / "rucio.cfg", "w") as stream:
            config.write(stream)
        words = [str(folder / name) for name in ("server.pem", "server.key", "authority.pem")]
        with open(folder / "log", "w") as log:
            server = subprocess.Popen(
                [str(python), "-P", str(TOOL), *words], stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "RUCIO_CONFIG": str(folder / "rucio.cfg")},
            )  # fmt: skip
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            assert port, (folder / "log").read_text()
            for identity, kind in ((f"SUB=user-1, ISS={issuer}", "OIDC"), ("/O=Test/CN=A User", "X509")):
                for name in (identity, f"{identity}/CN=12345") if kind == "X509" else (identity,):
                    lake_of_all.call(
                        "POST", f"/accounts/{lake_of_all.connection.account}/identities",
                        {"identity": name, "authtype": kind, "email": "user@localhost", "default": True},
                    )  # fmt: skip
            yield Site(f"https://127.0.0.1:{port}", issuer, folder, python, lake_of_all)
        finally:
            server.terminate()
            server.wait(20)
            if server.stdout is not None:
                server.stdout.close()


class _issuer:
    """An issuer of tokens that tells its key, as OpenID Connect has it."""

    def __init__(self, folder: Path) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                here = f"http://127.0.0.1:{self.server.server_address[1]}"
                said = {
                    "issuer": here, "jwks_uri": f"{here}/jwks", "token_endpoint": f"{here}/token",
                    "authorization_endpoint": f"{here}/authorise", "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }  # fmt: skip
                text = (folder / "issuer.jwks").read_text() if self.path == "/jwks" else json.dumps(said)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_words: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def signed_in(connection: Connection) -> dict[str, Any]:
    return asyncio.run(try_connection(connection))


def refusal(go: Callable[[], Any]) -> FreezeoutError:
    with pytest.raises(FreezeoutError) as said:
        go()
    assert "Traceback" not in str(said.value)
    return said.value


def test_a_password_signs_in_and_a_wrong_one_never_does(lake: Any) -> None:
    assert signed_in(lake.connection)["account"] == lake.connection.account
    for wrong in ("wrong", "", "x" * 3000, lake.root.password):
        error = refusal(lambda wrong=wrong: signed_in(replace(lake.connection, password=wrong)))
        assert error.code == "lake_sign_in"
        assert lake.connection.account in error.message
        assert not wrong or wrong not in str(error)
    other = lake.make_account()
    stolen = replace(lake.root, password=other.password, username=other.username)
    assert refusal(lambda: signed_in(stolen)).code == "lake_sign_in"
    odd = replace(lake.connection, password="pässwörd\n")
    assert refusal(lambda: signed_in(odd)).code == "lake_sign_in"


def test_a_token_that_the_server_has_forgotten_is_renewed_once(lake: Any) -> None:
    async def look() -> None:
        async with LakeClient(lake.connection) as client:
            good = await client.token()
            client._signed = Signed("root-root-unknown-0123456789abcdef", time.time() + 3000)
            assert await scopes(client)
            client._signed = Signed("forgotten", time.time() + 3000)
            assert [batch async for batch in client.batches("GET", "rses/")]
            assert await client.token() not in ("forgotten", "") and good

    asyncio.run(look())


def test_no_secret_is_shown(lake: Any) -> None:
    async def look() -> tuple[str, str]:
        async with LakeClient(lake.connection) as client:
            token = await client.token()
            return token, repr((client, client.connection, client._signed))

    token, shown = asyncio.run(look())
    assert lake.connection.password not in shown
    assert token not in shown


def test_a_certificate_and_a_proxy_sign_in(site: Site) -> None:
    mine = {"certificate": site.folder / "user.pem", "key": site.folder / "user.key"}
    found = signed_in(site.connection("x509", **mine))
    assert found["account"] == site.lake.connection.account and found["expires_at"]
    found = signed_in(site.connection("x509_proxy", proxy=site.folder / "proxy.pem"))
    assert found["account"] == site.lake.connection.account


def test_a_strangers_certificate_is_refused_and_a_missing_one_named(site: Site) -> None:
    other = {"certificate": site.folder / "stranger.pem", "key": site.folder / "stranger.key"}
    assert refusal(lambda: signed_in(site.connection("x509", **other))).code == "lake_sign_in"
    missing = site.connection("x509", certificate=site.folder / "none.pem")
    assert refusal(lambda: signed_in(missing)).code == "lake_certificate"
    wrong = site.connection("x509", certificate=site.folder / "user.pem", key=site.folder / "server.key")
    assert refusal(lambda: signed_in(wrong)).code == "lake_certificate"
    untrusted = replace(site.connection("oidc"), authorities=None)
    os.environ["RUCIO_ACCESS_TOKEN"] = site.token()
    try:
        assert refusal(lambda: signed_in(untrusted)).code == "lake_certificate"
    finally:
        del os.environ["RUCIO_ACCESS_TOKEN"]


def test_an_address_of_http_given_as_one_of_https_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUCIO_ACCESS_TOKEN", site.token())
    plain = site.lake.connection.url.replace("http://", "https://")
    refused = refusal(lambda: signed_in(replace(site.connection("oidc"), url=plain, auth_url=plain)))
    assert refused.code == "lake_unreachable" and "does not answer as https" in str(refused)


def test_a_token_of_the_environment_signs_in_with_no_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUCIO_ACCESS_TOKEN", site.token())
    connection = site.connection("oidc")
    found = signed_in(connection)
    assert found["account"] == site.lake.connection.account
    assert 3000 < token_expires(connection) - time.time() < 3601
    nameless = replace(connection, account="")
    assert signed_in(nameless)["account"] == site.lake.connection.account
    error = refusal(lambda: signed_in(replace(connection, account="root")))
    assert error.code == "lake_sign_in" and "connected as 'root'" in error.message


def test_bad_tokens_are_refused_each_with_its_reason(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = site.connection("oidc")
    assert "there is no token" in str(refusal(lambda: signed_in(connection)))
    past = int(time.time()) - 90
    good = site.token()
    bad = {
        "ended at": site.token(exp=past),
        "does not accept": site.token(key="other"),
        "does not accept the token": site.token(aud="somebody"),
        "does not accept the token from": site.token(sub="nobody"),
        "does not accept the token from RUCIO": good[:-6] + "AAAAAA",
        "does not accept the token from RUCIO_": "no-token",
        "holds no token": "two words",
    }
    for said, token in bad.items():
        monkeypatch.setenv("RUCIO_ACCESS_TOKEN", token)
        error = refusal(lambda: signed_in(connection))
        assert error.code == "lake_sign_in", said
        assert said in str(error)
        assert token not in str(error)


def test_a_token_file_is_read_again_when_somebody_renews_it(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "token"
    connection = site.connection("oidc", token_file=path)
    assert "cannot be read" in str(refusal(lambda: signed_in(connection)))
    path.write_text(site.token(exp=int(time.time()) + 400) + "\n")

    async def look() -> None:
        async with LakeClient(connection) as client:
            assert await scopes(client)
            first, ends = await client.token(), client.expires
            path.write_text(site.token())
            assert await scopes(client)
            assert await client.token() != first and client.expires > ends
            path.write_text(site.token(exp=int(time.time()) - 60))
            with pytest.raises(FreezeoutError, match="ended at"):
                await scopes(client)
            path.write_text(site.token())
            assert await scopes(client)

    asyncio.run(look())


def test_the_file_is_used_when_the_token_of_the_environment_has_ended(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUCIO_ACCESS_TOKEN", site.token(exp=int(time.time()) - 60))
    path = tmp_path / "token"
    path.write_text(site.token())
    assert signed_in(site.connection("oidc", token_file=path))["account"]
    monkeypatch.setenv("RUCIO_ACCESS_TOKEN", site.token(key="other"))
    assert signed_in(site.connection("oidc", token_file=path))["account"]


def whoami(connection: Connection) -> subprocess.CompletedProcess[str]:
    words = ["import sys; from rucio.client import Client; sys.stdout.write(Client().whoami()['account'])"]
    return subprocess.run(
        [sys.executable, "-c", *words], env=rucio_environ(connection), capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip


def test_rucios_own_client_signs_in_by_a_file_that_nobody_else_can_read(
    lake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUCIO_ACCOUNT", "root")
    other = lake.make_account()
    for one in (lake.connection, other):
        assert whoami(one).stdout == one.account
        path = rucio_config(one)
        assert path.stat().st_mode & 0o777 == 0o600
        assert (path.parent / "token").stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert rucio_config(lake.connection).parent != rucio_config(other).parent
    wrong = whoami(replace(lake.connection, password="wrong"))
    assert wrong.returncode != 0 and wrong.stdout == "", "a token of another password was used"
    pretender = whoami(replace(other, account=lake.connection.account))
    assert pretender.returncode != 0 and pretender.stdout == ""


def test_rucios_own_client_uses_the_token(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUCIO_ACCESS_TOKEN", site.token())
    done = whoami(site.connection("oidc"))
    assert done.stdout == site.lake.connection.account, done.stderr[-500:]
