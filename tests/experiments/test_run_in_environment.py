"""An experiment runs in the environment that it names, and its record tells the truth about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from freezeout.environments.build import build as build_now
from freezeout.environments.build import run_build
from freezeout.environments.folder import Environment
from freezeout.environments.installation import installation, publish
from freezeout.environments.removal import remove
from freezeout.errors import FreezeoutError, InputError
from freezeout.experiments.folder import experiment
from freezeout.experiments.run import run
from freezeout.experiments.surroundings import surroundings
from freezeout.files import checksums
from freezeout.jobs.reporter import Reporter
from freezeout.settings import home, runs_folder

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


@pytest.fixture
def roman(toy: Path) -> Path:
    """The toy, in an environment that has a package which the gateway lacks."""
    description = toy / "experiment.yaml"
    description.write_text(description.read_text().replace("environment: gateway", "environment: small"))
    analysis = toy / "analysis.py"
    code = analysis.read_text().replace("import time\n", "import sys\nimport time\n\nimport roman\n")
    code = code.replace('label="Toy"', 'label=f"Toy {roman.toRoman(7)} of {sys.prefix}"')
    analysis.write_text(code)
    return toy


@pytest.fixture(scope="module")
def built_home(small_recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FREEZEOUT_HOME where the small environment is built."""
    home = tmp_path_factory.mktemp("built")
    shutil.copytree(small_recipe, home / "own" / "environments" / "small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        run_build("small")
    return home


@pytest.fixture
def built(built_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recipe of the small environment, which is built; the test leaves both as they are."""
    monkeypatch.setenv("FREEZEOUT_HOME", str(built_home))
    monkeypatch.setenv("FREEZEOUT_RUNS", str(tmp_path / "runs"))
    return built_home / "own" / "environments" / "small"


@pytest.fixture
def own(small: Path) -> Path:
    """The recipe of the small environment, which is built for this test alone."""
    run_build("small")
    return small


def test_the_notebook_runs_in_the_kernel_of_its_environment(roman: Path, built: Path) -> None:
    with pytest.raises(ImportError):
        import_roman()
    before = dict(os.environ)
    record = run("toy", {"scale": 2.0})
    assert dict(os.environ) == before
    prefix = installation("small").prefix
    assert record.limit().label == f"Toy VII of {prefix}"
    notebook = json.loads(record.output("limit.ipynb").read_text())
    assert notebook["metadata"]["kernelspec"]["name"] == "freezeout-small"


def import_roman() -> object:
    import roman

    return roman


def test_the_record_says_what_the_notebook_ran_in(roman: Path, built: Path) -> None:
    record = run("toy")
    lock = built / "requirements.txt"
    here = installation("small")
    said = record.data["environment"]
    assert said == {
        "name": "small", "lock_sha256": checksums(lock)["sha256"], "version": here.prefix.name,
        "python_version": here.data["python_version"], "library_sha256": here.data["library_sha256"],
        "matches_lock": True, "differs": [],
    }  # fmt: skip
    versions = record.data["versions"]
    assert versions["roman"] == "5.1" and versions["numpy"] == here.packages["numpy"]
    assert "papermill" not in versions and versions["python"] == here.data["python_version"]
    assert record.output("environment/requirements.txt").read_bytes() == lock.read_bytes()
    described = record.output("environment/environment.yaml").read_bytes()
    assert described == (built / "environment.yaml").read_bytes()


def test_what_was_changed_by_hand_is_told(roman: Path, own: Path) -> None:
    prefix = installation("small").prefix
    (site,) = prefix.glob("lib/python3.*/site-packages")
    (site / "roman-5.1.dist-info").rename(site / "roman-5.0.dist-info")
    (site / "stranger-1.0.dist-info").mkdir()
    said = run("toy").data["environment"]
    assert said["matches_lock"] is False
    assert said["differs"] == ["roman is 5.0 instead of 5.1", "stranger 1.0 is not in the lock"]


def test_the_gateway_is_compared_with_its_lock(toy: Path) -> None:
    record = run("toy")
    said = record.data["environment"]
    assert said["name"] == "gateway" and said["matches_lock"] == (said["differs"] == [])
    assert said["python_version"] == ".".join(map(str, sys.version_info[:3]))
    assert checksums(record.output("environment/requirements.txt"))["sha256"] == said["lock_sha256"]
    assert all(name in record.data["versions"] for name in ("numpy", "papermill", "jupyterlab"))


def test_an_environment_that_is_not_built_is_said_before_anything_is_written(
    roman: Path, small: Path
) -> None:
    with pytest.raises(InputError, match=r"'small' is not built .*freezeout env build small"):
        run("toy")
    with pytest.raises(InputError, match="did you mean scale"):
        run("toy", {"scal": 1.0}, build=lambda environment: pytest.fail("built for nothing"))
    assert [p.name for p in home().iterdir()] == ["own"]


def test_an_environment_is_built_when_the_caller_builds_it(roman: Path, small: Path) -> None:
    asked: list[str] = []

    def build(environment: Environment) -> None:
        asked.append(environment.name)
        build_now(Reporter(), environment.name)

    assert "VII" in run("toy", build=build).limit().label
    run("toy", build=build)
    assert asked == ["small"]


@pytest.mark.parametrize(
    ("description", "said"),
    [
        (
            "status: unavailable\nreason: it is gone\nsubstitute: gateway\n",
            "it is gone .*nearest is 'gateway'",
        ),
        ("status: ready\nplatforms: [macos-x86_64]\n", "can be built on macos-x86_64"),
    ],
)
def test_an_environment_that_cannot_be_built_is_not_tried(
    roman: Path, small: Path, description: str, said: str
) -> None:
    text = (small / "environment.yaml").read_text().replace("status: ready\n", description)
    (small / "environment.yaml").write_text(text)
    with pytest.raises(InputError, match=said):
        run("toy", build=lambda environment: pytest.fail("tried"))


def test_an_unknown_environment_is_named(toy: Path) -> None:
    description = toy / "experiment.yaml"
    description.write_text(description.read_text().replace("environment: gateway", "environment: gatewai"))
    with pytest.raises(InputError, match=r"no environment 'gatewai' .did you mean gateway"):
        run("toy")


def test_a_broken_environment_is_refused(roman: Path, own: Path) -> None:
    (site,) = installation("small").prefix.glob("lib/python3.*/site-packages")
    (site / "roman-5.1.dist-info").rename(site / "roman")
    with pytest.raises(FreezeoutError, match="is broken: the package roman is gone") as caught:
        run("toy")
    assert caught.value.code == "environment_broken" and not runs_folder().exists()


def test_checks_of_the_analysis_are_left_to_the_kernel_that_can_import_it(roman: Path, built: Path) -> None:
    together = {"scale": 6.0, "statistic": "feldman_cousins"}
    assert experiment("toy").check(together)["scale"] == 6.0
    with pytest.raises(InputError, match="scale is above 5") as caught:
        run("toy", together)
    assert caught.value.exit_status == 2 and not runs_folder().exists()


def test_a_package_that_is_missing_everywhere_is_said(roman: Path, built: Path) -> None:
    analysis = roman / "analysis.py"
    analysis.write_text(analysis.read_text().replace("import roman\n", "import roman, nowhere_to_be_found\n"))
    with pytest.raises(InputError, match="No module named 'nowhere_to_be_found'"):
        run("toy")


def test_a_run_is_reused_only_in_the_same_environment(roman: Path, own: Path) -> None:
    first = run("toy")
    assert run("toy", reuse=True).path == first.path
    build_now(Reporter(), "small", force=True)
    assert run("toy", reuse=True).path == first.path
    lock = own / "requirements.txt"
    lock.write_text(lock.read_text() + "# another lock\n")
    assert run("toy", reuse=True).path == first.path  # the build is still that of the old lock
    build_now(Reporter(), "small")
    other = run("toy", reuse=True)
    assert other.path != first.path
    assert other.data["environment"]["lock_sha256"] != first.data["environment"]["lock_sha256"]


def test_a_run_keeps_the_lock_of_the_build_though_the_recipe_changed(roman: Path, own: Path) -> None:
    lock = own / "requirements.txt"
    before = lock.read_bytes()
    lock.write_text("nothing")
    record = run("toy")
    assert record.output("environment/requirements.txt").read_bytes() == before


def test_the_library_is_brought_up_to_date_before_a_run(roman: Path, own: Path) -> None:
    here = installation("small")
    (site,) = here.prefix.glob("lib/python3.*/site-packages")
    module = site / "freezeout" / "experiments" / "result.py"
    module.unlink()  # the file is uv's own too, under another name
    module.write_text("raise RuntimeError('of old')\n")
    publish("small", {**here.data, "library_sha256": "of old"})
    assert run("toy").data["environment"]["library_sha256"] == here.data["library_sha256"]


def test_a_build_in_use_by_a_run_is_not_removed(roman: Path, built: Path) -> None:
    command = [sys.executable, "-m", "freezeout.cli", "run", "toy", "-p", "behaviour=wait"]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while not list(runs_folder().glob(".*.partial")) and child.poll() is None:
            time.sleep(0.05)
        with pytest.raises(InputError, match="a kernel runs in 'small'"):
            remove("small")
    finally:
        child.terminate()
        child.wait()


def test_a_build_that_is_removed_under_a_run_goes_with_it(roman: Path, own: Path) -> None:
    around = surroundings("small")
    with around.in_use():
        remove("small", force=True)
        assert around.built.prefix.is_dir()
    assert not around.built.prefix.exists()
