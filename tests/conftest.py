"""What every test gets: a home of its own, so that no test sees or touches the user's; and the lake."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# a shared machine is slow at times, which says nothing of the code
settings.register_profile("freezeout", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("freezeout")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def other_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where IPython and Matplotlib keep what they keep, once for all tests."""
    return tmp_path_factory.mktemp("other")


@pytest.fixture(autouse=True)
def freezeout_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, other_programs: Path
) -> Path:
    """An empty FREEZEOUT_HOME, and none of the user's settings."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("FREEZEOUT_", "RUCIO_", "REANA_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FREEZEOUT_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("IPYTHONDIR", str(other_programs / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", str(other_programs / "matplotlib"))
    return home


@pytest.fixture(scope="session")
def small_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the environment ``small``: a kernel and a package that the gateway lacks; locked."""
    from freezeout.environments.locking import make_lock
    from freezeout.jobs.reporter import Reporter

    folder = tmp_path_factory.mktemp("recipes") / "small"
    folder.mkdir()
    (folder / "environment.yaml").write_text(
        "schema: 1\nname: small\ntitle: A small one\nsummary: For tests.\nstatus: ready\nlibrary: base\n"
        "packages: [roman]\nmegabytes: 30\n"
    )
    (folder / "requirements.in").write_text("roman==5.1\n")
    (folder / "smoke.py").write_text("import roman\n\nprint(roman.toRoman(1999))\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(folder.parent))
        patch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", str(folder.parent))
        make_lock(Reporter(), "small")
    return folder


@pytest.fixture
def small(small_recipe: Path, freezeout_home: Path) -> Path:
    """The environment ``small`` among the user's own, locked and not built; the test may change it."""
    folder = freezeout_home / "own" / "environments" / "small"
    shutil.copytree(small_recipe, folder)
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@dataclass
class Lake:
    """A real embedded lake that all tests of the session share.

    Attributes
    ----------
    home : Path
        The FREEZEOUT_HOME where it runs; ``<home>/lake`` is its place.
    connection, root : Connection
        As the user and as the administrator.
    scope : str
        A scope of the user's that only this test has.
    """

    home: Path
    connection: Any
    root: Any
    scope: str = ""
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """Of the server."""
        return str(self.connection.url)

    def call(self, method: str, path: str, body: object = None, account: Any = None, **headers: str) -> Any:
        """Ask the server by REST, as the administrator unless told otherwise; the JSON it answers."""
        import httpx

        c = account or self.root
        with httpx.Client(base_url=c.url, timeout=120, trust_env=False) as http:
            signed = http.get("/auth/userpass", headers={
                "X-Rucio-Account": c.account, "X-Rucio-Username": c.username, "X-Rucio-Password": c.password,
            }).raise_for_status()  # fmt: skip
            words = {"X-Rucio-Auth-Token": signed.headers["X-Rucio-Auth-Token"], **headers}
            content = None if body is None else json.dumps(body)
            answer = http.request(method, path, content=content, headers=words)
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
            return answer.json() if answer.headers.get("content-type") == "application/json" else answer.text

    def make_scope(self, owner: Any = None) -> str:
        """A new scope, of the user's unless told otherwise."""
        scope = f"test{next(self._names)}"
        self.call("POST", f"/accounts/{(owner or self.connection).account}/scopes/{scope}")
        return scope

    def make_account(self, limit: int = -1) -> Any:
        """A connection of a new ordinary account with its own scope; `limit` in bytes at every RSE."""
        number = next(self._names)
        name, word = f"user{number}", f"word-{number}"
        self.call("POST", f"/accounts/{name}", {"type": "USER", "email": f"{name}@localhost"})
        self.call(
            "PUT", f"/identities/{name}/userpass",
            **{"X-Rucio-Username": name, "X-Rucio-Password": word, "X-Rucio-Email": f"{name}@localhost"},
        )  # fmt: skip
        for rse in ("HERE", "ARCHIVE", "MIRROR"):
            self.call("POST", f"/accountlimits/local/{name}/{rse}", {"bytes": limit})
        scope = f"user.{name}"
        self.call("POST", f"/accounts/{name}/scopes/{scope}")
        return replace(self.connection, account=name, username=name, password=word, scope=scope)


@pytest.fixture(scope="session")
def rucio_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FREEZEOUT_HOME with the environment ``rucio-server`` built in it, once for all tests."""
    from freezeout.environments.build import run_build

    home = tmp_path_factory.mktemp("rucio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        assert run_build("rucio-server").state == "done"
    return home


@pytest.fixture(scope="session")
def lake_of_all(rucio_server: Path) -> Iterator[Lake]:
    """The lake of the session; a test asks for ``lake``."""
    with running_lake(rucio_server) as lake:
        yield lake


@contextmanager
def running_lake(home: Path) -> Iterator[Lake]:
    """A lake that is kept in a home where Rucio's environment is built."""
    from freezeout.lake.sites.embedded import embedded
    from freezeout.services.lake.lake import Lake as Running
    from freezeout.services.lake.place import place

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        running = Running.start()
        try:
            running.wait()
            connection, secret = embedded(), place().secret("root")
            assert connection is not None
            root = replace(connection, account="root", username="root", password=secret, scope="")
            yield Lake(home, connection, root)
        finally:
            running.stop()


@pytest.fixture
def lake(lake_of_all: Lake, freezeout_home: Path) -> Lake:
    """The session's real lake, seen from this test's own home, with a scope of its own."""
    (freezeout_home / "lake").symlink_to(lake_of_all.home / "lake")
    link_rucio_server(lake_of_all.home, freezeout_home)
    return replace(lake_of_all, scope=lake_of_all.make_scope())


def link_rucio_server(built: Path, home: Path) -> None:
    """Make the environment ``rucio-server`` that is built in one home be there in another too."""
    link_environment(built, home, "rucio-server")


def link_environment(built: Path, home: Path, name: str) -> None:
    """Make an environment that is built in one home be there in another too."""
    (home / "environments").mkdir(exist_ok=True)
    (home / "environments" / name).symlink_to(built / "environments" / name)


@dataclass
class Reana:
    """A real embedded REANA server that all tests of the session share.

    Attributes
    ----------
    home : Path
        The FREEZEOUT_HOME where it runs; ``<home>/reana`` is its place.
    url, token : str
        Of the server.
    """

    home: Path
    url: str
    token: str
    _clients: list[Any] = field(default_factory=list)

    @property
    def connection(self) -> Any:
        """How Freezeout's own client reaches it."""
        from freezeout.reana.sites.connection import Connection

        return Connection("embedded", "embedded", self.url, self.token)

    def client(self) -> Any:
        """A client of Freezeout's, closed when the test is over."""
        from freezeout.reana.client.client import Client

        self._clients.append(Client(self.connection))
        return self._clients[-1]

    def close(self) -> None:
        """Close all clients."""
        while self._clients:
            self._clients.pop().close()

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Ask the server by REST, without a client; the answer, whatever it is."""
        import httpx

        with httpx.Client(base_url=self.url, timeout=120, trust_env=False) as http:
            parameters = {"access_token": self.token} | more.pop("params", {})
            return http.request(method, f"/api/{path}", params=parameters, **more)


@pytest.fixture(scope="session")
def sandboxed() -> bool:
    """Whether steps of workflows run in a sandbox here; bubblewrap is installed where that is possible."""
    from freezeout.reana.server.steps.sandbox import obstacle

    if shutil.which("bwrap") is None and shutil.which("apt-get") and os.geteuid() == 0:
        for words in (["update"], ["install", "-y", "--no-install-recommends", "bubblewrap"]):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(["apt-get", *words], capture_output=True, timeout=300, check=False)
    return not obstacle()


@pytest.fixture(scope="session")
def reana_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FREEZEOUT_HOME with the environment ``reana`` built in it, once for all tests."""
    home = tmp_path_factory.mktemp("reana")
    build_environments(home, "reana")
    return home


def build_environments(home: Path, *names: str) -> None:
    """Build environments in a home."""
    from freezeout.environments.build import run_build

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        for name in names:
            assert run_build(name).state == "done"


@pytest.fixture(scope="session")
def reana_of_all(reana_client: Path, sandboxed: bool) -> Iterator[Reana]:
    """The REANA server of the session, with the client's environment; a test asks for ``reana``."""
    with running_reana(reana_client) as reana:
        yield reana


@contextmanager
def running_reana(home: Path) -> Iterator[Reana]:
    """An embedded REANA server in a home."""
    from freezeout.reana.sites.place import place
    from freezeout.services.reana.reana import Reana as Running

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        running = Running.start()
        try:
            reana = Reana(home, running.wait().url, place().token)
            yield reana
            reana.close()
        finally:
            running.stop()


@pytest.fixture
def reana(reana_of_all: Reana, freezeout_home: Path) -> Iterator[Reana]:
    """The session's REANA server, seen from this test's own home."""
    (freezeout_home / "reana").symlink_to(reana_of_all.home / "reana")
    link_environment(reana_of_all.home, freezeout_home, "reana")
    yield reana_of_all
    reana_of_all.close()


def comes_true(what: Callable[[], object], seconds: float = 100) -> bool:
    """Whether something comes to be true in time, on a slow machine too."""
    from freezeout.services.identity import until

    return until(what, seconds)
