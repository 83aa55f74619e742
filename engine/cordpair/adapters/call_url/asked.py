"""What a request to the URL says: in its query, in a form, in its headers. No answer shows any of it again."""

import asyncio
import base64
import binascii
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from cordpair.api.errors import Invalid, TooLarge, TooSlow, UnsupportedMedia

FORM = "application/x-www-form-urlencoded"
LARGEST = 4 * 1024
BODY_S = 10.0
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
WAIT = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
LONGEST_WAIT_S = 25.0


class Asked(msgspec.Struct, frozen=True):
    """``src`` and ``dst`` for a new call, or ``call`` for what became of one."""

    src: str = ""
    dst: str = ""
    call: str = ""
    wait_s: float = 0.0
    key: str = ""  # as given with the request, wherever

    def __repr__(self) -> str:
        return "Asked(…)"


async def read_asked(request: web.Request) -> Asked:
    """Raises ApiError. Other parameters are passed over, for old programs send what they like; but a control
    character in any of them means that somebody tries what must not be tried."""
    given: dict[str, str] = {}
    for name, value in [*_pairs(request.rel_url.raw_query_string), *await _form(request)]:
        if CONTROL.search(name) or CONTROL.search(value):
            raise Invalid("has a control character", name if name in NAMES else None)
        if name in given and name in NAMES:
            raise Invalid("is given twice", name)
        given[name] = value
    wait = given.get("wait", "0")
    if WAIT.fullmatch(wait) is None or float(wait) > LONGEST_WAIT_S:
        raise Invalid(f"is a number of seconds, at most {LONGEST_WAIT_S:g}", "wait")
    texts = {name: given.get(name, "") for name in ("src", "dst", "call")}
    for name, text in texts.items():
        if len(text) > 64:
            raise Invalid("is longer than 64 characters", name)
    return Asked(**texts, wait_s=float(wait), key=_key(request, given.get("key", "")))


NAMES = frozenset({"src", "dst", "call", "wait", "key"})


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=32)
    except ValueError:  # also a UnicodeDecodeError
        raise Invalid("The parameters cannot be read.") from None


async def _form(request: web.Request) -> Iterable[tuple[str, str]]:
    if request.method != "POST" or not request.body_exists:
        return ()
    if request.content_type != FORM or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia(f"Send {FORM}.")
    if (request.content_length or 0) > LARGEST:
        raise TooLarge(f"A body has at most {LARGEST} bytes.")
    try:
        async with asyncio.timeout(BODY_S):
            raw = await request.content.read(LARGEST + 1)
            while not request.content.at_eof() and len(raw) <= LARGEST:
                raw += await request.content.read(LARGEST + 1 - len(raw))
    except TimeoutError:
        raise TooSlow("The body did not come in time.") from None
    if len(raw) > LARGEST:
        raise TooLarge(f"A body has at most {LARGEST} bytes.")
    try:
        return _pairs(raw.decode("ascii"))
    except UnicodeDecodeError:
        raise Invalid("The parameters cannot be read.") from None


def _key(request: web.Request, in_query: str) -> str:
    """The key of the header before that of the query; of Basic, the password, or else the name."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return in_query
    try:
        name, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password or name


__all__ = ["Asked", "read_asked"]
