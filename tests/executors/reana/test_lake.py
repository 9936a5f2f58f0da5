"""Data of the lake in a workflow: a step fetches it, the notebook gets the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import freezeout
from freezeout.environments.build import run_build
from freezeout.environments.locking import make_lock
from freezeout.errors import InputError
from freezeout.executors.reana import job, plan
from freezeout.experiments.record import runs
from freezeout.experiments.run import run as run_here
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.run import run

from ...conftest import link_environment, running_reana

pytestmark = pytest.mark.slow

CONTENT = "mass,limit\n1,2\n"


@pytest.fixture
def table(lake: Any, tmp_path: Path) -> str:
    """A table in the lake, as its data identifier."""
    path = tmp_path / "table.csv"
    path.write_text(CONTENT)
    (did,) = freezeout.lake.put(path, f"{lake.scope}:table.csv")
    return did


@pytest.fixture
def server(table: str, reana_client: Path, freezeout_home: Path, small: Path) -> Iterator[Any]:
    """A REANA server that knows this lake, and the environment ``small``, which knows nothing of lakes."""
    description = small / "environment.yaml"
    description.write_text(description.read_text().replace("library: base", "library: run"))
    lock = make_lock(Reporter(), "small")
    assert not {"httpx", "rucio-clients"} & set(lock.packages)
    run_build("small")
    link_environment(reana_client, freezeout_home, "reana")
    with running_reana(freezeout_home) as reana:
        yield reana


def notebook(path: Path, did: str, body: str) -> Path:
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(f'table: "did" = "{did}"', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"import freezeout, shutil\n{body}"),
    ]
    nbformat.write(made, path)
    return path


def on_reana(what: str, **words: Any) -> Any:
    return run(job.KIND, "a test", job.subject(), job.RUN_WORK, {"what": what, **words}).result


def test_what_a_parameter_names_comes_to_a_notebook_of_any_environment(
    server: Any, table: str, tmp_path: Path, toy: Path, freezeout_home: Path
) -> None:
    body = "shutil.copy(freezeout.lake.get(table)[0], 'copy.csv')\nshutil.copy('table.csv', 'again.csv')"
    path = notebook(tmp_path / "with-data.ipynb", table, body)
    for environment, lent in {"gateway": [None, True, True], "small": [None, True, None]}.items():
        steps = plan(path, environment=environment).specification["workflow"]["specification"]["steps"]
        assert [step["name"] for step in steps] == ["environment", "fetch", "run"]
        assert [step.get("rucio") for step in steps] == lent
        there = Path(
            on_reana(str(path), environment=environment, inputs=[table], name=environment)["results"]
        )
        assert sorted(one.name for one in there.iterdir()) == ["again.csv", "copy.csv", "with-data.ipynb"]
        assert (there / "copy.csv").read_text() == (there / "again.csv").read_text() == CONTENT

    scope = table.partition(":")[0]
    for asked in ({"values": {"table": f"{scope}:other.csv"}}, {"inputs": [f"{scope}:other.csv"]}):
        with pytest.raises(InputError, match="not in the lake"):
            plan(path, **asked)  # type: ignore[arg-type]

    of_toy = nbformat.read(toy / "limit.ipynb", as_version=4)
    tagged = next(one for one in of_toy.cells if "parameters" in one.metadata.get("tags", []))
    tagged.source += f'\ntable: "did" = "{table}"  # what is read'
    of_toy.cells.insert(-1, nbformat.v4.new_code_cell("import freezeout\nfreezeout.lake.open(table).read()"))
    nbformat.write(of_toy, toy / "limit.ipynb")
    code = (toy / "analysis.py").read_text()
    (toy / "analysis.py").write_text(code.replace("def limit(inputs, ", "def limit(inputs, table, "))
    said = (toy / "experiment.yaml").read_text()
    (toy / "experiment.yaml").write_text(said.replace("environment: gateway", "environment: small"))
    on_reana("toy", scan=["scale=2"])
    (home,) = runs()
    here = run_here("toy", {"scale": 2.0}, folder=freezeout_home / "local")
    same = ("data", "parameters", "inputs", "hashes", "environment", "versions")
    assert {key: home.data[key] for key in same} == {key: here.data[key] for key in same}
    assert home.data["data"]["table"]["files"][0]["did"] == table  # type: ignore[index]
