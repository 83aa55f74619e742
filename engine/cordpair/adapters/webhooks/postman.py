"""One webhook: takes happenings to its receiver, one after the other, each until it was taken or is too old."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from cordpair.adapters.webhooks.happenings import Happening
from cordpair.clock import Clock
from cordpair.config.webhooks import Webhook
from cordpair.ids import ContactId
from cordpair.reports.deliveries import Deliveries, Hook, Message
from cordpair.runtime.personal import Record

log = logging.getLogger("cordpair.adapters.webhooks")

Counted = Callable[[str], None]  # delivered | failed | given_up


class Envelope(msgspec.Struct, frozen=True):
    """What is sent."""

    id: str
    type: str
    at: datetime
    cell: str
    data: dict[str, Any]


class Postman:
    def __init__(  # noqa: PLR0913
        self,
        name: str,
        wanted: Webhook,
        key: bytes,
        deliveries: Deliveries,
        clock: Clock,
        *,
        cell: str,
        give_up_ms: int,
        record: Callable[[ContactId], Record | None],
        counted: Counted,
    ) -> None:
        self.name = name
        self._wanted, self._hook, self._deliveries, self._clock = wanted, Hook(wanted.url, key), deliveries, clock
        self._cell, self._give_up_ms, self._record, self._counted = cell, give_up_ms, record, counted
        self._given_up = 0  # in a row

    def wants(self, what: str) -> bool:
        return not self._wanted.events or what in self._wanted.events

    async def take(self, id: str, at_ms: int, happening: Happening) -> None:
        """Returns when it was taken, or given up. ``id``: the same for the same happening, always."""
        give_up_at = at_ms + self._give_up_ms
        if self._clock.now_ms() >= give_up_at:
            self._give_up(id, "it is too old")
            return
        # What is known of the caller is looked up now: of a record that was erased meanwhile nothing is sent.
        message = Message(id, self._written(id, at_ms, happening))
        why = ""

        def failed(reason: str, again_s: float) -> None:
            nonlocal why
            why = reason
            self._counted("failed")
            if again_s:
                log.warning("webhook %s: %s; tried again in %g s", self.name, reason, again_s)

        if await self._deliveries.deliver(self._hook, message, give_up_at, failed):
            self._counted("delivered")
            self._given_up = 0
        else:
            self._give_up(id, why)

    def _give_up(self, id: str, why: str) -> None:
        self._counted("given_up")
        self._given_up += 1
        if self._given_up == 1:
            log.error("webhook %s: message %s is given up, and so are those that are as old: %s", self.name, id, why)

    def _written(self, id: str, at_ms: int, happening: Happening) -> bytes:
        data: dict[str, Any] = dict(happening.facts)
        if happening.contact is not None and (self._wanted.with_caller or self._wanted.with_context):
            record = self._record(ContactId(happening.contact))
            if self._wanted.with_caller:
                caller = record.caller if record is not None else None
                data["caller"] = {"number": caller.number, "name": caller.name} if caller is not None else None
            if self._wanted.with_context:
                data["context"] = dict(record.variables) if record is not None else None
        at = datetime.fromtimestamp(at_ms / 1_000, UTC)
        return msgspec.json.encode(Envelope(id, happening.type, at, self._cell, data))


__all__ = ["Counted", "Envelope", "Postman"]
