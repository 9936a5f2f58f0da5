"""Passwords are not written down."""

from __future__ import annotations

import pytest

from freezeout.jobs.redact import redact, redactor


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("at https://user:pass@host/simple.", "at https://***@host/simple."),
        ("https://token@host:8080/x and ssh://git@host/y", "https://***@host:8080/x and ssh://***@host/y"),
        ("get https://h/x?X-Amz-Signature=abc&size=3", "get https://h/x?X-Amz-Signature=***&size=3"),
        ("https://h/a@b stays, as ada@example.org does", "https://h/a@b stays, as ada@example.org does"),
        ("a == b @ c", "a == b @ c"),
    ],
)
def test_an_address_is_shown_without_its_password(given: str, shown: str) -> None:
    assert redact(given) == shown


def test_passwords_in_settings_are_known_by_themselves() -> None:
    hide = redactor(
        {"UV_INDEX_LAB_PASSWORD": "sesame", "https_proxy": "http://u:through@p:1", "HOME": "/root"}
    )
    assert hide("sesame through /root") == "*** *** /root"


def test_a_very_short_password_makes_no_holes_in_words() -> None:
    assert redactor({"UV_PUBLISH_TOKEN": "a"})("a banana") == "a banana"
