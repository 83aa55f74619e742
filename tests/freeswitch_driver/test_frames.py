"""Bytes → frames: the same however they are cut, and no value makes a line, a frame or a hole."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordpair_freeswitch.esl import (
    AUTH_REQUEST,
    EVENT_JSON,
    EVENT_PLAIN,
    LOG,
    NOTICE,
    REJECTION,
    REPLY,
    RESPONSE,
    Frame,
    Framer,
    LostFraming,
)
from cordpair_freeswitch.esl.frames import EVENT_XML, MAX_BODY, MAX_HEAD
from freeswitch_driver import recorded

STREAMS = recorded.streams()
WHOLE = {name: tuple(Framer().feed(data)) for name, data in STREAMS.items()}


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Pieces of these sizes, over and over again."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        pieces.append(data[at : at + sizes[turn % len(sizes)]])
        at += sizes[turn % len(sizes)]
        turn += 1
    return pieces


def fed(pieces: list[bytes]) -> tuple[Frame, ...]:
    framer = Framer()
    frames = tuple(frame for piece in pieces for frame in framer.feed(piece))
    assert framer.at_rest
    return frames


def test_every_recording_is_framed_to_its_end():
    kinds = {frame.kind for frames in WHOLE.values() for frame in frames}
    assert kinds == {AUTH_REQUEST, REPLY, RESPONSE, EVENT_PLAIN, EVENT_JSON, EVENT_XML, NOTICE, LOG}
    assert sum(len(frames) for frames in WHOLE.values()) == 1_376
    assert len(STREAMS) == 31


@pytest.mark.parametrize("name", STREAMS)
def test_a_recorded_stream_in_single_bytes(name):
    head = STREAMS[name][:60_000]
    framer = Framer()
    frames = [frame for at in range(len(head)) for frame in framer.feed(head[at : at + 1])]
    assert tuple(frames) == WHOLE[name][: len(frames)]
    assert len(frames) >= min(len(WHOLE[name]), 3)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(
    st.sampled_from(sorted(STREAMS)),
    st.lists(st.integers(1, 9_000), min_size=1, max_size=12).filter(lambda x: max(x) > 50),
)
def test_a_recorded_stream_in_pieces_of_any_size(name, sizes):
    assert fed(cut(STREAMS[name], sizes)) == WHOLE[name]


@given(st.lists(st.sampled_from([b"\n", b"\n\n", b"\n\n\n"]), max_size=3), st.integers(1, 40))
def test_blank_lines_between_frames_mean_nothing(blanks, size):
    plain = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    assert [frame.reply for frame in fed(cut(b"".join((*blanks, plain)) * 2, [size]))] == ["+OK", "+OK"]


@given(st.binary(max_size=300))
def test_garbage_is_frames_or_lost_framing_and_nothing_else(data):
    framer = Framer()
    try:
        for frame in framer.feed(data):
            assert isinstance(frame, Frame)
    except LostFraming as lost:
        assert "\n" not in str(lost)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(STREAMS)), st.data())
def test_a_spoiled_recording_is_frames_or_lost_framing(name, data):
    spoiled = bytearray(STREAMS[name][: data.draw(st.integers(0, 30_000))])
    for place in data.draw(st.lists(st.integers(0, max(0, len(spoiled) - 1)), max_size=6)):
        spoiled[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    framer = Framer()
    try:
        list(framer.feed(bytes(spoiled)))
    except LostFraming:
        return
    assert len(framer._rest) <= MAX_HEAD + MAX_BODY


def test_what_is_not_complete_is_kept():
    data = STREAMS["04_events_json_all/c1"]
    framer = Framer()
    frames = list(framer.feed(data[:100_000]))
    assert not framer.at_rest
    assert (*frames, *framer.feed(data[100_000:])) == WHOLE["04_events_json_all/c1"]
    assert framer.at_rest


# ---------------------------------------------------------------- lies and excess


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no header\n\n", "a line that is no header"),
        (b": x\n\n", "a line that is no header"),
        ("Naïve: x\n\n".encode(), "a line that is no header"),
        (b"Reply-Text: +OK\n\n", "a block without a content type"),
        (b"Content-Type: text/html\n\n", "a block without a content type"),
        (b"Content-Type: api/response\nContent-Length: -1\n\n", "a Content-Length that is no number"),
        (b"Content-Type: api/response\nContent-Length: 1e3\n\n", "a Content-Length that is no number"),
        ("Content-Type: api/response\nContent-Length: ٣\n\n".encode(), "a Content-Length that is no number"),
        (
            b"Content-Type: api/response\nContent-Length: " + b"9" * 5_000 + b"\n\n",
            "a Content-Length that is no number",
        ),
        (b"Content-Type: api/response\nContent-Length: 16777217\n\n", "a body of 16777217 bytes"),
        (b"x" * (MAX_HEAD + 1), "a header block of more than 65536 bytes"),
        (b"Content-Type: command/reply\nReply-Text: " + b"x" * MAX_HEAD + b"\n\n", "a header block of more than 65536"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n\n\n", "a line that is no header"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_what_is_no_frame_is_lost_framing(data, why, size):
    with pytest.raises(LostFraming, match=f"^{re.escape(why)}"):
        fed(cut(data, [size]))


def test_a_body_of_exactly_the_bound_passes():
    head = b"Content-Type: api/response\nContent-Length: %d\n\n" % MAX_BODY
    framer = Framer()
    assert list(framer.feed(head)) == []
    (frame,) = framer.feed(b"x" * MAX_BODY)
    assert len(frame.body) == MAX_BODY


def test_a_huge_head_is_refused_before_it_has_arrived():
    """A peer that never ends its head fills no memory."""
    framer = Framer()
    with pytest.raises(LostFraming, match="header block"):
        for _ in range(1_000):
            list(framer.feed(b"X: " + b"y" * 1_000))


def test_a_content_length_that_lies_never_passes_for_a_frame():
    """Too short: the rest of the body is no head. Too long: it takes of the next frame, which is then none."""
    reply = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    body = b"first line\nsecond line\n"
    for stated in (len(body) - 7, len(body) + 7):
        data = b"Content-Type: api/response\nContent-Length: %d\n\n" % stated + body + reply
        with pytest.raises(LostFraming):
            list(Framer().feed(data))


def test_the_first_of_two_headers_counts():
    (frame,) = Framer().feed(
        b"Content-Type: command/reply\nReply-Text: +OK\nReply-Text: -ERR\ncontent-type: log/data\n\n"
    )
    assert (frame.kind, frame.reply) == (REPLY, "+OK")


def test_after_lost_framing_nothing_is_given_any_more():
    framer = Framer()
    assert list(framer.feed(b"Content-Type: auth/request\n\n"))
    for _ in range(2):
        with pytest.raises(LostFraming):
            list(framer.feed(b"garbage without a colon\n\nContent-Type: command/reply\nReply-Text: +OK\n\n"))


def test_frames_before_lost_framing_are_given_however_the_bytes_are_cut():
    reply = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    for size in (1, 10, 1_000):
        framer = Framer()
        frames: list[Frame] = []
        with pytest.raises(LostFraming):
            for piece in cut(reply * 2 + b"garbage\n\n" + reply, [size]):
                frames += framer.feed(piece)  # a list takes what an iterator gives before it raises
        assert len(frames) == 2, size


def test_a_disconnect_notice_in_the_middle_of_an_event_is_lost_framing():
    """FreeSWITCH splices it in when it gives a slow reader up: the event's length then covers a part of it."""
    data = STREAMS["04_events_json_all/c1"]
    notice = recorded.stream("02d_auth_idle").partition(b"\n\n")[2]
    assert notice.startswith(b"Content-Type: text/disconnect-notice")
    begin = data.index(b'"CHANNEL_CREATE"')
    spliced = data[: begin + 2_000] + notice + data[begin + 2_000 :]
    framer = Framer()
    with pytest.raises(LostFraming):
        list(framer.feed(spliced))


def test_a_reply_is_the_header_or_the_body():
    frames = WHOLE["01_auth_ok/c1"]
    assert frames[1].reply == "+OK accepted"
    assert frames[2].reply == "FreeSWITCH Version 1.11.1-release~64bit ( 64bit)\n"
    assert frames[-1].kind == NOTICE


def test_a_rude_rejection_is_a_frame():
    (frame,) = Framer().feed(b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
    assert (frame.kind, frame.body) == (REJECTION, b"Access Denied, go away.\n")


def test_a_value_with_line_ends_once_decoded_forges_no_header():
    data = b"Content-Type: command/reply\nReply-Text: +OK%0AContent-Type: text/disconnect-notice%0D%0A\n\n"
    (frame,) = Framer().feed(data)
    assert frame.kind == REPLY
    assert set(frame.headers) == {"content-type", "reply-text"}
