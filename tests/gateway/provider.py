"""An OpenID provider that does what a test says, with real signatures."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Claims = dict[str, Any]
CLIENT, SECRET = "cordpair", "s3cret"
KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("k1", "k2")}


class Provider:
    def __init__(self) -> None:
        self.issuer = ""
        self.codes: dict[str, dict[str, str]] = {}  # what each was asked for with
        self.name = "ann"
        self.asked: list[str] = []
        self.published = ["k1"]
        self.sign: Callable[[Claims], str] = signed
        self.change: Callable[[Claims], None] = lambda claims: None
        self.about: dict[str, Any] = {}
        self.slow = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._about)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        return app

    async def _about(self, _request: web.Request) -> web.Response:
        self.asked.append("about")
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return web.json_response(said | self.about)

    async def _keys(self, _request: web.Request) -> web.Response:
        self.asked.append("keys")
        keys = []
        for name in self.published:
            key = jwt.algorithms.RSAAlgorithm.to_jwk(KEYS[name].public_key(), as_dict=True)
            keys.append({**key, "kid": name, "use": "sig"})
        return web.json_response({"keys": keys})

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append("token")
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)  # good once
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        login = request.headers.get("Authorization")
        known = (
            login == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
            if login
            else form.get("client_secret") == SECRET
        )
        if (
            asked is None
            or not known
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims: Claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": self.name,
        }  # fmt: skip
        self.change(claims)
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})

    def consents(self, url: str) -> dict[str, str]:
        """The person signs in there: what leads back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?") and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and "openid" in asked["scope"]
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}


def signed(claims: Claims, key: str = "k1", kid: str | None = None, algorithm: str = "RS256") -> str:
    return jwt.encode(claims, KEYS[key], algorithm=algorithm, headers={"kid": kid or key})


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})  # type: ignore[arg-type]


def signed_with_the_public_key(claims: Claims) -> str:
    """Which everybody has: as if it were a shared secret."""
    key = jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["k1"].public_key())
    return jwt.encode(claims, key, algorithm="HS256", headers={"kid": "k1"})


def signed_with_a_key_of_another_kind(claims: Claims) -> str:
    return jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": "k1"})


def changed_after(claims: Claims) -> str:
    head, body, signature = signed(claims).split(".")
    other = signed(claims | {"preferred_username": "bob"}).split(".")[1]
    assert other != body
    return f"{head}.{other}.{signature}"


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    found = Provider()
    runner = web.AppRunner(found.app(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield found
    finally:
        await runner.cleanup()


__all__ = [
    "CLIENT",
    "SECRET",
    "Provider",
    "changed_after",
    "provider",
    "signed",
    "signed_with_a_key_of_another_kind",
    "signed_with_the_public_key",
    "unsigned",
]
