"""A notebook executed by papermill, in a kernel that knows which run it serves."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill import execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.utils import merge_kwargs, remove_args
from traitlets import default

from freezeout.environments.kernels import kernels_folder
from freezeout.errors import FreezeoutError
from freezeout.experiments.folder import EXPERIMENT_VARIABLE
from freezeout.experiments.result import FOLDER_VARIABLE
from freezeout.lake.remote import VARIABLE as GATEWAY_VARIABLE

_ENGINE = "freezeout"
# it warns of parameters that it cannot read itself, such as `float | None`; ours are checked already
logging.getLogger("papermill").setLevel(logging.ERROR)


class NotebookFailed(Exception):
    """A cell raised: the name and value of its error, where, and the notebook so far as text."""

    def __init__(self, name: str, value: str, where: str, notebook: str) -> None:
        super().__init__(f"{name}: {value}")
        self.name, self.value, self.where, self.notebook = name, value, where, notebook


class RunKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """Starts the kernels of built environments as well as Jupyter's own."""

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> object:
        manager = KernelSpecManager(parent=self)
        # first, so that no kernel of this name elsewhere is taken for the environment's
        manager.kernel_dirs = [str(kernels_folder()), *manager.kernel_dirs]
        return manager


class RunEngine(Engine):  # type: ignore[misc]
    """papermill's own engine, plus environment and folder of the kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> object:
        kernel, seen, started = kwargs.pop("kernel"), kwargs.pop("seen"), kwargs.pop("started_kernel")
        seen.append(nb_man.nb)
        options = merge_kwargs(
            remove_args(["input_path", "start_timeout"], **kwargs),
            kernel_name=started or kernel_name,
            kernel_manager_class=RunKernelManager,
        )
        return PapermillNotebookClient(nb_man, **options).execute(**kernel)


def execute(
    path: Path,
    parameters: Mapping[str, object],
    folder: Path,
    run_id: str,
    progress: bool,
    kernel_name: str | None = None,
    started_kernel: str | None = None,
    own: bool = True,
) -> str:
    """Execute the notebook with `folder` as the place of its results; return it as text.

    It runs in the kernel of this name, else in the one that it names itself; `started_kernel` is the
    name of that kernel here, when it is another one. With `own` it is that of the experiment whose
    folder it is in.

    Raises
    ------
    NotebookFailed
        When a cell raised.
    FreezeoutError
        When the kernel could not be started or died.
    """
    papermill_engines.register(_ENGINE, RunEngine)
    env = {
        **os.environ,
        FOLDER_VARIABLE: str(folder),
        **({EXPERIMENT_VARIABLE: path.parent.name} if own else {}),
        "FREEZEOUT_RUN_ID": run_id,
        # files of the lake come through it where the kernel lacks what that needs
        GATEWAY_VARIABLE: sys.executable,
    }
    notebook = nbformat.read(path, as_version=4)
    if kernel_name is not None:
        # the executed copy says where it was executed, and opens there again
        spec = {"name": kernel_name, "display_name": kernel_name, "language": "python"}
        notebook.metadata["kernelspec"] = spec
    seen: list[Any] = []
    # what the kernel itself says, below the notebook: of use only when it dies
    log = tempfile.TemporaryFile()  # noqa: SIM115
    kernel = {"env": env, "cwd": str(folder), "transport_encryption": "auto", "stdout": log, "stderr": log}
    try:
        done = execute_notebook(
            notebook,
            None,
            parameters=dict(parameters),
            engine_name=_ENGINE,
            progress_bar=progress,
            kernel=kernel,
            seen=seen,
            started_kernel=started_kernel,
        )
    except PapermillExecutionError as error:
        where = f"cell {error.cell_index + 1}"
        raise NotebookFailed(error.ename, error.evalue, where, nbformat.writes(seen[-1])) from error
    except NoSuchKernel as error:
        raise FreezeoutError(f"there is no kernel '{error.name}'", hint="run 'make' again to mend the "
                             "environment", code="no_kernel") from error  # fmt: skip
    except (DeadKernelError, CellTimeoutError) as error:
        words = _last_words(log)
        raise FreezeoutError(
            f"the kernel of {path.parent.name if own else path.name} died{': ' + words if words else ''}",
            hint="was it killed, or out of memory? run it again",
            code="kernel_died",
        ) from error
    finally:
        log.close()
    return str(nbformat.writes(done))


def _last_words(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
