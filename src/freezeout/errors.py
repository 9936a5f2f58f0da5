"""Errors that tell a user what was wrong, what was given and what to do."""

from __future__ import annotations

import reprlib

_LONGEST = 100
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = _LONGEST


def quoted(value: object) -> str:
    """A value as a message quotes it: as Python writes it, and short however large or deep it is.

    Examples
    --------
    >>> quoted("much"), quoted([1.0] * 1000)
    ("'much'", '[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, ...]')
    """
    return _SHORT.repr(value)


class FreezeoutError(Exception):
    """Something failed.

    Parameters
    ----------
    message : str
        What was wrong and what was given, in one sentence.
    hint : str, optional
        What to do about it, in one sentence.
    code : str, optional
        A short name for programs, such as ``"unknown_parameter"``.

    Attributes
    ----------
    exit_status : int
        What the command line returns: 1 for a failure.

    Examples
    --------
    >>> print(FreezeoutError("the kernel died", hint="run it again"))
    the kernel died (run it again)
    """

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "", code: str = "failed") -> None:
        super().__init__(message)
        self.message = " ".join(message.split())
        self.hint = " ".join(hint.split())
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.code)


class InputError(FreezeoutError):
    """What the user gave cannot be used: nothing was started and nothing was written."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str = "", code: str = "bad_input") -> None:
        super().__init__(message, hint=hint, code=code)


class MissingPackageError(FreezeoutError):
    """An optional package is not installed; the hint says how to get it."""

    def __init__(self, what: str, error: ImportError, extra: str) -> None:
        super().__init__(
            f"{what} needs {error.name}", hint=f"pip install 'freezeout[{extra}]'", code="missing_package"
        )


def _rebuild(kind: type[FreezeoutError], message: str, hint: str, code: str) -> FreezeoutError:
    error = kind.__new__(kind)
    FreezeoutError.__init__(error, message, hint=hint, code=code)
    return error
