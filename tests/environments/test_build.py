"""A build is whole or it is not there; what is old goes when nobody uses it."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.environments.build import (
    bring_up_to_date,
    build,
    mend_kernels,
    refresh_library,
    run_build,
    run_test,
    start_build,
)
from freezeout.environments.folder import environment
from freezeout.environments.installation import Installation, amend, installation
from freezeout.environments.kernels import kernels_folder
from freezeout.environments.removal import clear_away, remove
from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import store
from freezeout.jobs.job import Job
from freezeout.jobs.reporter import Reporter
from freezeout.settings import shared_folder

from .conftest import Recipe, builds, ended, kernels, nothing_to_see, until
from .package_index import wheel

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


def built(name: str = "tiny") -> Installation:
    found = installation(name)
    assert found is not None
    assert (found.fault(), found.kernel_fault()) == (None, None)
    return found


def newer(recipe: Recipe) -> None:
    """The recipe has a newer lock."""
    recipe.lock(recipe.index.add(recipe.name, "2.0", wheel(recipe.name, "2.0")))


def test_a_build_from_the_lock_is_published_with_its_kernel(tiny: Recipe) -> None:
    seen: list[tuple[float | None, str]] = []
    job = run_build("tiny", watch=lambda fraction, message: seen.append((fraction, message)))
    assert job.state == "done" and job.result["smoke"]["message"] == "version 1.0"
    found = built()
    assert found.packages["tiny"] == "1.0" and found.data["contents"]["tiny"] == ["tiny"]
    assert found.data["seconds"] > 0 and found.data["bytes"] > 300_000
    assert kernels() == ["freezeout-tiny"]
    assert builds("tiny") == [found.prefix]
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions, key=lambda f: f or 0) and fractions[-1] == 1.0


def test_a_second_build_of_the_same_lock_leaves_it_as_it_is(tiny: Recipe) -> None:
    run_build("tiny")
    before = built()
    asked = len(tiny.index.asked)
    run_build("tiny")
    assert built().prefix == before.prefix and len(tiny.index.asked) == asked
    run_build("tiny", force=True)
    assert built().prefix != before.prefix
    assert builds("tiny") == [built().prefix]


def test_a_title_that_was_changed_comes_to_the_kernel_without_a_new_build(tiny: Recipe) -> None:
    run_build("tiny")
    prefix = installation("tiny").prefix  # type: ignore[union-attr]
    tiny.describe(title="Another")
    run_build("tiny")
    spec = json.loads((kernels_folder() / "freezeout-tiny" / "kernel.json").read_text())
    found = installation("tiny")
    assert found is not None and found.prefix == prefix
    assert spec["display_name"] == found.data["title"] == "Another"


def test_an_update_replaces_the_build_and_its_kernel(tiny: Recipe) -> None:
    run_build("tiny")
    old = built()
    newer(tiny)
    run_build("tiny")
    assert built().packages["tiny"] == "2.0"
    assert kernels() == ["freezeout-tiny"] and not old.prefix.exists()


def test_an_update_that_fails_leaves_the_old_build_as_it_was(tiny: Recipe) -> None:
    run_build("tiny")
    old, kernel = built(), (kernels_folder() / "freezeout-tiny/kernel.json").read_bytes()
    newer(tiny)
    tiny.index.missing.add("tiny")
    with pytest.raises(FreezeoutError):
        run_build("tiny")
    assert built().data == old.data and builds("tiny") == [old.prefix]
    assert (kernels_folder() / "freezeout-tiny/kernel.json").read_bytes() == kernel


def test_a_build_in_use_stays_until_it_is_released(tiny: Recipe) -> None:
    run_build("tiny")
    old = built()
    newer(tiny)
    with old.in_use():
        run_build("tiny")
        assert old.fault() is None and len(builds("tiny")) == 2
        clear_away("tiny")
        assert old.fault() is None
    clear_away("tiny")
    assert builds("tiny") == [built().prefix]


def test_what_is_in_use_is_not_removed_unless_forced(tiny: Recipe) -> None:
    run_build("tiny")
    found = built()
    with found.in_use():
        with pytest.raises(InputError, match="a kernel runs in 'tiny'") as caught:
            remove("tiny")
        assert caught.value.code == "environment_in_use"
        assert built().prefix == found.prefix
        remove("tiny", force=True)
        assert nothing_to_see("tiny") and found.fault() is None
    clear_away("tiny")
    assert builds("tiny") == [] and kernels() == []


def test_what_is_removed_is_gone_with_its_kernel_and_can_be_built_again(tiny: Recipe) -> None:
    run_build("tiny")
    site = built().data["site"]
    os.chmod(Path(site) / "tiny", 0o500)  # some packages bring folders that may not be changed
    remove("tiny")
    assert nothing_to_see("tiny") and builds("tiny") == [] and kernels() == []
    with pytest.raises(InputError, match="'tiny' is not built"):
        remove("tiny")
    run_build("tiny")
    built()


def test_the_gateway_is_neither_built_nor_removed() -> None:
    for act in (run_build, remove):
        with pytest.raises(InputError, match="where Freezeout itself runs"):
            act("gateway")


def test_two_builds_at_once_are_one(tiny: Recipe) -> None:
    tiny.index.slow["tiny"] = 1.5
    first = start_build("tiny")
    assert start_build("tiny").id == first.id
    jobs: list[Job] = []
    threads = [threading.Thread(target=lambda: jobs.append(run_build("tiny"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {job.id for job in jobs} == {first.id} and jobs[0].state == "done"
    assert len(builds("tiny")) == 1 and len(store.jobs()) == 1


def test_a_build_beside_the_jobs_is_refused_while_another_is_under_way(tiny: Recipe) -> None:
    tiny.index.slow["tiny"] = 5
    job = start_build("tiny")
    until(lambda: builds("tiny"))
    for act in (lambda: build(Reporter(), "tiny"), lambda: remove("tiny")):
        with pytest.raises(InputError, match="somebody is building or removing 'tiny'") as caught:
            act()
        assert caught.value.code == "environment_busy"
    clear_away("tiny")
    assert ended(job).state == "done"
    built()


def test_builds_of_different_environments_go_side_by_side(make_recipe: Callable[[str], Recipe]) -> None:
    names = ["one", "two", "three"]
    for recipe in map(make_recipe, names):
        recipe.index.slow[recipe.name] = 0.5
    jobs = [start_build(name) for name in names]
    assert [ended(job).state for job in jobs] == ["done"] * 3
    assert kernels() == ["freezeout-one", "freezeout-three", "freezeout-two"]


def test_a_build_keeps_to_the_lock_that_it_began_with(tiny: Recipe) -> None:
    tiny.index.slow["tiny"] = 1.0
    job = start_build("tiny")
    until(lambda: builds("tiny"))
    first = environment("tiny").lock
    newer(tiny)
    assert ended(job).state == "done"
    assert first is not None and built().data["lock_sha256"] == first.sha256
    assert built().packages["tiny"] == "1.0"


@pytest.mark.parametrize("damage", ["", "{", '{"argv": ["elsewhere/python"]}', None])
def test_a_damaged_kernel_is_written_anew_without_a_build(tiny: Recipe, damage: str | None) -> None:
    run_build("tiny")
    before = built()
    file = kernels_folder() / "freezeout-tiny" / "kernel.json"
    spec = file.read_text(encoding="utf-8")
    if damage is None:
        file.unlink()
    else:
        file.write_text(damage, encoding="utf-8")
    assert before.kernel_fault()
    mend_kernels([environment("tiny")])
    assert built().prefix == before.prefix and file.read_text(encoding="utf-8") == spec


def test_the_library_is_brought_up_to_date_and_mended(tiny: Recipe) -> None:
    run_build("tiny")
    found = built()
    library = Path(found.data["site"]) / "freezeout"
    shutil.rmtree(library)
    assert bring_up_to_date("tiny", Reporter()).prefix == found.prefix
    assert (library / "__init__.py").is_file()
    refresh_library(environment("tiny"), built(), Reporter())
    record = found.prefix.parent / "current.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "library_sha256": "of old"}))
    refresh_library(environment("tiny"), built(), Reporter())
    assert built().data["library_sha256"] == found.data["library_sha256"]


def test_a_kernels_logo_is_brought_up_to_date_with_the_library(tiny: Recipe) -> None:
    run_build("tiny")
    logo = kernels_folder() / "freezeout-tiny" / "logo-svg.svg"
    logo.unlink()
    amend(built(), library_sha256="that of an older Freezeout")
    bring_up_to_date("tiny", Reporter())
    assert logo.read_bytes() == (shared_folder("kernels") / "python" / "logo-svg.svg").read_bytes()


def test_the_library_that_is_installed_is_the_one_that_runs_here(tiny: Recipe) -> None:
    import freezeout

    tiny.smoke(
        "import freezeout, pathlib\nprint(len(list(pathlib.Path(freezeout.__file__).parent.rglob('*.py'))))"
    )
    here = len(list(Path(freezeout.__file__).parent.rglob("*.py")))
    assert run_build("tiny").result["smoke"]["message"] == str(here)


def test_a_home_with_spaces_and_signs_of_other_languages(
    tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREEZEOUT_HOME", str(tmp_path / "Zwölf 'Häuser' \"東\" $HOME"))
    assert ended(start_build("tiny")).state == "done"
    assert run_test("tiny").state == "done"
    remove("tiny")
    assert nothing_to_see("tiny")


def test_another_python_is_found_when_this_one_does_not_fit(tiny: Recipe) -> None:
    tiny.describe(python="'>=3.30'")
    with pytest.raises(FreezeoutError, match="no Python that fits is on this machine") as caught:
        run_build("tiny")
    assert caught.value.code == "python_missing" and ">=3.30" in caught.value.message
    assert nothing_to_see("tiny") and builds("tiny") == []
