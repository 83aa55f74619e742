"""The audit trail: who did what, and when."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from cordpair.api.call import Call
from cordpair.api.people.parts import store_errors, store_of
from cordpair.reports.days import moment

PAGE, MOST = 50, 200


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``before``: the id of the last entry of the page before. ``about``: only what this one did, or was done to it."""

    limit: Annotated[int, Meta(ge=1, le=MOST)] = PAGE
    before: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    about: Annotated[str, Meta(max_length=128)] = ""


class AuditView(msgspec.Struct, frozen=True):
    id: int
    at: datetime
    author: str
    what: str
    about: str
    detail: str


class AuditPage(msgspec.Struct, frozen=True):
    """Newest first. ``more``: there are older ones."""

    entries: list[AuditView]
    more: bool


async def list_audit(call: Call) -> AuditPage:
    query: AuditQuery = call.query
    with store_errors():
        found = await store_of(call).audit.page(query.limit + 1, before=query.before, about=query.about)
    shown = [
        AuditView(each.id, moment(each.at), each.author, each.what, each.about, each.detail)
        for each in found[: query.limit]
    ]
    return AuditPage(shown, len(found) > query.limit)


__all__ = ["AuditPage", "AuditQuery", "AuditView", "list_audit"]
