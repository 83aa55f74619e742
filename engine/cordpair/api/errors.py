"""What an answer other than success is: a status, a code for programs, a message for people, the field it is about."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from aiohttp import web


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of a form that cannot be so. ``path``: into the body, such as ``people.anna.role``."""

    path: str
    message: str
    severity: str = "error"


class Happened(msgspec.Struct, frozen=True):
    """A revision of the configuration that was applied since somebody began to edit."""

    revision: int
    author: str
    at: datetime
    changes: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    code: str
    message: str
    field: str | None = None  # of the body or the query, as a path: ``skills.german``
    problems: tuple[Problem, ...] = ()  # with 422: all there are
    since: tuple[Happened, ...] = ()  # with "conflict"


class ErrorReply(msgspec.Struct, frozen=True):
    error: Failure


class ApiError(Exception):
    """A defect of Cordpair; the log has the traceback. (Handlers raise its subclasses, which fix status and code.)"""

    status = 500
    code = "internal"

    problems: tuple[Problem, ...] = ()
    since: tuple[Happened, ...] = ()

    def __init__(self, message: str, field: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.headers = headers


class Invalid(ApiError):
    """The request cannot be understood, or names what does not exist."""

    status, code = 400, "invalid"


class Unauthorized(ApiError):
    """No key, or none that is good: who asks is not known."""

    status, code = 401, "unauthorized"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": 'Bearer realm="cordpair"'})


class Forbidden(ApiError):
    """Who asks is known, and may not."""

    status, code = 403, "forbidden"


class NotFound(ApiError):
    """What is asked for is not there, or is not for the asker to see."""

    status, code = 404, "not_found"


class NotAcceptable(ApiError):
    """A format that this installation cannot write."""

    status, code = 406, "not_acceptable"


class TooSlow(ApiError):
    """The request's body did not come in time."""

    status, code = 408, "timeout"


class Refused(ApiError):
    """It does not fit the present state; nothing was changed."""

    status, code = 409, "refused"


class Conflict(Refused):
    """Somebody else changed it since. Nothing was changed by this request."""

    code = "conflict"

    def __init__(self, message: str, since: Iterable[Happened]) -> None:
        super().__init__(message)
        self.since = tuple(since)


class TooLarge(ApiError):
    """The body has more bytes than this route takes."""

    status, code = 413, "too_large"


class UnsupportedMedia(ApiError):
    """A body that is no JSON, or does not say that it is."""

    status, code = 415, "unsupported_media_type"


class Unprocessable(ApiError):
    """Understood, but what is in it cannot be so: each field that is wrong, and why. Nothing was changed."""

    status, code = 422, "unprocessable"

    def __init__(self, problems: Iterable[Problem], message: str = "Some of it cannot be so.") -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class UpgradeNeeded(ApiError):
    """This route is a WebSocket, and the request does not ask for one."""

    status, code = 426, "upgrade_required"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Upgrade": "websocket"})


class TooMany(ApiError):
    """More requests, clients or tries than one may have; ``Retry-After`` says when to come again."""

    status, code = 429, "too_many_requests"

    def __init__(self, message: str, after_s: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(after_s)})


class Unavailable(ApiError):
    """The engine is busy, stopping, or has failed. The same request may succeed later."""

    status, code = 503, "unavailable"

    def __init__(self, message: str, after_s: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(after_s)})


KINDS: dict[int, type[ApiError]] = {
    kind.status: kind
    for kind in (
        Invalid,
        Unauthorized,
        Forbidden,
        NotFound,
        NotAcceptable,
        TooSlow,
        Refused,
        TooLarge,
        UnsupportedMedia,
        Unprocessable,
        UpgradeNeeded,
        TooMany,
        Unavailable,
    )
}


def reply(status: int, code: str, message: str, field: str | None, headers: Mapping[str, str] | None) -> web.Response:
    return _reply(status, Failure(code, message, field), headers)


def _reply(status: int, failure: Failure, headers: Mapping[str, str] | None) -> web.Response:
    body = msgspec.json.encode(ErrorReply(failure))
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


def reply_to(error: ApiError) -> web.Response:
    failure = Failure(error.code, error.message, error.field, error.problems, error.since)
    return _reply(error.status, failure, error.headers)


def reply_to_http(error: web.HTTPException) -> web.Response:
    """What aiohttp refuses by itself: no such path, no such method, a body too large."""
    kind = KINDS.get(error.status)
    code = kind.code if kind is not None else error.reason.lower().replace(" ", "_")
    allow = error.headers.get("Allow")
    return reply(error.status, code, error.reason, None, {"Allow": allow} if allow else None)


__all__ = [
    "KINDS",
    "ApiError",
    "Conflict",
    "ErrorReply",
    "Failure",
    "Forbidden",
    "Happened",
    "Invalid",
    "NotAcceptable",
    "NotFound",
    "Problem",
    "Refused",
    "TooLarge",
    "TooMany",
    "TooSlow",
    "Unauthorized",
    "Unavailable",
    "Unprocessable",
    "UnsupportedMedia",
    "UpgradeNeeded",
    "reply",
    "reply_to",
    "reply_to_http",
]
