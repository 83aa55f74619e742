"""WebSocket frames: every way a browser may cut them up, and everything it may not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair_gateway.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    TOO_LARGE,
    WRONG,
    Frame,
    FrameError,
    Frames,
    close_frame,
    frame,
)

MOST = 70_000


def masked(kind: int, payload: bytes, mask: bytes = b"\x01\x82\x00\xff", *, final: bool = True) -> bytes:
    """As a browser sends it."""
    plain = frame(kind, payload)
    head = bytearray(plain[: len(plain) - len(payload)])
    head[0] = (0x80 if final else 0) | kind
    head[1] |= 0x80
    return bytes(head) + mask + bytes(byte ^ mask[number % 4] for number, byte in enumerate(payload))


def fed(frames: Frames, data: bytes) -> list[Frame]:
    frames.feed(data)
    found = []
    while (each := frames.next()) is not None:
        found.append(each)
    return found


sizes = st.one_of(st.integers(0, 130), st.sampled_from([125, 126, 127, 65_535, 65_536]))


@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY]), sizes, st.integers(0, 3), st.binary(min_size=4, max_size=4))),
    st.data(),
)
def test_messages_come_out_whole_however_they_were_cut(messages, data) -> None:
    wire, expected = b"", []
    for number, (kind, size, cuts, mask) in enumerate(messages):
        payload = bytes(number % 256 for number in range(number, number + size))
        edges = [0, *sorted(data.draw(st.lists(st.integers(0, size), min_size=cuts, max_size=cuts))), size]
        for piece in range(cuts + 1):
            part = payload[edges[piece] : edges[piece + 1]]
            wire += masked(kind if piece == 0 else 0, part, mask, final=piece == cuts)
            if piece < cuts:  # a control frame may come between
                wire += masked(PING, b"%d" % number, mask)
                expected.append(Frame(PING, b"%d" % number))
        expected.append(Frame(kind, payload))
    frames, found = Frames(MOST), []
    start = 0
    for edge in [*sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6))), len(wire)]:
        found += fed(frames, wire[start:edge])
        start = edge
    assert found == expected


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (frame(TEXT, b"not masked"), WRONG),
        (b"\xc1" + masked(TEXT, b"compressed")[1:], WRONG),
        (masked(3, b"unknown"), WRONG),
        (masked(11, b"unknown"), WRONG),
        (masked(PING, b"x" * 126), WRONG),
        (masked(CLOSE, b"", final=False), WRONG),
        (masked(0, b"a piece of nothing"), WRONG),
        (masked(TEXT, b"one", final=False) + masked(TEXT, b"another"), WRONG),
        (masked(TEXT, b"x" * (MOST + 1)), TOO_LARGE),
        (masked(TEXT, b"x" * MOST, final=False) + masked(0, b"x"), TOO_LARGE),
        (b"\x81\xff" + b"\xff" * 8, TOO_LARGE),
    ],
)
def test_what_no_browser_sends_is_an_error(wire, code) -> None:
    frames = Frames(MOST)
    with pytest.raises(FrameError) as wrong:
        fed(frames, wire)
    assert wrong.value.code == code


def test_a_message_that_is_too_large_is_refused_before_it_is_there() -> None:
    with pytest.raises(FrameError):
        fed(Frames(MOST), masked(TEXT, b"x" * (MOST + 1))[:14])


def test_nothing_is_kept_between_messages() -> None:
    frames = Frames(MOST)
    assert fed(frames, masked(TEXT, b"a" * 60_000)) == [Frame(TEXT, b"a" * 60_000)]
    assert not any(getattr(frames, name) for name in ("_data", "_pieces", "_at", "_kind"))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_what_a_server_sends_says_how_long_it_is(size) -> None:
    sent = frame(PONG, b"x" * size)
    short, length = sent[1], len(sent) - size
    assert sent[0] == 0x80 | PONG and length == {126: 4, 127: 10}.get(short, 2)
    told = short if short < 126 else int.from_bytes(sent[2:length], "big")
    assert told == size


def test_a_goodbye_fits_into_its_frame() -> None:
    assert close_frame(4400, "busy") == b"\x88\x06\x11\x30busy"
    assert len(close_frame(1000, "x" * 500)) == 127
