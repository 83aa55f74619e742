"""What is in force, what was, and what could be."""

import itertools

import msgspec
from aiohttp import web

from cordpair.api.call import Call
from cordpair.api.configuration.bodies import Present, RevisionLine, RevisionList, RevisionQuery, RevisionView
from cordpair.api.configuration.parts import in_thread, parts_of, store_errors
from cordpair.api.configuration.tables import travelling
from cordpair.api.errors import Happened, NotFound
from cordpair.config import difference_of_texts, shape, write
from cordpair.reports.days import moment
from cordpair.store import Revision, Store
from cordpair.store.revisions import content_hash

MOST_SINCE = 50  # revisions that a conflict tells of
DIGITS = 15  # of a revision's number


async def present(call: Call) -> bytes:
    reloader, store = parts_of(call)
    with store_errors():
        newest = await line_of(store, reloader.revision)
    config = reloader.config

    def read() -> bytes:
        raw, order = travelling(config)
        edited = newest.origin == "edit" or content_hash(config) != newest.content_hash
        return msgspec.json.encode(Present(newest.revision, moment(newest.at), newest.author, edited, order, raw))

    return await in_thread(call, read)


async def describe(call: Call) -> bytes:
    return await in_thread(call, lambda: msgspec.json.encode(shape()))


async def export(call: Call) -> web.Response:
    config = parts_of(call).reloader.config
    text = await in_thread(call, lambda: write(config))
    return web.Response(text=text, headers={"Content-Disposition": 'attachment; filename="cordpair.toml"'})


async def revisions(call: Call) -> RevisionList:
    query: RevisionQuery = call.query
    before = query.before if query.before is not None else 2**53
    with store_errors():
        listed = await parts_of(call).store.revisions(before=before, most=query.limit)
    return RevisionList(
        tuple(RevisionLine(each.revision, moment(each.at), each.author, each.origin) for each in listed)
    )


async def revision(call: Call) -> bytes:
    store = parts_of(call).store
    with store_errors():
        line = await line_of(store, number_of(call))
        text = await store.text_of(line.revision)
        earlier = await store.revisions(before=line.revision, most=1)
        before = await store.text_of(earlier[0].revision) if earlier else ""

    def read() -> bytes:
        changes = tuple(difference_of_texts(before, text))
        view = RevisionView(line.revision, moment(line.at), line.author, line.origin, text, changes)
        return msgspec.json.encode(view)

    return await in_thread(call, read)


async def happened_since(call: Call, base: int) -> tuple[Happened, ...]:
    """Oldest first."""
    store = parts_of(call).store
    with store_errors():
        listed = (await store.revisions(after=base, most=MOST_SINCE))[::-1]
        if not listed:
            return ()
        earlier = await store.revisions(before=listed[0].revision, most=1)
        texts = [await store.text_of(each.revision) for each in (*earlier, *listed)]
    if not earlier:
        texts.insert(0, "")

    def read() -> tuple[Happened, ...]:
        return tuple(
            Happened(line.revision, line.author, moment(line.at), tuple(difference_of_texts(before, after)))
            for line, (before, after) in zip(listed, itertools.pairwise(texts), strict=True)
        )

    return await in_thread(call, read)


def number_of(call: Call) -> int:
    """Raises NotFound."""
    if not (call.id.isascii() and call.id.isdigit() and len(call.id) <= DIGITS):
        raise NotFound(f"There is no revision {call.id!r}.")
    return int(call.id)


async def line_of(store: Store, number: int) -> Revision:
    """Raises NotFound."""
    listed = await store.revisions(after=number - 1, before=number + 1)
    if not listed:
        raise NotFound(f"There is no revision {number}.")
    return listed[0]


__all__ = ["describe", "export", "happened_since", "line_of", "number_of", "present", "revision", "revisions"]
