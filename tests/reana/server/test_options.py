"""What the settings say of the embedded server is checked, and what is wrong is named."""

from __future__ import annotations

import pytest

from freezeout.errors import InputError
from freezeout.reana.server.options import Options, options
from freezeout.settings import change_settings


def test_without_settings_they_are_the_defaults() -> None:
    assert options() == Options()


def test_settings_are_numbers_sizes_and_switches() -> None:
    change_settings(
        {"reana_at_once": "8", "reana_seconds": "90", "reana_memory": "1.5GB", "reana_network": "no"}
    )
    assert options() == Options(8, 90.0, 3 << 29, False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reana_at_once", "0"),
        ("reana_at_once", "65"),
        ("reana_at_once", "two"),
        ("reana_at_once", "²"),
        ("reana_seconds", "-1"),
        ("reana_seconds", "1e3"),
        ("reana_memory", "0G"),
        ("reana_memory", "4 X"),
        ("reana_memory", "nan"),
        ("reana_network", "perhaps"),
    ],
)
def test_what_is_none_of_these_is_one_clear_error(name: str, text: str) -> None:
    change_settings({name: text})
    with pytest.raises(InputError, match=f"the setting {name} is '{text}'") as said:
        options()
    assert said.value.hint.startswith("give ")
