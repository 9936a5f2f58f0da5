"""Where the wheel puts what is not Python: into ``<prefix>/share`` and ``<prefix>/etc``.

An editable install takes notebooks, environments and kernels from the checkout (see
`freezeout.settings.shared_folder`), and `link.py` links the labextension and the Voila template:
copies of them would go stale. Only the file that switches the server extension on is copied.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_ALWAYS = {
    "jupyter_ext/jupyter-config/jupyter_server_config.d": "etc/jupyter/jupyter_server_config.d",
}
_STANDARD = {
    "jupyter_ext/freezeout_jupyter/labextension": "share/jupyter/labextensions/freezeout",
    "jupyter_ext/labextension/install.json": "share/jupyter/labextensions/freezeout/install.json",
    "jupyter_ext/voila_template/freezeout": "share/jupyter/voila/templates/freezeout",
    "notebooks": "share/freezeout/notebooks",
    "environments": "share/freezeout/environments",
    "kernels": "share/freezeout/kernels",
}


class SharedDataHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the shared data of a wheel; an editable one gets less."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; hatchling calls this before it builds."""
        if self.target_name != "wheel":
            return
        wanted = _ALWAYS if version == "editable" else _ALWAYS | _STANDARD
        for source, target in wanted.items():
            for path in _files(Path(self.root) / source):
                inside = path.relative_to(Path(self.root) / source).as_posix()
                build_data["shared_data"][str(path)] = target if inside == "." else f"{target}/{inside}"


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    found = (path for path in source.rglob("*") if path.is_file())
    return sorted(path for path in found if not _is_litter(path.relative_to(source)))


def _is_litter(path: Path) -> bool:
    return any(part in ("__pycache__", ".ipynb_checkpoints") or part == ".venv" for part in path.parts)
