"""Which headers of a browser's message go on, each with how its value is made anew; and which are an attempt."""

from collections.abc import Callable
from types import MappingProxyType

from cordpair.sip import values
from cordpair.sip.frame import Heard
from cordpair.sip.reasons import Reason, Refused

# Whoever writes one of these wants to go somewhere else, be somebody else, or tell the PBX what is not theirs to tell.
FORBIDDEN = frozenset(
    {
        *("route", "record-route", "path", "service-route", "proxy-require", "replaces", "join", "target-dialog"),
        *("refer-to", "referred-by", "refer-sub", "diversion", "history-info", "remote-party-id", "identity"),
        *("identity-info", "call-info", "alert-info", "event", "subscription-state", "sip-if-match", "geolocation"),
        *("request-disposition", "accept-contact", "reject-contact", "answer-mode", "priv-answer-mode", "privacy"),
        *("content-encoding", "in-reply-to", "reply-to", "session-id", "cordpair-door"),
    }
)
FORBIDDEN_BEGINNINGS = ("x-", "p-", "remote-")
EXTENSIONS = frozenset({"timer", "100rel"})
METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "INFO", "PRACK", "OPTIONS")
LONGEST_REGISTRATION_S = 3_600


def check(heard: Heard) -> None:
    """Raises Refused."""
    if any(name in FORBIDDEN or name.startswith(FORBIDDEN_BEGINNINGS) for name in heard.headers):
        raise Refused(Reason.HEADER)
    if not EXTENSIONS.issuperset(_words(heard.all("require"))):
        raise Refused(Reason.REQUIRED)


def _words(given: tuple[str, ...]) -> list[str]:
    return [word.strip().lower() for value in given for word in value.split(",") if word.strip()]


def _known_extensions(heard: Heard, name: str) -> str:
    return ", ".join(sorted(EXTENSIONS.intersection(_words(heard.all(name)))))


def _known_methods(heard: Heard, name: str) -> str:
    given = _words(heard.all(name))
    return ", ".join(method for method in METHODS if method.lower() in given)


def _if_there(make: Callable[[str], str]) -> Callable[[Heard, str], str]:
    return lambda heard, name: make(heard.one(name)) if heard.one(name) else ""


# Besides Via, Max-Forwards, From, To, Call-ID, CSeq, Contact, Content-Type and Content-Length.
CARRIED: MappingProxyType[str, Callable[[Heard, str], str]] = MappingProxyType(
    {
        "Supported": _known_extensions,
        "Require": _known_extensions,
        "Allow": _known_methods,
        "Session-Expires": _if_there(values.session_expires),
        "Min-SE": _if_there(lambda text: values.seconds(text, 86_400)),
        "RAck": _if_there(values.acknowledged),
        "RSeq": _if_there(lambda text: values.seconds(text, 2**31 - 1)),
        "Expires": _if_there(lambda text: values.seconds(text, LONGEST_REGISTRATION_S)),
        "Retry-After": _if_there(lambda text: values.seconds(text, 3_600)),
    }
)


def carried(heard: Heard) -> list[tuple[str, str]]:
    made = ((name, make(heard, name.lower())) for name, make in CARRIED.items())
    return [(name, value) for name, value in made if value]


__all__ = ["CARRIED", "FORBIDDEN", "METHODS", "carried", "check"]
