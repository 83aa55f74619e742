"""The line protocol's words, apart from any line: what is a command, and what an event looks like."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.adapters.cti.notices import CallData, Happening, written
from cordpair.adapters.cti.protocol import LONGEST, Command, Verb, Wrong, digest_of, ko, mac_of, parse, sent_for


def test_a_command_is_a_word_and_its_parameters():
    assert parse(b"USER anna\n") == Command(Verb.USER, ("anna",))
    assert parse(b"user anna\r\n") == Command(Verb.USER, ("anna",))
    assert parse(b"ORIG 93200900 outbound 1\n") == Command(Verb.ORIGINATE, ("93200900", "outbound", "1"))
    assert parse(b"NOOP\n") == Command(Verb.NOOP)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\n", "Invalid Command"),
        (b"DANCE\n", "Invalid Command"),
        (b"Action: Originate\n", "Invalid Command"),
        (b"USER anna\rACTION: x\n", "Control characters"),
        (b"USER an\x00na\n", "Control characters"),
        (b"USER \xff\xfe\n", "Not UTF-8"),
        (b"USER " + b"a" * LONGEST + b"\n", "Line too long"),
        (b"USER a b c d e f g h i\n", "Too many parameters"),
    ],
)
def test_what_is_no_command_is_named(line: bytes, why: str):
    with pytest.raises(Wrong, match=f"^{why}$"):
        parse(line)


@given(st.binary(max_size=2 * LONGEST))
def test_any_bytes_are_a_command_or_wrong(line: bytes):
    try:
        assert isinstance(parse(line), Command)
    except Wrong as wrong:
        assert ko(str(wrong)).startswith("101 KO ")


@given(st.text())
def test_a_refusal_is_one_line_whatever_it_quotes(text: str):
    assert len(ko(text).splitlines()) == 1


def test_a_password_is_sent_as_md5_and_is_in_no_text():
    sent = sent_for("secret")
    assert sent == "5ebe2294ecd0e0f08eab7690d2a6ee69"
    assert digest_of(sent.upper()) == sent
    assert digest_of("secret") is None
    assert sent not in repr(parse(f"PASS {sent}\n".encode()))


def test_addresses_of_network_cards_are_written_in_many_ways():
    assert mac_of("00:1A:2B:3C:4D:5E") == mac_of("00-1a-2b-3c-4d-5e") == mac_of("001a2b3c4d5e") == "001a2b3c4d5e"
    assert mac_of("00:1A:2B:3C:4D") is None
    assert mac_of("../../etc/passwd") is None


# The example of AsteriskCTI's design, 2.2.3.3.
EXAMPLE = """
<event id="Newchannel">
  <call>
    <uniqueid>1094154427.10</uniqueid>
    <channel>SIP/101-3f3f</channel>
    <calleridnum>102</calleridnum>
    <calleridname>Demo 2</calleridname>
    <context>asteriskcti-demo</context>
    <appdata>
      <data key="calldata">12345</data>
    </appdata>
    <state>Ringing</state>
  </call>
</event>
"""
CALL = CallData("1094154427.10", "SIP/101-3f3f", "102", "Demo 2", "asteriskcti-demo", {"calldata": "12345"})


def test_an_event_has_the_elements_of_the_designs_example_in_their_order():
    ours, example = ET.fromstring(written(Happening.NEW_STATE, CALL)), ET.fromstring(EXAMPLE)
    assert [(each.tag, (each.text or "").strip()) for each in ours.iter()] == [
        (each.tag, (each.text or "").strip()) for each in example.iter()
    ]
    assert ours.attrib == {"id": "Newstate"}
    assert [each.attrib for each in ours.iter("data")] == [{"key": "calldata"}]


hostile = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "\"'&<>]]>",
        "\n101 KO\n",
        "\x00\x08",
        "\ud800",
        "\u202eevil",
        "\r\nAction: Originate",
    ]
)


@given(hostile, hostile, hostile, st.dictionaries(hostile, hostile, max_size=4))
def test_hostile_callers_are_well_formed_and_one_line(number: str, name: str, context: str, variables: dict[str, str]):
    text = written(Happening.LINK, CallData("id", "channel", number, name, context, variables))
    assert text.count("\n") == 0
    assert "\r" not in text
    call = ET.fromstring(text.encode()).find("call")
    assert call is not None
    assert [each.tag for each in call] == [
        "uniqueid", "channel", "calleridnum", "calleridname", "context", "appdata", "state"
    ]  # fmt: skip
    assert all(not list(each) for each in call if each.tag != "appdata")


def test_a_value_comes_out_as_it_went_in_unless_xml_cannot_say_it():
    call = CallData("id", "c", "1", 'a\nb <i>&amp;</i> "q" \x01', "x")
    found = ET.fromstring(written(Happening.LINK, call)).findtext("call/calleridname")
    assert found == 'a\nb <i>&amp;</i> "q" '
