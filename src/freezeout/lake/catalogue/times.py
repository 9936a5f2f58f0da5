"""Times as Rucio writes them, and as we do."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def iso(text: object) -> str | None:
    """A time of Rucio's in ISO 8601 (UTC, to the second), or None when there is none.

    Examples
    --------
    >>> iso("Sat, 21 Nov 2026 15:00:00 UTC")
    '2026-11-21T15:00:00Z'
    """
    if not isinstance(text, str) or not text:
        return None
    try:
        found = parsedate_to_datetime(text.replace("UTC", "GMT"))
    except (ValueError, TypeError):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_left(text: object) -> float | None:
    """How long it is until a time of Rucio's, below zero when it is past; None when there is none.

    Examples
    --------
    >>> seconds_left("Sat, 21 Nov 2020 15:00:00 UTC") < 0
    True
    """
    said = iso(text)
    return None if said is None else (datetime.fromisoformat(said) - datetime.now(UTC)).total_seconds()
