"""Amounts of memory, as Kubernetes writes them and REANA takes them."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)([EPTGMK]i?)?")
_POWERS = "KMGTPE"


def bytes_of(text: str) -> int | None:
    """How many bytes a text means; None when it is no amount of memory.

    Examples
    --------
    >>> bytes_of("256Mi"), bytes_of("1.5G"), bytes_of("4096"), bytes_of("much")
    (268435456, 1500000000, 4096, None)
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    unit = found[2] or ""
    base = 1024 if unit.endswith("i") else 1000
    return int(float(found[1]) * base ** (_POWERS.index(unit[0]) + 1 if unit else 0))
