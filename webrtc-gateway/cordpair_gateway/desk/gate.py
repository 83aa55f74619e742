"""Who sits at a desk: agents sign in with a password, and are known by a cookie from then on.

Nothing here tells a name that exists from one that does not, and no log has a name in it.
"""

import logging
import secrets

import msgspec
from aiohttp import web
from msgspec.structs import replace

from cordpair.api.errors import ApiError, Forbidden, TooMany, Unavailable
from cordpair.api.passwords import Passwords, TooManyPasswords
from cordpair.api.tries import Tries
from cordpair.clock import Clock
from cordpair.ids import AgentId
from cordpair.runtime import Engine
from cordpair.store import SignIn, SignIns, StoreError
from cordpair_gateway.desk.cookies import SHIFT_MS, Cookie, csrf_of, hash_of, is_csrf
from cordpair_gateway.upgrades import origin_of

log = logging.getLogger(__name__)

CSRF = "X-CSRF-Token"


class NotSignedIn(ApiError):
    """Neither a name and its password, nor a cookie that is good. Which of them is wrong is not told."""

    status, code = 401, "unauthorized"


class Seated(msgspec.Struct, frozen=True):
    """Who a request comes from."""

    sign_in: SignIn
    csrf: str

    @property
    def agent(self) -> AgentId:
        return self.sign_in.agent

    def __repr__(self) -> str:
        return f"Seated({self.sign_in.agent!r})"


class Gate:
    def __init__(self, engine: Engine, sign_ins: SignIns, url: str, passwords: Passwords, tries: Tries) -> None:
        """``url``: of the gateway, as browsers see it."""
        self._engine, self._sign_ins, self._origin = engine, sign_ins, url
        self._passwords, self._tries = passwords, tries
        self.cookie = Cookie(url)

    # ------------------------------------------------------------ in

    async def by_password(self, name: str, password: str, address: str) -> AgentId:
        """Raises NotSignedIn, TooMany, Unavailable."""
        wait_ms = self._tries.take(name, address, self._clock.now_ms())
        if wait_ms is not None:
            log.warning("too many sign-ins are tried with one name or from one address")
            raise TooMany("Too many tries.", -(-wait_ms // 1_000))
        agent = AgentId(name)
        try:
            kept = await self._sign_ins.password(agent)
            found = kept if self.is_agent(agent) else None
            verified = await self._passwords.verify(found, password)
        except TooManyPasswords:
            raise TooMany("Too many sign in at this moment.", 2) from None
        except StoreError as error:
            raise _unavailable(error) from None
        if found is None or not verified.good:
            raise NotSignedIn("Name or password is wrong.")
        self._tries.succeeded(name, address, self._clock.now_ms())
        if verified.better is not None:
            await self._sign_ins.rehash(agent, found, verified.better)
        return agent

    async def open(self, agent: AgentId, before: str | None) -> tuple[str, Seated]:
        """A new sign-in, and its cookie's token. ``before``: of the one that the browser had. Raises Unavailable."""
        token, now = secrets.token_urlsafe(32), self._clock.now_ms()
        sign_in = SignIn(hash_of(token), agent, now, now + SHIFT_MS)
        try:
            if before is not None:
                await self._sign_ins.remove(hash_of(before))
            await self._sign_ins.add(sign_in)
        except StoreError as error:
            raise _unavailable(error) from None
        log.info("an agent signed in at a desk")
        return token, Seated(sign_in, csrf_of(token))

    # ------------------------------------------------------------ who it is

    def is_agent(self, agent: AgentId) -> bool:
        return agent in self._engine.state.agents

    async def who(self, request: web.Request) -> Seated:
        """By the cookie. Raises NotSignedIn, Unavailable."""
        token = self.cookie.read(request)
        if token is None:
            raise NotSignedIn("Sign in.")
        try:
            found = await self._sign_ins.find(hash_of(token), self._clock.now_ms())
        except StoreError as error:
            raise _unavailable(error) from None
        if found is None or not self.is_agent(found.agent):
            raise NotSignedIn("Sign in.")
        return Seated(found, csrf_of(token))

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

    async def good(self) -> frozenset[bytes]:
        """The hashes of all sign-ins that are good. Raises StoreError."""
        return await self._sign_ins.good(self._clock.now_ms())

    async def close(self, seated: Seated) -> None:
        """Raises Unavailable."""
        try:
            await self._sign_ins.remove(seated.sign_in.hash)
        except StoreError as error:
            raise _unavailable(error) from None

    @property
    def _clock(self) -> Clock:
        return self._engine.clock


def _unavailable(error: StoreError) -> Unavailable:
    log.error("nobody can sign in: %s", error)
    return Unavailable("Sign-ins cannot be looked up at the moment.", 5)


__all__ = ["CSRF", "Gate", "NotSignedIn", "Seated"]
