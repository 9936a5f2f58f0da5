"""Settings come from the environment, then the file, then the defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from freezeout import settings
from freezeout.errors import InputError

ROOT = Path(__file__).resolve().parents[1]


def write(text: str) -> None:
    settings.config_file().parent.mkdir(parents=True, exist_ok=True)
    settings.config_file().write_text(text)


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, freezeout_home: Path
) -> None:
    assert settings.runs_folder() == freezeout_home / "runs"
    write('runs = "/data/runs"')
    assert settings.runs_folder() == Path("/data/runs")
    assert settings.settings()["runs"].origin == str(settings.config_file())
    monkeypatch.setenv("FREEZEOUT_RUNS", "/elsewhere")
    assert settings.runs_folder() == Path("/elsewhere")
    assert settings.settings()["runs"].origin == "environment"


@pytest.mark.parametrize(
    ("text", "said"), [("rums = 1", "unknown setting 'rums'"), ("runs = ", "cannot read")]
)
def test_a_bad_settings_file_is_one_clear_error(text: str, said: str) -> None:
    write(text)
    with pytest.raises(InputError, match=said):
        settings.settings()


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for setting in settings.settings().values():
        assert f"| `{setting.name}` | `{setting.variable}` |" in readme
