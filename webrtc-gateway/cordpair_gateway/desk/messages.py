"""Messages to a desk that lead from what it was shown to what is true; and those that it sends, read. Pure."""

from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args

import msgspec
from msgspec import Meta

from cordpair.ids import AgentId, ContactId, OfferId, QueueId
from cordpair_gateway.desk.views import ContactView, OfferView, StateView, View

Message = dict[str, Any]

LONGEST_NOTES = 4_000


def messages(before: View | None, now: View, whole: Message) -> Iterator[Message]:
    """``whole``: what only the moment of sending knows of the first message, ``desk``."""
    if before is None:
        yield {
            "type": "desk",
            **whole,
            **_state(now.state),
            "queues": now.queues,
            "agents": now.agents,
            "figures": now.figures,
            "contacts": now.contacts,
        }
        yield from map(_offer, now.offers)
        return
    yield from _offers_ended(before, now)
    if now.state != before.state:
        yield {"type": "state", **_state(now.state)}
    yield from _contacts(before, now)
    yield from (_offer(offer) for offer in now.offers if offer not in before.offers)
    for kind in ("figures", "queues", "agents"):
        if getattr(now, kind) != getattr(before, kind):
            yield {"type": kind, kind: getattr(now, kind)}


def _state(state: StateView) -> Message:
    return msgspec.structs.asdict(state)


def _offer(offer: OfferView) -> Message:
    return {"type": "offer", **msgspec.structs.asdict(offer)}


def _offers_ended(before: View, now: View) -> Iterator[Message]:
    open_now = {offer.offer for offer in now.offers}
    talking = {contact.id for contact in now.contacts}
    for offer in before.offers:
        if offer.offer not in open_now:
            likely = "connected" if offer.contact.id in talking else "withdrawn"  # where the entry was missed
            outcome = now.outcomes.get(offer.offer, likely)
            yield {"type": "offer_ended", "offer": offer.offer, "outcome": outcome}


def _contacts(before: View, now: View) -> Iterator[Message]:
    told: dict[ContactId, ContactView] = {contact.id: contact for contact in before.contacts}
    for contact in now.contacts:
        if told.pop(contact.id, None) != contact:
            yield {"type": "contact", "contact": contact}
    for gone in told:
        yield {"type": "gone", "contact": gone}


def error(code: str, about: str, text: str = "") -> Message:
    return {"type": "error", "code": code, "about": about, **({"text": text} if text else {})}


# ---------------------------------------------------------------- what a desk says


class Said(msgspec.Struct, frozen=True, tag_field="type"):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


Fraction = Annotated[float, Meta(ge=0, le=1)]


class Ready(Said, frozen=True, tag="ready"):
    pass


class NotReady(Said, frozen=True, tag="not_ready"):
    reason: Annotated[str, Meta(max_length=64)]


class WrapUpDone(Said, frozen=True, tag="wrap_up_done"):
    pass


class Accept(Said, frozen=True, tag="accept"):
    offer: OfferId


class Reject(Said, frozen=True, tag="reject"):
    offer: OfferId


class Hold(Said, frozen=True, tag="hold"):
    contact: ContactId
    on: bool = True


class HangUp(Said, frozen=True, tag="hang_up"):
    contact: ContactId


class RingAgain(Said, frozen=True, tag="ring_again"):
    """The phone in this page has no call for a conversation that goes on."""

    contact: ContactId


class Digits(Said, frozen=True, tag="digits"):
    contact: ContactId
    digits: str


class Transfer(Said, frozen=True, tag="transfer"):
    contact: ContactId
    queue: QueueId | None = None
    agent: AgentId | None = None


class Call(Said, frozen=True, tag="call"):
    """Call a number, as people write it. ``key``: the page's own, so that one that is said again is one call."""

    to: Annotated[str, Meta(min_length=1, max_length=64)]
    key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class Notes(Said, frozen=True, tag="notes"):
    contact: ContactId
    text: Annotated[str, Meta(max_length=LONGEST_NOTES)]
    disposition: Annotated[str, Meta(max_length=256)] = ""


class Preflight(Said, frozen=True, tag="preflight"):
    """Microphone and line were tried. ``level`` of what was heard, of 1."""

    microphone: bool
    level: float = 0.0
    round_trip_ms: float | None = None

    @property
    def is_good(self) -> bool:
        heard = self.microphone and 0 < self.level <= 1
        return heard and self.round_trip_ms is not None and 0 <= self.round_trip_ms < 60_000


class Pointer(Said, frozen=True, tag="pointer"):
    contact: ContactId
    x: Fraction
    y: Fraction


class ShareAsk(Said, frozen=True, tag="share_ask"):
    contact: ContactId


class Phone(Said, frozen=True, tag="phone"):
    pass


class Pong(Said, frozen=True, tag="pong"):
    pass


AnySaid = Union[
    Ready,
    NotReady,
    WrapUpDone,
    Accept,
    Reject,
    Hold,
    HangUp,
    RingAgain,
    Digits,
    Transfer,
    Call,
    Notes,
    Preflight,
    Pointer,
    ShareAsk,
    Phone,
    Pong,
]
TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnySaid))

_decoder: msgspec.json.Decoder[AnySaid] = msgspec.json.Decoder(AnySaid)


def read(text: str | bytes) -> AnySaid | Message:
    """What it says, or the ``error`` that answers it."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # a ValidationError is a DecodeError
        kind = _kind(text)
        return error("invalid", kind) if kind in TYPES else error("unknown", "")


def _kind(text: str | bytes) -> str:
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    kind = said.get("type") if isinstance(said, dict) else None
    return kind if isinstance(kind, str) else ""


__all__ = [
    "LONGEST_NOTES",
    "TYPES",
    "Accept",
    "AnySaid",
    "Call",
    "Digits",
    "HangUp",
    "Hold",
    "Message",
    "NotReady",
    "Notes",
    "Phone",
    "Pointer",
    "Pong",
    "Preflight",
    "Ready",
    "Reject",
    "RingAgain",
    "Said",
    "ShareAsk",
    "Transfer",
    "WrapUpDone",
    "error",
    "messages",
    "read",
]
