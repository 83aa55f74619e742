"""Reports: what happened, in figures; what happens today; contacts that have ended, and the story of each.

The counting is done by a process of its own: here is asked and handed on. What is said, and how, is in
docs/reference/reports-api.md.
"""

import asyncio
import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from cordpair.api import roles
from cordpair.api.call import Call
from cordpair.api.errors import (
    Invalid,
    NotAcceptable,
    NotFound,
    Problem,
    TooMany,
    Unavailable,
    Unprocessable,
)
from cordpair.api.route import Route, get
from cordpair.api.views import CallerView
from cordpair.errors import ConfigurationError
from cordpair.ids import ContactId, QueueId
from cordpair.reports import By, Occupancy, Policy, QueueFigures, ServiceLevel
from cordpair.reports.archive import EndedContact, NoSuchContact, Story, Wanted
from cordpair.reports.archive.double_entry import Reconciled
from cordpair.reports.clerk import Behind, Busy, Clerk, Find, Gone, Refused, Row, Tell, TellStory, Told
from cordpair.reports.clerk.questions import Question
from cordpair.reports.days import TooMuch, bounds, day_of, local, moment, zone_of
from cordpair.reports.formats import TYPES, NotInstalled, file_name
from cordpair.reports.grouping import Line, dimensions
from cordpair.reports.report import Asked, Format, Report
from cordpair.runtime.personal import Record

Day = Annotated[str, Meta(max_length=32)]
Name = Annotated[str, Meta(max_length=64)]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Level = Literal["answered_only", "with_abandoned", "ignore", "negative", "positive", "offered", "removed"]


class ReportQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    first: Day | UnsetType = UNSET
    last: Day | UnsetType = UNSET
    zone: Name | UnsetType = UNSET
    by: Annotated[str, Meta(max_length=200)] = "queue"
    queue: Name = ""
    agent: Name = ""
    service: Name = ""
    service_level: Level | UnsetType = UNSET
    threshold: Seconds | UnsetType = UNSET
    short_abandon: Seconds | UnsetType = UNSET
    occupancy: Literal["idle", "alerted", "signed_in"] | UnsetType = UNSET
    definitions: Literal[1] = 1
    format: Literal["json", "csv", "parquet"] = "json"


class HistoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    first: Day | UnsetType = UNSET
    last: Day | UnsetType = UNSET
    zone: Name | UnsetType = UNSET
    queue: Name = ""
    agent: Name = ""
    outcome: Name = ""
    medium: Name = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    after: Annotated[int, Meta(ge=1, le=1 << 53)] | UnsetType = UNSET


class QueueToday(QueueFigures, frozen=True, kw_only=True):
    queue: QueueId


class Today(msgspec.Struct, frozen=True):
    zone: str
    begins: dt.datetime
    ends: dt.datetime
    as_of: dt.datetime
    complete: bool
    policy: Policy
    reconciled: Reconciled | None
    queues: tuple[QueueToday, ...]
    lines: tuple[Line, ...]


class EndedView(EndedContact, frozen=True, kw_only=True):
    """``caller`` is there only for those who may see it."""

    caller: CallerView | UnsetType = UNSET


class History(msgspec.Struct, frozen=True):
    contacts: tuple[EndedView, ...]
    next: int | None


class Recording(msgspec.Struct, frozen=True):
    kind: Literal["page"]
    bytes: int


class StoryView(Story, frozen=True, kw_only=True):
    """``caller`` and ``context``, and the notes of conversations, are there only for those who may see callers."""

    caller: CallerView | UnsetType = UNSET
    context: dict[str, str] | UnsetType = UNSET
    recording: Recording | None = None


# ---------------------------------------------------------------- asking


def clerk_of(call: Call) -> Clerk:
    clerk = call.office.reports
    if clerk is None:
        raise Unavailable("This engine counts no reports.")
    return clerk


