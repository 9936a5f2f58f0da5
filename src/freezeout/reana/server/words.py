"""How times, sizes and durations are written."""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")


def now() -> str:
    """The time in UTC, to the second, as REANA writes it."""
    return written(datetime.now(UTC).timestamp())


def written(timestamp: float) -> str:
    """A time as REANA writes it; the beginning of all times when the clock makes no sense.

    Examples
    --------
    >>> written(0)
    '1970-01-01T00:00:00'
    """
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, OSError, ValueError):
        moment = datetime.fromtimestamp(0, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def size(amount: int) -> dict[str, int | str]:
    """A number of bytes, for programs and for people.

    Examples
    --------
    >>> size(1536)
    {'raw': 1536, 'human_readable': '1.5 KiB'}
    """
    return {"raw": amount, "human_readable": _in_words(amount)}


def _in_words(amount: int) -> str:
    if amount < 1024:
        return f"{amount} Bytes"
    value = float(amount)
    for unit in _UNITS:
        value /= 1024
        if value < 1024 or unit == _UNITS[-1]:
            break
    return f"{value:.2f}".rstrip("0").rstrip(".") + f" {unit}"


def duration(seconds: float) -> str:
    """A length of time for people.

    Examples
    --------
    >>> duration(3723.4)
    '1h 2m 3s'
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours}h"] * bool(hours) + [f"{minutes}m"] * bool(hours or minutes) + [f"{rest}s"]
    return " ".join(words)
