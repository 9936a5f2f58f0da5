"""The kernel that says what is wrong, seen by a console, a notebook and a batch run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.client import NotebookClient
from nbclient.exceptions import CellExecutionError

from freezeout.environments.folder import environment
from freezeout.environments.kernels import register

from .conftest import make_environment
from .kernels import running

MISSING = (
    "the environment 'small' is not built. To mend it: freezeout env build small, "
    "or Build in the Environments panel; then restart the kernel."
)


@pytest.fixture
def unbuilt(freezeout_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kernel is registered, and what it belongs to was never built."""
    make_environment(freezeout_home / "own" / "environments")
    nowhere = freezeout_home / "nowhere"
    register(environment("small"), nowhere / "bin" / "python", nowhere)
    monkeypatch.setenv("JUPYTER_PATH", str(freezeout_home))
    return freezeout_home


def notebook(*sources: str) -> Any:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    made.metadata["kernelspec"] = {"name": "freezeout-small", "display_name": "", "language": "python"}
    return made


async def test_every_cell_gets_the_same_error_and_no_traceback(unbuilt: Path) -> None:
    async with running() as kernel:
        for code in ("print(1)", "1/0"):
            text, error = await kernel.run(code)
            assert text == ""
            assert error == {
                "ename": "EnvironmentMissing",
                "evalue": MISSING,
                "traceback": [f"\x1b[31mEnvironmentMissing\x1b[0m: {MISSING}"],
            }


async def test_a_console_is_told_at_once_and_finds_nothing_to_complete(unbuilt: Path) -> None:
    async with running() as kernel:
        client = kernel.client
        info = (await client.kernel_info(reply=True, timeout=30))["content"]
        assert MISSING in info["banner"]
        assert info["implementation"] == "freezeout-fallback"
        assert info["language_info"]["name"] == "python"
        assert (await client.is_complete("if 1:", reply=True, timeout=30))["content"]["status"] == "complete"
        completed = (await client.complete("pri", reply=True, timeout=30))["content"]
        assert completed["status"] == "ok" and completed["matches"] == []
        inspected = (await client.inspect("print", reply=True, timeout=30))["content"]
        assert inspected["status"] == "ok" and inspected["found"] is False
        history = (await client.history(reply=True, timeout=30))["content"]
        assert history["history"] == []
        silent = (await client.execute("1", silent=True, reply=True, timeout=30))["content"]
        assert silent["status"] == "error" and silent["evalue"] == MISSING


async def test_it_is_interrupted_and_restarted_like_any_kernel(unbuilt: Path) -> None:
    async with running() as kernel:
        await kernel.manager.interrupt_kernel()
        _, error = await kernel.run("1")
        assert error is not None
        await kernel.restart()
        _, error = await kernel.run("1")
        assert error is not None and error["evalue"] == MISSING


async def test_what_lies_in_the_notebooks_folder_is_not_imported(unbuilt: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    async with running(cwd=str(tmp_path)) as kernel:
        _, error = await kernel.run("1")
    assert error is not None and error["evalue"] == MISSING


async def test_the_language_of_a_notebook_stays_what_it_is(unbuilt: Path) -> None:
    path = unbuilt / "kernels" / "freezeout-small" / "kernel.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "language": "c++"}))
    async with running() as kernel:
        info = (await kernel.client.kernel_info(reply=True, timeout=30))["content"]
    assert info["language_info"]["name"] == "c++"
    assert info["language_info"]["file_extension"] == ".cpp"


def test_papermill_fails_with_what_is_wrong(unbuilt: Path, tmp_path: Path) -> None:
    nbformat.write(notebook("print(1)"), tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    assert MISSING in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_nbclient_fails_with_what_is_wrong(unbuilt: Path) -> None:
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook("print(1)"), kernel_name="freezeout-small").execute()
    assert MISSING in str(caught.value)
