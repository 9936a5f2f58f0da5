"""Freezeout built and installed as a stranger would: from its files, into a new environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installed:
    """A new environment and the copy of the project it was installed from."""

    environment: Path
    project: Path
    wheel: Path

    def run(self, *command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, with nothing of this process's Python."""
        return subprocess.run(
            [self.environment / "bin" / command[0], *command[1:]],
            cwd=cwd, env={**self.clean_environment(), **env}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    def clean_environment(self) -> dict[str, str]:
        """The machine's environment with this one's programs first."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "FREEZEOUT"))
        }
        return kept | {"PATH": f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that git knows, as a clone would have them."""
    copy = tmp_path_factory.mktemp("project") / "freezeout"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="session")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The gateway's lock and the wheel, in an environment of their own."""
    place = tmp_path_factory.mktemp("installed")
    environment = place / "env"
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    uv = Path(sys.executable).with_name("uv")
    lock = project / "environments" / "gateway" / "requirements.txt"
    subprocess.run(
        [uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock], check=True
    )
    built = subprocess.run(
        [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", place / "dist", project],
        capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = (place / "dist").glob("freezeout-*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    return Installed(environment, project, wheel)
