"""All shared pages: begun by the customer's consent, which the engine journals, and ended by whatever ends it.

The end is told to the engine after it has happened here: nothing is shown meanwhile.
"""

import asyncio
from collections.abc import Callable

from cordpair.acd.model import State
from cordpair.errors import CordpairError
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.shared.page import Keep, SharedPage
from cordpair_gateway.tickets import COBROWSE_MS, Purpose, TooManyTickets

UNOPENED_S = COBROWSE_MS / 1_000
REFUSED = {"type": "error", "code": "share"}

Keeps = Callable[[ContactId, QueueId], Keep | None]  # by the queue's policy


class SharedPages:
    def __init__(self, customers: Customers, state: Callable[[], State], url: str, keeps: Keeps) -> None:
        """``url``: where customers' browsers bring their pages."""
        self._customers, self._state, self._url, self._keeps = customers, state, url, keeps
        self._pages: dict[ContactId, SharedPage] = {}
        self._telling: dict[ContactId, asyncio.Task[None]] = {}  # the engine, of an end
        customers.watchers.append(self._look)

    def of(self, contact: ContactId) -> SharedPage | None:
        return self._pages.get(contact)

    # ------------------------------------------------------------ consent

    async def consent(self, customer: Customer, on: bool) -> None:
        """From the customer's session."""
        self._customers.answered(customer)
        if not on:
            self.end(customer.contact, "customer")
            await self._told(customer.contact)
        elif not await self._begin(customer):
            customer.slot.say(REFUSED)

    async def _begin(self, customer: Customer) -> bool:
        contact, context_id = customer.contact, customer.ticket.context_id
        if not self._customers.may_share(contact):
            return False
        self.end(contact, "customer")  # a second consent begins anew
        await self._told(contact)  # else the end of the one before would end this one
        now = self._customers.now()
        try:
            await self._customers.share(context_id, True)
            token = self._customers.tickets.issue(customer.ticket, Purpose.COBROWSE, now + COBROWSE_MS, now, contact)
        except (CordpairError, TooManyTickets):
            return False
        row = self._state().contacts.get(contact)
        if row is None or row.connection is None:
            self._tell(contact, context_id)
            return False
        page = SharedPage(contact, row.connection.agent, context_id, self._keeps(contact, row.connection.queue))
        self._pages[contact] = page
        asyncio.get_running_loop().call_later(UNOPENED_S, self._unopened, page)
        customer.slot.say({"type": "share", "url": self._url, "token": token})
        return True

    def _unopened(self, page: SharedPage) -> None:
        """The browser said yes, and brought nothing: an agent would look at an empty frame."""
        if not page.opened:
            self.end_page(page, "line")

    # ------------------------------------------------------------ the end

    def end(self, contact: ContactId, reason: str) -> None:
        page = self._pages.get(contact)
        if page is not None:
            self.end_page(page, reason)

    def end_page(self, page: SharedPage, reason: str) -> None:
        """Nothing of the page reaches anybody any more when this returns."""
        if page.over:
            return
        page.stop(reason)
        del self._pages[page.contact]
        self._tell(page.contact, page.context_id)

    def _look(self, contact: ContactId) -> None:
        """Something of the contact changed: a page is for one agent in one conversation."""
        page = self._pages.get(contact)
        if page is not None and not self.may_see(page, page.agent):
            self.end_page(page, "ended")

    def may_see(self, page: SharedPage, agent: AgentId) -> bool:
        row = self._state().contacts.get(page.contact)
        if row is None or row.connection is None or not row.shared or page.over:
            return False
        return row.connection.agent == agent == page.agent

    # ------------------------------------------------------------ telling the engine of the end

    def _tell(self, contact: ContactId, context_id: str) -> None:
        if contact not in self._telling:
            task = asyncio.create_task(self._customers.share(context_id, False), name="shared page")
            self._telling[contact] = task
            task.add_done_callback(lambda _: self._telling.pop(contact, None))

    async def _told(self, contact: ContactId) -> None:
        task = self._telling.get(contact)
        if task is not None:
            await asyncio.wait([task])

    async def close(self) -> None:
        """The process ends."""
        for page in list(self._pages.values()):
            page.stop("line")
        self._pages.clear()
        await asyncio.gather(*self._telling.values(), return_exceptions=True)


__all__ = ["Keeps", "SharedPages"]
