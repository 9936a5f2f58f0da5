"""What a program that installs says when it fails, in words for the user."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from freezeout.errors import FreezeoutError
from freezeout.jobs.child import ended_by


@dataclass(frozen=True)
class _Kind:
    """One way to fail: how it is recognised, what it means, and what to do about it."""

    code: str
    says: str
    means: str
    hint: str

    def heard_in(self, text: str) -> bool:
        return re.search(self.says, text, re.I) is not None


# the first that fits counts: a full disk also looks like a download that failed
_KINDS = (
    _Kind(
        "checksum_mismatch",
        r"hash mismatch|checksum mismatch|(sha256|md5).*(mismatch|does not match)",
        "{package} is not the one that the lock names: its checksum differs",
        "try again; if it stays so, the package index has another file under this name: "
        "make the lock anew with 'freezeout env lock' only when you know why",
    ),
    _Kind(
        "disk_full",
        r"no space left on device|os error (28|27|122)\b|file too large|disk quota exceeded",
        "the disk is full",
        "free some space, or move FREEZEOUT_HOME (and UV_CACHE_DIR) elsewhere",
    ),
    _Kind(
        "path_unusable",
        r"failed to initialize cache|os error (1|13|30)\b|permission denied|read-only file system",
        "a folder cannot be written to",
        "see that FREEZEOUT_HOME and uv's cache (UV_CACHE_DIR) can be written to",
    ),
    _Kind(
        "bad_lock",
        r"couldn't parse requirement|must have a hash|must have their versions pinned|error parsing"
        r"|unsupported requirement",
        "the lock is not in order",
        "make it anew with 'freezeout env lock'",
    ),
    _Kind(
        "index_refuses",
        r"\b(401|403|407)\b.{0,20}(unauthorized|forbidden|proxy auth)|lack of valid authentication",
        "the package index wants a name and a password, or refuses those that it was given",
        "put them into the index's address (UV_DEFAULT_INDEX) or into .netrc",
    ),
    _Kind(
        "python_missing",
        r"no (python )?interpreter found|no download found for request",
        "no Python that fits is on this machine",
        "install one, for example with 'uv python install'",
    ),
    _Kind(
        "build_failed",
        r"failed to build|build backend (failed|returned)|call to `.*` failed",
        "{package} comes as source and could not be compiled",
        "see the log for what it lacks: a compiler, or the headers of a library",
    ),
    _Kind(
        "package_missing",
        r"not found in the|there is no version of|there are no versions|no solution found"
        r"|has no (usable )?wheels|404 not found|packagesnotfound|resolvepackagenotfound|nothing provides"
        r"|does not exist|could not solve",
        "{package} cannot be had for this machine",
        "is it in the package index that is asked (UV_DEFAULT_INDEX), and does it come for this Python?",
    ),
    _Kind(
        "network",
        r"error sending request|connection (reset|refused|closed|error)|failed to fetch|dns error|timed? ?out"
        r"|error decoding response body|request failed|failed to (download|extract)|error trying to connect"
        r"|\b5\d\d (internal|bad|service|gateway)|download error|condahttperror|connectionfailed",
        "the network failed",
        "see that the package index is reachable, and build again: what was loaded is kept",
    ),
)
_OFFLINE = _Kind(
    "network",
    r"network (was|connectivity is) disabled",
    "{package} is not in uv's cache, and uv may not use the network",
    "unset UV_OFFLINE, and build again",
)
_PREFIX = re.compile(r"^[\s×╰─▶├│]*(?:(?:critical libmamba|error|cause|caused by|hint):\s+)", re.I)
_CAUSE = re.compile(r"[\s×╰─▶├│]*(caused by|cause):", re.I)
_PACKAGE = re.compile(
    r"`([A-Za-z0-9][\w.-]*==[^`\s]+)`"
    r"|because (?:there (?:is no version|are no versions) of |only )?"
    r"`?([A-Za-z0-9][\w.-]*(?:[=<>!~]=?[^\s`,]+)?)`? (?:was|and|has|is|cannot)"
    r"|nothing provides (?:requested )?([\w.-]+)"
    r"|were none provided for: (\S+)|none were provided for: (\S+)",
    re.I,
)
_COMPLAINT = re.compile(
    r"fatal error|\berror\b:|not found|no such file|cannot find|undefined reference", re.I
)


def failure(what: str, said: Sequence[str], status: int = 1) -> FreezeoutError:
    """The error for the user.

    Parameters
    ----------
    what : str
        What was being done.
    said : sequence of str
        What the program has said, line by line.
    status : int
        How it ended; below 0 it was ended by a signal.

    Examples
    --------
    >>> error = failure("installing", ["error: Failed to download `numpy==2.0`", "  cause: dns error"])
    >>> error.code
    'network'
    >>> print(error.message)
    installing failed: the network failed (Failed to download `numpy==2.0`; dns error)
    """
    if status < 0:
        return _ended_by(what, -status)
    lines = [line for line in said if line.strip()]
    text = "\n".join(lines)
    kind = next((kind for kind in _KINDS if kind.heard_in(text)), None)
    if _OFFLINE.heard_in(text) or (kind and kind.code == "package_missing" and _offline()):
        kind = _OFFLINE
    quoted = _quote(lines, kind)
    if kind is None:
        return FreezeoutError(f"{what} failed: {quoted}", hint="the log says more", code="build_failed")
    means = kind.means.format(package=_package(text) or "a package")
    return FreezeoutError(f"{what} failed: {means} ({quoted})", hint=kind.hint, code=kind.code)


def _offline() -> bool:
    """Whether uv was told to do without the network; it does not always say so itself."""
    return os.environ.get("UV_OFFLINE", "").lower() not in ("", "0", "f", "false", "n", "no", "off")


def _ended_by(what: str, number: int) -> FreezeoutError:
    code, hint = "interrupted", "did somebody end it, or was the memory full?"
    if number == signal.SIGXFSZ:
        code, hint = "disk_full", "a file got larger than this user may make: see 'ulimit -f'"
    return FreezeoutError(f"{what} failed: it was ended by {ended_by(-number)}", hint=hint, code=code)


def _package(text: str) -> str:
    found = _PACKAGE.search(text)
    return next((group for group in found.groups() if group), "") if found else ""


def _quote(lines: Sequence[str], kind: _Kind | None) -> str:
    """The line that begins the complaint, and the one that tells most."""
    begins = next((place for place, line in enumerate(lines) if _PREFIX.match(line)), None)
    if begins is None:
        return _short(lines[-1]) if lines else "it said nothing"
    after = lines[begins + 1 :]
    telling = [line for line in after if kind and kind.heard_in(line)]
    causes = [line for line in after if _CAUSE.match(line)]
    if kind is not None and kind.code == "network":
        telling = causes[-1:]  # the last is what the operating system said
    elif kind is not None and kind.code == "build_failed":
        telling = [line for line in after if _COMPLAINT.search(_PREFIX.sub("", line))] or telling
    chosen = [lines[begins], *(telling or causes[-1:])[:1]]
    return "; ".join(dict.fromkeys(_short(line) for line in chosen))


def _short(line: str) -> str:
    return _PREFIX.sub("", line).strip(" .:×╰─▶├│")[:200]
