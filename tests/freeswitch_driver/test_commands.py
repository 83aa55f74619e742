"""Whatever a value holds, FreeSWITCH is given one command, with that value where it should be: see switch_strings."""

import re
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordpair_freeswitch.esl import NotCarried, commands
from freeswitch_driver import switch_strings as switch

LEG = "5b1c2d7e-0000-4000-8000-0242ac110002"

# What any layer looks at, and a little of everything else.
SPECIAL = ["\r", "\n", "\x00", "\t", "\x0b", " ", ";", "{", "}", "[", "]", "<", ">", "'", '"', "\\", ",", "=", "|", "&"]
SPECIAL += [
    "$",
    "^",
    ":",
    "_",
    "(",
    ")",
    "%",
    "n",
    "s",
    "t",
    "r",
    "a",
    "1",
    "é",
    "\U0001f600",
    "\x7f",
    "\x85",
    "\u2028",
]
PHRASES = [
    ":_:",
    ":_:_:",
    "^^",
    "^^:",
    "${",
    "$${",
    "$\\{",
    "ARRAY::",
    "|:",
    "''",
    "\\s",
    "\\,",
    "undef",
    "%0a",
    "\n\n",
]
PHRASES += [
    "${system(id)}",
    "&park()",
    "{a=b}",
    "\r\n\r\n",
    "\n\napi hupall\n\n",
    "Content-Length: 9",
    "%[a=b]",
    "UNDEF",
]
hostile = st.lists(st.sampled_from(SPECIAL + PHRASES) | st.characters(), max_size=12).map("".join)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)

HOSTILE = [
    "plain",
    "it's",
    'O\'Neil, "Bob" \\ Smith',
    "a,b=c",
    "'",
    "\\",
    "\\'",
    "',x='",
    " lead and trail ",
    "",
    "^^:a:b",
    ":_:",
    ":_:_:",
    "}x",
    "{",
    '{"a": {"b": 1}}',
    "x\n\napi hupall\n\n",
    "x\r\nmore: y",
    "\x00",
    "tab\there",
    "last\x0b",
    "${system(id)}",
    "$\\{x}",
    "ARRAY::a|:b",
    "ARRAY::",
    "\ud800",
]


def examples(check):
    for value in HOSTILE:
        check = example(value)(check)
    return check


def only_packet(command: bytes) -> switch.Packet:
    (packet,) = switch.read_packets(command)
    return packet


@examples
@given(hostile)
def test_a_quoted_value_arrives_as_the_last_argument(value):
    try:
        command = commands.api("uuid_setvar", LEG, "cp_x", commands.quoted(value))
    except NotCarried:
        assert refused_for_a_reason(value)
        return
    function, argument = switch.api(command)
    assert function == "uuid_setvar"
    assert switch.setvar(argument) == (LEG, "cp_x", value)
    assert not switch.contains_variable(value)


@examples
@given(hostile)
def test_several_values_arrive_as_their_own_variables(value):
    variables = {"cp_x": value, "cp_y": "between", "cp_z": value}
    try:
        command = commands.api("uuid_setvar_multi", LEG, commands.pairs(variables))
    except NotCarried:
        assert refused_for_a_reason(value)
        return
    function, argument = switch.api(command)
    assert function == "uuid_setvar_multi"
    assert switch.setvars(argument) == (LEG, variables)


def refused_for_a_reason(value: str) -> bool:
    return bool(
        re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", value)
        or switch.contains_variable(value)
        or value.startswith("ARRAY::")
    )


@examples
@given(hostile)
def test_a_value_alone_arrives(value):
    """As the only argument: nothing before it keeps "^^" from choosing another delimiter."""
    with suppress(NotCarried):
        _, argument = switch.api(commands.api("expr", commands.quoted(value)))
        assert switch.separate_string(argument, " ", 1) == [value]


@given(st.dictionaries(names, hostile, max_size=4))
@example({"a": ",b=evil", "b": "good"})
@example({"a": ":", "b": "_:"})
@example({"a": "'", "b": "'"})
@example({"a": "x}sofia/gateway/evil/1 &park {", "b": "y"})
@example({"a": "<x>[y]", "b": "Mr [X] <y@z>"})
def test_variables_of_an_originate_arrive_and_no_other(variables):
    try:
        block = commands.braces(variables)
        command = commands.bgapi("job-1", "originate", block + "user/1000@example.org", "&park()")
    except NotCarried:
        assert any(not_in_braces(value) for value in variables.values())
        return
    assert dict(only_packet(command).headers) == {"Job-UUID": "job-1"}
    function, argument = switch.api(command)
    assert function == "originate"
    given_to_it = {name: value for name, value in variables.items() if value}
    assert switch.originate(argument) == (given_to_it, "user/1000@example.org", "&park()")


def not_in_braces(value: str) -> bool:
    depths = [value[: at + 1].count("{") - value[: at + 1].count("}") for at in range(len(value))]
    unbalanced = bool(depths) and (min(depths) < 0 or depths[-1] != 0)
    return unbalanced or bool(re.search(r"[\x00-\x1f\x7f]", value)) or refused_for_a_reason(value)


def test_what_callers_are_called_is_carried():
    for name in (
        "Jürgen Müller",
        'Bob "The Man" O\'Neil',
        "a, b; c",
        "x=y",
        "ACME <sales>",
        "[int] 5",
        "100 %",
        "$5",
        "{x}",
    ):
        function, argument = switch.api(commands.api("originate", commands.braces({"n": name}) + "null/x", "&park()"))
        assert (function, switch.originate(argument).variables) == ("originate", {"n": name})


