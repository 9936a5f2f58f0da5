"""What the server does not do, with the reason and the status of HTTP."""

from __future__ import annotations

from tornado.web import HTTPError


class Refusal(HTTPError):
    """A request that is refused.

    Parameters
    ----------
    status : int
        Of HTTP: 400, 403, 404, 409, 413 …
    message : str
        For the user, in one sentence.

    Examples
    --------
    >>> Refusal(404, "There is no workflow analysis.7.").status_code
    404
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status)
        self.message = message

    def __str__(self) -> str:
        return self.message


def unknown_workflow(given: str) -> Refusal:
    """What is said when a name or an id belongs to no workflow."""
    return Refusal(404, f"There is no workflow {given}. See reana-client list for those that there are.")
