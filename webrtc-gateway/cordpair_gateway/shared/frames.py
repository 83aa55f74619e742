"""What goes over ``/v1/cobrowse``, read and written. Events are looked at as little as needed and are never kept as
objects: rrweb's, as they came. Pure.
"""

from typing import Any

import msgspec

LARGEST = 2 * 1024 * 1024  # a message: a page's full picture is large
MOST = 5_000  # events in a message: more would hold the engine's loop
FULL, META = 2, 4  # rrweb's kinds of event that a picture begins with
KINDS = range(7)  # there are no others


class TooLarge(Exception):
    """More than one message may bring."""


class Hello(msgspec.Struct, frozen=True):
    """The customer's has a token, the agent's a contact."""

    token: str = ""
    contact: str = ""


class Batch(msgspec.Struct, frozen=True):
    """Events in their order. ``start``: where the newest full picture begins; None: there is none."""

    events: tuple[msgspec.Raw, ...]
    start: int | None
    meta: int | None  # the newest event that says how large the page is

    def frame(self, start: int = 0) -> bytes:
        return frame_of(self.events[start:])


class _Said(msgspec.Struct, frozen=True):
    type: str
    events: tuple[msgspec.Raw, ...] = ()
    reason: str = ""


class _Head(msgspec.Struct, frozen=True):
    type: int
    timestamp: float


class Other(msgspec.Struct, frozen=True):
    """Whatever is not events: ``snapshot``, ``stop``, ``pong``."""

    type: str
    reason: str = ""


def read(text: str) -> Batch | Other | None:
    """None: it cannot be understood, or has an event in it that is none of rrweb's. Raises TooLarge."""
    said = _decoded(text, _Said)
    if said is None or said.type != "events":
        return Other(said.type, said.reason[:64]) if said is not None else None
    if len(said.events) > MOST:
        raise TooLarge
    start = meta = None
    for number, event in enumerate(said.events):
        head = _decoded(event, _Head)
        if head is None or head.type not in KINDS:
            return None
        if head.type == META:
            meta = number
        elif head.type == FULL:
            start = meta if meta is not None else number
    return Batch(said.events, start, meta)


def read_hello(text: str) -> Hello | None:
    said = _decoded(text, dict[str, Any])
    if said is None or said.get("type") != "hello":
        return None
    try:
        return msgspec.convert(said, Hello)
    except msgspec.ValidationError:
        return None


def frame_of(events: tuple[msgspec.Raw | bytes, ...]) -> bytes:
    return b'{"type":"events","events":[%b]}' % b",".join(events)


def small(kind: str, **more: str) -> bytes:
    return msgspec.json.encode({"type": kind, **more})


def _decoded(text: Any, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


__all__ = ["FULL", "LARGEST", "META", "MOST", "Batch", "Hello", "Other", "TooLarge", "frame_of", "read", "read_hello",
           "small"]  # fmt: skip
