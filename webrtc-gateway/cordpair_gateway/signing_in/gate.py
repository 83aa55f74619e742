"""Who is there: agents at desks and people in the office sign in with a password, and are known by a cookie then on.

Nothing here tells a name that exists from one that does not, and no log has a name in it.
"""

import logging
import secrets
from typing import NamedTuple

import msgspec
from aiohttp import web
from msgspec.structs import replace

from cordpair.api.errors import ApiError, Forbidden, TooMany, Unauthorized, Unavailable
from cordpair.api.keys import hash_of
from cordpair.api.passwords import Passwords, TooManyPasswords
from cordpair.api.roles import Role
from cordpair.api.tries import Tries
from cordpair.clock import Clock
from cordpair.ids import AgentId
from cordpair.runtime import Engine
from cordpair.store import People, Person, SignIn, SignIns, StoreError
from cordpair_gateway.signing_in.browser_name import browser_name
from cordpair_gateway.signing_in.cookies import DISPLAY_MS, SHIFT_MS, Cookie, csrf_of, is_csrf
from cordpair_gateway.upgrades import origin_of

log = logging.getLogger(__name__)

CSRF = "X-CSRF-Token"


class NotSignedIn(Unauthorized):
    """Neither a name and its password, nor a cookie that is good. Which of them is wrong is not told."""


class Known(NamedTuple):
    """What a name is here; neither: nothing."""

    agent: AgentId | None
    person: Person | None

    @property
    def lasts_ms(self) -> int:
        """How long a sign-in is good."""
        looks_on = self.agent is None and self.person is not None and self.person.role == Role.READ_ONLY
        return DISPLAY_MS if looks_on else SHIFT_MS


class Proven(NamedTuple):
    """Whose password it was, and its hash."""

    name: str
    password: str


class Seated(msgspec.Struct, frozen=True):
    """Who a request comes from, as things are now."""

    sign_in: SignIn
    csrf: str
    agent: AgentId | None
    person: Person | None

    @property
    def name(self) -> str:
        return self.sign_in.name

    @property
    def role(self) -> Role:
        """An agent has no more rights than the own ones; unless the agent is a person in the office too."""
        return Role(self.person.role) if self.person is not None else Role.AGENT

    @property
    def lasts_ms(self) -> int:
        return self.sign_in.expires_at - self.sign_in.began_at

    def __repr__(self) -> str:
        return f"Seated({self.sign_in.name!r})"


