"""One shared page: from the customer's browser to the agent who looks, in order, until it is taken back.

When it stops, it stops in the same moment: whatever has not left this process is forgotten.
"""

import asyncio
from typing import Protocol

from cordpair.ids import AgentId, ContactId
from cordpair_gateway.shared.frames import Batch, small
from cordpair_gateway.shared.outbox import Outbox
from cordpair_gateway.shared.picture import Picture

ASK_S = 2.0  # a customer's browser is asked for a full picture so often at most
SNAPSHOT = small("snapshot")


class Keep(Protocol):
    """Where the queue's policy says that pages are kept."""

    def add(self, batch: Batch, /) -> None:
        """Never waits."""

    def close(self) -> None: ...


class SharedPage:
    """One consent: for one agent, in one conversation. ``keep``: None where nothing is kept."""

    def __init__(self, contact: ContactId, agent: AgentId, context_id: str, keep: Keep | None = None) -> None:
        self.contact, self.agent, self.context_id = contact, agent, context_id
        self.over = False
        self._keep = keep
        self._customer: Outbox | None = None
        self._viewers: set[Outbox] = set()
        self._picture = Picture()
        self._asked_at = float("-inf")
        self._asking: asyncio.TimerHandle | None = None

    @property
    def opened(self) -> bool:
        return self._customer is not None

    # ------------------------------------------------------------ the two ends

    def open(self, customer: Outbox) -> None:
        """The customer's browser begins with a full picture by itself."""
        self._customer = customer

    def watch(self, viewer: Outbox) -> None:
        """One who looks late sees what there is."""
        self._viewers.add(viewer)
        self.resume(viewer)

    def resume(self, viewer: Outbox) -> None:
        """From the last picture and what came since; or from the next one."""
        viewer.begin(self._picture.frames)
        if not self._picture.whole:
            viewer.behind = True
            self.want_picture()

    def leave(self, viewer: Outbox) -> None:
        self._viewers.discard(viewer)

    # ------------------------------------------------------------ what passes

    def relay(self, batch: Batch) -> None:
        if self.over:
            return
        outgrown = self._picture.add(batch)
        frame = batch.frame()
        for viewer in self._viewers:
            if not viewer.behind:
                viewer.put(frame)
            elif batch.start is not None:
                viewer.begin(self._picture.frames)
        if batch.start is not None:
            self._asked_for_nothing()
        if outgrown:
            self.want_picture()
        if self._keep is not None:
            self._keep.add(batch)

    def want_picture(self) -> None:
        """Ask the customer's browser for a full one, now or as soon as it may be asked again."""
        if self.over or self._asking is not None:
            return
        loop = asyncio.get_running_loop()
        self._asking = loop.call_at(max(loop.time(), self._asked_at + ASK_S), self._ask)

    def _ask(self) -> None:
        self._asking = None
        self._asked_at = asyncio.get_running_loop().time()
        if self._customer is not None:
            self._customer.put(SNAPSHOT)

    def _asked_for_nothing(self) -> None:
        """It is here, or nobody needs it any more."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    # ------------------------------------------------------------ the end

    def stop(self, reason: str) -> None:
        """At once. ``reason``: customer | agent | too_large | line | ended."""
        if self.over:
            return
        self.over = True
        self._picture.clear()
        self._asked_for_nothing()
        if self._keep is not None:
            self._keep.close()
        last = small("stop", reason=reason)
        for end in (*self._viewers, *([self._customer] if self._customer is not None else [])):
            end.finish(last)
        self._viewers.clear()


__all__ = ["ASK_S", "Keep", "SharedPage"]
