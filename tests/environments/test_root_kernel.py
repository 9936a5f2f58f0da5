"""ROOT's C++ kernel as it is started here: what fails is an error, and plots need no network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from freezeout.environments.build import run_build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One build for all of these."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        run_build("root")
    yield home


@pytest.fixture(autouse=True)
def _here(_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEZEOUT_HOME", str(_home))
    monkeypatch.setenv("JUPYTER_PATH", str(_home))


def run(*cells: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    done = NotebookClient(notebook, kernel_name="freezeout-root-cpp", timeout=60).execute()
    assert isinstance(done.cells, list)
    return done.cells


@pytest.mark.parametrize(
    ("cell", "name", "said"),
    [
        ("undeclared + 1", "CompilationError", "messages say where"),
        ("#include <no_such_header.h>", "CompilationError", "messages say where"),
        ("for (int i = 0; i < 3; ++i) {", "UnbalancedBraces", "not closed"),
        ('throw std::runtime_error("no recoils");', "runtime_error", "no recoils"),
        ("std::vector<int> empty; empty.at(3);", "out_of_range", ">= this->size()"),
        ("%%cpp -d\nint half(int x) { return y / 2; }", "CompilationError", "messages say where"),
    ],
)
def test_a_cell_that_fails_is_an_error_with_its_name(cell: str, name: str, said: str) -> None:
    with pytest.raises(CellExecutionError) as failed:
        run("int kept = 3;", cell)
    assert failed.value.ename == name and said in failed.value.evalue


def test_after_an_error_the_kernel_goes_on_and_knows_what_it_knew() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(c) for c in ("int kept = 3;", "undeclared", "std::cout << kept;")]
    )
    client = NotebookClient(notebook, kernel_name="freezeout-root-cpp", timeout=60, allow_errors=True)
    bad, good = client.execute().cells[1:]
    assert any(output.output_type == "error" for output in bad.outputs)
    assert "undeclared identifier" in "".join(output.get("text", "") for output in bad.outputs)
    assert [output.text for output in good.outputs] == ["3"]


def test_a_crash_ends_the_kernel_instead_of_waiting_for_ever() -> None:
    with pytest.raises(DeadKernelError):
        run("TH1D* nothing = nullptr;", "*(volatile int*)8 = 1;")


def printed(cell: nbformat.NotebookNode, stream: str = "stdout") -> str:
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == stream)


def test_output_of_any_length_arrives_whole() -> None:
    several, long, errors, unsynced = run(
        'for (int i = 0; i < 300000; ++i) std::cout << "line " << i << "\\n";',
        "std::cout << std::string(5000000, 'x');",
        "std::cerr << std::string(2000000, 'y');",
        'std::ios::sync_with_stdio(false); std::cout << "größer";',
    )
    assert printed(several) == "".join(f"line {i}\n" for i in range(300_000))
    assert printed(long) == "x" * 5_000_000
    assert printed(errors, "stderr") == "y" * 2_000_000
    assert printed(unsynced) == "größer"


def test_what_a_cell_leaves_running_does_not_keep_the_next_one_waiting() -> None:
    first, second = run('gSystem->Exec("echo program; sleep 30 &");', 'std::cout << "next";')
    assert printed(first) == "program\n" and printed(second) == "next"


def test_an_interrupted_cell_says_that_it_goes_on_and_the_next_one_waits_for_it() -> None:
    manager = KernelManager(kernel_name="freezeout-root-cpp")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        shown: list[str] = []

        def show(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                shown.append(message["content"]["text"])
                if message["content"]["text"].startswith("begun"):
                    manager.interrupt_kernel()

        slow = '#include <unistd.h>\nstd::cout << "begun" << std::endl; sleep(8); std::cout << "late ";'
        begun = time.monotonic()
        reply = client.execute_interactive(slow, timeout=60, output_hook=show)["content"]
        assert reply["status"] == "error" and reply["ename"] == "KeyboardInterrupt"
        assert "restart the kernel" in reply["evalue"] and time.monotonic() - begun < 8
        reply = client.execute_interactive('std::cout << "next";', timeout=60, output_hook=show)["content"]
        assert reply["status"] == "ok" and "".join(shown) == "begun\nlate next"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_canvas_is_an_image() -> None:
    (cell,) = run(
        'auto canvas = new TCanvas("c"); auto h = new TH1D("h", "", 5, 0, 5); h->Draw(); canvas->Draw();'
    )
    (shown,) = [output for output in cell.outputs if output.output_type == "display_data"]
    assert "image/png" in shown.data and "text/html" not in shown.data
