"""A run's environment is exported from what the run keeps, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.library import library
from freezeout.errors import InputError
from freezeout.experiments.rebuild import export
from freezeout.experiments.record import RunRecord, read_record
from freezeout.experiments.run import run
from freezeout.files import checksums
from freezeout.settings import runs_folder

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

TOYS = Path(__file__).parent / "folders"


@pytest.fixture(scope="module")
def finished(small_recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in the small environment, of which there is nothing else left."""
    place = tmp_path_factory.mktemp("finished")
    shutil.copytree(TOYS / "toy", place / "experiments" / "toy")
    description = place / "experiments" / "toy" / "experiment.yaml"
    description.write_text(description.read_text().replace("environment: gateway", "environment: small"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(place / "home"))
        patch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(place / "experiments"))
        patch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", str(small_recipe.parent))
        run_build("small")
        return run("toy").path


@pytest.fixture
def record(finished: Path, small: Path) -> RunRecord:
    """The run, which the test may change, and the recipe of its environment."""
    place = runs_folder() / finished.name
    shutil.copytree(finished, place)
    return read_record(place)


def change(record: RunRecord, **entries: object) -> None:
    path = record.path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def of_older(record: RunRecord) -> None:
    """Let the run be as an older Freezeout made it: the hash of the lock, and no lock."""
    shutil.rmtree(record.path / "environment")
    outputs = {n: o for n, o in record.data["outputs"].items() if "/" not in n}  # type: ignore[attr-defined]
    sha256 = record.data["environment"]["lock_sha256"]  # type: ignore[index]
    change(record, outputs=outputs, environment={"name": "small", "lock_sha256": sha256})


def test_a_run_brings_its_own_lock_though_the_recipe_is_gone(
    record: RunRecord, small: Path, tmp_path: Path
) -> None:
    lock = (small / "requirements.txt").read_bytes()
    shutil.rmtree(small)
    folder = export(record.run_id, tmp_path / "out")
    assert (folder / "requirements.txt").read_bytes() == lock
    said = record.data["environment"]
    assert f"FROM python:{said['python_version']}-slim" in (folder / "Dockerfile").read_text()  # type: ignore[index]
    assert record.run_id in (folder / "README.md").read_text()
    assert export(str(record.path), tmp_path / "again").is_dir()


def test_a_changed_lock_in_the_run_is_refused(record: RunRecord, tmp_path: Path) -> None:
    with (record.path / "environment" / "requirements.txt").open("a") as stream:
        stream.write("# changed\n")
    with pytest.raises(InputError, match="damaged or was changed"):
        export(record.run_id, tmp_path / "out")
    change(record, environment={**record.data["environment"], "lock_sha256": "0" * 64})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="damaged or was changed"):
        export(record.run_id, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_lock_that_is_not_the_one_of_the_record_is_refused(record: RunRecord, tmp_path: Path) -> None:
    change(record, environment={**record.data["environment"], "lock_sha256": "0" * 64})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="expected 000000000000"):
        export(record.run_id, tmp_path / "out")


def test_an_older_run_takes_the_present_lock_only_when_it_is_the_same(
    record: RunRecord, small: Path, tmp_path: Path
) -> None:
    of_older(record)
    folder = export(record.run_id, tmp_path / "out")
    assert (folder / "requirements.txt").read_bytes() == (small / "requirements.txt").read_bytes()
    with (small / "requirements.txt").open("a") as stream:
        stream.write("# changed\n")
    with pytest.raises(InputError, match="older Freezeout"):
        export(record.run_id, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_run_that_says_nothing_of_its_environment_is_refused(record: RunRecord, tmp_path: Path) -> None:
    change(record, environment=None)
    with pytest.raises(InputError, match="does not say from which lock"):
        export(record.run_id, tmp_path / "out")


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("name", "small\nRUN evil"),
        ("python_version", "3.11\nRUN evil"),
        ("python_version", [3, 11]),
        ("lock_sha256", 5),
        ("library_sha256", "../" * 4),
        ("differs", 5),
    ],
)
def test_a_record_that_says_what_cannot_be_is_damaged(
    record: RunRecord, tmp_path: Path, entry: str, value: object
) -> None:
    change(record, environment={**record.data["environment"], entry: value})  # type: ignore[dict-item]
    with pytest.raises(InputError, match=f"is damaged: its environment's {entry}"):
        export(record.run_id, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_record_whose_name_has_a_second_line_is_damaged(record: RunRecord, tmp_path: Path) -> None:
    started = record.run_id
    change(record, run_id=f"{started}\nRUN evil")
    with pytest.raises(InputError, match="is damaged: its run_id"):
        export(started, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "None is not"), ("- 1", "is not of type"), ("title: x", "is required"), (None, "")],
)
def test_a_run_whose_description_is_none_is_damaged(
    record: RunRecord, tmp_path: Path, text: str | None, why: str
) -> None:
    outputs = dict(record.data["outputs"])  # type: ignore[call-overload]
    name = "environment/environment.yaml"
    del outputs[name]
    if text is not None:
        (record.path / name).write_text(text)
        outputs[name] = checksums(record.path / name)
    change(record, outputs=outputs)
    with pytest.raises(InputError, match=f"is damaged: .*environment.yaml.*{why}"):
        export(record.run_id, tmp_path / "out")


def test_a_file_that_a_record_places_elsewhere_is_not_written_there(
    record: RunRecord, tmp_path: Path
) -> None:
    (runs_folder() / "strange").write_text("x")
    outputs = {**record.data["outputs"], "environment/../../strange": checksums(runs_folder() / "strange")}  # type: ignore[dict-item]
    change(record, outputs=outputs)
    export(record.run_id, tmp_path / "a" / "b")
    assert not (tmp_path / "strange").exists()


def test_where_the_run_differed_from_its_lock_is_in_the_readme(record: RunRecord, tmp_path: Path) -> None:
    change(record, environment={**record.data["environment"], "differs": ["roman is 5.0 instead of 5.1"]})  # type: ignore[dict-item]
    assert (
        "- roman is 5.0 instead of 5.1" in (export(record.run_id, tmp_path / "out") / "README.md").read_text()
    )


def test_the_library_of_the_run_is_exported_or_the_readme_says_that_it_is_not(
    record: RunRecord, tmp_path: Path
) -> None:
    change(record, environment={**record.data["environment"], "library_sha256": "ab" * 32})  # type: ignore[dict-item]
    folder = export(record.run_id, tmp_path / "out")
    assert "The library was another one then" in (folder / "README.md").read_text()
    wheel = library().wheel
    of_old = wheel.parent.parent / ("ab" * 6)
    of_old.mkdir()
    (of_old / wheel.name).write_bytes(b"of old")
    folder = export(record.run_id, tmp_path / "again")
    assert (folder / wheel.name).read_bytes() == b"of old"
    assert "another one" not in (folder / "README.md").read_text()


def test_a_run_in_the_gateway_and_an_environment_are_exported_too(toy: Path, tmp_path: Path) -> None:
    folder = export(run("toy").run_id, tmp_path / "run")
    other = export("gateway", tmp_path / "environment")
    assert (folder / "requirements.txt").read_bytes() == (other / "requirements.txt").read_bytes()
    with pytest.raises(InputError, match="neither an environment nor a run 'nothing'"):
        export("nothing", tmp_path / "out")
