"""A lock made from what is wanted: ``requirements.in`` becomes ``requirements.txt``."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from freezeout.environments import uv
from freezeout.environments.folder import Environment, environment
from freezeout.environments.library import requirements
from freezeout.environments.lock import Lock, normalised, read_lock
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter

_OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-strip-extras",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--no-annotate",
)
_OLDEST = (3, 11)
_ENTRY = re.compile(
    r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:==\s*([^\s;\\]+)|@)(.*(?:\n .*)*)", re.M
)
_NETWORK = re.compile(
    r"error sending request|connection|failed to fetch|dns error|timed? ?out|request failed|"
    r"failed to (download|extract)|network was disabled",
    re.I,
)


@dataclass(frozen=True)
class NewLock(Lock):
    """A lock that was just made, and how it differs from the one before.

    Attributes
    ----------
    added, removed : mapping
        Version by name of packages that only the new or only the old lock has.
    changed : mapping
        Old and new version by name.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def make_lock(reporter: Reporter, name: str, upgrade: bool = False) -> NewLock:
    """Resolve what an environment wants, and what the library needs in it, into its hashed lock.

    Parameters
    ----------
    reporter : Reporter
        Gets what uv says.
    name : str
        The environment; its ``requirements.txt`` is written beside ``requirements.in``, whole.
    upgrade : bool
        Take the newest of everything; otherwise versions of the present lock stay where they can.

    Raises
    ------
    InputError
        When there is nothing to resolve, it contradicts itself, or the folder cannot be written.
    FreezeoutError
        When the package index cannot be reached.
    """
    found = environment(name)
    wanted = _wanted(found)
    before = _text(found.lock_file)
    old = _versions(before)
    reporter.progress(None, f"resolving what '{name}' wants")
    with tempfile.TemporaryDirectory(prefix="freezeout-lock-") as place:
        resolved = Path(place) / "requirements.txt"
        ours = Path(place) / "library.in"
        ours.write_text("\n".join(requirements(found.description.get("library", "run"))) + "\n")
        if not upgrade:
            # of a lock that a merge or an editor has damaged, what is still sound
            resolved.write_text("".join(f"{entry[0]}\n" for entry in _ENTRY.finditer(before)), "utf-8")
        words: list[str | Path] = [uv.find(), "pip", "compile", "--python-version", _python(found), *_OPTIONS]
        words += [*(["--upgrade"] if upgrade else []), wanted, ours, "-o", resolved]
        # uv prints the whole lock as well
        status, said = child.run(
            words, lambda line: None if _is_entry(line) else reporter.log(line), cwd=wanted.parent,
            env=uv.environ(),
        )  # fmt: skip
        if status != 0:
            raise _failure(wanted, said)
        text = resolved.read_text(encoding="utf-8")
    _require_hashes(text, wanted)
    write_atomically(found.lock_file, text)
    lock = read_lock(found.lock_file)
    new = _versions(text)
    return NewLock(
        lock.path,
        lock.sha256,
        lock.packages,
        added={name: new[name] for name in sorted(new.keys() - old.keys())},
        removed={name: old[name] for name in sorted(old.keys() - new.keys())},
        changed={n: (old[n], new[n]) for n in sorted(old.keys() & new.keys()) if old[n] != new[n]},
    )


def _wanted(found: Environment) -> Path:
    if found.builder == "gateway":
        raise InputError(
            "the gateway's lock belongs to Freezeout itself",
            hint="make a variant of your own: freezeout env clone gateway NAME",
            code="environment_is_gateway",
        )
    if found.builder != "uv":
        raise InputError(
            f"'{found.name}' is built by {found.builder}, which has no requirements.in",
            hint=f"edit {found.lock_file}" if found.builder == "conda" else "",
            code="no_requirements",
        )
    if found.status == "unavailable":
        raise InputError(str(found.description["reason"]), code="environment_unavailable")
    wanted = found.folder / "requirements.in"
    if not wanted.is_file():
        raise InputError(
            f"{wanted} is missing",
            hint="write into it what is wanted, a package a line, such as gammapy==2.1",
            code="no_requirements",
        )
    if not os.access(found.folder, os.W_OK):
        raise InputError(
            f"{found.folder} cannot be written",
            hint=f"make a variant of your own: freezeout env clone {found.name} NAME",
            code="path_unusable",
        )
    return wanted


def _python(found: Environment) -> str:
    """The oldest Python that the environment is for."""
    fitting = found.pythons
    major, oldest = _OLDEST
    for minor in range(oldest, oldest + 20):
        for patch in range(31):
            if f"{major}.{minor}.{patch}" in fitting:
                return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"
    raise InputError(
        f"{found.folder / 'environment.yaml'}: python: no version from {major}.{oldest} on is in '{fitting}'",
        hint=f"Freezeout itself needs Python {major}.{oldest}",
        code="bad_environment",
    )


def _is_entry(line: str) -> bool:
    return line.startswith("    --hash=") or _ENTRY.match(line) is not None


def _text(path: Path) -> str:
    """A lock as it is, if need be with signs in it that are none."""
    with disk_errors(path):
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""


def _versions(text: str) -> dict[str, str]:
    """Every version of every package in a lock, for whatever machine."""
    found: dict[str, list[str]] = {}
    for name, version, _ in _ENTRY.findall(text):
        found.setdefault(normalised(name), []).append(version or "from a file")
    return {name: " or ".join(dict.fromkeys(several)) for name, several in found.items()}


def _require_hashes(text: str, wanted: Path) -> None:
    for name, _, rest in _ENTRY.findall(text):
        if "--hash=" not in rest:
            raise InputError(
                f"{wanted} asks for {name} from a folder or a repository, which has no checksum",
                hint="make a wheel of it, and have find-links name the wheel's folder",
                code="lock_without_hash",
            )


def _failure(wanted: Path, said: list[str]) -> FreezeoutError:
    lines = [line.strip(" ×╰─▶├│") for line in said if line.strip() and not _is_entry(line)]
    start = next((i for i, line in enumerate(lines) if line.startswith("error")), 0)
    quoted = " ".join(line for line in lines[start:] if not set(line) <= {"^"}).removeprefix("error: ")
    quoted = re.sub(r" (cause|hint|Caused by): ", "; ", quoted)
    if _NETWORK.search(quoted):
        return FreezeoutError(
            f"cannot resolve {wanted}: {quoted}",
            hint="unset UV_OFFLINE, and try again"
            if "network was disabled" in quoted
            else "see that the package index is reachable, and try again",
            code="network",
        )
    return InputError(f"cannot resolve {wanted}: {quoted}", hint=f"edit {wanted.name}", code="cannot_resolve")
