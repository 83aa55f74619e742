"""Who is signed in, at desks and in the office; and to end it."""

from datetime import datetime

import msgspec

from cordpair.api.call import Call
from cordpair.api.errors import NotFound
from cordpair.api.people.parts import now_of, store_errors, store_of
from cordpair.reports.days import moment


class SignInView(msgspec.Struct, frozen=True):
    """``browser``: such as ``Firefox, Linux``. ``own``: the asker's."""

    id: str
    name: str
    began_at: datetime
    seen_at: datetime  # to the minute
    expires_at: datetime
    browser: str
    own: bool


class SignInList(msgspec.Struct, frozen=True):
    sign_ins: list[SignInView]


async def list_sign_ins(call: Call) -> SignInList:
    with store_errors():
        found = await store_of(call).sign_ins.all(now_of(call))
    return SignInList(
        [
            SignInView(
                each.id,
                each.name,
                moment(each.began_at),
                moment(each.seen_at if each.seen_at is not None else each.began_at),
                moment(each.expires_at),
                each.browser,
                each.id == call.scope.key,
            )
            for each in found
        ]
    )


async def end_sign_in(call: Call) -> None:
    with store_errors():
        ended = await store_of(call).sign_ins.end(call.id, call.scope.author, now_of(call))
    if not ended:
        raise NotFound("There is no such sign-in, or not any more.")


__all__ = ["SignInList", "SignInView", "end_sign_in", "list_sign_ins"]
