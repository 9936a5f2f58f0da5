"""A lock is resolved from what is wanted, whole or not at all, and says what changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.export import recipe_of
from freezeout.environments.folder import environment
from freezeout.environments.locking import make_lock
from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs.reporter import Reporter

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


def lock(upgrade: bool = False):  # type: ignore[no-untyped-def]
    return make_lock(Reporter(), "small", upgrade)


def test_the_lock_hashes_every_package_and_names_no_host(small: Path) -> None:
    text = (small / "requirements.txt").read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text)
    assert len(entries) > 20 and all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_holds_what_the_library_needs(small: Path) -> None:
    packages = lock().packages
    assert packages["roman"] == "5.1"
    assert {"numpy", "scipy", "pyyaml", "platformdirs", "ipykernel"} <= set(packages)
    assert "papermill" not in packages


def test_a_lock_made_again_is_the_same(small: Path) -> None:
    before = (small / "requirements.txt").read_bytes()
    made = lock()
    assert (small / "requirements.txt").read_bytes() == before
    assert not (made.added or made.removed or made.changed)


def test_what_changed_is_told(small: Path) -> None:
    (small / "requirements.in").write_text("roman==4.2\nmunkres==1.1.4\n")
    made = lock()
    assert made.added == {"munkres": "1.1.4"} and made.removed == {}
    assert made.changed == {"roman": ("5.1", "4.2")} and made.packages["roman"] == "4.2"
    (small / "requirements.in").write_text("munkres\n")
    assert lock().removed == {"roman": "4.2"}


def test_pins_stay_unless_an_upgrade_is_asked_for(small: Path) -> None:
    (small / "requirements.in").write_text("roman==4.2\n")
    lock()
    (small / "requirements.in").write_text("roman\n")
    assert lock().packages["roman"] == "4.2"
    assert lock(upgrade=True).packages["roman"] != "4.2"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("no-such-package-of-ours-zzz\n", "no-such-package-of-ours-zzz was not found"),
        ("roman==4.2\nroman==5.1\n", "you require roman==4.2 and roman==5.1"),
        ("roman==99\n", "there is no version of roman==99"),
        ("numpy<1\nscipy>1.10\n", "unsatisfiable"),
        ("roman==\n", "expected version"),
        ("roman = 5\n", "roman = 5"),
        ("./nothing\n", "nothing"),
    ],
)
def test_what_cannot_be_resolved_is_said_in_uvs_words_and_changes_nothing(
    small: Path, wanted: str, said: str
) -> None:
    (small / "requirements.in").write_text(wanted)
    before = sorted((p.name, p.read_bytes()) for p in small.iterdir())
    with pytest.raises(InputError) as caught:
        lock()
    assert said in caught.value.message and str(small / "requirements.in") in caught.value.message
    assert sorted((p.name, p.read_bytes()) for p in small.iterdir()) == before


def test_a_package_without_a_checksum_is_refused(small: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "unhashed"\nversion = "1"\n'
        '[build-system]\nrequires = ["flit-core<4"]\nbuild-backend = "flit_core.buildapi"\n'
    )
    (small / "requirements.in").write_text(f"unhashed @ file://{project}\n")
    before = (small / "requirements.txt").read_bytes()
    with pytest.raises(InputError, match="asks for unhashed from a folder"):
        lock()
    assert (small / "requirements.txt").read_bytes() == before


def test_an_index_that_does_not_answer_is_a_failure_of_the_network(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(FreezeoutError, match="index is reachable") as caught:
        lock(upgrade=True)
    assert caught.value.code == "network" and caught.value.exit_status == 1


def test_the_lock_is_made_for_the_oldest_python_of_the_environment(small: Path) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write('python: ">=3.12,<3.14"\n')
    (small / "requirements.in").write_text("scipy\n")
    (small / "requirements.txt").unlink()
    text = lock().path.read_text()
    assert "python_full_version < '3.12'" not in text
    (small / "requirements.txt").unlink()


@pytest.mark.parametrize("python", ["3.11", "<3", "new"])
def test_a_python_that_cannot_be_is_refused(small: Path, python: str) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write(f'python: "{python}"\n')
    with pytest.raises(InputError, match="python"):
        lock()


def test_a_python_that_is_no_specifier_is_neither_built_nor_exported(small: Path) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write('python: "3.11"\n')
    for refused in (lambda: run_build("small"), lambda: recipe_of(environment("small"))):
        with pytest.raises(InputError, match=r"environment\.yaml: python: '3\.11' is no version specifier"):
            refused()


@pytest.mark.parametrize(
    ("name", "said"),
    [("gateway", "env clone gateway"), ("nothing", "no environment 'nothing'")],
)
def test_what_has_no_lock_to_make_is_refused(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_lock(Reporter(), name)


def test_a_recipe_without_requirements_or_of_conda_is_refused(small: Path) -> None:
    (small / "requirements.in").unlink()
    with pytest.raises(InputError, match=r"requirements.in is missing"):
        lock()
    with (small / "environment.yaml").open("a") as stream:
        stream.write("builder: conda\n")
    with pytest.raises(InputError, match="built by conda"):
        lock()


def test_no_network_is_no_fault_of_what_is_wanted(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(FreezeoutError, match="unset UV_OFFLINE") as caught:
        lock(upgrade=True)
    assert caught.value.code == "network" and caught.value.exit_status == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\xa2\xff\x00 nothing\n", b""), (b"<<<<<<< HEAD\n", b"=======\nroman=4\n>>>>>>> theirs\n")],
)
def test_a_damaged_lock_is_made_anew_from_what_is_sound_in_it(
    small: Path, before: bytes, after: bytes
) -> None:
    (small / "requirements.in").write_text("roman==4.2\n")
    lock()
    (small / "requirements.in").write_text("roman\n")
    sound = (small / "requirements.txt").read_bytes()
    (small / "requirements.txt").write_bytes(before + sound + after)
    assert lock().packages["roman"] == "4.2"
    assert (small / "requirements.txt").read_bytes() == sound


def test_a_lock_that_is_a_folder_is_said(small: Path) -> None:
    (small / "requirements.txt").unlink()
    (small / "requirements.txt").mkdir()
    with pytest.raises(InputError, match=r"requirements\.txt: Is a directory"):
        lock()
