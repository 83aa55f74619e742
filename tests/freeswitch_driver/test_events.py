"""Events: plain and JSON of the same call agree, and callers' values are values."""

import json
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordpair_freeswitch.esl import (
    EVENT_JSON,
    EVENT_PLAIN,
    HEADERS,
    Event,
    Frame,
    Framer,
    LostFraming,
    decode,
    event_of,
    json_headers,
    plain_headers,
)
from cordpair_freeswitch.esl.frames import EVENT_XML
from freeswitch_driver import recorded


def frames(name: str, kind: str) -> list[Frame]:
    return [frame for frame in Framer().feed(recorded.stream(name)) if frame.kind == kind]


def test_every_recorded_event_decodes_the_same_typed_and_whole():
    """The typed decoder skips what it does not know; nothing else may differ."""
    count = 0
    for data in recorded.streams().values():
        for frame in Framer().feed(data):
            if frame.kind in {EVENT_JSON, EVENT_PLAIN}:
                headers = (json_headers if frame.kind == EVENT_JSON else plain_headers)(frame.body)
                assert decode(frame) == event_of(headers)
                assert headers["Event-Name"]
                count += 1
    assert count > 950


def test_plain_and_json_recordings_of_one_scenario_have_the_same_events():
    plain = [decode(frame) for frame in frames("03_events_plain_all", EVENT_PLAIN)]
    typed = [decode(frame) for frame in frames("04_events_json_all", EVENT_JSON)]
    names = [{event.name for event in events} - {"PLAYBACK_START"} for events in (plain, typed)]
    assert names[0] == names[1]

    def shape(event: Event) -> set[str]:
        return {field for field in HEADERS if getattr(event, field)}

    for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB"):
        ours = [[shape(event) for event in events if event.name == name] for events in (plain, typed)]
        assert ours[0] == ours[1], name


def test_a_background_job_has_its_body_and_its_id_in_both_formats():
    jobs = [
        event for event in map(decode, frames("05_bgapi_originate_ok", EVENT_PLAIN)) if event.name == "BACKGROUND_JOB"
    ]
    assert jobs
    for event in jobs:
        assert event.job
        assert event.body.startswith(("+OK", "-ERR ", "-USAGE", "UP ", "FreeSWITCH Version"))


def test_only_events_are_decoded():
    (frame, *_) = frames("04b_events_xml_all", EVENT_XML)
    with pytest.raises(LostFraming, match="text/event-xml"):
        decode(frame)


# ---------------------------------------------------------------- hostile values

hostile = st.text(
    st.sampled_from(list("\r\n%0AD:{}[]\",'\\|; é\x00\ud7ff☎")) | st.characters(exclude_categories=["Cs"]), max_size=40
)


def plain(headers: dict[str, str], body: str = "") -> bytes:
    """As switch_event_serialize writes it: every value is url-encoded."""
    lines = [f"{name}: {quote(value, safe='/:@ ')}\n" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}\n")
    return "".join(lines).encode() + b"\n" + body.encode()


@given(hostile, hostile)
@example("x\r\nEvent-Name: CHANNEL_HANGUP\r\nUnique-ID: other", "")
@example("x\n\nContent-Type: text/disconnect-notice\n\n", "y")
@example("%0AEvent-Name: CHANNEL_HANGUP", "%0d%0a")
@example("ARRAY::a|:b", "")
def test_a_value_forges_no_header_of_a_plain_event(value, body):
    headers = {"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1", "Caller-Caller-ID-Name": value, "Core-UUID": "core"}
    found = plain_headers(plain(headers, body))
    expected = headers | ({"Content-Length": str(len(body.encode())), "_body": body} if body else {})
    assert found == expected
    event = decode(Frame(EVENT_PLAIN, {}, plain(headers, body)))
    assert (event.name, event.uuid, event.core, event.body) == ("CHANNEL_PARK", "leg-1", "core", body)


@given(hostile, hostile)
@example('","Event-Name":"CHANNEL_HANGUP', "")
@example("x\n\nContent-Type: text/disconnect-notice", "ARRAY::a|:b")
def test_a_value_forges_no_header_of_a_json_event(value, body):
    headers = {"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1", "Caller-Caller-ID-Name": value, "_body": body}
    event = decode(Frame(EVENT_JSON, {}, json.dumps(headers).encode()))
    assert (event.name, event.uuid, event.caller_name, event.body) == ("CHANNEL_PARK", "leg-1", value, body)


