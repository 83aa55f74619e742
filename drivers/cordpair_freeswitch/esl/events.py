"""Event frames → typed events. Pure.

JSON is exact and is what the driver asks for. The plain format is the fallback: it loses a little (``%XX`` that was in
a value already arrives decoded), and it shows arrays as ``ARRAY::a|:b``. Here an array is that text in both formats,
so that a caller who names himself ``ARRAY::x|:y`` changes no field's type.
"""

from collections.abc import Collection, Mapping
from urllib.parse import unquote_to_bytes

import msgspec

from cordpair_freeswitch.esl.frames import EVENT_JSON, EVENT_PLAIN, NOTICE, Frame, LostFraming, text

# Event header → field. Everything else of an event (some 150 headers) is skipped without being decoded.
HEADERS = {
    "name": "Event-Name",
    "subclass": "Event-Subclass",
    "uuid": "Unique-ID",
    "core": "Core-UUID",
    "timestamp": "Event-Date-Timestamp",  # µs
    "job": "Job-UUID",
    "body": "_body",
    "direction": "Call-Direction",
    "answer_state": "Answer-State",
    "call_state": "Channel-Call-State",
    "channel": "Channel-Name",
    "presence": "Channel-Presence-ID",
    "context": "Caller-Context",
    "destination": "Caller-Destination-Number",
    "created": "Caller-Channel-Created-Time",  # µs
    "number": "Caller-Caller-ID-Number",
    "caller_name": "Caller-Caller-ID-Name",
    "cause": "Hangup-Cause",
    "other": "Other-Leg-Unique-ID",
    "bridge_a": "Bridge-A-Unique-ID",
    "bridge_b": "Bridge-B-Unique-ID",
    "digit": "DTMF-Digit",
    "digit_source": "DTMF-Source",
    "application": "Application",
    "application_uuid": "Application-UUID",
    "response": "Application-Response",
    "record_path": "Record-File-Path",
    "record_ms": "variable_record_ms",
    "action": "Action",  # of a conference
    "conference": "Conference-Name",
    "user": "from-user",  # of a registration
    "contact_user": "username",
    "registration": "call-id",
    "reason": "reason",  # of its end
    "notified": "UniqueID",  # the leg that a NOTIFY is about
    "ping": "Ping-Status",
    "ping_user": "sip_user",
    "cell": "variable_cp_cell",
    "stamp_contact": "variable_cp_contact",
    "stamp_visit": "variable_cp_visit",
    "stamp_offer": "variable_cp_offer",
    "stamp_role": "variable_cp_role",
    "stamp_bridge": "variable_cp_bridge",
    "within": "variable_cp_within",
    "app": "variable_cp_app",
    "arrived": "variable_cp_arrived",
    "dialled": "variable_cp_dialled",
    "dialled_to": "variable_cp_to",
    "from_context": "variable_cp_from_context",
    "endpoint": "variable_cp_endpoint",
    "context_id": "variable_cp_context_id",
    "video": "variable_cp_video",
    "recordings": "variable_cp_recordings",
    "signal_bond": "variable_signal_bond",
    "running": "variable_current_application",
    "interval": "Heartbeat-Interval",  # s
    "engine": "Cordpair-Engine",
    "engine_cell": "Cordpair-Cell",
}
ARRAY = "ARRAY::"


