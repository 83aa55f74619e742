"""What is sent, built so that no value becomes a second command, a second argument or a second variable. Pure.

FreeSWITCH takes a command apart several times, and every time it removes one layer of quoting:

- the socket splits at line ends: none is ever written; a value's own are written as ``\\n`` and ``\\r``;
- most API functions split at blanks, remove ``'`` and undo ``\\`` (``switch_separate_string``);
- ``{name=value,…}`` before a dial string is split at ``,`` and again at ``=``, the same way, and ends at the brace that
  closes it, quoted or not: braces and brackets cannot be carried there at all, and are refused.

``$`` needs no care: the API expands variables only where a dialplan application does.
"""

import re
from collections.abc import Mapping

_LINE_END = re.compile(r"[\r\n\x00]")
_WORD = re.compile(r"[^\s'\"\\,;{}\[\]<>|^$`()]+\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*\Z")
_BRACES = re.compile(r"[{}\[\]<>\x00-\x1f\x7f]")


class NotCarried(ValueError):
    """A value that the Event Socket cannot carry to where it should go. Says which, never what."""


def line(text: str) -> str:
    """A line of a command, checked."""
    if _LINE_END.search(text):
        raise NotCarried("a line end")
    return text


def word(value: str, what: str) -> str:
    """An identifier, as it is: one argument, and nothing that any layer takes apart."""
    if not _WORD.fullmatch(value):
        raise NotCarried(what)
    return value


def name(value: str, what: str = "a variable's name") -> str:
    if not _NAME.fullmatch(value):
        raise NotCarried(what)
    return value


def quoted(value: str) -> str:
    """The last argument of an API function: any text. One layer of ``switch_separate_string`` gives it back."""
    return _layer(value) if value else "''"


def _layer(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace(" ", "\\s")
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def braces(variables: Mapping[str, str]) -> str:
    """``{name=value,…}`` for originate. Raises NotCarried for a value with braces, brackets or control characters.

    Three layers: the arguments of originate, the list, and the pair. A comma is quoted for the second.
    """
    parts = []
    for variable, value in variables.items():
        if _BRACES.search(value):
            raise NotCarried(f"the value of {name(variable)}")
        parts.append(f"{name(variable)}={_layer(_layer(_layer(value)).replace(',', chr(92) + ','))}")
    return "{" + ",".join(parts) + "}"


# ---------------------------------------------------------------- commands


def encode(head: str, headers: Mapping[str, str] | None = None, body: str = "") -> bytes:
    """A command as bytes."""
    lines = [line(head), *(f"{name(key)}: {line(value)}" for key, value in (headers or {}).items())]
    content = body.encode()
    if content:
        lines.append(f"content-length: {len(content)}")
    return "\n".join(lines).encode() + b"\n\n" + content


def auth(password: str) -> bytes:
    return encode(f"auth {line(password)}")


def userauth(user: str, password: str) -> bytes:
    """``user`` is ``name@domain``."""
    return encode(f"userauth {word(user, 'the user')}:{line(password)}")


def subscribe(names: tuple[str, ...], subclasses: tuple[str, ...] = (), *, form: str = "json") -> bytes:
    """Everything after CUSTOM is a subclass, so it comes last."""
    wanted = (*names, "CUSTOM", *subclasses) if subclasses else names
    return encode(" ".join(("event", word(form, "the format"), *(word(one, "an event's name") for one in wanted))))


def only(header: str, value: str) -> bytes:
    """Pass events whose ``header`` is ``value``; several such commands are alternatives."""
    return encode(f"filter {name(header)} {line(value)}")


def api(function: str, *arguments: str) -> bytes:
    """Arguments are built with ``word`` and ``quoted``."""
    return encode(" ".join(("api", name(function), *arguments)))


def bgapi(job: str, function: str, *arguments: str) -> bytes:
    return encode(" ".join(("bgapi", name(function), *arguments)), {"Job-UUID": word(job, "the job's id")})


def execute(uuid: str, application: str, argument: str = "", *, event_uuid: str = "", lock: bool = False) -> bytes:
    """Run a dialplan application on a leg. The argument travels as a body: nothing takes it apart on the way.

    An application expands ``${…}`` in its argument, so an argument with such text is refused.
    """
    if "${" in argument or "$${" in argument:
        raise NotCarried(f"an argument of {name(application)}")
    headers = {"call-command": "execute", "execute-app-name": name(application)}
    if event_uuid:
        headers["Event-UUID"] = word(event_uuid, "the execution's id")
    if lock:
        headers["event-lock"] = "true"
    if argument:
        headers["content-type"] = "text/plain"
    return encode(f"sendmsg {word(uuid, 'the leg')}", headers, argument)


def send_event(subclass: str, headers: Mapping[str, str]) -> bytes:
    return encode("sendevent CUSTOM", {"Event-Subclass": subclass, **headers})


__all__ = [
    "NotCarried",
    "api",
    "auth",
    "bgapi",
    "braces",
    "encode",
    "execute",
    "line",
    "name",
    "only",
    "quoted",
    "send_event",
    "subscribe",
    "userauth",
    "word",
]
