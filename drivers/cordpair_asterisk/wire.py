"""ARI's JSON, as far as we read it. Everything else in a message is skipped by the decoder, unread.

Fields that an operator's Asterisk may lack have defaults; a value of another type than ARI documents is malformed.
"""

import re

import msgspec


class CallerId(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    number: str = ""


class DialplanPlace(msgspec.Struct, frozen=True, gc=False):
    context: str = ""
    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True, gc=False):
    id: str
    name: str = ""
    state: str = ""
    caller: CallerId = CallerId()
    dialplan: DialplanPlace = DialplanPlace()
    creationtime: str = ""
    channelvars: dict[str, str] | None = None  # None: `channelvars` of ari.conf is not set

    def variable(self, name: str) -> str:
        return (self.channelvars or {}).get(name, "")


class Bridge(msgspec.Struct, frozen=True, gc=False):
    id: str
    name: str = ""
    channels: tuple[str, ...] = ()


class Playback(msgspec.Struct, frozen=True, gc=False):
    id: str
    state: str = ""
    target_uri: str = ""


class LiveRecording(msgspec.Struct, frozen=True, gc=False):
    name: str
    state: str = ""
    target_uri: str = ""
    duration: int | None = None  # whole seconds


class DeviceState(msgspec.Struct, frozen=True, gc=False):
    name: str
    state: str = ""


class ContactInfo(msgspec.Struct, frozen=True, gc=False):
    aor: str = ""
    contact_status: str = ""
    roundtrip_usec: str = ""


class Event(msgspec.Struct, frozen=True, gc=False):
    """Any event: ARI's events share their field names, so one flat type decodes them all in one pass."""

    type: str
    timestamp: str = ""
    application: str = ""
    args: tuple[str, ...] = ()
    channel: Channel | None = None
    peer: Channel | None = None
    dialstatus: str = ""
    forward: str = ""
    bridge: Bridge | None = None
    cause: int | None = None
    soft: bool = False
    digit: str = ""
    playback: Playback | None = None
    recording: LiveRecording | None = None
    device_state: DeviceState | None = None
    contact_info: ContactInfo | None = None


class Application(msgspec.Struct, frozen=True, gc=False):
    name: str
    channel_ids: tuple[str, ...] = ()


class BuildInfo(msgspec.Struct, frozen=True, gc=False):
    version: str = ""
    entity_id: str = ""


class StatusInfo(msgspec.Struct, frozen=True, gc=False):
    startup_time: str = ""


class AsteriskInfo(msgspec.Struct, frozen=True, gc=False):
    system: BuildInfo = BuildInfo()
    status: StatusInfo = StatusInfo()


class Complaint(msgspec.Struct, frozen=True, gc=False):
    """The body of a refusal: ``{"message": …}``, or ``{"error": …}`` with status 500."""

    message: str = ""
    error: str = ""


Malformed = msgspec.DecodeError  # what any decoder below raises; ValidationError is one of them

decode_event = msgspec.json.Decoder(Event).decode
decode_channels = msgspec.json.Decoder(tuple[Channel, ...]).decode
decode_bridges = msgspec.json.Decoder(tuple[Bridge, ...]).decode
decode_bridge = msgspec.json.Decoder(Bridge).decode
decode_application = msgspec.json.Decoder(Application).decode
decode_device_state = msgspec.json.Decoder(DeviceState).decode
decode_info = msgspec.json.Decoder(AsteriskInfo).decode
_decode_complaint = msgspec.json.Decoder(Complaint).decode


def decode_complaint(body: bytes) -> str:
    try:
        complaint = _decode_complaint(body)
    except (Malformed, UnicodeDecodeError):
        return ""
    return complaint.message or complaint.error


_TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})\d*(?:([+-])(\d\d):?(\d\d)|Z)", re.ASCII)


def epoch_ms(timestamp: str) -> int | None:
    """``2026-11-21T02:06:22.988+0000`` in ms since the epoch; by hand, since the pure parts import no clock."""
    found = _TIMESTAMP.fullmatch(timestamp)
    if found is None:
        return None
    year, month, day, hour, minute, second, milli = (int(part) for part in found.groups()[:7])
    shifted = year - (month <= 2)  # a year that begins in March: the leap day is its last
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
    days += (153 * ((month + 9) % 12) + 2) // 5 + day - 1 - 719_468  # 1970-01-01 from the year 0
    offset = 0 if found[8] is None else (int(found[9]) * 60 + int(found[10])) * (-1 if found[8] == "-" else 1)
    return ((days * 1440 + hour * 60 + minute - offset) * 60 + second) * 1000 + milli


__all__ = [
    "Application",
    "AsteriskInfo",
    "Bridge",
    "Channel",
    "ContactInfo",
    "DeviceState",
    "Event",
    "LiveRecording",
    "Malformed",
    "Playback",
    "decode_application",
    "decode_bridge",
    "decode_bridges",
    "decode_channels",
    "decode_complaint",
    "decode_device_state",
    "decode_event",
    "decode_info",
    "epoch_ms",
]