class Event(msgspec.Struct, frozen=True, gc=False, rename=HEADERS):
    """What the driver reads of an event; absent is empty. The words are explained at ``HEADERS``."""

    name: str = ""
    subclass: str = ""
    uuid: str = ""
    core: str = ""
    timestamp: str = ""
    job: str = ""
    body: str = ""
    direction: str = ""
    answer_state: str = ""
    call_state: str = ""
    channel: str = ""
    presence: str = ""
    context: str = ""
    destination: str = ""
    created: str = ""
    number: str = ""
    caller_name: str = ""
    cause: str = ""
    other: str = ""
    bridge_a: str = ""
    bridge_b: str = ""
    digit: str = ""
    digit_source: str = ""
    application: str = ""
    application_uuid: str = ""
    response: str = ""
    record_path: str = ""
    record_ms: str = ""
    action: str = ""
    conference: str = ""
    user: str = ""
    contact_user: str = ""
    registration: str = ""
    reason: str = ""
    notified: str = ""
    ping: str = ""
    ping_user: str = ""
    cell: str = ""
    stamp_contact: str = ""
    stamp_visit: str = ""
    stamp_offer: str = ""
    stamp_role: str = ""
    stamp_bridge: str = ""
    within: str = ""
    app: str = ""
    arrived: str = ""
    dialled: str = ""
    dialled_to: str = ""
    from_context: str = ""
    endpoint: str = ""
    context_id: str = ""
    video: str = ""
    recordings: str = ""
    signal_bond: str = ""
    running: str = ""
    interval: str = ""
    engine: str = ""
    engine_cell: str = ""


_wanted = frozenset(name.encode() for name in (*HEADERS.values(), "Content-Length"))
_typed = msgspec.json.Decoder(Event)
_anything = msgspec.json.Decoder(dict[str, str | list[str]])


def decode(frame: Frame) -> Event:
    """The event in this frame. Raises LostFraming when the frame holds none."""
    if frame.kind == EVENT_JSON:
        return decode_json(frame.body)
    if frame.kind == EVENT_PLAIN:
        return event_of(plain_headers(frame.body, _wanted))
    raise LostFraming(f"a frame of {frame.kind} where an event was expected")


def decode_json(body: bytes) -> Event:
    try:
        event = _typed.decode(body)
    except (msgspec.DecodeError, UnicodeError):
        event = event_of(json_headers(body))  # an array somewhere, or bytes that are no UTF-8; or no event at all
    if not event.name:
        raise LostFraming("an event without a name")
    return event


def json_headers(body: bytes) -> dict[str, str]:
    """All headers of a JSON event. Raises LostFraming when it is none."""
    try:
        found = _anything.decode(text(body))
    except msgspec.DecodeError:
        raise LostFraming("an event that is not JSON") from None
    return {name: value if isinstance(value, str) else array(value) for name, value in found.items()}


def plain_headers(body: bytes, wanted: Collection[bytes] | None = None) -> dict[str, str]:
    """The headers of a plain event, its own body as ``_body``. Raises LostFraming when it is none."""
    block, _, rest = body.partition(b"\n\n")
    headers: dict[str, str] = {}
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b": ")
        if not colon:
            raise LostFraming("a line of an event that is no header")
        if name == b"Content-Type" and value == NOTICE.encode():
            raise LostFraming("a disconnect notice in the middle of an event")
        if wanted is None or name in wanted:
            # Of a name given twice the last counts, as in JSON: FreeSWITCH writes its own Content-Length last.
            headers[_unquoted(name)] = _unquoted(value)
    if "Event-Name" not in headers:
        raise LostFraming("an event without a name")
    stated = headers.get("Content-Length", "0")
    length = int(stated) if stated.isascii() and stated.isdigit() else 0
    if length > len(rest):
        raise LostFraming("an event that is shorter than it says")
    if length:
        headers["_body"] = text(rest[:length])
    return headers


def _unquoted(value: bytes) -> str:
    return text(unquote_to_bytes(value) if b"%" in value else value)


def array(values: list[str]) -> str:
    """As the plain format has it."""
    return ARRAY + "|:".join(values)


def event_of(headers: Mapping[str, str]) -> Event:
    """An event of headers that somebody else has read (a reference client)."""
    return Event(**{field: headers[name] for field, name in HEADERS.items() if name in headers})


__all__ = [
    "HEADERS",
    "Event",
    "array",
    "decode",
    "decode_json",
    "event_of",
    "json_headers",
    "plain_headers",
]
