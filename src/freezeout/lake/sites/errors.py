"""What Rucio says, in our words: a code, what was wrong and what to do; never the server's own traces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    import httpx

    from freezeout.lake.sites.connection import Connection

_LONGEST = 300
_NAMES = "names in Rucio are of letters, digits and . _ - /, and begin with none of . _ -"
_KINDS: dict[str, tuple[type[FreezeoutError], str, str]] = {
    "DataIdentifierNotFound": (InputError, "did_not_found", "freezeout lake search looks for it"),
    "ScopeNotFound": (InputError, "scope_not_found", "freezeout lake ls shows the scopes"),
    "DataIdentifierAlreadyExists": (InputError, "did_exists", "choose another name"),
    "FileAlreadyExists": (InputError, "did_exists", ""),
    "DuplicateContent": (InputError, "did_attached", ""),
    "Duplicate": (InputError, "exists_already", ""),
    "DuplicateRule": (InputError, "rule_exists", "the rule that is there does the same; change its lifetime"),
    "FileConsistencyMismatch": (InputError, "checksum_mismatch", ""),
    "AccessDenied": (InputError, "lake_denied", "only the owner or an administrator may"),
    "ScopeAccessDenied": (InputError, "lake_denied", "only the owner or an administrator may"),
    "RSEAccessDenied": (InputError, "lake_denied", ""),
    "CannotAuthorize": (InputError, "lake_denied", ""),
    "CannotAuthenticate": (InputError, "lake_sign_in", "check the account and its secret"),
    "IdentityError": (InputError, "lake_sign_in", "check the account and its secret"),
    "AccountNotFound": (InputError, "account_not_found", ""),
    "InsufficientAccountLimit": (InputError, "quota_exceeded", "remove rules of yours that you need no more"),
    "RSEOverQuota": (InputError, "quota_exceeded", "choose another storage"),
    "FullStorage": (FreezeoutError, "storage_full", "choose another storage"),
    "RSENotFound": (InputError, "rse_not_found", "freezeout lake rses shows them"),
    "InvalidRSEExpression": (InputError, "rse_not_found", "freezeout lake rses shows them"),
    "InsufficientTargetRSEs": (InputError, "rse_not_found", "choose another storage, or fewer copies"),
    "RSEWriteBlocked": (InputError, "rse_not_writable", "choose another storage"),
    "RuleNotFound": (InputError, "rule_not_found", ""),
    "ReplicaNotFound": (InputError, "replica_not_found", ""),
    "InvalidMetadata": (InputError, "bad_metadata", ""),
    "InvalidValueForKey": (InputError, "bad_metadata", ""),
    "KeyNotFound": (InputError, "bad_metadata", ""),
    "MetadataSchemaMismatchError": (InputError, "bad_metadata", ""),
    "InvalidObject": (InputError, "bad_did", _NAMES),
    "InvalidPath": (InputError, "bad_did", _NAMES),
    "UnsupportedOperation": (InputError, "not_possible", ""),
    "UnsupportedStatus": (InputError, "not_possible", ""),
    "InputValidationError": (InputError, "not_possible", ""),
    "InvalidReplicationRule": (InputError, "bad_rule", ""),
    "ManualRuleApprovalBlocked": (InputError, "bad_rule", ""),
    "ScratchDiskLifetimeConflict": (InputError, "bad_rule", ""),
    "StagingAreaRuleRequiresLifetime": (InputError, "bad_rule", "give a lifetime"),
    "DIDFilterSyntaxError": (InputError, "bad_query", ""),
    "DuplicateCriteriaInDIDFilter": (InputError, "bad_query", ""),
    "FilterEngineGenericError": (InputError, "bad_query", ""),
}  # fmt: skip
_DEADLOCK = "deadlock detected"
_BUSY = {
    "ResourceTemporaryUnavailable", "ServiceUnavailable", "ReplicationRuleCreationTemporaryFailed",
    "DatabaseException",
}  # fmt: skip


def kind_and_message(response: httpx.Response) -> tuple[str, str]:
    """The class of Rucio's error, empty when it names none, and what it says, in one line."""
    try:
        said = response.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    kind = said.get("ExceptionClass") or response.headers.get("ExceptionClass") or ""
    message = said.get("ExceptionMessage") or response.headers.get("ExceptionMessage") or ""
    return str(kind), _readable(str(message))


