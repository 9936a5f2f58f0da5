"""Binder, without an engine: repo2docker's plan, and its steps done in a new environment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from freezeout.services.process import free_port

from .conftest import Installed

pytestmark = pytest.mark.slow


def test_repo2docker_plans_the_lock_the_post_build_and_the_start(project: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", project],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    plan = done.stdout + done.stderr
    assert done.returncode == 0, plan
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in plan
    assert "RUN ./binder/postBuild" in plan
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in plan
    assert "python=3.11" in plan.replace(" ", "") or "environment.py-3.11" in plan


@pytest.fixture(scope="module")
def binder(
    installed: Installed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server that was built and started by Binder's own scripts."""
    home = tmp_path_factory.mktemp("jovyan")
    repository = home / "freezeout"
    shutil.copytree(installed.project, repository)
    env = installed.clean_environment() | {"HOME": str(home), "JUPYTER_TOKEN": "a-token-for-this-test"}
    built = subprocess.run(
        [repository / "binder/postBuild"],
        cwd=repository,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    port = free_port()
    command = [repository / "binder/start", "jupyter", "lab", "--ip=127.0.0.1", f"--port={port}",
               "--no-browser", "--ServerApp.port_retries=0", "--allow-root"]  # fmt: skip
    server = subprocess.Popen(
        command,
        cwd=repository,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            if answer(url + "/api")[0] == 200:
                break
            assert server.poll() is None
            time.sleep(0.2)
        yield url, env
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def answer(url: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Authorization": "token a-token-for-this-test"})
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_binder_opens_lab_with_the_extension(binder: tuple[str, dict[str, str]]) -> None:
    status, page = answer(binder[0] + "/lab")
    assert status == 200
    config = json.loads(
        page.split('id="jupyter-config-data" type="application/json">')[1].split("</script>")[0]
    )
    assert "freezeout" in [extension["name"] for extension in config["federated_extensions"]]


def test_binder_opens_the_dashboard_by_a_url_path(binder: tuple[str, dict[str, str]]) -> None:
    status, page = answer(binder[0] + "/freezeout/dashboards/summary")
    assert status == 200
    assert "Dark-matter limits" in page and "Traceback" not in page
