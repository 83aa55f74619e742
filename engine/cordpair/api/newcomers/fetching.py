"""A phone's settings: an address is made for them, and whoever has it fetches them, once.

Only then is a password drawn: until its phone has it, there is none.
"""

import secrets

from aiohttp import web

from cordpair.api.addresses import client_of
from cordpair.api.call import Call
from cordpair.api.configuration.parts import parts_of, reloader_of, store_errors
from cordpair.api.errors import NotFound, Refused, TooMany
from cordpair.api.newcomers.bodies import PhoneSettingsView, ProgramQuery
from cordpair.api.newcomers.registrars import is_fit_for_secrets, registrar_of
from cordpair.api.people.parts import now_of
from cordpair.api.people.people import LINK_MS
from cordpair.api.tries import Tries
from cordpair.config import Config
from cordpair.config.model import Seat
from cordpair.ids import NodeId
from cordpair.pbx import REALM, ha1
from cordpair.reports.days import moment
from cordpair.softphones import FORMATS, PhoneSettings, qr_image, render
from cordpair.store import Entry, PhoneAccount

SETTINGS_PATH = "/v1/phone-settings/"
SETTINGS_TRIES: web.AppKey[Tries] = web.AppKey("tries of phone settings", Tries)
ATTEMPT = "a phone's settings"  # tries are counted by address
TOKEN_BYTES, PASSWORD_BYTES = 32, 18


async def ask_for_settings(call: Call) -> PhoneSettingsView:
    """A new address for a phone there is. Its password stays good until the address is used."""
    config = reloader_of(call).config
    seat = config.seats.get(call.id)
    if seat is None:
        raise NotFound(f"There is no seat {call.id!r}.")
    if not seat.account:
        raise Refused(f"The account of seat {call.id!r} is not made by the engine: it has no `account = true`.")
    if why := why_no_phone(call, config, seat):
        raise Refused(why[0].upper() + why[1:] + ".")
    return await make_address(call, config, call.id, lasts_ms=LINK_MS)


async def make_address(call: Call, config: Config, seat: str, *, lasts_ms: int) -> PhoneSettingsView:
    endpoint, now = config.seats[seat].endpoint, now_of(call)
    token, until = secrets.token_urlsafe(TOKEN_BYTES), now + lasts_ms
    noted = Entry(now, call.scope.author, "phone_settings_made", seat)
    with store_errors():
        await parts_of(call).store.phone_accounts.put_address(endpoint, token, until, noted)
    address = f"{config.gateway.url}{SETTINGS_PATH}{token}"
    return PhoneSettingsView(seat, endpoint, address, tuple(FORMATS), qr_image(address), moment(until))


async def fetch_settings(call: Call) -> web.Response:
    """No key: whoever has the address is the phone. The password that the phone had before is good no more."""
    query: ProgramQuery = call.query
    store, config, now = parts_of(call).store.phone_accounts, reloader_of(call).config, now_of(call)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with store_errors():
        endpoint = await store.whose(call.id, now)
        found = _seat_at(config, endpoint) if endpoint is not None else None
        registrar = registrar_of(config, found[1]) if found is not None else None
        account = None
        if registrar is not None:
            account = await store.use(call.id, lambda name: PhoneAccount(name, REALM, ha1(name, password), now))
    if found is None or registrar is None or account is None:
        _count(call, now)
        raise NotFound("The address is not good: it was used, or is too old. Ask for a new one.")
    if call.engine.phones is not None:
        await call.engine.phones.look()  # what cannot be made now is made with the next link
    settings = PhoneSettings(
        user=account.endpoint,
        password=password,
        realm=account.realm,
        registrar=registrar.address,
        transport=registrar.transport,
        shown_as=_shown_as(config, found[0]),
    )
    form = FORMATS[query.program]
    return web.Response(
        text=render(settings, query.program),
        content_type=form.media,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{form.file.format(user=account.endpoint)}"'},
    )


def why_no_phone(call: Call, config: Config, seat: Seat) -> str:
    """Why a phone cannot have its account from the engine, or could not be told; empty: it can."""
    node = NodeId(seat.node or next(iter(config.pbx), ""))
    if not call.engine.accounts.has_phones(node):
        return f"the engine can make no accounts of phones on pbx.{node}"
    if registrar_of(config, seat) is None:
        return f"pbx.{node}.phones is missing: a phone must know where to register"
    if config.gateway.url is None:
        return "gateway.url is missing: a phone must know where to fetch its settings"
    if not is_fit_for_secrets(config.gateway.url):
        return "gateway.url is not https: the settings hold a password"
    return ""


def _seat_at(config: Config, endpoint: str) -> tuple[str, Seat] | None:
    return next(
        ((name, seat) for name, seat in config.seats.items() if seat.account and seat.endpoint == endpoint), None
    )


def _shown_as(config: Config, seat: str) -> str:
    """A phone of one agent shows the agent's name, one of several its own."""
    names = [agent.shown_as or name for name, agent in config.agents.items() if agent.seat == seat]
    return names[0] if len(names) == 1 else seat


def _count(call: Call, now: int) -> None:
    """Raises TooMany."""
    address = client_of(call.request)
    wait_ms = call.request.app[SETTINGS_TRIES].take(f"{ATTEMPT} {address}", address, now)
    if wait_ms is not None:
        raise TooMany("Too many tries.", -(-wait_ms // 1_000))


__all__ = ["SETTINGS_PATH", "SETTINGS_TRIES", "ask_for_settings", "fetch_settings", "make_address", "why_no_phone"]
