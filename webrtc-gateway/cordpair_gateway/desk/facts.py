"""What an agent is shown of a contact: who, from where, why, what the page told, what was before. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cordpair.config.model import Queue
from cordpair.ids import ContactId
from cordpair.runtime import DIALLED, Record
from cordpair.store import Conversation
from cordpair_gateway.desk.pops import ScreenPop, screen_pop

MOST = 10  # earlier conversations that are shown
OWN = ("customer", "page", "reason", "locale", "name", "context")  # what a ticket makes of a customer's data


class Facts(msgspec.Struct, frozen=True):
    """Personal data: never logged. ``context`` is what the page or the PBX told, by its own names."""

    customer: str = ""
    page: str = ""
    reason: str = ""
    locale: str = ""
    context: dict[str, Any] = {}
    history: tuple[Conversation, ...] = ()  # with this customer, the newest first

    def __repr__(self) -> str:
        return "Facts(…)"


def facts_of(record: Record | None, history: tuple[Conversation, ...] = ()) -> Facts:
    """A caller by telephone has no page: what is known of them is the number, the name, and the PBX's variables."""
    if record is None:
        return Facts(history=history)
    variables, caller = record.variables, record.caller
    if "page" not in variables:
        told = {name: value for name, value in variables.items() if name != DIALLED}
        told = {"name": caller.name, **told} if caller.name else told
        return Facts(caller.number, context=told, history=history)
    return Facts(
        variables.get("customer", ""),
        variables["page"],
        variables.get("reason", ""),
        variables.get("locale", ""),
        _context(variables),
        history,
    )


def customer_of(record: Record | None) -> str:
    """By whom their earlier contacts are found; empty: nobody knows who it is."""
    if record is None:
        return ""
    return record.variables.get("customer") or ("" if "page" in record.variables else record.caller.number)


def _context(variables: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(variables.get("context", "{}"))
    except msgspec.DecodeError:
        found = {}
    return found if isinstance(found, dict) else {}


def pops_of(contact: ContactId, facts: Facts, queue: Queue) -> tuple[ScreenPop, ...]:
    """What a page told is found by its own names, unless one is ours."""
    told = {name: value if isinstance(value, str) else _text(value) for name, value in facts.context.items()}
    ours = {
        "customer": facts.customer,
        "caller": facts.customer,
        "page": facts.page,
        "reason": facts.reason,
        "locale": facts.locale,
        "contact": str(contact),
    }
    found = (screen_pop(pop, told | ours) for pop in queue.pops)
    return tuple(pop for pop in found if pop is not None)


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


__all__ = ["MOST", "Facts", "customer_of", "facts_of", "pops_of"]