async def ask(clerk: Clerk, question: Question) -> bytes:
    """Raises ApiError."""
    try:
        return await clerk.ask(question)
    except Busy as error:
        raise TooMany(str(error), 5) from None
    except (Behind, Gone, Refused) as error:
        raise Unavailable(str(error), 5) from None
    except NotInstalled as error:
        raise NotAcceptable(str(error), "format") from None
    except NoSuchContact as error:
        raise NotFound(str(error)) from None
    except ConfigurationError as error:
        raise refused(error) from None


def refused(error: ConfigurationError) -> Exception:
    """What is asked for cannot be told, and which field says so."""
    field, _, message = str(error).partition(": ")
    return Unprocessable([Problem(field, message)], message) if isinstance(error, TooMuch) else Invalid(message, field)


def days(call: Call, query: Any, *, first: dt.date | None = None) -> tuple[dt.date, dt.date, str]:
    """The days that are asked for, of which zone. ``first``: where none is given. Raises ApiError."""
    zone = query.zone if query.zone is not UNSET else clerk_of(call).live.zone.key
    try:
        today = local(call.engine.clock.now_ms(), zone_of(zone)).date()
        begin = day_of(query.first, "from") if query.first is not UNSET else first or today
        end = day_of(query.last, "to") if query.last is not UNSET else max(today, begin)
        bounds(begin, end, zone_of(zone))
    except ConfigurationError as error:
        raise refused(error) from None
    return begin, end, zone


def policy_of(usual: Policy, query: ReportQuery) -> Policy:
    return Policy(
        usual.service_level if query.service_level is UNSET else ServiceLevel(query.service_level),
        usual.threshold_s if query.threshold is UNSET else query.threshold,
        usual.short_abandon_s if query.short_abandon is UNSET else query.short_abandon,
        usual.occupancy if query.occupancy is UNSET else Occupancy(query.occupancy),
    )


async def read_report(call: Call) -> web.Response | bytes:
    query: ReportQuery = call.query
    clerk = clerk_of(call)
    first, last, zone = days(call, query)
    try:
        by = dimensions(query.by)
    except ConfigurationError as error:
        raise refused(error) from None
    shape = Format(query.format)
    asked = Asked(
        first,
        last,
        zone,
        by,
        policy_of(clerk.live.policy, query),
        query.queue,
        query.agent,
        query.service,
        tuple(sorted(call.scope.queues)),
        query.definitions,
    )
    found = await ask(clerk, Tell(asked, shape))
    if shape is Format.JSON:
        return found
    attachment = f'attachment; filename="{file_name(first, last, shape)}"'
    return web.Response(body=found, headers={"Content-Type": TYPES[shape], "Content-Disposition": attachment})


class _Lines(msgspec.Struct):
    as_of: msgspec.Raw
    reconciled: msgspec.Raw
    lines: msgspec.Raw


async def read_today(call: Call) -> bytes:
    clerk = clerk_of(call)
    live = clerk.live
    today = local(live.day[0], live.zone).date()
    seen = tuple(sorted(call.scope.queues))
    asked = Asked(today, today, live.zone.key, (By.INTERVAL,), live.policy, queues=seen)
    found = msgspec.json.decode(await ask(clerk, Tell(asked, Format.JSON)), type=_Lines)
    begins, ends = live.day
    queues = [
        QueueToday(**msgspec.structs.asdict(live.figures(queue)), queue=queue)
        for queue in sorted(call.engine.state.queues)
        if call.scope.covers(queue)
    ]
    return msgspec.json.encode(
        {
            "zone": live.zone.key,
            "begins": moment(begins),
            "ends": moment(ends),
            "as_of": found.as_of,
            "complete": live.complete,
            "policy": live.policy,
            "reconciled": found.reconciled,
            "queues": queues,
            "lines": found.lines,
        }
    )


# ---------------------------------------------------------------- contacts


