"""The guide to REANA says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from freezeout.environments.folder import environment_folders
from freezeout.files import read_yaml
from freezeout.reana.server.steps import images

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "reana.md"


def test_its_table_has_the_environments_that_stand_for_images() -> None:
    table = GUIDE.read_text().partition("| image | environment |")[2].partition("\n\n")[0]
    cells = [row.split("|")[2] for row in table.splitlines() if row.startswith("| ")]
    shown = {name for cell in cells for name in re.findall("`([a-z0-9-]+)`", cell)}
    entries = read_yaml(Path(images.__file__).with_name("images.yaml"))
    assert isinstance(entries, list)
    known = {name for entry in entries for name in entry["environments"]}
    assert known - {"gateway"} == shown and known <= set(environment_folders())