def refusal(connection: Connection, response: httpx.Response) -> FreezeoutError:
    """The error for an answer that is a refusal; its body has been read."""
    kind, message = kind_and_message(response)
    return error_of(connection, response.status_code, kind, message)


def error_of(connection: Connection, status: int, kind: str, message: str) -> FreezeoutError:
    """The error for what the server says."""
    where = f"the lake '{connection.name}'"
    if kind in _KINDS:
        made, code, hint = _KINDS[kind]
        return made(f"{where} says: {message or kind}", hint=hint, code=code)
    if 300 <= status < 400:
        return InputError(
            f"{where} sends requests to another place ({status}), where no token goes",
            hint="check the address of the lake, and the name of the data",
            code="lake_redirects",
        )
    if status == 401:
        return InputError(
            f"{where} does not accept the sign-in of the account '{connection.account}'",
            hint="sign in anew",
            code="lake_sign_in",
        )
    if _DEADLOCK in message:
        # two wanted the same rows; the database has undone what this one did
        return FreezeoutError(f"{where} is too busy ({status})", hint="try again later", code="lake_busy")
    if status == 429 or status in (502, 503, 504) or kind in _BUSY:
        return FreezeoutError(
            f"{where} is too busy ({status}){f': {message}' if message else ''}",
            hint="try again later",
            code="lake_busy",
        )
    if status == 404 and not kind:
        return not_rucio(connection)
    if status == 400 and kind in ("ValueError", "TypeError", "KeyError"):
        return InputError(f"{where} does not take that: {message}", code="not_possible")
    return FreezeoutError(
        f"{where} failed ({status}{f' {kind}' if kind else ''}){f': {message}' if message and kind else ''}",
        hint="its own log says more",
        code="lake_failed",
    )


def not_rucio(connection: Connection) -> FreezeoutError:
    """The error for an answer that Rucio does not give."""
    return FreezeoutError(
        f"what answers at {connection.url} does not speak as Rucio does",
        hint="check the address of the lake: is it Rucio's?",
        code="lake_failed",
    )


def unreachable(connection: Connection, error: httpx.HTTPError) -> FreezeoutError:
    """The error for a server that does not answer, or breaks off."""
    import httpx

    where = f"the lake '{connection.name}' at {_server(connection, error)}"
    if isinstance(error, httpx.TimeoutException):
        return FreezeoutError(f"{where} does not answer in time", hint="try again later", code="lake_timeout")
    hint = "freezeout up" if connection.kind == "embedded" else "check the address and the network"
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        return InputError(
            f"{where} shows a certificate that is not trusted",
            hint="name the file of its authorities: freezeout config lake --authorities FILE",
            code="lake_certificate",
        )
    if isinstance(error, httpx.ConnectError) and "[SSL" in str(error):
        return InputError(
            f"{where} does not answer as https",
            hint="is it an address of http, or the wrong port?",
            code="lake_unreachable",
        )
    if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
        return InputError(f"{where} cannot be reached this way: {error}", code="lake_unreachable")
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.DecodingError):
        return FreezeoutError(f"{where} broke off its answer", hint=hint, code="lake_unreachable")
    return FreezeoutError(f"{where} cannot be reached", hint=hint, code="lake_unreachable")


def _server(connection: Connection, error: httpx.HTTPError) -> str:
    """Which of the addresses it was."""
    try:
        asked = str(error.request.url)
    except RuntimeError:
        return connection.url
    return connection.url if asked.startswith(connection.url) else connection.auth_url


def _readable(message: str) -> str:
    """What a person reads of Rucio's message: its first words, without traces, SQL, schemas."""
    traces = r"Traceback \(most recent call last\)|\[SQL:|\(Background on this error|Failed validating '"
    message = re.split(traces, message)[0]
    message = re.sub(r"\s+", " ", message).strip()
    message = re.sub(
        r"^Problem validating \w+: (.+) does not match '.*'$", r"\1 has signs that it does not allow", message
    )
    message = re.sub(r"^(Details|An unknown exception occurred\.?):? *", "", message)
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
