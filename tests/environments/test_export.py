"""What is exported builds the same environment elsewhere, by pip alone and by the Dockerfile's steps."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

from freezeout.environments.export import export, recipe_of
from freezeout.environments.folder import environment
from freezeout.environments.installation import installed_packages
from freezeout.environments.library import library
from freezeout.environments.lock import differences
from freezeout.errors import InputError
from freezeout.files import checksums
from freezeout.version import __version__

WHEEL = f"freezeout-{__version__}-py3-none-any.whl"
FILES = {
    "Dockerfile",
    "README.md",
    "environment.yaml",
    "images.yaml",
    "reana.yaml",
    "requirements.txt",
    WHEEL,
}


@pytest.fixture
def exported(small: Path, tmp_path: Path) -> Path:
    return export(recipe_of(environment("small")), tmp_path / "out")


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Word and arguments of each instruction, continued lines joined."""
    text = re.sub(r"\\\n", " ", dockerfile.read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


def clean_environ(**more: str) -> dict[str, str]:
    drop = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    return {n: v for n, v in os.environ.items() if n not in drop} | more


def test_an_export_holds_all_that_a_build_needs(exported: Path, small: Path) -> None:
    assert {p.name for p in exported.iterdir()} == FILES
    for name in ("requirements.txt", "environment.yaml"):
        assert (exported / name).read_bytes() == (small / name).read_bytes()
    assert (exported / WHEEL).read_bytes() == library().wheel.read_bytes()
    assert zipfile.ZipFile(exported / WHEEL).testzip() is None
    assert [p.name for p in exported.parent.iterdir() if p.name.startswith(".")] == []


def test_the_image_is_named_after_the_lock(exported: Path) -> None:
    sha256 = str(checksums(exported / "requirements.txt")["sha256"])
    image = f"freezeout-small:{sha256[:12]}"
    entry = yaml.safe_load((exported / "images.yaml").read_text())["images"]["small"]
    assert entry["image"] == image and entry["lock_sha256"] == sha256
    workflow = yaml.safe_load((exported / "reana.yaml").read_text())["workflow"]
    assert [step["environment"] for step in workflow["specification"]["steps"]] == [image]
    assert f"--tag {image} ." in (exported / "Dockerfile").read_text()


def test_the_recipes_own_image_is_told_as_well(small: Path, tmp_path: Path) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write("image: somebody/some-image:1\n")
    folder = export(recipe_of(environment("small")), tmp_path / "out")
    entry = yaml.safe_load((folder / "images.yaml").read_text())["images"]["small"]
    assert entry["nearest_public_image"] == "somebody/some-image:1"


def test_the_dockerfile_is_in_order(exported: Path) -> None:
    steps = instructions(exported / "Dockerfile")
    words = [word for word, _ in steps]
    assert words[0] == "FROM" and set(words) <= {"FROM", "COPY", "RUN", "USER", "WORKDIR", "CMD"}
    assert dict(steps)["FROM"] == f"python:{'.'.join(map(str, sys.version_info[:3]))}-slim"
    for word, rest in steps:
        if word == "COPY":
            *sources, place = rest.split()
            assert place.endswith("/") and all((exported / source).is_file() for source in sources)
        if word == "RUN":
            assert subprocess.run(["sh", "-n", "-c", rest]).returncode == 0
            assert "pip install" not in rest or "--require-hashes" in rest
    # what runs in it is not root
    assert dict(steps)["USER"] == "freezeout" and words.index("USER") > words.index("RUN")
    assert any(word == "RUN" and rest.startswith("useradd") for word, rest in steps)
    assert "://" not in (exported / "Dockerfile").read_text()


def test_programs_that_a_build_needs_are_in_the_dockerfile(small: Path, tmp_path: Path) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write(
            "system: [{command: sh, package: dash}, {command: cp, package: coreutils}, "
            "{command: mv, package: coreutils}]\n"
        )
    folder = export(recipe_of(environment("small")), tmp_path / "out")
    steps = instructions(folder / "Dockerfile")
    assert (
        steps[1][0] == "RUN"
        and "apt-get install --yes --no-install-recommends dash coreutils &&" in steps[1][1]
    )


def test_what_pypi_does_not_have_is_said(tmp_path: Path) -> None:
    folder = export(recipe_of(environment("compression-cpu")), tmp_path / "out")
    assert "PyPI does not have torch==" in (folder / "README.md").read_text()
    assert instructions(folder / "Dockerfile")[1] == ("ARG", "PIP_EXTRA_INDEX_URL")


def test_a_recipe_of_conda_is_exported_for_micromamba(small: Path, tmp_path: Path) -> None:
    (small / "conda.yaml").write_text(
        "channels: [conda-forge]\ndependencies:\n  - python=3.11\n  - numpy=2.0.1\n"
    )
    with (small / "environment.yaml").open("a") as stream:
        stream.write("builder: conda\n")
    folder = export(recipe_of(environment("small")), tmp_path / "out")
    assert {p.name for p in folder.iterdir()} == (FILES - {"requirements.txt"}) | {"conda.yaml"}
    steps = instructions(folder / "Dockerfile")
    assert steps[0] == ("FROM", "mambaorg/micromamba:2")
    assert any("micromamba install --yes --name base --file" in rest for _, rest in steps)


@pytest.mark.slow
def test_the_commands_of_the_readme_rebuild_it(exported: Path, tmp_path: Path) -> None:
    text = (exported / "README.md").read_text()
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert len(commands) == 5
    bin = tmp_path / "bin"
    bin.mkdir()
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (bin / name).symlink_to(getattr(sys, "_base_executable", sys.executable))
    env = clean_environ(PATH=f"{bin}:{os.environ['PATH']}")
    for command in commands[:3]:
        subprocess.run(shlex.split(command), cwd=exported, env=env, check=True, capture_output=True)
    prefix = exported / "small"
    code = (
        "import freezeout, roman, numpy; print(freezeout.__version__, roman.toRoman(4)); freezeout.LimitCurve"
    )
    done = subprocess.run(
        [prefix / "bin" / "python", "-c", code],
        cwd=tmp_path,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [__version__, "IV"]
    python = ".".join(map(str, sys.version_info[:3]))
    lock = (exported / "requirements.txt").read_text()
    assert differences(lock, installed_packages(prefix), python, extra=False) == []


@pytest.mark.slow
def test_the_steps_of_the_dockerfile_build_it(exported: Path, tmp_path: Path) -> None:
    """No engine is needed: its COPY and pip steps are done below a folder instead of in an image."""
    root = tmp_path / "root"
    venv.create(root / "usr", with_pip=True, symlinks=True)
    env = clean_environ(PATH=f"{root / 'usr' / 'bin'}:{os.environ['PATH']}")
    done = 0
    for word, rest in instructions(exported / "Dockerfile"):
        if word == "COPY":
            *sources, place = rest.split()
            folder = root / place.strip("/")
            folder.mkdir(parents=True, exist_ok=True)
            for source in sources:
                (folder / source).write_bytes((exported / source).read_bytes())
        elif word == "RUN" and "pip install" in rest:
            command = rest.replace("/opt/freezeout", str(root / "opt" / "freezeout"))
            subprocess.run(["sh", "-c", command], env=env, cwd=tmp_path, check=True, capture_output=True)
            done += 1
    assert done == 1
    workflow = yaml.safe_load((exported / "reana.yaml").read_text())["workflow"]
    (command,) = workflow["specification"]["steps"][0]["commands"]
    said = subprocess.run(
        ["sh", "-c", command], env=env, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == __version__


@pytest.mark.slow
def test_a_changed_lock_is_not_installed(exported: Path, tmp_path: Path) -> None:
    lock = exported / "requirements.txt"
    lock.write_text(
        re.sub(
            r"(roman==5\.1 \\\n +--hash=sha256:)(?:.|\n)*?(?=\n\S|\Z)", r"\g<1>" + "0" * 64, lock.read_text()
        )
    )
    venv.create(tmp_path / "v", with_pip=True, symlinks=True)
    wanted = [line for line in re.split(r"\n(?=\S)", lock.read_text()) if line.startswith("roman")]
    (tmp_path / "one.txt").write_text("\n".join(wanted))
    pip = f"{tmp_path}/v/bin/python -m pip install --no-cache-dir --require-hashes -r {tmp_path}/one.txt"
    done = subprocess.run(shlex.split(pip), env=clean_environ(), capture_output=True, text=True)
    assert done.returncode != 0 and "DO NOT MATCH THE HASHES" in done.stderr


def test_a_folder_that_is_there_is_left_alone(small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("out", "file"):
        with pytest.raises(InputError, match="is there already"):
            export(recipe_of(environment("small")), tmp_path / name)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine"]
    with pytest.raises(InputError, match="cannot use"):
        export(recipe_of(environment("small")), tmp_path / "file" / "out")
    (tmp_path / "empty").mkdir()
    assert export(recipe_of(environment("small")), tmp_path / "empty").is_dir()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("status: unavailable\nreason: nobody has it\nsubstitute: gateway", "nobody has it"),
        ("status: ready\nbuilder: conda", "has no lock"),
    ],
)
def test_what_has_no_recipe_is_not_exported(small: Path, change: str, said: str) -> None:
    text = (small / "environment.yaml").read_text().replace("status: ready", change)
    (small / "environment.yaml").write_text(text)
    with pytest.raises(InputError, match=said):
        recipe_of(environment("small"))
