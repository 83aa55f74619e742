"""What is said on the line: commands in, numbered replies out. Pure.

``CMD parameter parameter\\n`` is answered with ``NNN TOKEN information\\n``; what does not begin with a number is an
event, see ``notices``. The names are those of AsteriskCTI's design (2.2.3.2) and of its later versions.
"""

import hashlib
import re
from enum import StrEnum

import msgspec

LONGEST = 512  # bytes of a line; no command of theirs comes near it
MOST_PARAMETERS = 8

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DIGEST = re.compile(r"[0-9a-fA-F]{32}")
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}")

WELCOME = "100 WELCOME"
OK = "100 OK"
AUTHENTICATED = "102 OK"
PAUSED = "300 OK"
PENDING = "301 PAUSE PENDING"
BYE = "900 OK"


class Verb(StrEnum):
    USER = "USER"
    PASS = "PASS"
    LOGIN = "LOGIN"
    QUIT = "QUIT"
    NOOP = "NOOP"
    KEEP = "KEEP"
    COMPRESS = "CMPR"
    IDENTIFY = "IDEN"
    SYSTEM = "OSTYPE"
    MAC = "MAC"
    EXTENSION = "EXTEN"
    CHANGE_PASSWORD = "CHPW"
    PAUSE = "PAUSE"
    ORIGINATE = "ORIG"
    CONFERENCE = "CONF"


# What a stranger may say.
BEFORE_SIGN_IN = frozenset({Verb.USER, Verb.PASS, Verb.LOGIN, Verb.QUIT, Verb.NOOP, Verb.KEEP, Verb.COMPRESS})


class Command(msgspec.Struct, frozen=True):
    verb: Verb
    parameters: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the parameters: one of them may be a password's digest."""
        return f"Command({self.verb.value})"


class Wrong(Exception):
    """A line that means nothing; its text goes to the client."""


def parse(line: bytes) -> Command:
    """One line, with or without its end. Raises Wrong."""
    if len(line) > LONGEST:
        raise Wrong("Line too long")
    try:
        text = line.decode().strip(" \r\n")
    except UnicodeDecodeError:
        raise Wrong("Not UTF-8") from None
    if _CONTROL.search(text):
        raise Wrong("Control characters")
    words = text.split()
    if not words:
        raise Wrong("Invalid Command")
    try:
        verb = Verb(words[0].upper())
    except ValueError:
        raise Wrong("Invalid Command") from None
    if len(words) > MOST_PARAMETERS + 1:
        raise Wrong("Too many parameters")
    return Command(verb, tuple(words[1:]))


def ko(reason: str, number: int = 101) -> str:
    return f"{number} KO {one_line(reason)}"


def one_line(text: str) -> str:
    """Whatever it holds, it is one line for whoever reads it."""
    return _CONTROL.sub(" ", text)


def digest_of(text: str) -> str | None:
    """An MD5 digest as hexadecimal, in small letters; None: it is none."""
    return text.lower() if _DIGEST.fullmatch(text) else None


def sent_for(secret: str) -> str:
    """What a client sends in the place of the secret. The protocol wants it so; as a hash it protects nothing."""
    return hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()


def mac_of(text: str) -> str | None:
    """``00:1A:2B:3C:4D:5E``, with or without colons, as ``001a2b3c4d5e``; None: it is none."""
    small = text.lower()
    return re.sub("[:-]", "", small) if _MAC.fullmatch(small) else None


__all__ = [
    "AUTHENTICATED",
    "BEFORE_SIGN_IN",
    "BYE",
    "LONGEST",
    "OK",
    "PAUSED",
    "PENDING",
    "WELCOME",
    "Command",
    "Verb",
    "Wrong",
    "digest_of",
    "ko",
    "mac_of",
    "one_line",
    "parse",
    "sent_for",
]
