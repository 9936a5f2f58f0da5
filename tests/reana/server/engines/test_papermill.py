"""A notebook with parameters over a small table, which makes a picture, by the unchanged `reana-client`.

In the shape of REANA's public demo *worldpopulation*, in each of the four engines.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from freezeout.environments.installation import installation

from ....conftest import Reana, comes_true

FOLDER = Path(__file__).with_name("examples") / "rotation"
PICTURES = {
    "serial": "results/curve.png",
    "snakemake": "results/curve.png",
    "cwl": "outputs/curve.png",
    "yadage": "rotation/curve.png",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def submitted(reana_of_all: Reana) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """One workflow for each engine, all at once, from a shell that knows nothing of Freezeout."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(reana_of_all.home))
        built = installation("reana")
    assert built is not None
    variables = {
        "PATH": f"{built.python.parent}:{os.defpath}",
        "REANA_SERVER_URL": reana_of_all.url,
        "REANA_ACCESS_TOKEN": reana_of_all.token,
    }
    client = built.python.with_name("reana-client")
    started = {
        kind: subprocess.Popen(
            [client, "run", "-w", f"rotation-{kind}", "-f", f"{kind}.yaml"],
            cwd=FOLDER, env=os.environ | variables, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for kind in PICTURES
    }  # fmt: skip
    yield started
    for one in started.values():
        one.kill()
        one.communicate()


@pytest.mark.parametrize("kind", PICTURES)
def test_a_notebook_run_by_papermill_makes_its_picture_in_every_engine(
    kind: str, submitted: dict[str, subprocess.Popen[str]], reana: Reana
) -> None:
    said, _ = submitted[kind].communicate(timeout=200)
    assert submitted[kind].returncode == 0, said
    workflow = f"workflows/rotation-{kind}"

    def status() -> str:
        return str(reana.call("GET", f"{workflow}/status").json()["status"])

    assert comes_true(lambda: status() not in ("queued", "running"), 200)
    assert status() == "finished", reana.call("GET", f"{workflow}/logs").json()["logs"]
    picture = reana.call("GET", f"{workflow}/workspace/{PICTURES[kind]}").content
    # what was asked for of what the table has, as the notebook writes it into its picture
    assert picture.startswith(b"\x89PNG") and b"Beta: 4 points" in picture
