"""How FreeSWITCH 1.11 takes a command apart: an oracle for ``esl.commands``, written after its C source.

- ``mod_event_socket.c``: read_packet, parse_command, api_exec; ``switch_loadable_module.c``: switch_api_execute
- ``switch_utils.c``: switch_separate_string, cleanup_separated_string, switch_find_end_paren, switch_strip_whitespace
- ``switch_event.c``: switch_event_create_brackets, switch_event_base_add_header
- ``mod_commands.c``: originate_function, uuid_setvar_function; ``switch_ivr_originate.c``: switch_ivr_originate
- ``switch_utils.h``: switch_string_var_check_const

tests/freeswitch checks it on a real switch.
"""

from typing import NamedTuple

ESCAPE = "\\"
UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "s": " "}
WHITESPACE = "\r\n\t \x0b"
ENTERPRISE = ":_:"  # SWITCH_ENT_ORIGINATE_DELIM


class Packet(NamedTuple):
    """A command as read_packet hands it on."""

    command: str
    headers: list[tuple[str, str]]
    body: str | None


# ---------------------------------------------------------------- the socket


def read_packets(data: bytes) -> list[Packet]:
    """read_packet: every command in these bytes. A command that is not complete is none."""
    packets = []
    at = 0
    while at < len(data):
        if data[at : at + 1] in {b"\r", b"\n"}:
            at += 1
            continue
        line_ends, end = 0, at
        while end < len(data) and line_ends < 2:
            byte = data[end : end + 1]
            line_ends = line_ends + 1 if byte == b"\n" else line_ends if byte == b"\r" else 0
            end += 1
        if line_ends < 2:
            break
        packet, at = _packet(c_string(data[at:end]), data, end)
        packets.append(packet)
    return packets


def _packet(block: str, data: bytes, end: int) -> tuple[Packet, int]:
    command, *lines = _lines(block)
    headers: list[tuple[str, str]] = []
    body = None
    for text in lines:
        name, colon, value = text.partition(":")
        if not text or not colon:
            continue
        value = value.lstrip(" ")
        headers.append((name, value))
        if name.lower() == "content-length" and atoi(value) > 0:
            body = c_string(data[end : end + atoi(value)])
            end += atoi(value)
    return Packet(command, headers, body), end


def _lines(block: str) -> list[str]:
    lines = []
    while block:
        ends = [at for at in (block.find("\r"), block.find("\n")) if at >= 0]
        if not ends:
            lines.append(block)
            break
        cut = ends[0]  # strchr '\r' before strchr '\n'
        lines.append(block[: min(ends)])  # strip_cr
        block = block[cut:].lstrip("\r\n")
    return lines


def c_string(data: bytes) -> str:
    return data.partition(b"\x00")[0].decode()


def atoi(text: str) -> int:
    digits = ""
    for character in text.lstrip():
        if not ("0" <= character <= "9"):
            break
        digits += character
    return int(digits or "0")


def api(data: bytes) -> tuple[str, str]:
    """parse_command and switch_api_execute: the one function and its argument. AssertionError for anything else."""
    (packet,) = read_packets(data)
    verb, _, rest = packet.command.partition(" ")
    assert verb in {"api", "bgapi"}, verb
    assert {name.lower() for name, _ in packet.headers} <= {"job-uuid"}
    assert packet.body is None
    function, _, argument = rest.partition(" ")
    return function.strip(WHITESPACE), argument.strip(WHITESPACE)


# ---------------------------------------------------------------- strings


def separate_string(text: str, delimiter: str, most: int) -> list[str]:
    """switch_separate_string: at most ``most`` parts, the last one is the rest."""
    if text.startswith("^^") and len(text) > 3:
        text, delimiter = text[3:], text[2]
    if delimiter == " ":
        return [cleanup(part, "") for part in _at_blanks(text, most)]
    return [cleanup(part, delimiter) for part in _at(text, delimiter, most)]


def _at(text: str, delimiter: str, most: int) -> list[str]:
    """separate_string_char_delim."""
    parts: list[str] = []
    at, length = 0, len(text)
    while at < length and len(parts) < most:
        start = at  # START
        quotes = ended = False
        if len(parts) + 1 == most:
            return [*parts, text[start:]]
        while at < length and not ended:  # FIND_DELIM
            if text[at] == ESCAPE:
                at += 1
            elif text[at] == "'" and (quotes or "'" in text[at + 1 :]):
                quotes = not quotes
            elif text[at] == delimiter and not quotes:
                ended = True
            at += 1
        parts.append(text[start : at - 1] if ended else text[start:])
    return parts


