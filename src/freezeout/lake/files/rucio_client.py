"""Rucio's own client, for one transfer: ``python -m freezeout.lake.files.rucio_client download|upload FILE``.

Reads what is wanted as JSON on standard input; what went wrong is written to FILE.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any


def main(verb: str, said: str) -> int:
    """Do one transfer; 0 when it is done."""
    wanted = json.load(sys.stdin)
    log = logging.getLogger("rucio")
    words = _Words()
    log.addHandler(words)
    log.setLevel(logging.INFO)
    try:
        _download(wanted, log) if verb == "download" else _upload(wanted, log)
    except Exception as error:
        # of its exceptions only the log says what happened
        reason = words.last or str(error) or type(error).__name__
        Path(said).write_text(json.dumps({"error": reason}), encoding="utf-8")
        return 1
    return 0


class _Words(logging.Handler):
    """Remembers the last thing that went wrong."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self.last = record.getMessage()


def _download(wanted: dict[str, Any], log: logging.Logger) -> None:
    from rucio.client.downloadclient import DownloadClient

    item = {
        "pfn": wanted["pfn"], "did": wanted["did"], "rse": wanted["rse"], "base_dir": wanted["base_dir"],
        "no_subdir": True, "ignore_checksum": True,
    }  # fmt: skip
    DownloadClient(logger=log).download_pfns([item], num_threads=1, deactivate_file_download_exceptions=False)


def _upload(wanted: dict[str, Any], log: logging.Logger) -> None:
    from rucio.client.uploadclient import UploadClient

    item = {
        "path": wanted["path"], "rse": wanted["rse"], "did_scope": wanted["scope"],
        "did_name": wanted["name"], "no_register": True,
    }  # fmt: skip
    UploadClient(logger=log).upload([item])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
