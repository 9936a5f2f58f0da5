"""Passwords and keys of the user."""

from __future__ import annotations

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler


class Secrets(Handler):
    """All secrets of the user."""

    def get(self) -> None:
        """Their names and types."""
        self.answer(self.server.vault.listed())

    def post(self) -> None:
        """Add some."""
        self.server.vault.add(self.json(), self.flag("overwrite"))
        self.answer({"message": "The secrets have been added."}, 201)

    def delete(self) -> None:
        """Remove some; all or none."""
        names = self.json()
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            raise Refusal(400, "The body is no list of names of secrets.")
        missing = self.server.vault.remove(names)
        self.answer(missing or names, 404 if missing else 200)
