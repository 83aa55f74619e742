"""What is said about the configuration, and what is answered; see ``docs/reference/configuration-api.md``."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cordpair.config import Problem

LARGEST = 2 * 1024 * 1024  # of a body: 500 agents and 200 queues are a fifth of it

Tables = dict[str, Any]
Order = dict[str, list[str]]
Number = Annotated[int, Meta(ge=0, le=2**53)]  # of a revision


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole configuration. ``order``: of the entries of its tables, for programs that lose it."""

    config: Tables
    order: Order = {}


class Edited(Given, frozen=True, kw_only=True):
    """``base``: the revision that it began from."""

    base: Number


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some entries, each as a whole: ``{"set": {"agents.anna": {…}}, "remove": ["seats.7"]}``. Without ``base``: of
    what is in force when it is applied."""

    set: Tables = {}
    remove: tuple[str, ...] = ()
    base: Number | None = None


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base: Number


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str


class RevisionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``before``: the last one of the page before."""

    before: Number | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class Present(msgspec.Struct, frozen=True):
    """What is in force. ``edited``: it is not what was taken from the file last."""

    revision: int
    at: datetime
    author: str
    edited: bool
    order: Order
    config: Tables


class DraftView(msgspec.Struct, frozen=True):
    base: int
    at: datetime
    order: Order
    config: Tables


class Checked(msgspec.Struct, frozen=True):
    """``more``: problems beside these. ``changes`` and ``needs_restart``: of one that has no errors."""

    problems: tuple[Problem, ...]
    more: int
    changes: tuple[str, ...]
    needs_restart: tuple[str, ...]


class Imported(Checked, frozen=True):
    config: Tables | None
    order: Order


class Applied(msgspec.Struct, frozen=True):
    result: str  # applied, unchanged
    revision: int
    changes: tuple[str, ...]


class RevisionLine(msgspec.Struct, frozen=True):
    revision: int
    at: datetime
    author: str
    origin: str  # file, edit


class RevisionList(msgspec.Struct, frozen=True):
    revisions: tuple[RevisionLine, ...]


class RevisionView(RevisionLine, frozen=True):
    """``changes``: against the one before."""

    text: str
    changes: tuple[str, ...]


__all__ = [
    "LARGEST",
    "Applied",
    "Base",
    "Changes",
    "Checked",
    "DraftView",
    "Edited",
    "Given",
    "Imported",
    "Order",
    "Present",
    "RevisionLine",
    "RevisionList",
    "RevisionQuery",
    "RevisionView",
    "Tables",
    "Text",
]