@examples
@given(hostile)
def test_a_word_is_one_argument_everywhere(value):
    try:
        taken = commands.word(value, "an id")
    except NotCarried:
        return
    assert taken == value
    with suppress(NotCarried):
        _, argument = switch.api(commands.api("uuid_bridge", taken, taken))
        assert switch.separate_string(argument, " ", 4) == [value, value]
        _, argument = switch.api(commands.api("originate", "{a=b}" + taken, "&park()"))
        assert switch.originate(argument) == ({"a": "b"}, value, "&park()")


@examples
@given(hostile)
def test_a_name_is_letters_digits_and_little_else(value):
    with suppress(NotCarried):
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", commands.name(value), re.ASCII)


@examples
@given(hostile)
def test_a_line_stays_one_line(value):
    with suppress(NotCarried):
        assert only_packet(commands.auth(value)) == (f"auth {value}", [], None)


@given(hostile, hostile)
@example("agent@example.org", "se:cret")
@example("agent:x@example.org", "secret")
@example("agent", "@evil:x")
def test_a_login_is_taken_apart_where_it_was_joined(user, password):
    """parse_command, "userauth": the domain begins at the first @, the password at the first colon after that."""
    try:
        packet = only_packet(commands.userauth(user, password))
    except NotCarried:
        return
    assert not packet.headers
    name, _, rest = packet.command.removeprefix("userauth ").partition("@")
    assert ":" not in name
    assert (f"{name}@{rest.partition(':')[0]}", rest.partition(":")[2]) == (user, password)


@examples
@given(hostile)
def test_an_argument_of_an_application_arrives_as_it_is(value):
    try:
        command = commands.execute(LEG, "playback", value, event_uuid="run-1", lock=True)
    except NotCarried:
        reason = switch.contains_variable(value) or re.search(
            r"\\[\\nst'$]|\A%.?\[|[\x00\ud800-\udfff]", value, re.DOTALL
        )
        assert reason
        return
    packet = only_packet(command)
    assert packet.command == f"sendmsg {LEG}"
    assert (packet.body or "") == value
    expected = {"call-command": "execute", "execute-app-name": "playback", "Event-UUID": "run-1", "event-lock": "true"}
    assert {name: text for name, text in packet.headers if not name.startswith("content-")} == expected


@given(st.dictionaries(hostile, hostile, max_size=3), hostile)
@example({"content-length": "100"}, "")
@example({"Content-Length": "100"}, "x")
@example({"x": "\n\napi hupall"}, "")
@example({"x: y": "z"}, "")
@example({"x": "y"}, "api hupall\n\n")
def test_headers_and_body_of_a_command_stay_what_they_are(headers: Mapping[str, str], body):
    try:
        command = commands.encode("sendevent CUSTOM", headers, body)
    except NotCarried:
        return
    found = only_packet(command)
    assert (found.command, found.body or "") == ("sendevent CUSTOM", body)
    assert {name: text for name, text in found.headers if name != "content-length"} == dict(headers)
    assert [packet.command for packet in switch.read_packets(command + b"api after\n\n")] == [
        found.command,
        "api after",
    ]


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: commands.only("delete", "all"), "a filter on delete"),
        (lambda: commands.only("Event-Name", "-HEARTBEAT"), "a filter on Event-Name"),
        (lambda: commands.word("two words", "the leg"), "the leg"),
        (lambda: commands.word("UNDEF", "the leg"), "the leg"),
        (lambda: commands.name("a[0]"), "a variable's name"),
        (lambda: commands.quoted("${secret}"), "a value"),
        (lambda: commands.braces({"cp_x": "secret}"}), "the value of cp_x"),
        (lambda: commands.execute(LEG, "playback", "${secret}"), "an argument of playback"),
        (lambda: commands.encode("sendevent CUSTOM", {"X": "secret\nY: z"}), "a line end"),
    ],
)
def test_what_is_refused_is_named_without_its_value(build, what):
    with pytest.raises(NotCarried, match=f"^{re.escape(what)}$") as refused:
        build()
    assert "secret" not in str(refused.value)


def test_commands_are_the_recorded_ones():
    """What FreeSWITCH was seen to understand."""
    assert commands.auth("ClueCon") == b"auth ClueCon\n\n"
    assert commands.userauth("agent@example.org", "pw") == b"userauth agent@example.org:pw\n\n"
    assert commands.subscribe(("CHANNEL_PARK", "HEARTBEAT"), ("sofia::register",)) == (
        b"event json CHANNEL_PARK HEARTBEAT CUSTOM sofia::register\n\n"
    )
    assert commands.subscribe(("ALL",), form="plain") == b"event plain ALL\n\n"
    assert commands.only("Unique-ID", LEG) == f"filter Unique-ID {LEG}\n\n".encode()
    assert commands.api("uuid_answer", LEG) == f"api uuid_answer {LEG}\n\n".encode()
    assert commands.bgapi("job-1", "status") == b"bgapi status\nJob-UUID: job-1\n\n"
    assert commands.execute(LEG, "answer") == (
        f"sendmsg {LEG}\ncall-command: execute\nexecute-app-name: answer\n\n".encode()
    )
    assert (
        commands.execute(LEG, "playback", "a.wav", lock=True)
        == (
            f"sendmsg {LEG}\ncall-command: execute\nexecute-app-name: playback\nevent-lock: true\n"
            "content-type: text/plain\ncontent-length: 5\n\na.wav"
        ).encode()
    )
    assert commands.send_event("cordpair::here", {"Cordpair-Cell": "main"}) == (
        b"sendevent CUSTOM\nEvent-Subclass: cordpair::here\nCordpair-Cell: main\n\n"
    )
