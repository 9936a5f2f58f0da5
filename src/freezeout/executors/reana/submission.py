"""A REANA folder: ``reana.yaml`` and everything that its steps need, ready to be written or submitted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically

SCHEMA_VERSION = 1
FOLDER = "freezeout"
"""Where the workspace keeps what Freezeout put there."""

ABOUT = f"{FOLDER}/submission.json"
"""By this file a workspace knows what it is."""

Kind = Literal["experiment", "notebook", "scan"]


@dataclass(frozen=True)
class Submission:
    """What is submitted.

    Attributes
    ----------
    kind : str
        experiment, notebook or scan.
    name : str
        Of the workflow.
    title : str
        One line for people.
    specification : mapping
        What ``reana.yaml`` says.
    files : mapping of str to Path or bytes
        By their path in the workspace.
    about : mapping
        What the workspace knows about itself.
    steps : int
        How many commands there are.
    left_out : tuple of mapping
        Points of a scan that are there already, as runs.
    """

    kind: Kind
    name: str
    title: str
    specification: Mapping[str, Any]
    files: Mapping[str, Path | bytes]
    about: Mapping[str, Any]
    steps: int
    left_out: tuple[Mapping[str, object], ...] = ()

    def yaml(self) -> str:
        """The text of ``reana.yaml``."""
        return to_yaml(self.specification)

    def write(self, folder: Path) -> Path:
        """Make the folder, which works with ``reana-client`` as it is; return its ``reana.yaml``.

        Raises
        ------
        InputError
            When it is there and not empty, or cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                f"{folder} is there already", hint="give a folder that is new or empty", code="folder_exists"
            )
        for name, content in self.files.items():
            target = folder / name
            if isinstance(content, bytes):
                write_atomically(target, content, flush=False)
            else:
                with disk_errors(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(content, target)
        return write_atomically(folder / "reana.yaml", self.yaml())


def name_of(text: str) -> str:
    """A workflow's name made of a text.

    Examples
    --------
    >>> name_of("My limit, 2.ipynb")
    'My-limit-2-ipynb'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-_")[:120] or "workflow"


def to_yaml(specification: Mapping[str, Any]) -> str:
    """YAML as people write it: commands as blocks, nothing in another order."""
    return yaml.dump(
        specification,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: yaml.SafeDumper, items: list[object]) -> yaml.SequenceNode:
    words = all(
        isinstance(item, int | float) or (isinstance(item, str) and " " not in item) for item in items
    )
    short = words and not any(isinstance(item, str) and "\n" in item for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def about_json(about: Mapping[str, Any]) -> bytes:
    """``submission.json``."""
    return (json.dumps({"schema_version": SCHEMA_VERSION, **about}, indent=1) + "\n").encode()


def read_about(content: bytes | str, where: str) -> dict[str, Any]:
    """What a workspace says of itself.

    Raises
    ------
    InputError
        When Freezeout did not make it, or a newer one did.
    """
    try:
        found = json.loads(content)
        version = found["schema_version"]
        sound = isinstance(version, int) and found["kind"] in ("experiment", "notebook", "scan")
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise InputError(
            f"{where} was not made by Freezeout: its {ABOUT} is none",
            hint="download its files instead",
            code="no_submission",
        )
    if version > SCHEMA_VERSION:
        raise InputError(
            f"{where} was made by a newer Freezeout", hint="update Freezeout", code="submission_newer"
        )
    assert isinstance(found, dict)
    return found
