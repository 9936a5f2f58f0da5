"""What the user's settings say of the embedded server."""

from __future__ import annotations

import re
from dataclasses import dataclass

from freezeout.errors import InputError
from freezeout.settings import settings

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_MOST_AT_ONCE = 64


@dataclass(frozen=True)
class Options:
    """How the embedded server works.

    Attributes
    ----------
    at_once : int
        How many workflows run at the same time; the others wait in the queue.
    seconds : float
        What a step may take unless it asks for less.
    memory_bytes : int
        What all processes of a step may take together, unless it asks for less.
    network : bool
        Whether steps reach the network.
    """

    at_once: int = 2
    seconds: float = 86_400.0
    memory_bytes: int = 4 << 30
    network: bool = True


def options() -> Options:
    """What the settings say.

    Raises
    ------
    InputError
        Names the setting that says something else.
    """
    found = {name: one.value for name, one in settings().items() if name.startswith("reana_")}
    at_once = _number("reana_at_once", found["reana_at_once"])
    if at_once > _MOST_AT_ONCE:
        raise _wrong("reana_at_once", found["reana_at_once"], f"a number from 1 to {_MOST_AT_ONCE}")
    return Options(
        at_once,
        float(_number("reana_seconds", found["reana_seconds"])),
        size("reana_memory", found["reana_memory"]),
        _switch("reana_network", found["reana_network"]),
    )


def size(name: str, text: str) -> int:
    """Bytes, written as ``4G`` or ``500M``.

    Examples
    --------
    >>> size("reana_memory", "1.5 GiB")
    1610612736
    """
    match = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    if not match or not float(match[1]):
        raise _wrong(name, text, "a size such as 500M or 4G")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not int(text):
        raise _wrong(name, text, "a whole number above 0")
    return int(text)


def _switch(name: str, text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in known:
        raise _wrong(name, text, "1 or 0")
    return known[text.lower()]


def _wrong(name: str, text: str, wanted: str) -> InputError:
    return InputError(
        f"the setting {name} is '{text}'", hint=f"give {wanted}; 'freezeout config' shows where it is set",
        code="bad_setting",
    )  # fmt: skip