def test_percent_in_a_plain_value_is_decoded_once():
    """The plain format does not write a value's own ``%XX`` again: ``%0A`` of a caller arrives like a line end."""
    found = plain_headers(b"Event-Name: CHANNEL_PARK\nCaller-Caller-ID-Name: x%0AUnique-ID: other\n\n")
    assert found == {"Event-Name": "CHANNEL_PARK", "Caller-Caller-ID-Name": "x\nUnique-ID: other"}
    assert plain_headers(b"Event-Name: A\nX: %250A\n\n")["X"] == "%0A"


def test_an_array_is_the_same_text_in_both_formats():
    typed = json_headers(b'{"Event-Name":"A","variable_x":["a","b"],"variable_y":"ARRAY::a|:b"}')
    assert typed["variable_x"] == typed["variable_y"] == "ARRAY::a|:b"
    assert plain_headers(b"Event-Name: A\nvariable_x: ARRAY::a|:b\n\n")["variable_x"] == "ARRAY::a|:b"


def test_a_field_of_ours_that_is_an_array_stays_text():
    """A header given twice becomes an array: a forged second context id must not end the link."""
    event = decode(
        Frame(EVENT_JSON, {}, b'{"Event-Name":"CHANNEL_PARK","Unique-ID":["a","b"],"variable_cp_cell":"main"}')
    )
    assert (event.name, event.uuid, event.cell) == ("CHANNEL_PARK", "ARRAY::a|:b", "main")


@pytest.mark.parametrize("value", [b"\xff\xfe", b"M\xfcller", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_invalid_utf8_is_replaced_and_stays_inside_its_value(value):
    event = decode(
        Frame(EVENT_JSON, {}, b'{"Event-Name":"A","Caller-Caller-ID-Name":"' + value + b'","Unique-ID":"u"}')
    )
    assert (event.name, event.uuid) == ("A", "u")
    assert "\ufffd" in event.caller_name
    escaped = "".join(f"%{byte:02X}" for byte in value).encode()
    for written in (value, escaped):
        headers = plain_headers(b"Event-Name: A\nCaller-Caller-ID-Name: " + written + b"\nUnique-ID: u\n\n")
        assert headers["Unique-ID"] == "u"
        assert "\ufffd" in headers["Caller-Caller-ID-Name"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no header"),
        (b"Event-Name CHANNEL_PARK\n\n", "no header"),
        (b"Unique-ID: x\n\n", "without a name"),
        (b"Event-Name: A\nContent-Length: 5\n\nabc", "shorter than it says"),
        (b"Event-Name: A\nX: y\nContent-Type: text/disconnect-notice\nContent-Length: 67\n\n", "disconnect notice"),
    ],
)
def test_what_is_no_plain_event_is_lost_framing(body, why):
    with pytest.raises(LostFraming, match=why):
        decode(Frame(EVENT_PLAIN, {}, body))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"Event-Name":1}', b"{}", b"{} trailing"])
def test_what_is_no_json_event_is_lost_framing(body):
    with pytest.raises(LostFraming, match=r"not JSON|without a name"):
        decode(Frame(EVENT_JSON, {}, body))


def test_a_nested_content_length_is_the_events_own():
    """The frame's length covers the event with its body, the event's own covers the body only."""
    body = b"Event-Name: BACKGROUND_JOB\nContent-Length: 4\n\n+OK\n"
    data = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body) + body
    (frame,) = Framer().feed(data)
    assert decode(frame).body == "+OK\n"


def test_of_a_header_given_twice_the_last_counts_in_both_formats():
    """A command that was fired again bears two names; and FreeSWITCH writes the Content-Length of a body last."""
    assert plain_headers(b"Event-Name: A\nEvent-Name: B\n\n")["Event-Name"] == "B"
    assert decode(Frame(EVENT_JSON, {}, b'{"Event-Name":"A","Event-Name":"B"}')).name == "B"
    headers = plain_headers(b"Event-Name: A\nContent-Length: 9999\nContent-Length: 2\n\nok")
    assert headers["_body"] == "ok"


@given(st.binary(max_size=200))
def test_any_body_is_an_event_or_lost_framing(body):
    for kind in (EVENT_JSON, EVENT_PLAIN):
        try:
            assert isinstance(decode(Frame(kind, {}, body)), Event)
        except LostFraming:
            continue
