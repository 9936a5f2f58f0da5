"""What uv is told: the user's and the site's settings hold, but never against the lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from freezeout.environments import uv
from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.jobs.reporter import Reporter

from .conftest import Recipe


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings, with nothing in them yet."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "config" / "uv").mkdir(parents=True)
    return tmp_path


def indexes(environ: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name in (*uv._INDEX, "UV_INDEX_STRATEGY")}


def built() -> None:
    run_build("tiny")
    found = installation("tiny")
    assert found is not None and found.packages["tiny"] == "1.0"


def test_settings_of_pip_hold(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (config / "pip.conf").write_text(
        "[global]\nindex-url = http://one/simple\nextra-index-url =\n  http://two/simple\n  http://three/simple\n"
        "[install]\nfind-links = /a/b /c\ntrusted-host = one two\n"
    )
    assert indexes(uv.environ()) == {
        "UV_DEFAULT_INDEX": "http://one/simple",
        "UV_INDEX": "http://two/simple http://three/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/a/b,/c",
    }
    assert uv.environ()["UV_INSECURE_HOST"] == "one two"
    monkeypatch.setenv("PIP_INDEX_URL", "http://four/simple")
    assert uv.environ()["UV_DEFAULT_INDEX"] == "http://four/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://five/simple")
    assert indexes(uv.environ()) == {"UV_DEFAULT_INDEX": "http://five/simple"}


def test_settings_of_uv_go_before_those_of_pip(config: Path) -> None:
    (config / "pip.conf").write_text("[global]\nindex-url = http://one/simple\n")
    (config / "config/uv/uv.toml").write_text('[[index]]\nurl = "http://mine/simple"\ndefault = true\n')
    assert indexes(uv.environ()) == {}


@pytest.mark.parametrize("garbage", ["= no toml", "[global\nno ini"])
def test_files_that_cannot_be_read_are_left_to_those_whose_they_are(config: Path, garbage: str) -> None:
    (config / "pip.conf").write_text(garbage)
    (config / "config/uv/uv.toml").write_text(garbage)
    assert indexes(uv.environ()) == {}


def test_settings_that_are_against_the_lock_are_dropped(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = ("UV_NO_VERIFY_HASHES", "UV_CONSTRAINT", "UV_EXCLUDE_NEWER", "VIRTUAL_ENV", "PYTHONPATH")
    for name in (*dropped, "JPY_API_TOKEN", "JUPYTER_TOKEN", "UV_LINK_MODE"):
        monkeypatch.setenv(name, "copy")
    environ = uv.environ()
    assert not {*dropped, "JPY_API_TOKEN", "JUPYTER_TOKEN"} & set(environ)
    assert environ["UV_LINK_MODE"] == "copy"


def test_an_index_in_the_settings_of_pip_is_asked(tiny: Recipe, config: Path) -> None:
    (config / "pip.conf").write_text(f"[global]\nindex-url = {tiny.index.url}\n")
    os.environ.pop("UV_DEFAULT_INDEX", None)
    built()
    assert tiny.index.asked


def test_an_index_in_the_users_uv_toml_is_asked(tiny: Recipe, config: Path) -> None:
    (config / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    (config / "config/uv/uv.toml").write_text(
        f'cache-dir = "{config}/own cache"\n[[index]]\nurl = "{tiny.index.url}"\ndefault = true\n'
    )
    built()
    assert tiny.index.asked and (config / "own cache").is_dir()


def test_a_folder_of_wheels_is_enough(tiny: Recipe, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = config / "my wheels".replace(" ", "-")
    wheels.mkdir()
    for name, data in tiny.index.files["tiny"].items():
        (wheels / name).write_bytes(data)
    (config / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n")
    built()
    assert tiny.index.asked == []


@pytest.mark.parametrize("name", ["UV_REQUIRE_HASHES", "UV_SYSTEM_PYTHON", "UV_VENV_SEED", "UV_NO_BUILD"])
def test_other_settings_of_the_user_do_not_break_a_build(
    tiny: Recipe, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    built()


class Told(Reporter):
    def __init__(self) -> None:
        self.said: list[tuple[float | None, str]] = []

    def progress(self, fraction: float | None, message: str) -> None:
        self.said.append((fraction, message))


def test_large_files_are_told_as_they_come() -> None:
    told = Told()
    downloads = uv._Downloads(told, "installing", (0.2, 0.6))
    for line in (
        "Downloading numpy (10.0MiB)",
        " Downloading scipy (30.0MiB)",
        " Downloaded numpy",
        "Prepared 2 packages in 3s",
        " Downloaded scipy",
    ):
        downloads.hear(line)
    assert [round(fraction or 0, 2) for fraction, _ in told.said] == [0.2, 0.2, 0.3, 0.6]
    assert told.said[-1][1] == "installing: 42 of 42 MB of large files"
