"""Numbers of bytes, for people."""

from __future__ import annotations


def amount(bytes: int) -> str:
    """A number of bytes for people.

    Examples
    --------
    >>> amount(0), amount(1536), amount(5_000_000_000)
    ('0 B', '1.54 kB', '5 GB')
    """
    value, unit = float(bytes), "B"
    for following in ("kB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, following
    return f"{value:.3g} {unit}"
