"""conda environments: how the foreign program is called, and what is made of what it leaves.

No conda can be had from the registries that tests may use. A small program stands for it here: it
writes down how it was called and makes a prefix as conda lays it out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.card import card
from freezeout.environments.folder import environment
from freezeout.environments.installation import installation
from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import store

from .conftest import Recipe, builds, nothing_to_see

_PROGRAM = """#!{python}
import json, os, subprocess, sys
words = sys.argv[1:]
prefix = words[words.index("--prefix") + 1]
json.dump({{"words": words, "there": os.path.exists(prefix)}}, open({told!r}, "w"))
{fails}
subprocess.run([{uv!r}, "venv", "-q", "--no-project", "--python", sys.executable, prefix], check=True)
os.makedirs(prefix + "/conda-meta")
os.makedirs(prefix + "/etc/conda/activate.d")
for name, version in (("python", "3.11.7"), ("fermitools", "2.4.0")):
    said = {{"name": name, "version": version, "build": "h1_0"}}
    json.dump(said, open(f"{{prefix}}/conda-meta/{{name}}-{{version}}-h1_0.json", "w"))
open(prefix + "/etc/conda/activate.d/fermi.sh", "w").write("export FERMI_DIR=$CONDA_PREFIX/share/fermi\\n")
"""


@pytest.fixture
def fermi(tiny: Recipe) -> Recipe:
    tiny.describe(builder="conda")
    (tiny.folder / "requirements.txt").unlink()
    (tiny.folder / "conda.yaml").write_text(
        "channels: [conda-forge, fermi]\ndependencies:\n  - python=3.11\n  - fermi::fermitools=2.4.0=h1_0\n"
    )
    tiny.smoke("import os, sys, freezeout\nprint(os.environ['FERMI_DIR'], sys.prefix)")
    return tiny


def stand_in(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, fails: str = "") -> Path:
    """A program of this name on PATH; returns the file in which it tells how it was called."""
    from freezeout.environments import uv

    folder.mkdir(exist_ok=True)
    told, program = folder / "told.json", folder / name
    program.write_text(_PROGRAM.format(python=sys.executable, told=str(told), uv=uv.find(), fails=fails))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return told


def test_without_a_program_it_is_unavailable_and_says_why(
    fermi: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    fermi.describe(builder="conda", substitute="gamma")
    shown = card(environment("tiny"))
    assert shown["state"] == "unavailable"
    assert "neither micromamba nor conda is on this machine" in shown["reason"]
    assert "install micromamba; the nearest is 'gamma'" in shown["reason"]
    with pytest.raises(InputError, match="needs conda packages"):
        run_build("tiny")
    assert store.jobs() == []


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("micromamba", ["create", "--yes"]),
        ("mamba", ["env", "create"]),
        ("conda", ["env", "create"]),
    ],
)
def test_it_is_built_by_the_program_that_is_there(
    fermi: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: list[str]
) -> None:
    told = stand_in(tmp_path / "bin", program, monkeypatch)
    run_build("tiny")
    found = installation("tiny")
    assert found is not None and found.fault() is None and found.kernel_fault() is None
    prefix = found.prefix / "conda"
    called = json.loads(told.read_text())
    # micromamba makes nothing in a folder that is there already
    assert called["there"] is False
    assert called["words"] == [
        *words, "--prefix", str(prefix), "--file", str(fermi.folder / "conda.yaml"),
    ]  # fmt: skip
    assert found.packages == {"python": "3.11.7", "fermitools": "2.4.0"}
    assert found.data["python_version"] == "3.11.7"
    assert found.data["smoke"]["message"] == f"{prefix}/share/fermi {prefix}"
    assert card(environment("tiny"))["state"] == "built"
    (prefix / "bin" / "python").unlink()
    assert "its interpreter" in (found.fault() or "")


def test_micromamba_goes_before_conda(fermi: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "one", "conda", monkeypatch, fails="sys.exit('not me')")
    stand_in(tmp_path / "two", "micromamba", monkeypatch)
    run_build("tiny")


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (
            "error    libmamba Could not solve for environment specs\\n nothing provides fermitools",
            "package_missing",
        ),
        ("critical libmamba Download error (28) Timeout was reached [https://u:p@host/x]", "network"),
        ("CondaHTTPError: HTTP 000 CONNECTION FAILED", "network"),
        ("[Errno 28] No space left on device", "disk_full"),
    ],
)
def test_what_it_says_when_it_fails_is_told(
    fermi: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, code: str
) -> None:
    stand_in(tmp_path / "bin", "micromamba", monkeypatch, fails=f"print({says!r}); sys.exit(1)")
    with pytest.raises(FreezeoutError, match="installing the packages by micromamba failed") as caught:
        run_build("tiny")
    assert caught.value.code == code and "u:p" not in caught.value.message
    assert nothing_to_see("tiny") and builds("tiny") == []


def test_a_recipe_without_python_is_told(
    fermi: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", "micromamba", monkeypatch, fails="sys.exit(0)")
    with pytest.raises(FreezeoutError, match=r"conda\.yaml brings no Python"):
        run_build("tiny")


def test_versions_are_read_from_the_recipe(fermi: Recipe) -> None:
    lock = environment("tiny").lock
    assert lock is not None and dict(lock.packages) == {"python": "3.11", "fermitools": "2.4.0"}
