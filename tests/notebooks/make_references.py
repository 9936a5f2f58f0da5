"""Execute every experiment's notebook with its smoke preset and keep it with outputs, for nbval.

Run this (``make references``) when a notebook or a result was changed on purpose, and read the diff.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from freezeout.experiments.folder import experiment, experiment_folders
from freezeout.experiments.run import run

HERE = Path(__file__).resolve().parent / "executed"


def main() -> None:
    """Make all references anew."""
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FREEZEOUT_HOME"] = folder
        for id in sorted(experiment_folders()):
            executed = run(id, preset="smoke").path / experiment(id).notebook.name
            text = json.dumps(clean(executed), indent=1, ensure_ascii=False)
            (HERE / f"{id}.ipynb").write_text(text + "\n")


def clean(path: Path) -> dict[str, object]:
    """The notebook with only the outputs that nbval compares, and nothing of this machine."""
    notebook = json.loads(path.read_text())
    notebook["metadata"] = {"kernelspec": notebook["metadata"]["kernelspec"]}
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        cell["metadata"] = {"tags": tags} if tags else {}
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        if cell["cell_type"] == "code" and "nbval-check-output" not in tags:
            cell["outputs"] = []
    return dict(notebook)


if __name__ == "__main__":
    main()