def _at_blanks(text: str, most: int) -> list[str]:
    """separate_string_blank_delim."""
    parts: list[str] = []
    at, length = 0, len(text)
    while at < length and len(parts) < most:
        start = at  # START
        if len(parts) + 1 == most:
            return [*parts, text[start:]]
        while at < length and text[at] == " ":  # SKIP_INITIAL_SPACE
            at += 1
        quotes = ended = False
        while at < length and not ended:  # FIND_DELIM
            if text[at] == ESCAPE:
                at += 1
            elif text[at] == "'":
                quotes = not quotes
            elif text[at] == " " and not quotes:
                ended = True
            at += 1
        parts.append(text[start : at - 1] if ended else text[start:])
        while ended and at < length and text[at] == " ":  # SKIP_ENDING_SPACE
            at += 1
    return parts


def cleanup(text: str, delimiter: str) -> str:
    """cleanup_separated_string: blanks around it, quotes and escapes."""
    text = text.lstrip(" ")
    out: list[str] = []
    end = -1  # none
    quotes = False
    at = 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        if character == ESCAPE and (following in {"'", '"', ESCAPE, *UNESCAPED} or following == (delimiter or None)):
            known = following in {"'", '"', ESCAPE} or following == (delimiter or None)
            out.append(following if known else UNESCAPED[following])
            end = len(out)
            at += 2
            continue
        if character == "'" and (quotes or "'" in text[at + 1 :]):
            quotes = not quotes
            if quotes:
                end = len(out)
        else:
            out.append(character)
            if character != " " or quotes:
                end = len(out)
        at += 1
    return "".join(out if end < 0 else out[:end])


def find_end_paren(text: str, opening: str, closing: str) -> int:
    """switch_find_end_paren; -1 where there is none."""
    at = len(text) - len(text.lstrip(" "))
    depth = 0
    if text[at : at + 1] != opening:
        return -1
    for place in range(at, len(text)):
        if text[place] == opening:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if depth == 0:
                return place
    return -1


def contains_variable(text: str) -> bool:
    """switch_string_var_check_const: originate leaves such a variable out; a dialplan that reads it expands it."""
    dollar = False
    for character in text:
        if character == "$":
            dollar = True
        elif dollar and character == "{":
            return True
        elif character != ESCAPE:
            dollar = False
    return False


# ---------------------------------------------------------------- API functions


def create_brackets(text: str) -> tuple[dict[str, str], str]:
    """switch_event_create_brackets: the variables of ``{…}``, and what follows it."""
    end = find_end_paren(text, "{", "}")
    assert end >= 0, "Parse Error!"
    block, rest = text[1:end], text[end + 1 :]
    assert not rest.startswith("{"), "another block"
    assert not block.startswith("^^"), "another delimiter"
    variables: dict[str, str] = {}
    for part in separate_string(block, ",", 1024):
        pair = separate_string(part, "=", 2)
        if len(pair) == 2:
            name, value = pair
            assert "[" not in name, "an array's element"
            assert not value.startswith("ARRAY::"), "an array"
            variables.pop(name, None)  # EF_UNIQ_HEADERS
            if value:
                variables[name] = value
    return variables, rest


class Originated(NamedTuple):
    variables: dict[str, str]
    target: str
    then: str


def originate(argument: str) -> Originated:
    """originate_function and the beginning of switch_ivr_originate."""
    arguments = separate_string(argument, " ", 10)
    assert 2 <= len(arguments) <= 7, "-USAGE"
    assert "undef" not in (each.lower() for each in arguments)
    target, then = arguments[:2]
    assert ENTERPRISE not in target, "several originates"
    assert not target.startswith("<")
    variables, target = create_brackets(target)
    assert not any(contains_variable(value) for value in variables.values()), "Invalid data (contains a variable)"
    assert separate_string(target, "|", 2) == [target], "several alternatives"
    assert separate_string(target, ",", 2) == [target], "several targets"
    return Originated(variables, target, then)


def setvar(argument: str) -> tuple[str, str, str]:
    """uuid_setvar_function: which variable of which leg becomes what."""
    arguments = separate_string(argument, " ", 3)
    assert len(arguments) == 3, "-USAGE"
    assert not arguments[2].startswith("ARRAY::"), "an array"
    return arguments[0], arguments[1], arguments[2]


def setvars(argument: str) -> tuple[str, dict[str, str]]:
    """uuid_setvar_multi_function: which variables of which leg become what."""
    leg, _, rest = argument.partition(" ")
    arguments = separate_string(rest, ";", 64)
    assert len(arguments) < 64, "the last one is the rest"
    found = [each.partition("=") for each in arguments]
    assert all(name and equals for name, equals, _ in found), "no name, or no value"
    assert not any(value.startswith("ARRAY::") for _, _, value in found), "an array"
    return leg, {name: value for name, _, value in found}