class Gate:
    def __init__(
        self, engine: Engine, sign_ins: SignIns, people: People, url: str, passwords: Passwords, tries: Tries
    ) -> None:
        """``url``: of the gateway, as browsers see it."""
        self._engine, self._sign_ins, self._people, self._origin = engine, sign_ins, people, url
        self._passwords, self._tries = passwords, tries
        self.cookie = Cookie(url)

    # ------------------------------------------------------------ in

    async def by_password(self, name: str, password: str, address: str) -> Proven:
        """Raises NotSignedIn, TooMany, Unavailable."""
        self.take_try(name, address)
        try:
            kept = await self._sign_ins.password(name)
            found = kept if await self.knows(name) else None
            verified = await self._passwords.verify(found, password)
            if found is None or not verified.good:
                raise NotSignedIn("Name or password is wrong.")
            self._tries.succeeded(name, address, self._clock.now_ms())
            if verified.better is not None:
                await self._sign_ins.rehash(name, found, verified.better)
        except TooManyPasswords:
            raise TooMany("Too many sign in at this moment.", 2) from None
        except StoreError as error:
            raise unavailable(error) from None
        return Proven(name, verified.better or found)

    def take_try(self, name: str, address: str) -> None:
        """Raises TooMany."""
        wait_ms = self._tries.take(name, address, self._clock.now_ms())
        if wait_ms is not None:
            log.warning("too many sign-ins are tried with one name or from one address")
            raise TooMany("Too many tries.", -(-wait_ms // 1_000))

    async def open(self, name: str, request: web.Request, password: str | None = None) -> tuple[str, Seated]:
        """A new sign-in, and its cookie's token; the one that the browser had ends. ``password``: the hash of the one
        that was given; if it was changed at this moment, it is no good. Raises NotSignedIn, Unavailable."""
        token, now = secrets.token_urlsafe(32), self._clock.now_ms()
        browser = browser_name(request.headers.get("User-Agent", ""))
        before = self.cookie.read(request)
        try:
            known = await self.known(name)
            expires = now + known.lasts_ms
            sign_in = SignIn(hash_of(token), name, now, expires, seen_at=now, browser=browser)
            if before is not None:
                await self._sign_ins.remove(hash_of(before))
            if not await self._sign_ins.add(sign_in, password):
                raise NotSignedIn("Name or password is wrong.")
        except StoreError as error:
            raise unavailable(error) from None
        log.info("somebody signed in")
        return token, Seated(sign_in, csrf_of(token), known.agent, known.person)

    # ------------------------------------------------------------ who it is

    async def known(self, name: str) -> Known:
        """Who is disabled in the office is not let in as an agent either. Raises StoreError."""
        person = await self._people.find(name)
        if person is not None and not person.enabled:
            return Known(None, None)
        agent = AgentId(name)
        return Known(agent if agent in self._engine.state.agents else None, person)

    async def knows(self, name: str) -> bool:
        """Raises StoreError."""
        return await self.known(name) != Known(None, None)

    async def who(self, request: web.Request) -> Seated:
        """By the cookie. A display that was given more rights since signs in anew. Raises NotSignedIn, Unavailable."""
        token = self.cookie.read(request)
        if token is None:
            raise NotSignedIn("Sign in.")
        try:
            now = self._clock.now_ms()
            found = await self._sign_ins.find(hash_of(token), now)
            known = await self.known(found.name) if found is not None else Known(None, None)
        except StoreError as error:
            raise unavailable(error) from None
        if found is None or known == Known(None, None) or now >= found.began_at + known.lasts_ms:
            raise NotSignedIn("Sign in.")
        return Seated(found, csrf_of(token), known.agent, known.person)

    async def agent_of(self, request: web.Request) -> AgentId | None:
        """Whose desk it is."""
        try:
            return (await self.who(request)).agent
        except ApiError:
            return None

    async def who_may_write(self, request: web.Request) -> Seated:
        """The same for what changes something: not led here by another page. Raises Forbidden too."""
        self.must_be_ours(request)
        seated = await self.who(request)
        given = request.headers.getall(CSRF, [])
        token = self.cookie.read(request)
        if token is None or len(given) != 1 or not is_csrf(token, given[0]):
            raise Forbidden("The CSRF token is missing or wrong.")
        return seated

    def must_be_ours(self, request: web.Request) -> None:
        """Raises Forbidden unless a page of ours sends it, by the Origin that only browsers write."""
        if origin_of(request) != self._origin:
            raise Forbidden("Another page sends this.")

    # ------------------------------------------------------------ while it lasts

    async def checked(self, seated: Seated) -> Seated:
        """Microphone and line are good, for as long as the agent stays signed in. Raises StoreError."""
        now = self._clock.now_ms()
        await self._sign_ins.checked(seated.sign_in.hash, now)
        return replace(seated, sign_in=replace(seated.sign_in, checked_at=now))

    async def good(self, used: list[bytes]) -> frozenset[bytes]:
        """The hashes of all sign-ins that are good. ``used``: those with an open page. Raises StoreError."""
        now = self._clock.now_ms()
        await self._sign_ins.seen(used, now)
        return await self._sign_ins.good(now)

    async def close(self, seated: Seated) -> None:
        """Raises Unavailable."""
        try:
            await self._sign_ins.remove(seated.sign_in.hash)
        except StoreError as error:
            raise unavailable(error) from None

    @property
    def _clock(self) -> Clock:
        return self._engine.clock


def unavailable(error: StoreError) -> Unavailable:
    log.error("nobody can sign in: %s", error)
    return Unavailable("Sign-ins cannot be looked up at the moment.", 5)


__all__ = ["CSRF", "Gate", "Known", "NotSignedIn", "Proven", "Seated", "unavailable"]