async def list_history(call: Call) -> bytes:
    query: HistoryQuery = call.query
    # Without days everything, back to the journal's beginning.
    first, last, zone = days(call, query, first=local(call.engine.clock.now_ms(), zone_of("UTC")).date() - LONG_AGO)
    begin, end = bounds(first, last, zone_of(zone))
    wanted = Wanted(
        begin,
        end,
        query.queue,
        query.agent,
        query.outcome,
        query.medium,
        tuple(sorted(call.scope.queues)),
        None if query.after is UNSET else query.after,
        query.limit,
    )
    rows = msgspec.msgpack.decode(await ask(clerk_of(call), Find(wanted)), type=list[Row])
    page = rows[: query.limit]
    records = await _records(call, [row.contact for row in page])
    shown = [_with_caller(row, records.get(row.contact)) for row in page]
    following = str(page[-1].position).encode() if len(rows) > len(page) else b"null"
    return b'{"contacts":[%s],"next":%s}' % (b",".join(shown), following)


LONG_AGO = dt.timedelta(days=3_000)


def _with_caller(row: Row, record: Record | None) -> bytes:
    return row.json if record is None else _joined(row.json[:-1], caller=_caller(record))


def _caller(record: Record) -> CallerView:
    return CallerView(number=record.caller.number, name=record.caller.name)


def _joined(head: bytes, **more: Any) -> bytes:
    """A JSON object without its last brace, and more of it."""
    return head + b"".join(b',"%s":%s' % (name.encode(), msgspec.json.encode(more[name])) for name in more) + b"}"


async def _records(call: Call, contacts: list[ContactId]) -> dict[ContactId, Record]:
    """Of those whose callers may be seen, as far as they are known."""
    if call.scope.role not in roles.SEES_CALLERS:
        return {}
    found = {contact: record for contact in contacts if (record := call.engine.record(contact)) is not None}
    missing = [contact for contact in contacts if contact not in found]
    if missing and call.office.store is not None:
        found.update(await call.office.store.records.find_all(missing))
    return found


async def tell_story(call: Call) -> bytes:
    contact = ContactId(call.id)
    question = TellStory(contact, tuple(sorted(call.scope.queues)))
    told = msgspec.msgpack.decode(await ask(clerk_of(call), question), type=Told)
    store = call.office.store
    record = (await _records(call, [contact])).get(contact)
    talks = [msgspec.structs.asdict(each) for each in told.conversations]
    more: dict[str, Any] = {"conversations": talks}
    if record is not None:
        more |= {"caller": _caller(record), "context": record.variables}
    if store is not None and call.scope.role in roles.SEES_CALLERS:
        for talk in talks:
            noted = await store.records.conversations.of(contact, talk["agent"])
            talk["notes"] = noted.notes if noted is not None else ""
    size = await asyncio.to_thread(store.records.page_size, contact) if store is not None else None
    more["recording"] = Recording("page", size) if size is not None else None
    return _joined(told.head, **more)


REPORT_ROUTES: tuple[Route, ...] = (
    get("/v1/reports", "readReport", "What happened on some days, in figures", read_report, roles.VIEWERS,
        query=ReportQuery, replies={200: Report}, refusals=(406, 422), also=("text/csv", TYPES[Format.PARQUET])),
    get("/v1/reports/today", "readToday", "Today's figures as they are now, and how the day went", read_today,
        roles.VIEWERS, replies={200: Today}),
    get("/v1/history", "listHistory", "Contacts that have ended, the newest first", list_history, roles.VIEWERS,
        query=HistoryQuery, replies={200: History}, refusals=(422,), leads_to={"/contacts/0/id": ("tellStory",)}),
    get("/v1/contacts/{id}/story", "tellStory", "All that is known of a contact, also of one that has ended",
        tell_story, roles.VIEWERS, replies={200: StoryView}, refusals=(404,)),
)  # fmt: skip

__all__ = ["REPORT_ROUTES", "Today"]
