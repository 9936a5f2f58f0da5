"""rucio-jupyterlab beside us: the same lake, no sidebar unless it is wanted, no password unless it is."""

from __future__ import annotations

import asyncio
import json
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from freezeout_jupyter.interpreter import VARIABLE
from freezeout_jupyter.lake.rucio import configure
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError
from traitlets.config import Config

from freezeout import lake as library

from .conftest import body, configuration
from .lakes import LakeApi

pytestmark = [
    # rucio-jupyterlab's own: the old name of its function, and of its decorators
    pytest.mark.filterwarnings("ignore:A `_load_jupyter_server_extension` function:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:rucio_jupyterlab"),
    pytest.mark.filterwarnings("ignore::jupyter_server.utils.JupyterServerAuthWarning"),
]


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Lab's own extension and rucio-jupyterlab's beside ours."""
    return configuration(**{"jupyterlab": True, "rucio_jupyterlab.server": True})


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where rucio-jupyterlab keeps what its users give it, for this test alone."""
    from rucio_jupyterlab import db  # type: ignore[import-untyped]

    folder = tmp_path / "rucio-jupyterlab"
    folder.mkdir()
    db.db.close()
    earlier = db.db.database
    monkeypatch.setattr(db, "dir_path", str(folder))
    monkeypatch.setattr(db.db, "database", str(folder / "cache.db"))
    yield folder
    db.db.close()
    db.db.database = earlier


async def page_of_lab(jp_fetch: Any) -> dict[str, Any]:
    """What Lab's page is configured with."""
    text = (await jp_fetch("lab")).body.decode()
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found is not None
    page = json.loads(found[1])
    assert isinstance(page, dict)
    return page


async def test_its_sidebar_is_off(jp_fetch: Any, lake: Any) -> None:
    page = await page_of_lab(jp_fetch)
    assert "rucio-jupyterlab" in page["disabledExtensions"]
    assert page["freezeoutRucioSidebar"] == "false"


class TestWanted:
    @pytest.fixture(autouse=True)
    def wanted(self, lake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FREEZEOUT_RUCIO_SIDEBAR", "1")

    async def test_a_setting_brings_it_back_signed_in(
        self, wanted: None, jp_fetch: Any, lake: Any, own_database: Path, tmp_path: Path
    ) -> None:
        page = await page_of_lab(jp_fetch)
        assert "rucio-jupyterlab" not in page["disabledExtensions"]
        assert page["freezeoutRucioSidebar"] == "true"
        end = time.monotonic() + 30
        while True:
            try:
                scopes = body(
                    await jp_fetch("rucio-jupyterlab/list-scopes", params={"namespace": "embedded"})
                )
                break
            except HTTPClientError:
                assert time.monotonic() < end
                await asyncio.sleep(0.2)
        assert lake.scope in json.dumps(scopes)
        (tmp_path / "a.txt").write_text("hello\n")
        (did,) = library.put(tmp_path / "a.txt", f"{lake.scope}:a.txt")
        asked = {"namespace": "embedded", "did": did, "force": "1"}
        (file,) = body(await jp_fetch("rucio-jupyterlab/did", params=asked))
        assert file["status"] == "OK" and Path(file["path"]).read_text() == "hello\n"
        assert stat.S_IMODE(own_database.stat().st_mode) == 0o700
        assert stat.S_IMODE((own_database / "cache.db").stat().st_mode) == 0o600


async def test_it_is_configured_for_the_embedded_lake_and_is_given_no_password(
    lake: Any, jp_fetch: Any, own_database: Path
) -> None:
    found = body(await jp_fetch("rucio-jupyterlab/instances"))
    assert found["active_instance"] == "embedded"
    assert [(one["name"], one["mode"]) for one in found["instances"]] == [("embedded", "replica")]
    assert lake.connection.password not in json.dumps(found)
    kept = own_database / "cache.db"
    assert not kept.exists() or lake.connection.password.encode() not in kept.read_bytes()


async def test_a_lake_that_comes_later_is_told_to_it(
    jp_fetch: Any, jp_serverapp: ServerApp, lake_of_all: Any, freezeout_home: Path
) -> None:
    assert body(await jp_fetch("rucio-jupyterlab/instances"))["instances"] == []
    (freezeout_home / "lake").symlink_to(lake_of_all.home / "lake")
    api, end = LakeApi(jp_fetch), time.monotonic() + 30
    while not (found := body(await jp_fetch("rucio-jupyterlab/instances")))["instances"]:
        assert time.monotonic() < end
        await api.get("connections")
        await asyncio.sleep(0.2)
    assert found["active_instance"] == found["instances"][0]["name"] == "embedded"


def test_instances_of_the_user_s_own_stay_as_they_are(lake_of_all: Any) -> None:
    config = Config()
    config.RucioConfig.instances = [{"name": "embedded", "display_name": "Mine"}, {"name": "site"}]
    config.RucioConfig.default_instance = "site"
    configure(config, [lake_of_all.connection])
    assert [one["name"] for one in config.RucioConfig.instances] == ["embedded", "site"]
    assert config.RucioConfig.default_instance == "site"


async def test_kernels_and_other_programs_find_the_gateway_s_interpreter(
    jp_serverapp: ServerApp, freezeout_home: Path
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"import os; print(os.environ[{VARIABLE!r}])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == sys.executable
    file, end = freezeout_home / "gateway.json", time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
    assert json.loads(file.read_text())["python"] == sys.executable
