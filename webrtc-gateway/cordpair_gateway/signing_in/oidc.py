"""Signing in with an account of the house: OpenID Connect, authorization code with PKCE.

What the provider says is believed when it is signed with a key that it publishes, for us, now, and for this very
attempt. Everything asked of it has a deadline and a size.
"""

import base64
import hashlib
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from cordpair.clock import Clock
from cordpair.config.model import Oidc
from cordpair.errors import CordpairError

log = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid profile email"
# Only signatures with a private key: with a shared one, or none, anybody who knows our id could make them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
NEEDED = ("iss", "aud", "exp", "iat", "sub")
LEEWAY_S = 60  # clocks differ
ASK_S = 10.0
LARGEST = 256 * 1024
KEEP_MS = 3_600_000  # what the provider says of itself
AGAIN_MS = 60_000  # its keys, for a token with a key that is not among them: they may have been changed just now


class NoProvider(CordpairError):
    """The provider does not answer, or not as one. The log says more."""


class NotBelieved(CordpairError):
    """What came back is not an account's sign-in here."""


class Attempt(msgspec.Struct, frozen=True):
    """One try to sign in, from the first redirect to the last."""

    state: str
    nonce: str
    verifier: str
    until: int
    page: str  # where it began

    def __repr__(self) -> str:
        return "Attempt()"


class _About(msgspec.Struct, frozen=True):
    """What the provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    def __init__(self, oidc: Oidc, secret: str, redirect: str, clock: Clock) -> None:
        """``redirect``: where browsers come back to."""
        self._oidc, self._secret, self._redirect, self._clock = oidc, secret, redirect, clock
        self._about: tuple[int, _About] | None = None
        self._keys: tuple[int, jwt.PyJWKSet] | None = None

    async def lead_to(self, attempt: Attempt) -> str:
        """Where the browser is sent. Raises NoProvider."""
        about = await self._learn()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._oidc.client_id,
            "redirect_uri": self._redirect,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(about.authorization_endpoint).query else "?"
        return f"{about.authorization_endpoint}{joint}{urlencode(asked)}"

    async def who(self, code: str, attempt: Attempt) -> str:
        """The claim that is the name here. Raises NoProvider, NotBelieved."""
        token = await self._token(code, attempt.verifier)
        claims = await self._claims(token)
        if claims.get("nonce") != attempt.nonce:
            raise NotBelieved("the token is of another attempt")
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._oidc.client_id:
            raise NotBelieved("the token was made for somebody else")
        name = claims.get(self._oidc.claim)
        if not isinstance(name, str) or not name:
            raise NotBelieved(f"the token has no claim {self._oidc.claim!r}")
        return name

    # ------------------------------------------------------------ the token

    async def _token(self, code: str, verifier: str) -> str:
        about = await self._learn()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": verifier,
            "client_id": self._oidc.client_id,
        }
        login = None
        if self._secret and "client_secret_basic" in about.token_endpoint_auth_methods_supported:
            both = f"{quote_plus(self._oidc.client_id)}:{quote_plus(self._secret)}"  # as RFC 6749 has it
            login = f"Basic {base64.b64encode(both.encode()).decode()}"
        elif self._secret:
            form["client_secret"] = self._secret
        headers = {"Authorization": login} if login is not None else {}
        answer = await self._ask("POST", about.token_endpoint, data=form, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotBelieved("the provider gave no ID token for the code")
        return token

    async def _claims(self, token: str) -> dict[str, Any]:
        about = await self._learn()
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=list(ALGORITHMS),
                audience=self._oidc.client_id,
                issuer=about.issuer,
                leeway=LEEWAY_S,
                options={"require": list(NEEDED)},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:  # the latter two: a key of another kind
            raise NotBelieved(f"the ID token is not good: {type(error).__name__}") from None
        return claims

    async def _key(self, kid: object) -> jwt.PyJWK:
        """The one of that name; without a name, the only one there is. Raises NotBelieved."""
        now = self._clock.now_ms()
        found = self._among(kid)
        if found is None and (self._keys is None or now - self._keys[0] >= AGAIN_MS):
            published = await self._ask("GET", (await self._learn()).jwks_uri)
            self._keys = (now, jwt.PyJWKSet.from_dict(dict(published)))
            found = self._among(kid)
        if found is None:
            raise NotBelieved("the ID token is signed with a key that the provider does not publish")
        return found

    def _among(self, kid: object) -> jwt.PyJWK | None:
        keys = self._keys[1].keys if self._keys is not None else []
        fitting = [key for key in keys if kid is None or key.key_id == kid]
        usable = [key for key in fitting if key.public_key_use in (None, "sig")]
        return usable[0] if len(usable) == 1 else None

    # ------------------------------------------------------------ the provider

    async def _learn(self) -> _About:
        now = self._clock.now_ms()
        if self._about is not None and now - self._about[0] < KEEP_MS:
            return self._about[1]
        said = await self._ask("GET", self._oidc.issuer.rstrip("/") + DISCOVERY)
        try:
            about = msgspec.convert(said, _About)
        except msgspec.ValidationError as error:
            raise NoProvider(f"{self._oidc.issuer}: what it says of itself is not usable: {error}") from None
        if about.issuer != self._oidc.issuer:
            raise NoProvider(f"{self._oidc.issuer}: says that it is another issuer; write it as it calls itself")
        for url in (about.authorization_endpoint, about.token_endpoint, about.jwks_uri):
            if not is_safe(url):
                raise NoProvider(f"{self._oidc.issuer}: names an address without TLS")
        self._about = (now, about)
        return about

    async def _ask(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        try:
            async with (
                ClientSession(timeout=ClientTimeout(ASK_S)) as http,
                http.request(method, url, allow_redirects=False, **more) as response,
            ):
                return await _read(response)
        except (ClientError, TimeoutError, OSError) as error:
            raise NoProvider(f"{self._oidc.issuer}: cannot be asked: {type(error).__name__}") from None


async def _read(response: ClientResponse) -> Mapping[str, Any]:
    raw = await response.content.read(LARGEST + 1)
    while len(raw) <= LARGEST and not response.content.at_eof():
        raw += await response.content.read(LARGEST + 1 - len(raw))
    if response.status in (400, 401):
        raise NotBelieved(f"the provider refuses with {response.status}")
    if response.status != 200 or len(raw) > LARGEST:
        raise NoProvider(f"the provider answers with {response.status}, {len(raw)} bytes")
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise NoProvider("the provider answers with what is no object")
    return said


def is_safe(url: str) -> bool:
    """With TLS, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))


__all__ = ["ALGORITHMS", "Attempt", "NoProvider", "NotBelieved", "Provider", "is_safe"]
