"""What steps may take, and how long their results are kept: checked before anything is submitted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from freezeout.errors import InputError
from freezeout.reana.memory import bytes_of

_TIME = re.compile(r"([0-9]{1,9})\s*([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DAYS = re.compile(r"[0-9]{1,9}")
_BACKENDS = ("kubernetes", "htcondorcern", "slurmcern", "compute4punch")
_KNOWN = ("memory", "time", "backend", "retention_days")

# Python does not start in less, and no machine has more
_LEAST_MEMORY, _MOST_MEMORY = 32 << 20, 64 << 40
_MOST_SECONDS = 365 * 86400
_MOST_DAYS = 36500


@dataclass(frozen=True)
class Resources:
    """What the steps may take, and how long files are kept.

    Attributes
    ----------
    memory : str
        Such as ``2Gi``; the server's own limit when empty.
    seconds : int
        Time of a step; likewise when 0.
    backend : str
        Where steps run on a cluster that has several.
    retention_days : int
        How long results are kept there; likewise when 0.
    """

    memory: str = ""
    seconds: int = 0
    backend: str = ""
    retention_days: int = 0

    @classmethod
    def of(cls, said: Mapping[str, object] | None) -> Resources:
        """Read what a user says: ``memory``, ``time``, ``backend``, ``retention_days``.

        Raises
        ------
        InputError
            Whose message begins with the name of what cannot be used.

        Examples
        --------
        >>> Resources.of({"memory": "2Gi", "time": "90m"})
        Resources(memory='2Gi', seconds=5400, backend='', retention_days=0)
        """
        given = {name: str(value).strip() for name, value in (said or {}).items() if value not in (None, "")}
        for name in given:
            if name not in _KNOWN:
                raise _refused(name, given[name], f"resources are {', '.join(_KNOWN)}")
        memory = given.get("memory", "")
        if memory and not _LEAST_MEMORY <= (bytes_of(memory) or 0) <= _MOST_MEMORY:
            raise _refused("memory", memory, "from 32Mi to 64Ti, such as 500Mi or 2Gi")
        time = given.get("time", "")
        found = _TIME.fullmatch(time)
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if time and not 0 < seconds <= _MOST_SECONDS:
            raise _refused("time", time, "at most 365d, such as 3600 (seconds), 90m or 2h")
        backend = given.get("backend", "")
        if backend and backend not in _BACKENDS:
            raise _refused("backend", backend, f"one of {', '.join(_BACKENDS)}")
        days = given.get("retention_days", "0")
        if not _DAYS.fullmatch(days) or int(days) > _MOST_DAYS:
            raise _refused("retention_days", days, f"a whole number of days, at most {_MOST_DAYS}")
        return cls(memory, seconds, backend, int(days))

    def hints(self) -> dict[str, object]:
        """As REANA writes them in a step."""
        found: dict[str, object] = {}
        if self.memory:
            found["kubernetes_memory_limit"] = self.memory
        if self.seconds:
            found["kubernetes_job_timeout"] = self.seconds
        if self.backend:
            found["compute_backend"] = self.backend
        return found


def _refused(name: str, value: str, allowed: str) -> InputError:
    return InputError(f"{name} is '{value:.60}', which cannot be used", hint=allowed, code="bad_resources")
