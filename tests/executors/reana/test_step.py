"""What a step leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

from freezeout.executors.reana.step import only_files


def test_only_files_come_home_and_no_link_leads_out_of_them(tmp_path: Path) -> None:
    results = tmp_path / "results"
    (results / "empty").mkdir(parents=True)
    (results / "ok.txt").write_text("1")
    (tmp_path / "secret").write_text("2")
    links = {
        "copy": "ok.txt",
        "copy2": "copy",
        "out": "../secret",
        "loop": ".",
        "itself": "itself",
        "to": "empty",
    }
    for name, target in links.items():
        (results / name).symlink_to(target)
    os.mkfifo(results / "pipe")
    only_files(results)
    assert sorted(os.listdir(results)) == ["copy", "copy2", "ok.txt"]
    assert not any(path.is_symlink() for path in results.iterdir())
    assert (results / "copy2").read_text() == "1"
