"""Data identifiers: ``scope:name``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from freezeout.errors import InputError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_SCOPE, _LONGEST_NAME = 30, 250


@dataclass(frozen=True, order=True)
class DID:
    """A data identifier: of a file, a dataset or a container.

    Which names are allowed beyond this is for each server to say; it is asked, and its answer told.

    Examples
    --------
    >>> did = DID.parse("darkside50:acceptance.csv")
    >>> did.scope, did.name, str(did)
    ('darkside50', 'acceptance.csv', 'darkside50:acceptance.csv')
    """

    scope: str
    name: str

    def __str__(self) -> str:
        return f"{self.scope}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> DID:
        """Read ``scope:name``; what follows the first colon is the name.

        Raises
        ------
        InputError
            When it is not one.
        """
        scope, colon, name = text.partition(":") if isinstance(text, str) else ("", "", "")
        fault = (
            "it has no colon" if not colon
            else "its scope is empty" if not scope
            else "its name is empty" if not name
            else "it has a control character" if _CONTROL.search(text)
            else "it begins or ends with a space" if text != text.strip()
            else f"its scope is longer than {_LONGEST_SCOPE} signs" if len(scope) > _LONGEST_SCOPE
            else f"its name is longer than {_LONGEST_NAME} signs" if len(name) > _LONGEST_NAME
            else ""
        )  # fmt: skip
        if fault:
            raise InputError(
                f"{text!r} is no data identifier: {fault}", hint="write scope:name", code="bad_did"
            )
        return cls(scope, name)
