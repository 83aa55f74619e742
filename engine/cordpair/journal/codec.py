"""Entries to rows and back.

A row's body is JSON, ``{"input": {…}, "events": [{…}, …]}``, readable with any SQLite shell. Every row carries the
format version it was written in. When a struct changes in a way that old rows do not fit, the version goes up and an
*upcaster* says how a raw body of the version before becomes one of the next; rows are never rewritten.

The hash of an entry is ``sha256(hash of the entry before + version, time and body as stored)``. It covers the stored
bytes, so it stays the same however many upcasters come later, on every machine and Python version.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from cordpair.errors import JournalError
from cordpair.journal.entry import Entry

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class UnreadableBody(JournalError):
    """A body that does not decode. The reader adds the file and what to do."""


def chain(previous: bytes, version: int, at: int, body: bytes) -> bytes:
    """The hash of an entry, from that of the entry before."""
    return hashlib.sha256(b"%b%d %d %b" % (previous, version, at, body)).digest()


class Codec:
    """Encodes in the newest version, decodes every version there has been. Safe to use from several threads."""

    def __init__(self, event_type: Any, input_type: Any, upcasters: Mapping[int, Upcaster] | None = None) -> None:
        """``upcasters[n]`` turns a raw body of version n into one of n + 1; the newest version follows from them."""
        self._upcasters = dict(upcasters or {})
        self.version = len(self._upcasters) + 1
        if sorted(self._upcasters) != list(range(1, self.version)):
            raise ValueError(f"upcasters must lead from version 1 without a gap, not from {sorted(self._upcasters)}")
        refuse_lossy(event_type)
        refuse_lossy(input_type)
        fields = [("input", input_type), ("events", tuple[event_type, ...])]
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            msgspec.defstruct("Body", fields, frozen=True, gc=False)
        )
        # No sorting: a dictionary must come back in the order in which the live state has it.
        self._encoder = msgspec.json.Encoder()

    def encode(self, entry: Entry) -> bytes:
        try:
            return self._encoder.encode({"input": entry.input, "events": entry.events})
        except (msgspec.EncodeError, OverflowError, TypeError, ValueError, RecursionError) as error:
            raise JournalError(f"entry {entry.seq} cannot be written as JSON, a defect of Cordpair: {error}") from error

    def decode(self, seq: int, at: int, version: int, body: bytes) -> Entry:
        """Raises UnreadableBody, whose message says what is wrong but not where."""
        try:
            if version != self.version:
                body = self._upcast(version, body)
            row = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableBody(str(error)) from error
        return Entry(seq, at, row.input, row.events)

    def _upcast(self, version: int, body: bytes) -> bytes:
        if not 1 <= version < self.version:
            raise UnreadableBody(f"its format version is {version}; this Cordpair knows versions 1 to {self.version}")
        raw = msgspec.json.decode(body)
        while version < self.version:
            try:
                raw = self._upcasters[version](raw)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                raise UnreadableBody(f"it does not have the shape of version {version}: {error!r}") from error
            version += 1
        return msgspec.json.encode(raw)


def refuse_lossy(type_: Any) -> None:
    """Raise TypeError for types that would not come back from JSON as they were.

    A bare ``tuple`` decodes as a list and a set is written in an order that differs between runs: both break replay.
    """
    seen: set[type] = set()

    def visit(info: inspect.Type, path: str) -> None:
        match info:
            case inspect.AnyType():
                raise TypeError(f"{path}: declare what it holds, or it comes back as something else")
            case inspect.SetType() | inspect.FrozenSetType():
                raise TypeError(f"{path}: a set has no order; use a tuple, or a dictionary")
            case inspect.BytesType() | inspect.ByteArrayType() | inspect.MemoryViewType():
                raise TypeError(f"{path}: keep bytes out of the journal")
            case inspect.StructType(cls=cls):
                if cls not in seen:
                    seen.add(cls)
                    for field in info.fields:
                        visit(field.type, f"{cls.__name__}.{field.name}")
            case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
                for each in types:
                    visit(each, path)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                visit(item, path)
            case inspect.DictType(key_type=key, value_type=value):
                visit(key, path)
                visit(value, path)
            case _:
                pass

    visit(inspect.type_info(type_), str(type_))


__all__ = ["Codec", "UnreadableBody", "Upcaster", "chain", "refuse_lossy"]
