"""What is broken on disk is said, and the next build mends it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.card import card, cards
from freezeout.environments.folder import environment, scan_environments
from freezeout.environments.installation import (
    Installation,
    amend,
    hold,
    installation,
    require,
    root,
)
from freezeout.environments.kernels import kernels_folder
from freezeout.environments.removal import clear_away, remove
from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import store
from freezeout.settings import home

from .conftest import Recipe, builds, kernels

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


def built() -> Installation:
    found = installation("tiny")
    assert found is not None
    return found


def _python_gone(found: Installation) -> None:
    found.python.unlink()


def _python_of_the_system_gone(found: Installation) -> None:
    found.python.unlink()
    found.python.symlink_to("/usr/lib/python9.9/bin/python")


def _settings_gone(found: Installation) -> None:
    (found.prefix / "pyvenv.cfg").unlink()


def _folder_gone(found: Installation) -> None:
    shutil.rmtree(found.prefix)


def _package_gone(found: Installation) -> None:
    shutil.rmtree(Path(found.data["site"]) / "tiny")


def _metadata_gone(found: Installation) -> None:
    shutil.rmtree(Path(found.data["site"]) / "tiny-1.0.dist-info")


def _all_packages_gone(found: Installation) -> None:
    shutil.rmtree(found.data["site"])


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (_python_gone, "its interpreter .* is gone"),
        (_python_of_the_system_gone, r"its interpreter .* is gone: it was /usr/lib/python9\.9/bin/python"),
        (_settings_gone, r"\S*/pyvenv\.cfg is gone"),
        (_folder_gone, "its folder .* is gone"),
        (_package_gone, "the package tiny is gone from it"),
        (_metadata_gone, "the package tiny is gone from it"),
        (_all_packages_gone, "the package tiny is gone from it"),
    ],
)
def test_what_is_broken_is_said_and_mended(
    tiny: Recipe, breaks: Callable[[Installation], None], says: str
) -> None:
    run_build("tiny")
    broken = built()
    breaks(broken)
    with pytest.raises(FreezeoutError, match=f"'tiny' is broken: {says}.*freezeout env build tiny") as caught:
        require(environment("tiny"))
    assert caught.value.code == "environment_broken"
    shown = card(environment("tiny"))
    assert shown["state"] == "broken" and shown["reason"]
    run_build("tiny")
    assert built().fault() is None and built().kernel_fault() is None
    assert builds("tiny") == [built().prefix] != [broken.prefix]
    assert card(environment("tiny"))["state"] == "built"


@pytest.mark.parametrize(
    ("record", "code", "says"),
    [
        (b"\x00\xff garbage", "environment_damaged", "cannot read"),
        (b"", "environment_damaged", "cannot read"),
        (b"[]", "environment_damaged", "is damaged"),
        (b'{"schema_version": 1}', "environment_damaged", "is damaged"),
        (b'{"schema_version": 1, "prefix": 3}', "environment_damaged", "is damaged"),
        (b"[" * 100_000, "environment_damaged", "cannot read"),
        (b'{"schema_version": 99}', "environment_newer", "written by a newer Freezeout"),
    ],
)
def test_a_record_that_cannot_be_read_is_said_and_mended(
    tiny: Recipe, record: bytes, code: str, says: str
) -> None:
    run_build("tiny")
    (root("tiny") / "current.json").write_bytes(record)
    with pytest.raises(InputError, match=says) as caught:
        installation("tiny")
    assert caught.value.code == code and str(root("tiny")) in str(caught.value)
    assert card(environment("tiny"))["state"] == "broken"
    clear_away("tiny")  # what counts is not known: nothing is thrown away but by who builds
    assert len(builds("tiny")) == 1
    run_build("tiny")
    assert built().fault() is None and kernels() == ["freezeout-tiny"]
    assert builds("tiny") == [built().prefix]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bytes", "many"),
        ("bytes", float("inf")),
        ("seconds", float("nan")),
        ("built_at", 5),
        ("kernels", [1]),
        ("python", ""),
        ("python", "/p/\0/python"),
        ("contents", []),
        ("contents", {"numpy": 5}),
        ("site", 7),
        ("smoke", {"ok": True}),
    ],
)
def test_a_record_with_what_cannot_be_shown_breaks_its_own_card_and_no_other(
    tiny: Recipe, key: str, value: object
) -> None:
    whole = {"prefix": "/p", "python": "/p/bin/python", "builder": "uv", "kernels": ["k"], "packages": {}}
    root("tiny").mkdir(parents=True)
    (root("tiny") / "current.json").write_text(json.dumps({"schema_version": 1, **whole, key: value}))
    shown = {one["name"]: one for one in cards([environment("tiny"), environment("gateway")])}
    assert shown["tiny"]["state"] == "broken" and "is damaged" in shown["tiny"]["reason"]
    assert shown["gateway"]["state"] == "built"


def test_a_damaged_environment_can_be_removed(tiny: Recipe) -> None:
    run_build("tiny")
    (root("tiny") / "current.json").write_text("garbage")
    remove("tiny")
    assert installation("tiny") is None and builds("tiny") == [] and kernels() == []


@pytest.mark.parametrize("damage", ["gone", "garbage", "other"])
def test_a_kernel_that_is_not_in_order_is_said_and_mended_without_a_build(tiny: Recipe, damage: str) -> None:
    run_build("tiny")
    before, path = built(), kernels_folder() / "freezeout-tiny" / "kernel.json"
    spec = json.loads(path.read_text())
    if damage == "gone":
        shutil.rmtree(path.parent)
    else:
        path.write_text("{" if damage == "garbage" else json.dumps({**spec, "argv": ["/other/python"]}))
    shown = card(environment("tiny"))
    assert shown["state"] == "broken" and shown["reason"].startswith("its kernel freezeout-tiny is")
    run_build("tiny")
    assert built().prefix == before.prefix and json.loads(path.read_text()) == spec
    assert card(environment("tiny"))["state"] == "built"


def test_what_is_built_from_a_folder_that_is_gone_is_told(tiny: Recipe) -> None:
    run_build("tiny")
    shutil.rmtree(tiny.folder)
    problems = [error for error in scan_environments()[1] if error.code == "environment_left_over"]
    assert [error.message for error in problems] == [
        "'tiny' is built, but there is no environment of this name any more"
    ]
    remove("tiny")
    assert scan_environments()[1] == [] and kernels() == []


def test_a_build_that_is_being_cleared_away_cannot_be_taken_hold_of(tiny: Recipe) -> None:
    run_build("tiny")
    prefix = built().prefix
    shared = hold(prefix)
    assert shared is not None
    other = hold(prefix)
    assert other is not None
    assert hold(prefix, exclusive=True) is None
    os.close(shared)
    os.close(other)
    exclusive = hold(prefix, exclusive=True)
    assert exclusive is not None
    assert hold(prefix) is None
    os.close(exclusive)
    remove("tiny")
    assert hold(prefix) is None and not prefix.exists()


def test_only_the_build_that_counts_is_amended(tiny: Recipe) -> None:
    run_build("tiny")
    old = built()
    run_build("tiny", force=True)
    amend(old, smoke={"ok": False})
    assert built().data["smoke"]["ok"] is True
    amend(built(), library_sha256="x")
    assert built().data["library_sha256"] == "x" and built().data["smoke"]["ok"] is True


def test_the_jobs_of_builds_do_not_carry_their_packages(tiny: Recipe) -> None:
    run_build("tiny")
    (job,) = store.jobs()
    assert set(job.result) >= {"version", "python", "smoke", "seconds", "kernels"}
    assert len(json.dumps(job.result)) < 2000


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../runs", "tiny/..", "../environments/tiny", "x" * 5000, "é"]
)
def test_nothing_is_removed_for_what_is_no_name(name: str, tiny: Recipe) -> None:
    run_build("tiny")
    (home() / "runs").mkdir()
    (home() / "runs" / "precious").touch()
    there = sorted(home().rglob("*"))
    with pytest.raises(InputError) as error:
        remove(name)
    assert error.value.code == "unknown_environment" and len(str(error.value)) < 200
    assert sorted(home().rglob("*")) == there
