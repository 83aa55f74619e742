"""``/v1/sign-in/oidc`` and its callback: to the provider and back, with a short-lived cookie that knows the attempt."""

import hashlib
import hmac
import logging
import secrets

import msgspec
from aiohttp import web

from cordpair.api.app import OPERATION
from cordpair.api.errors import ApiError, Unavailable
from cordpair.clock import Clock
from cordpair.store import StoreError
from cordpair_gateway.signing_in.gate import Gate, unavailable
from cordpair_gateway.signing_in.oidc import Attempt, NoProvider, NotBelieved, Provider

log = logging.getLogger(__name__)

PATH = "/v1/sign-in/oidc"
CALLBACK = "/v1/sign-in/oidc/callback"
PAGES = ("/desk", "/office")  # where one may come from, and is led back to; the first, if it is not said
REFUSED = "#refused"
ATTEMPT_MS = 600_000
LONGEST = 4_096
DIGEST = 32


class OidcRoutes:
    def __init__(self, gate: Gate, provider: Provider, clock: Clock) -> None:
        self._gate, self._provider, self._clock = gate, provider, clock
        self._key = secrets.token_bytes(32)  # an attempt does not outlive the process
        self._name = "__Host-cordpair-attempt" if gate.cookie.secure else "cordpair-attempt"

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.begin)
        app.router.add_get(CALLBACK, self.come_back)

    async def begin(self, request: web.Request) -> web.Response:
        request[OPERATION] = "oidc"
        draw = secrets.token_urlsafe
        page = request.query.get("to", "")
        until = self._clock.now_ms() + ATTEMPT_MS
        attempt = Attempt(draw(24), draw(24), draw(48), until, page if page in PAGES else PAGES[0])
        try:
            there = await self._provider.lead_to(attempt)
        except NoProvider as why:
            log.error("nobody can sign in with an account of the house: %s", why)
            raise Unavailable("The house's sign-in does not answer.", 5) from None
        response = web.Response(status=302, headers={"Location": there})
        # Lax, for it is the provider's page that leads back here; it opens nothing by itself.
        response.set_cookie(
            self._name, self._write(attempt), max_age=ATTEMPT_MS // 1_000, path="/", secure=self._gate.cookie.secure,
            httponly=True, samesite="Lax",
        )  # fmt: skip
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        request[OPERATION] = "oidc callback"
        attempt = self._read(request.cookies.get(self._name, ""))
        page = attempt.page if attempt is not None else PAGES[0]
        response = web.Response(status=302, headers={"Location": page})
        try:
            name = await self._name_of(request, attempt)
            token, seated = await self._gate.open(name, request)
            self._gate.cookie.put(response, token, seated.lasts_ms)
        except (NotBelieved, NoProvider) as why:
            log.warning("a sign-in with an account of the house was refused: %s", why)
            response.headers["Location"] = page + REFUSED
        except ApiError as why:
            log.error("a sign-in with an account of the house failed: %s", why.message)
            response.headers["Location"] = page + REFUSED
        response.del_cookie(self._name, path="/", secure=self._gate.cookie.secure, httponly=True, samesite="Lax")
        return response

    async def _name_of(self, request: web.Request, attempt: Attempt | None) -> str:
        """Raises NotBelieved, NoProvider, Unavailable."""
        states, codes = request.query.getall("state", []), request.query.getall("code", [])
        if attempt is None or len(states) != 1 or not hmac.compare_digest(states[0].encode(), attempt.state.encode()):
            raise NotBelieved("it was not begun here, or is too old")
        if len(codes) != 1 or not 0 < len(codes[0]) <= LONGEST:
            raise NotBelieved("the provider sent no code")
        name = await self._provider.who(codes[0], attempt)
        try:
            known = await self._gate.knows(name)
        except StoreError as error:
            raise unavailable(error) from None
        if not known:
            raise NotBelieved("the account is of nobody here")
        return name

    # ------------------------------------------------------------ the cookie

    def _write(self, attempt: Attempt) -> str:
        body = msgspec.json.encode(attempt)
        return (self._sign(body) + body).hex()

    def _read(self, written: str) -> Attempt | None:
        """None for what is not ours, or too old."""
        try:
            raw = bytes.fromhex(written)
        except ValueError:
            return None
        body = raw[DIGEST:]
        if not hmac.compare_digest(raw[:DIGEST], self._sign(body)):
            return None
        attempt = msgspec.json.decode(body, type=Attempt)
        return attempt if attempt.until > self._clock.now_ms() else None

    def _sign(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, digest_size=DIGEST, key=self._key, person=b"oidc-attempt").digest()


__all__ = ["CALLBACK", "PATH", "OidcRoutes"]
