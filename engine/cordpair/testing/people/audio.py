"""One RTP stream each way: our voice and digits out, the others' voices and digits in."""

import asyncio
import itertools
import re
import secrets
import struct
from collections.abc import Callable, Iterator, Sequence

import msgspec

from cordpair.testing.people.ears import Ear
from cordpair.testing.people.messages import Address
from cordpair.testing.people.sockets import Socket
from cordpair.testing.people.tones import FRAME, Codec, frames_of

EVENTS = 101  # as we offer telephone-event
FRAME_S = 0.02
DIGITS = "0123456789*#"


class Far(msgspec.Struct, frozen=True):
    """What the far side's SDP says."""

    address: Address
    codec: Codec
    events: int  # its number for telephone-event


def read(sdp: str) -> Far | None:
    """None when there is no audio that we can speak: another codec, or no port."""
    host, line = (
        re.search(r"^c=IN IP4 (\S+)", sdp, re.MULTILINE),
        re.search(r"^m=audio (\d+) \S+ (.*)", sdp, re.MULTILINE),
    )
    if host is None or line is None or not int(line[1]):
        return None
    known = [Codec(int(kind)) for kind in line[2].split() if kind in {"0", "8"}]
    events = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", sdp, re.MULTILINE | re.IGNORECASE)
    return Far((host[1], int(line[1])), known[0], int(events[1]) if events else EVENTS) if known else None


class Audio:
    def __init__(
        self, voice: int, digit: Callable[[str], None], changed: Callable[[], None], music_tones: Sequence[int] = ()
    ) -> None:
        self._voice = voice
        self._frames: Iterator[bytes] = iter(())
        self._digit = digit
        self._ear = Ear(changed, music_tones)
        self._socket: Socket | None = None
        self._far: Far | None = None
        self._task: asyncio.Task[None] | None = None
        self._source = secrets.randbits(31)
        self._session = secrets.randbits(31)
        self._sequence = 0
        self._time = 0
        self._last_event: int | None = None
        self._to_press: list[str] = []

    def heard(self) -> frozenset[str]:
        return self._ear.heard

    async def open(self, host: str, offer: str = "") -> str:
        """The SDP that says where we listen: an offer of both codecs, or the answer to ``offer``."""
        if self._socket is None:
            self._socket = await Socket.open(host, self._receive)
        far = read(offer)
        codecs, events = ([far.codec], far.events) if far else ([Codec.PCMA, Codec.PCMU], EVENTS)
        lines = ["v=0", f"o=- {self._session} 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0"]
        kinds = " ".join(str(int(kind)) for kind in [*codecs, events])
        lines.append(f"m=audio {self._socket.address[1]} RTP/AVP {kinds}")
        lines += [f"a=rtpmap:{int(codec)} {codec.name}/8000" for codec in codecs]
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15", "a=ptime:20", "a=sendrecv", ""]
        return "\r\n".join(lines)

    def connect(self, sdp: str) -> None:
        """Speak to whom the SDP names; without one that can be used, go on as before."""
        far = read(sdp)
        if far is None or far.address[0] == "0.0.0.0":  # noqa: S104  how one was put on hold in RFC 2543
            return
        if self._far is None or self._far.codec is not far.codec:
            self._frames = itertools.cycle(frames_of(self._voice, far.codec))
        self._far = far
        if self._task is None:
            self._task = asyncio.create_task(self._speak())

    def press(self, digits: str) -> None:
        self._to_press += digits

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._far is not None:
            if self._to_press:
                for payload in self._event(self._to_press.pop(0)):
                    self._send(self._far.events, payload)
                    due += FRAME_S
                    await asyncio.sleep(due - loop.time())  # sleep: audio has a pace
                self._time += 12 * FRAME
            self._send(self._far.codec, next(self._frames))
            self._ear.check(loop.time())
            self._time += FRAME
            due += FRAME_S
            await asyncio.sleep(due - loop.time())  # sleep: audio has a pace

    def _event(self, digit: str) -> list[bytes]:
        """RFC 4733: six packets of a key held down, the end three times."""
        code = DIGITS.index(digit)
        held = [struct.pack("!BBH", code, 10, n * FRAME) for n in range(1, 7)]
        return held + [struct.pack("!BBH", code, 0x80 | 10, 7 * FRAME)] * 3

    def _send(self, kind: int, payload: bytes) -> None:
        if self._socket is not None and self._far is not None:
            self._sequence = (self._sequence + 1) & 0xFFFF
            header = struct.pack("!BBHII", 0x80, kind, self._sequence, self._time & 0xFFFFFFFF, self._source)
            self._socket.send(header + payload, self._far.address)

    def _receive(self, data: bytes, _: Address) -> None:
        if len(data) < 16:
            return
        kind, moment = data[1] & 0x7F, int.from_bytes(data[4:8])
        events = self._far.events if self._far is not None else EVENTS
        if kind == events and moment != self._last_event and data[12] < len(DIGITS):
            self._last_event = moment
            self._digit(DIGITS[data[12]])
        elif kind in {Codec.PCMA, Codec.PCMU}:
            self._ear.hear(data[12:], Codec(kind), asyncio.get_running_loop().time())


__all__ = ["Audio", "Far", "read"]
