"""The server finds our kernels: at once after a build, beside those of others, and Voila's too."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.environments.kernels import kernels_folder
from freezeout.environments.removal import remove

from .conftest import VOILA, VOILA_WARNS, body, configuration, make_environment


async def kernels(jp_fetch: Any) -> set[str]:
    """The names that Lab's launcher gets."""
    return set(body(await jp_fetch("/api/kernelspecs"))["kernelspecs"])


async def test_a_kernel_is_offered_at_once_after_a_build_and_no_more_after_a_removal(
    jp_fetch: Any, jp_serverapp: ServerApp, freezeout_home: Path
) -> None:
    assert not kernels_folder().exists()
    before = await kernels(jp_fetch)
    assert "python3" in before
    make_environment(freezeout_home / "own" / "environments")
    run_build("small")
    assert await kernels(jp_fetch) == before | {"freezeout-small"}
    run_build("small", force=True)
    assert await kernels(jp_fetch) == before | {"freezeout-small"}
    remove("small")
    assert await kernels(jp_fetch) == before


def test_the_manager_of_kernels_is_the_servers_own(jp_serverapp: ServerApp) -> None:
    from jupyter_client.kernelspec import KernelSpecManager

    manager = jp_serverapp.kernel_spec_manager
    assert type(manager) is KernelSpecManager
    assert manager.kernel_dirs[-1] == str(kernels_folder())
    assert manager.kernel_dirs[:-1] == KernelSpecManager().kernel_dirs


async def test_a_session_of_a_notebook_starts_in_its_environment(small: Path, jp_fetch: Any) -> None:
    wanted = {
        "path": "a.ipynb", "name": "a.ipynb", "type": "notebook", "kernel": {"name": "freezeout-small"},
    }  # fmt: skip
    session = body(await jp_fetch("/api/sessions", method="POST", body=json.dumps(wanted)))
    assert session["kernel"]["name"] == "freezeout-small"
    await jp_fetch(f"/api/sessions/{session['id']}", method="DELETE")


class TestVoila:
    pytestmark = pytest.mark.filterwarnings(VOILA_WARNS)

    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        return configuration(**VOILA)

    @pytest.fixture
    def voilas_templates(self, jp_environ: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Voila's own templates, which the test's server does not see."""
        monkeypatch.setenv("JUPYTER_PATH", f"{sys.prefix}/share/jupyter")

    async def test_a_dashboard_runs_in_the_environment_that_its_notebook_names(
        self, small: Path, voilas_templates: None, jp_fetch: Any, jp_root_dir: Path
    ) -> None:
        cell = nbformat.v4.new_code_cell("import sys; print('ran in', sys.prefix)")
        metadata = {"kernelspec": {"name": "freezeout-small", "display_name": "", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), jp_root_dir / "board.ipynb")
        page = (await jp_fetch("/voila/render/board.ipynb", request_timeout=60)).body.decode()
        built = installation("small")
        assert built is not None
        assert f"ran in {built.prefix}" in page
