"""Somebody who uses a lake by REST, and puts files into its storage elements herself."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import httpx

from ...conftest import comes_true


class User:
    """An account of a lake.

    Parameters
    ----------
    connection : Connection
        Whose.
    place : Path
        The lake's folder.
    """

    def __init__(self, connection: Any, place: Path) -> None:
        self.account, self.place = connection.account, place
        self._http = httpx.Client(base_url=connection.url, timeout=60, trust_env=False)
        words = {
            "X-Rucio-Account": connection.account,
            "X-Rucio-Username": connection.username,
            "X-Rucio-Password": connection.password,
        }
        signed = self._http.get("/auth/userpass", headers=words).raise_for_status()
        self._http.headers["X-Rucio-Auth-Token"] = signed.headers["X-Rucio-Auth-Token"]

    def __enter__(self) -> User:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """The answer, whatever it is."""
        return self._http.request(method, path, content=None if body is None else json.dumps(body))

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of an answer that has to be good."""
        answer = self.ask(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:400]}"
        try:
            return answer.json()
        except ValueError:
            return answer.text

    def file(self, rse: str, scope: str, name: str) -> Path:
        """Where a storage element of the lake keeps a file."""
        tag = hashlib.md5(f"{scope}:{name}".encode(), usedforsecurity=False).hexdigest()
        return self.place / "rse" / rse / scope.replace(".", "/") / tag[:2] / tag[2:4] / name

    def put(self, rse: str, scope: str, name: str, content: bytes, state: str = "A") -> Path:
        """Put a file at a storage element and say so; no rule keeps it."""
        path = self.file(rse, scope, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.add_replica(
            rse, scope, name, len(content), f"{zlib.adler32(content):08x}", state
        ).raise_for_status()
        return path

    def add_replica(
        self, rse: str, scope: str, name: str, size: int, adler32: str, state: str = "A"
    ) -> httpx.Response:
        """Say that a file is at a storage element."""
        file = {"scope": scope, "name": name, "bytes": size, "adler32": adler32, "state": state}
        return self.ask("POST", "/replicas/", {"rse": rse, "files": [file]})

    def ask_rule(self, rse: str, scope: str, *names: str, **more: Any) -> httpx.Response:
        """The answer to a wish for a rule."""
        wish = {
            "dids": [{"scope": scope, "name": name} for name in names], "copies": 1, "rse_expression": rse,
            "account": self.account, "grouping": "DATASET", "locked": False, **more,
        }  # fmt: skip
        return self.ask("POST", "/rules/", wish)

    def rule(self, rse: str, scope: str, name: str, **more: Any) -> str:
        """The id of a new rule."""
        answer = self.ask_rule(rse, scope, name, **more)
        assert answer.status_code == 201, answer.text
        (id,) = answer.json()
        return str(id)

    def state(self, rule: str) -> Any:
        """All about a rule; None when it is gone."""
        answer = self.ask("GET", f"/rules/{rule}")
        return None if answer.status_code == 404 else answer.raise_for_status().json()

    def wait(self, rule: str, state: str = "OK", seconds: float = 100) -> Any:
        """The rule, once it is in a state."""
        last: Any = None

        def reached() -> bool:
            nonlocal last
            last = self.state(rule)
            return last is not None and last["state"] == state

        assert comes_true(reached, seconds), f"not {state}: {last}"
        return last

    def replicas(self, scope: str, name: str) -> dict[str, str]:
        """The states of a file's replicas by storage element."""
        answer = self.ask(
            "POST", "/replicas/list", {"dids": [{"scope": scope, "name": name}], "all_states": True}
        ).raise_for_status()
        rows = [json.loads(line) for line in answer.text.splitlines() if line]
        return dict(rows[0]["states"]) if rows else {}
