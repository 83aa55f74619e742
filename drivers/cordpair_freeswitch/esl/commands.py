"""What is sent, built so that no value becomes a second command, a second argument or a second variable. Pure.

FreeSWITCH takes a command apart several times, and every time it removes one layer of quoting:

- the socket splits at line ends: none is ever written; a value's own are written as ``\\n`` and ``\\r``;
- most API functions split at blanks, remove ``'`` and undo ``\\`` (``switch_separate_string``);
- ``{name=value,…}`` before a dial string is split at ``,`` and again at ``=``, the same way, and ends at the brace that
  closes it, quoted or not: a value whose braces do not match cannot be carried there;
- ``:_:`` anywhere in a dial string, also inside ``{…}``, makes several originates of it: the three are kept apart.

``${…}`` is refused everywhere. Originate leaves such a variable out without a word, ``uuid_setvar`` stores it, and
whatever reads it later, a dialplan for instance, runs what it says: ``${system(…)}`` (seen).
"""

import re
from collections.abc import Mapping

_LINE_END = re.compile(r"[\r\n\x00]")
_WORD = re.compile(r"[^\s'\"\\,;{}\[\]<>|^$`()\x00-\x1f\x7f]+\Z")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ANY_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# switch_string_var_check_const: backslashes between the two do not hinder it.
_EXPANDED = re.compile(r"\$[$\\]*\{")
# What execute would take off an argument: escapes, and `%[…]`, variables for this one application.
_UNDONE = re.compile(r"\\[\\nst'$]|\A%.?\[", re.DOTALL)
_SEVERAL = ":_:"
_ARRAY = "ARRAY::"


class NotCarried(ValueError):
    """A value that the Event Socket cannot carry to where it should go. Says which, never what."""


def line(text: str) -> str:
    """A line of a command, checked."""
    if _LINE_END.search(text):
        raise NotCarried("a line end")
    return text


def word(value: str, what: str) -> str:
    """An identifier, as it is: one argument, and nothing that any layer takes apart or takes for something else."""
    if not _WORD.fullmatch(value) or _SEVERAL in value or value.lower() == "undef":
        raise NotCarried(what)
    return value


def name(value: str, what: str = "a variable's name") -> str:
    if not _NAME.fullmatch(value):
        raise NotCarried(what)
    return value


def quoted(value: str, what: str = "a value") -> str:
    """The last argument of an API function. One layer of ``switch_separate_string`` gives it back.

    Raises NotCarried for control characters other than tab and line ends, ``${``, and what would become an array.
    """
    if _CONTROL.search(value):
        raise NotCarried(what)
    _plain(value, what)
    # "^^" at the very beginning of all arguments would choose another delimiter.
    return ("''" if not value or value.startswith("^^") else "") + _layer(value)


def pairs(variables: Mapping[str, str]) -> str:
    """``name=value;…``, the last argument of ``uuid_setvar_multi``. Refuses what ``quoted`` refuses."""
    for variable, value in variables.items():
        if _CONTROL.search(value):
            raise NotCarried(f"the value of {name(variable)}")
        _plain(value, f"the value of {name(variable)}")
    return ";".join(f"{variable}={_layer(value).replace(';', chr(92) + ';')}" for variable, value in variables.items())


def _plain(value: str, what: str) -> None:
    if _EXPANDED.search(value) or value.startswith(_ARRAY):
        raise NotCarried(what)


def _layer(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace(" ", "\\s")
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def braces(variables: Mapping[str, str]) -> str:
    """``{name=value,…}`` for originate. Raises NotCarried for a value with control characters, ``${`` or a lone brace.

    Three layers: the arguments of originate, the list, and the pair. For the second a comma is quoted, and ``:_:`` kept
    apart by an empty pair of quotes.
    """
    parts = []
    for variable, value in variables.items():
        what = f"the value of {name(variable)}"
        if _ANY_CONTROL.search(value) or not _balanced(value):
            raise NotCarried(what)
        _plain(value, what)
        listed = _layer(_layer(value)).replace(",", "\\,").replace(":_", ":''_")
        parts.append(f"{variable}={_layer(listed)}")
    return "{" + ",".join(parts) + "}"


def _balanced(value: str) -> bool:
    depth = 0
    for brace in value:
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            return False
    return depth == 0


# ---------------------------------------------------------------- commands


def encode(head: str, headers: Mapping[str, str] | None = None, body: str = "") -> bytes:
    """A command as bytes. Raises NotCarried for what would not arrive as it is."""
    lines = [line(head), *(f"{_header(key)}: {_header_value(key, value)}" for key, value in (headers or {}).items())]
    try:
        content = body.encode()
        if b"\x00" in content:
            raise NotCarried("a body")
        if content:
            lines.append(f"content-length: {len(content)}")
        return "\n".join(lines).encode() + b"\n\n" + content
    except UnicodeEncodeError:  # half of a surrogate pair, from JSON
        raise NotCarried("text that is no Unicode") from None


def _header(key: str) -> str:
    if key.lower() == "content-length":  # what follows the command would be its body
        raise NotCarried("a header's name")
    return name(key, "a header's name")


def _header_value(key: str, value: str) -> str:
    if value.startswith((" ", _ARRAY)):
        raise NotCarried(f"the value of {key}")
    return line(value)


def auth(password: str) -> bytes:
    return encode(f"auth {line(password)}")


def userauth(user: str, password: str) -> bytes:
    """``user`` is ``name@domain``."""
    if ":" in user or "@" not in user:  # where the password begins, and the domain
        raise NotCarried("the user")
    return encode(f"userauth {word(user, 'the user')}:{line(password)}")


def subscribe(names: tuple[str, ...], subclasses: tuple[str, ...] = (), *, form: str = "json") -> bytes:
    """Everything after CUSTOM is a subclass, so it comes last."""
    wanted = (*names, "CUSTOM", *subclasses) if subclasses else names
    return encode(" ".join(("event", word(form, "the format"), *(word(one, "an event's name") for one in wanted))))


def only(header: str, value: str) -> bytes:
    """Pass events whose ``header`` is ``value``, or matches it if it begins with ``/``; several are alternatives."""
    # "filter delete all", "filter add …"; and what passes everything but this.
    if header.lower() in {"add", "delete"} or value.startswith(("+", "-", " ")):
        raise NotCarried(f"a filter on {name(header)}")
    return encode(f"filter {name(header)} {line(value)}")


def api(function: str, *arguments: str) -> bytes:
    """Arguments are built with ``word`` and ``quoted``."""
    return encode(" ".join(("api", name(function), *arguments)))


def bgapi(job: str, function: str, *arguments: str) -> bytes:
    return encode(" ".join(("bgapi", name(function), *arguments)), {"Job-UUID": word(job, "the job's id")})


def execute(uuid: str, application: str, argument: str = "", *, event_uuid: str = "", lock: bool = False) -> bytes:
    """Run a dialplan application on a leg. The argument travels as a body: nothing takes it apart on the way.

    An application expands ``${…}`` in its argument and undoes escapes, so an argument with such text is refused.
    """
    if _EXPANDED.search(argument) or _UNDONE.search(argument):
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


def probe() -> bytes:
    """An event about nobody's presence: nothing comes of it."""
    return encode("sendevent PRESENCE_PROBE")


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
    "pairs",
    "probe",
    "quoted",
    "send_event",
    "subscribe",
    "userauth",
    "word",
]
