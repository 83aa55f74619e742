"""Configurations that are looked at, and those that are applied: whole or not at all, by one after the other."""

import msgspec

from cordpair.api.call import Call
from cordpair.api.configuration.bodies import Applied, Base, Changes, Edited, Given, Text
from cordpair.api.configuration.parts import in_thread, parts_of, reloader_of, store_errors
from cordpair.api.configuration.reading import happened_since, line_of, number_of
from cordpair.api.configuration.tables import changed, check, check_text, in_order, used
from cordpair.api.errors import Conflict, Problem, Refused, Unavailable, Unprocessable
from cordpair.config import InvalidConfiguration, parse
from cordpair.runtime.errors import EngineBusy
from cordpair.runtime.reload import Conflict as Overtaken
from cordpair.runtime.reload import Edit, Outcome, Result

UNKEPT = "It is in force, but could not be stored: a restart takes it back. The engine's log says why."
FIXED = "is read at the start only: change it in the file, and restart, which loses no call either"


async def look_at(call: Call) -> bytes:
    """Changes nothing."""
    body: Given = call.body
    present = reloader_of(call).config
    return await in_thread(call, lambda: msgspec.json.encode(check(present, in_order(body.config, body.order))))


async def take_in(call: Call) -> bytes:
    """A file's text, to become a draft. Changes nothing."""
    body: Text = call.body
    present = reloader_of(call).config
    return await in_thread(call, lambda: msgspec.json.encode(check_text(present, body.text)))


async def apply(call: Call) -> Applied:
    body: Edited = call.body
    return await change(call, lambda _: used(in_order(body.config, body.order)), body.base)


async def apply_changes(call: Call) -> Applied:
    body: Changes = call.body
    return await change(call, lambda present: changed(present, body), body.base)


async def roll_back(call: Call) -> Applied:
    """As a new revision: what was applied since stays in the list."""
    body: Base = call.body
    store = parts_of(call).store
    with store_errors():
        text = await store.text_of((await line_of(store, number_of(call))).revision)
    return await change(call, lambda _: parse(text, f"revision {call.id}").config, body.base)


async def change(call: Call, edit: Edit, base: int | None) -> Applied:
    """The way of every edit that is asked for. Raises Conflict, Unprocessable, Refused, Unavailable."""
    reloader = parts_of(call).reloader
    try:
        with store_errors():
            outcome = await reloader.apply(edit, call.scope.author, base)
    except EngineBusy as error:
        raise Unavailable(str(error), 5) from None
    except Overtaken as error:
        raise Conflict(f"Somebody was faster: {error}", await happened_since(call, base or 0)) from None
    except InvalidConfiguration as error:
        raise Unprocessable(Problem(each.path, each.message) for each in error.problems) from None
    if outcome.result is Result.REFUSED:
        raise _refusal(outcome)
    if not outcome.kept:
        raise Unavailable(UNKEPT, 60)
    return Applied(outcome.result.value, outcome.revision, outcome.changes)


def _refusal(outcome: Outcome) -> Unprocessable | Refused | Unavailable:
    if outcome.needs_restart:
        return Unprocessable(Problem(name, FIXED) for name in outcome.needs_restart)
    if outcome.again:
        return Unavailable("; ".join(outcome.problems))
    return Refused("Nothing was changed: " + "; ".join(outcome.problems))


__all__ = ["apply", "apply_changes", "change", "look_at", "roll_back", "take_in"]
