"""Tickets: what a web site asks for one of its customers, and the tokens that come of it. Pure: time and randomness
are arguments.

A token is good once, until its time, for one purpose. Only its hash is kept. Redeeming decides at once and waits for
nothing, so of two who come with the same token one gets it.
"""

import heapq
from collections.abc import Callable
from enum import StrEnum

import msgspec

from cordpair.api.keys import hash_of
from cordpair.sip import CallLock

SESSION_MS = 60_000  # from the ticket to the opening of the session
COBROWSE_MS = 60_000  # from the consent to the opening of the line that carries the page
MOST = 50_000  # tokens that are good at once, of one web site
BYTES = 24  # 192 random bits


class Purpose(StrEnum):
    SESSION = "session"
    RESUME = "resume"
    CALL = "call"
    COBROWSE = "cobrowse"


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Bound to a web site, to where its page leads, and to an identity. ``personal`` is never logged."""

    ticket: str
    portal: str
    origins: frozenset[str]
    identity: str  # sip:…@…: authorises nothing
    target: str  # the address that the browser will call
    context_id: str
    media: str
    service: str | None = None
    queue: str | None = None
    levels: dict[str, int] = {}
    customer: str = ""
    personal: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Ticket({self.ticket!r}, portal={self.portal!r})"


class _Good(msgspec.Struct, frozen=True):
    purpose: Purpose
    until: int
    ticket: Ticket
    subject: str  # the contact, of a call


class TooManyTickets(Exception):
    """The web site has as many open as it may."""


class Tickets:
    """``draw(n)``: n random bytes, as hexadecimal digits. A contact has at most one token of each purpose."""

    def __init__(self, draw: Callable[[int], str], most: int = MOST) -> None:
        self._draw, self._most = draw, most
        self._good: dict[bytes, _Good] = {}
        self._of: dict[tuple[str, Purpose], bytes] = {}
        self._count: dict[str, int] = {}
        self._ends: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._good)

    def name(self) -> str:
        """A random name that is in no list: of a ticket, an identity, a context."""
        return self._draw(BYTES)

    def issue(self, ticket: Ticket, purpose: Purpose, until: int, now: int, subject: str = "") -> str:
        """A token; it takes the place of the one of this purpose that the ticket had. Raises TooManyTickets."""
        self._forget_old(now)
        before = self._of.get((ticket.context_id, purpose))
        if before is not None:
            self._drop(before)
        if self._count.get(ticket.portal, 0) >= self._most:
            raise TooManyTickets(ticket.portal)
        token = self._draw(BYTES)
        hashed = hash_of(token)
        self._good[hashed] = _Good(purpose, until, ticket, subject)
        self._of[ticket.context_id, purpose] = hashed
        self._count[ticket.portal] = self._count.get(ticket.portal, 0) + 1
        heapq.heappush(self._ends, (until, hashed))
        return token

    def take(self, token: str, purposes: frozenset[Purpose], now: int) -> tuple[Purpose, Ticket] | None:
        """What the token is good for, once; it is used up even where it is not good for this."""
        found = self._drop(hash_of(token))
        if found is None or found.until <= now or found.purpose not in purposes:
            return None
        return found.purpose, found.ticket

    def redeem(self, token: str, now: int) -> CallLock | None:
        """What a call token opens at the door, once: one call, from one identity to one address."""
        found = self._drop(hash_of(token))
        if found is None or found.until <= now or found.purpose is not Purpose.CALL:
            return None
        ticket = found.ticket
        return CallLock(
            target=ticket.target,
            identity=ticket.identity,
            context_id=ticket.context_id,
            origins=ticket.origins,
            subject=found.subject,
        )

    def forget(self, context_id: str) -> None:
        """The contact is over: nothing of it is good any more."""
        for purpose in Purpose:
            hashed = self._of.get((context_id, purpose))
            if hashed is not None:
                self._drop(hashed)

    def _drop(self, hashed: bytes) -> _Good | None:
        found = self._good.pop(hashed, None)
        if found is not None:
            self._count[found.ticket.portal] -= 1
            self._of.pop((found.ticket.context_id, found.purpose), None)
        return found

    def _forget_old(self, now: int) -> None:
        while self._ends and self._ends[0][0] <= now:
            self._drop(heapq.heappop(self._ends)[1])
        if len(self._ends) > 2 * len(self._good) + 1_000:
            self._ends = [(good.until, hashed) for hashed, good in self._good.items()]
            heapq.heapify(self._ends)


__all__ = ["COBROWSE_MS", "SESSION_MS", "Purpose", "Ticket", "Tickets", "TooManyTickets"]
