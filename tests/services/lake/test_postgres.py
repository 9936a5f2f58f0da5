"""The database: what its settings are for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import sql

pytestmark = pytest.mark.slow


def test_a_dataset_comes_in_the_order_of_its_names_however_many_rows_it_has(lake: Any) -> None:
    names = [f"file.{number:05d}" for number in range(3000)]
    lake.call("POST", f"/dids/{lake.scope}/big", {"type": "DATASET"})
    for start in (2000, 1000, 0):  # the last first, as the disk has them then
        files = [{"scope": lake.scope, "name": one} for one in names[start : start + 1000]]
        replicas = [{**one, "bytes": 1, "adler32": "00000001"} for one in files]
        lake.call("POST", "/replicas", {"rse": "ARCHIVE", "files": replicas})
        attached = [{"scope": lake.scope, "name": "big", "dids": files}]
        lake.call("POST", "/dids/attachments", {"attachments": attached})
    sql("ANALYZE")  # the planner knows by now that most rows are of this dataset
    listed = lake.call("GET", f"/dids/{lake.scope}/big/dids").splitlines()
    assert [json.loads(line)["name"] for line in listed] == names
