"""Kernels of a real environment: started, held, restarted, and replaced when it is broken."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from freezeout_jupyter.provisioner import usable

import freezeout
from freezeout.environments.build import run_build
from freezeout.environments.installation import Installation, hold, installation, root
from freezeout.environments.kernels import kernels_folder
from freezeout.environments.removal import remove
from freezeout.errors import InputError

from .kernels import manager_of, running

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

SPEC = "freezeout-small/kernel.json"


def built() -> Installation:
    found = installation("small")
    assert found is not None
    return found


def site_packages() -> Path:
    (found,) = built().prefix.glob("lib/python3.*/site-packages")
    return found


def held() -> bool:
    """Whether a kernel keeps the build from being cleared away."""
    handle = hold(built().prefix, exclusive=True)
    if handle is None:
        return True
    os.close(handle)
    return False


async def test_a_kernel_runs_in_its_environment_with_the_library(small: Path) -> None:
    async with running() as kernel:
        text, error = await kernel.run("import sys, freezeout; print(sys.prefix, freezeout.__file__)")
    prefix, library = text.split()
    assert error is None
    assert prefix == str(built().prefix)
    assert library.startswith(prefix)


async def test_what_the_server_was_started_with_does_not_reach_the_kernel(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaks = {"PYTHONPATH": "/nowhere", "CONDA_PREFIX": "/conda", "VIRTUAL_ENV": "/another", "KEPT": "yes"}
    for name, value in leaks.items():
        monkeypatch.setenv(name, value)
    async with running() as kernel:
        text, _ = await kernel.run("import json, os, sys; print(json.dumps([dict(os.environ), sys.path]))")
    env, path = json.loads(text)
    assert "PYTHONPATH" not in env and "CONDA_PREFIX" not in env and "/nowhere" not in path
    assert env["VIRTUAL_ENV"] == str(built().prefix)
    assert env["PATH"].startswith(f"{built().prefix}/bin:")
    assert env["KEPT"] == "yes"


async def test_a_build_is_held_while_a_kernel_lives_and_no_longer(small: Path) -> None:
    assert not held()
    async with running() as kernel:
        assert held()
        with pytest.raises(InputError) as caught:
            remove("small")
        assert caught.value.code == "environment_in_use"
        await kernel.restart()
        assert held()
    assert not held()


async def test_the_lock_is_the_kernels_own_and_goes_when_it_is_killed(small: Path) -> None:
    async with running() as kernel:
        assert kernel.manager.provisioner is not None
        await kernel.manager.provisioner.kill()
        await kernel.manager.provisioner.wait()
        assert not held()


async def test_a_kernel_is_interrupted_and_goes_on(small: Path) -> None:
    async with running() as kernel:
        await kernel.run("kept = 1")
        sleeping = asyncio.ensure_future(
            kernel.run("import time; print('asleep', flush=True); time.sleep(50)")
        )
        await asyncio.sleep(1)
        begun = time.monotonic()
        await kernel.manager.interrupt_kernel()
        _, error = await sleeping
        assert time.monotonic() - begun < 5
        assert error is not None and error["ename"] == "KeyboardInterrupt"
        assert await kernel.run("print(kept)") == ("1\n", None)


async def test_a_restart_after_a_new_build_is_a_kernel_of_the_new_build(own_small: Path) -> None:
    async with running() as kernel:
        before = built().prefix
        run_build("small", force=True)
        assert built().prefix != before
        assert before.is_dir()  # the kernel runs in it
        assert (await kernel.run("import colorsys, sys; print(sys.prefix)"))[0] == f"{before}\n"
        await kernel.restart()
        assert (await kernel.run("import sys; print(sys.prefix)"))[0] == f"{built().prefix}\n"


@pytest.mark.slow
async def test_a_kernel_whose_environment_breaks_restarts_as_a_fallback_and_mended_as_itself(
    own_small: Path,
) -> None:
    async with running() as kernel:
        shutil.rmtree(next(site_packages().glob("ipykernel-*.dist-info")))
        assert await kernel.run("print(1)") == ("1\n", None)
        await kernel.restart()
        text, error = await kernel.run("print(1)")
        assert text == "" and error is not None
        assert "'small' is broken: the package ipykernel is gone from it" in error["evalue"]
        assert "freezeout env build small" in error["evalue"]
        run_build("small")
        _, error = await kernel.run("print(1)")
        assert error is not None
        assert error["evalue"] == "the environment 'small' is in order by now: restart the kernel"
        await kernel.restart()
        assert (await kernel.run("import sys; print(sys.prefix)"))[0] == f"{built().prefix}\n"


async def test_a_kernel_that_dies_at_once_is_looked_into_when_it_is_restarted(own_small: Path) -> None:
    module = site_packages() / "ipykernel" / "kernelapp.py"
    module.unlink()  # it is shared with uv's cache
    module.write_text("raise ImportError('libzmq.so.5 is gone')\n")  # a look at the disk finds nothing
    assert usable("small") == built()
    manager = manager_of("freezeout-small")
    await manager.start_kernel()
    assert manager.provisioner is not None
    while await manager.is_alive():
        await asyncio.sleep(0.1)
    await manager.shutdown_kernel(now=True, restart=True)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        reply = await client.execute("1", reply=True, timeout=30)
        assert (
            "its kernel ends as soon as it starts: ImportError: libzmq.so.5 is gone"
            in reply["content"]["evalue"]
        )
        assert "freezeout env build small --force" in reply["content"]["evalue"]
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def test_an_interpreter_that_is_gone_is_named(own_small: Path) -> None:
    python = built().python
    python.unlink()
    python.symlink_to("/usr/lib/gone/python3")
    async with running() as kernel:
        _, error = await kernel.run("1")
    assert error is not None
    assert f"its interpreter {python} is gone: it was /usr/lib/gone/python3" in error["evalue"]


async def test_what_a_newer_freezeout_built_is_left_to_it(own_small: Path) -> None:
    path = root("small") / "current.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 99}))
    async with running() as kernel:
        _, error = await kernel.run("1")
    assert error is not None and error["ename"] == "EnvironmentNewer"
    assert "written by a newer Freezeout" in error["evalue"] and "Update Freezeout." in error["evalue"]


async def test_a_specification_left_by_a_killed_build_is_put_right(own_small: Path) -> None:
    path = kernels_folder() / SPEC
    right = json.loads(path.read_text())
    path.write_text(json.dumps({**right, "argv": ["/half/built/bin/python", *right["argv"][1:]]}))
    async with running() as kernel:
        assert (await kernel.run("import sys; print(sys.prefix)"))[0] == f"{built().prefix}\n"
    assert json.loads(path.read_text()) == right


async def test_an_environment_without_its_folder_still_runs(own_small: Path) -> None:
    shutil.rmtree(own_small / "own" / "environments" / "small")
    async with running() as kernel:
        assert await kernel.run("print(1)") == ("1\n", None)


async def test_the_library_is_brought_up_to_date_before_the_kernel_starts(own_small: Path) -> None:
    old = site_packages() / "freezeout" / "version.py"
    old.unlink()  # it is shared with uv's cache
    old.write_text('__version__ = "0.0.1"\n')
    path = root("small") / "current.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "library_sha256": "of another"}))
    async with running() as kernel:
        text, _ = await kernel.run("import freezeout; print(freezeout.__version__)")
    assert text.strip() == freezeout.__version__


def test_nothing_is_started_but_the_kernel_when_all_is_well(small: Path) -> None:
    code = """
import asyncio, sys
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from freezeout.environments.kernels import kernels_folder
started = []
sys.addaudithook(lambda event, args: started.append(event) if event in
                 ("subprocess.Popen", "os.posix_spawn", "os.fork", "os.system") else None)
async def main():
    specs = KernelSpecManager(kernel_dirs=[str(kernels_folder())])
    manager = AsyncKernelManager(kernel_name="freezeout-small", kernel_spec_manager=specs)
    await manager.pre_start_kernel()  # brings the library up to date where somebody edits it
    started.clear()
    await manager.pre_start_kernel()
    prepared = list(started)
    await manager.start_kernel()
    await manager.shutdown_kernel(now=True)
    print(prepared, [event for event in started if event == "subprocess.Popen"])
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=small
    )
    assert done.stdout == "[] ['subprocess.Popen']\n"
