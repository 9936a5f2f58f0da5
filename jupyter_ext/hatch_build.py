"""Where the wheel puts what is not Python: into ``<prefix>/share`` and ``<prefix>/etc``.

An editable install takes notebooks, environments and kernels from the checkout (see
`freezeout.settings.shared_folder`). Lab and Voila look into the prefix only, so the labextension and
the template are copied there even then: install again to refresh them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ALWAYS = {
    "jupyter_ext/jupyter-config/jupyter_server_config.d": "etc/jupyter/jupyter_server_config.d",
    "jupyter_ext/freezeout_jupyter/labextension": "share/jupyter/labextensions/freezeout",
    "jupyter_ext/voila_template/freezeout": "share/jupyter/voila/templates/freezeout",
}
_STANDARD = {
    "notebooks": "share/freezeout/notebooks",
    "environments": "share/freezeout/environments",
    "kernels": "share/freezeout/kernels",
}
_LITTER = {"__pycache__", ".ipynb_checkpoints", ".venv"}


class SharedDataHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the shared data of a wheel; an editable one needs less."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; hatchling calls this before it builds."""
        if self.target_name != "wheel":
            return
        wanted = _ALWAYS if version == "editable" else _ALWAYS | _STANDARD
        for name, target in wanted.items():
            source = Path(self.root) / name
            if not source.is_dir():
                raise FileNotFoundError(f"the wheel needs the folder {source}")
            for path in sorted(source.rglob("*")):
                inside = path.relative_to(source)
                if path.is_file() and not _LITTER.intersection(inside.parts):
                    build_data["shared_data"][str(path)] = f"{target}/{inside.as_posix()}"
