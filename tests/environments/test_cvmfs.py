"""Environments that CVMFS brings: found without waiting, tried before they are offered, and started."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from freezeout.environments import cvmfs
from freezeout.environments.build import bring_up_to_date, run_build
from freezeout.environments.card import card, cards
from freezeout.environments.folder import environment, scan_environments
from freezeout.environments.installation import installation
from freezeout.environments.kernels import kernels_folder
from freezeout.environments.removal import remove
from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs.reporter import Reporter

MACHINE = platform.machine()


def view(
    root: Path, release: str, flavour: str = "el9-gcc13-opt", python: str = "", machine: str = MACHINE
) -> Path:
    """A tree as CVMFS has it: a setup.sh that the shell reads, and a Python that needs it."""
    place = root / "sft.cern.ch/lcg/views" / release / f"{machine}-{flavour}"
    (place / "bin").mkdir(parents=True)
    (place / "setup.sh").write_text(
        # as theirs do, it looks at its own words
        'if [ "$#" -gt 0 ]; then echo "unknown option: $1"; exit 9; fi\n'
        f"export LCG_VERSION={release}\nexport PATH={place}/bin:$PATH\n"
        f"export PYTHONPATH={place}/lib/site-packages${{PYTHONPATH:+:$PYTHONPATH}}\n"
    )
    program = place / "bin" / "python3"
    program.write_text(python or f'#!/bin/sh\n[ -n "$LCG_VERSION" ] || exit 7\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return place


@pytest.fixture
def mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "cvmfs"
    root.mkdir()
    monkeypatch.setenv("FREEZEOUT_CVMFS", str(root))
    return root


def names(wait: float = 10) -> list[str]:
    return [one.name for one in cvmfs.environments(wait)]


def offered(release: str, flavour: str = "el9-gcc13-opt") -> str:
    return f"lcg-{release}-{MACHINE}-{flavour}".replace("_", "-")


def test_without_cvmfs_there_is_nothing_and_no_waiting(mount: Path) -> None:
    mount.rmdir()
    start = time.perf_counter()
    assert names() == []
    assert time.perf_counter() - start < 5


def test_the_newest_release_of_each_flavour_is_offered(mount: Path) -> None:
    for release in ("LCG_99", "LCG_105", "LCG_106", "LCG_106a", "LCG_106_cuda", "dev4/Mon"):
        view(mount, release)
    view(mount, "LCG_105", "centos7-gcc12-opt")
    view(mount, "LCG_106a", "el9-gcc13-dbg")
    view(mount, "LCG_106a", "el9-gcc13-opt", machine="riscv64")
    (mount / "sft.cern.ch/lcg/views/dev4/latest").symlink_to("Mon")
    assert names() == [offered("106a"), offered("105", "centos7-gcc12-opt")]


def test_development_releases_are_offered_when_nothing_is_numbered(mount: Path) -> None:
    view(mount, "dev4/Mon")
    (mount / "sft.cern.ch/lcg/views/dev4/latest").symlink_to("Mon")
    (mount / "sft.cern.ch/lcg/views/dev3").mkdir()
    (mount / "sft.cern.ch/lcg/views/dev3/latest").symlink_to("nowhere")
    assert names() == [offered("dev4")]


def test_not_more_than_a_dozen_are_offered(mount: Path) -> None:
    for number in range(20):
        view(mount, "LCG_107", f"el9-gcc{number}-opt")
    assert len(names()) == cvmfs.MOST == 12


def test_key4hep_is_offered(mount: Path) -> None:
    (mount / "sw.hsf.org/key4hep").mkdir(parents=True)
    (mount / "sw.hsf.org/key4hep/setup.sh").write_text("")
    assert names() == ["key4hep"]
    shown = card(environment("key4hep"))
    assert (shown["builder"], shown["state"], shown["own"]) == ("cvmfs", "ready", False)


def test_a_mount_that_does_not_answer_holds_nobody_up() -> None:
    answers = threading.Event()

    def look() -> list[str]:
        answers.wait(30)
        return ["at last"]

    dead = cvmfs._Background(look)
    before, start = threading.active_count(), time.perf_counter()
    assert [dead.value(0.05) for _ in range(3)] == [None] * 3
    assert time.perf_counter() - start < 5
    assert threading.active_count() == before + 1
    answers.set()
    assert dead.value(5) == ["at last"]


def test_all_are_listed_with_the_others(mount: Path) -> None:
    view(mount, "LCG_106a")
    assert names() == [offered("106a")]
    found, problems = scan_environments()
    assert offered("106a") in [one.name for one in found] and problems == []
    assert [c["state"] for c in cards(found) if c["builder"] == "cvmfs"] == ["ready"]


@pytest.mark.slow
def test_a_kernel_of_a_view_starts_with_what_its_setup_has_set(mount: Path) -> None:
    view(mount, "LCG_106a")
    name = offered("106a")
    job = run_build(name)
    assert job.state == "done" and job.result["smoke"]["ok"]
    built = installation(name)
    assert built is not None and built.fault() is None and built.kernel_fault() is None
    assert built.packages["ipykernel"] and built.data["python_version"].startswith("3.")
    said = run_cell(
        f"freezeout-{name}",
        "import os, freezeout, ipykernel\n"
        "from freezeout.settings import shared_folder\n"
        "print(os.environ['LCG_VERSION'], freezeout.__file__, shared_folder('notebooks').is_dir())",
    )
    release, where, notebooks = said.split()
    assert (release, notebooks) == ("LCG_106a", "True")
    assert Path(where).is_relative_to(built.prefix)
    record = built.prefix / "lib" / "freezeout" / "__init__.py"
    record.unlink()
    bring_up_to_date(name, Reporter())
    assert record.is_file()
    remove(name)
    assert not built.prefix.exists() and not kernels_folder().joinpath(f"freezeout-{name}").exists()


def run_cell(kernel: str, code: str) -> str:
    """What a cell prints in a kernel."""
    said: list[str] = []
    specs = KernelSpecManager(kernel_dirs=[str(kernels_folder())], ensure_native_kernel=False)
    manager = KernelManager(kernel_name=kernel, kernel_spec_manager=specs)
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        client.execute_interactive(
            code,
            timeout=60,
            output_hook=lambda message: said.append(str(message["content"].get("text", message["content"]))),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(text for text in said if not text.startswith("{"))


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("#!/bin/sh\necho cannot load libpython.so >&2\nexit 127\n", "cannot load libpython.so"),
        ("#!/bin/sh\necho freezeout: python 3.9.12", r"it has Python 3\.9\.12, and Freezeout needs 3\.11"),
        (
            "#!/bin/sh\necho freezeout: python 3.12.1\necho freezeout: missing ipykernel",
            "it has no ipykernel",
        ),
        ("#!/bin/sh\necho hello\n", "says nothing"),
    ],
)
def test_a_view_that_cannot_start_a_kernel_is_refused_with_the_reason(
    mount: Path, python: str, says: str
) -> None:
    view(mount, "LCG_101", python=python)
    name = offered("101")
    with pytest.raises(FreezeoutError, match=f"does not start a kernel: .*{says}"):
        run_build(name)
    assert installation(name) is None and not kernels_folder().exists()


@pytest.mark.slow
def test_a_view_that_is_not_mounted_any_more_is_told(
    mount: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view(mount, "LCG_106a")
    name = offered("106a")
    run_build(name)
    mount.rename(tmp_path / "away")
    cvmfs._answer.cache_clear()  # what another process would find
    cvmfs._watch.cache_clear()
    built = installation(name)
    assert built is not None
    fault = built.fault()
    assert fault is not None and "is not mounted or does not answer" in fault
    assert [error.code for error in scan_environments()[1]] == ["environment_left_over"]
    monkeypatch.setattr(cvmfs, "_IN_A_JOB", 0.2)
    with pytest.raises(InputError, match=f"there is no environment '{name}'"):
        environment(name)
    assert os.path.isdir(built.prefix)
